/* One try to send a mail through a push-all-in-one forwarder. */
#include <curl/curl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "conf/conf_check.h"
#include "mail/mail_impl.h"
#include "json/jout.h"

enum { ANSWER_BYTES = 16 * 1024, PAYLOAD_BYTES = 128 * 1024 };

static size_t on_answer(char *data, size_t size, size_t count, void *arg)
{
    buf_add(arg, data, size * count); /* of what is too long no use is made */
    return size * count;
}

/* In the forwarder's words; EMAIL_TYPE stands twice, once for the form that its page shows. */
static void make_payload(struct buf *out, const struct conf *conf, const struct mail_item *it)
{
    char name[EMAIL_NAME_BYTES], address[EMAIL_BYTES];
    struct mail_text text;
    struct jout j;

    mail_sender(conf, name, address);
    mail_text_make(&text, it, *name ? name : "ollama-pool");
    jout_init(&j, out);
    jout_object(&j, NULL);
    jout_str(&j, "title", text.subject.data);
    jout_str(&j, "desp", text.html.data);
    jout_str(&j, "type", "CustomEmail");
    jout_object(&j, "config");
    jout_str(&j, "EMAIL_TYPE", "html");
    jout_str(&j, "$EMAIL_TYPE", "HTML");
    jout_str(&j, "EMAIL_TO_ADDRESS", it->to);
    jout_str(&j, "EMAIL_AUTH_USER", conf->email_auth_user);
    jout_str(&j, "EMAIL_AUTH_PASS", conf->email_auth_pass);
    jout_str(&j, "EMAIL_HOST", conf->email_host);
    jout_int(&j, "EMAIL_PORT", conf_mail_port(conf));
    jout_bool(&j, "EMAIL_SECURE", conf_mail_tls_first(conf));
    jout_object_end(&j);
    jout_object(&j, "option");
    jout_object_end(&j);
    jout_object_end(&j);
    mail_text_done(&text);
}

/* 2xx with the message OK is a success. Of other messages nothing tells whether they may pass. */
static enum mail_end judge(long status, const char *message)
{
    if (status >= 200 && status < 300)
        return message != NULL && strcmp(message, "OK") == 0 ? MAIL_END_SENT : MAIL_END_LATER;
    if (status >= 500 || status == 408 || status == 429)
        return MAIL_END_DOWN;
    return MAIL_END_REFUSED;
}

static void tell(long status, const char *message, const struct conf *conf,
                 const struct mail_item *it, char said[MAIL_SAID_BYTES])
{
    const char *const hide[] = {it->to, conf->email_auth_pass,
                                it->code != NULL && *it->code ? it->code : it->to, NULL};
    char *text = message != NULL ? mem_printf("status %ld: %s", status, message)
                                 : mem_printf("status %ld, without a message", status);

    mail_said(said, text, hide);
    free(text);
}

enum mail_end mail_forward_send(struct mailer *m, const struct conf *conf,
                                const struct mail_item *it, char said[MAIL_SAID_BYTES])
{
    static const char *const nothing[] = {NULL};
    struct curl_slist type = {.data = (char[]){"Content-Type: application/json"}};
    CURL *curl = mail_curl(m, conf);
    struct buf payload, answer;
    enum mail_end end = MAIL_END_DOWN;
    long status = 0;
    CURLcode rc;

    buf_init(&payload, PAYLOAD_BYTES);
    buf_init(&answer, ANSWER_BYTES);
    make_payload(&payload, conf, it);
    curl_easy_setopt(curl, CURLOPT_URL, conf->email_forward_url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, &type);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)payload.len);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, payload.data);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_answer);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    rc = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (rc == CURLE_OK) {
        json_t *o = json_loadb(answer.len > 0 ? answer.data : "", answer.len, 0, NULL);
        const char *message = json_string_value(json_object_get(o, "message"));

        end = judge(status, message);
        tell(status, message, conf, it, said);
        json_decref(o);
    } else {
        mail_said(said, curl_easy_strerror(rc), nothing);
    }
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, NULL);
    m->used_ms = clock_mono_ms();
    buf_wipe(&payload);
    buf_done(&answer);
    return end;
}
