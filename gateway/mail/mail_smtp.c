/* One try to send a mail over SMTP (RFC 5321), with libcurl. */
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "conf/conf_check.h"
#include "mail/mail_impl.h"

enum { LINE_BYTES = 512, URL_BYTES = 320, HEADER_BYTES = 2048, QUIT_MS = 2000 };

/* Where a server could speak of passing trouble that is not this mail's (RFC 5321 4.2.2, RFC 3207
 * 4, RFC 4954 4.7.8). */
enum { REPLY_CLOSING = 421, REPLY_AUTH_PASSING = 454 };

/* What one try knows. */
struct attempt {
    char reply[LINE_BYTES]; /* the server's last line */
    char error[CURL_ERROR_SIZE];
    struct mail_text text;
    struct curl_slist *headers, *to;
    curl_mime *mime;
};

/* libcurl hands over each line of the server's here; what ends a session after a refusal is not the
 * answer to the mail. */
static size_t on_reply(char *line, size_t size, size_t count, void *arg)
{
    struct attempt *a = arg;
    bool bye = size * count > 3 && strncmp(line, "221", 3) == 0;

    if (!bye || a->reply[0] < '4')
        snprintf(a->reply, sizeof(a->reply), "%.*s", (int)(size * count), line);
    return size * count;
}

static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    struct mailer *m = arg;

    (void)a, (void)b, (void)c, (void)d;
    return clock_mono_ms() >= atomic_load(&m->stop_at_ms);
}

static size_t on_nothing(char *data, size_t size, size_t count, void *arg)
{
    (void)data, (void)arg;
    return size * count;
}

/* Takes leave on the connection that the handle has, with all that was set for its last mail. */
static void say_quit(CURL *curl)
{
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 0L);
    curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, NULL);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, NULL);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "QUIT");
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_nothing);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_nothing);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)QUIT_MS);
    curl_easy_perform(curl);
}

/* Whether the other side neither closed it nor said anything unasked. */
static bool is_quiet(curl_socket_t fd)
{
    char byte;

    return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

/* libcurl would say QUIT by itself, and wait two minutes for the answer whatever its timeouts. */
void mail_curl_close(struct mailer *m)
{
    curl_socket_t fd = CURL_SOCKET_BAD;

    if (m->curl == NULL)
        return;
    if (curl_easy_getinfo(m->curl, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK &&
        fd != CURL_SOCKET_BAD && is_quiet(fd) && conf_mail(m->conf_seen) == CONF_MAIL_SMTP)
        say_quit(m->curl);
    fd = CURL_SOCKET_BAD;
    if (curl_easy_getinfo(m->curl, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK && fd != CURL_SOCKET_BAD)
        shutdown(fd, SHUT_RDWR);
    curl_easy_cleanup(m->curl);
    m->curl = NULL;
}

void *mail_curl(struct mailer *m, const struct conf *conf)
{
    if (m->conf_seen != conf)
        mail_curl_close(m); /* to another server, or checked against other certificates */
    m->conf_seen = conf;
    m->used_ms = clock_mono_ms();
    if (m->curl == NULL && (m->curl = curl_easy_init()) == NULL)
        abort();
    curl_easy_reset(m->curl);
    curl_easy_setopt(m->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(m->curl, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(m->curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(m->curl, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)(conf->connect_timeout < conf->email_timeout ? conf->connect_timeout
                                                                        : conf->email_timeout));
    curl_easy_setopt(m->curl, CURLOPT_TIMEOUT_MS, (long)conf->email_timeout);
    /* Also for the QUIT behind a refusal, which the other timeout has no hold on. */
    curl_easy_setopt(m->curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)conf->email_timeout / 1000);
    curl_easy_setopt(m->curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(m->curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(m->curl, CURLOPT_XFERINFODATA, m);
    curl_easy_setopt(m->curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (*conf->email_ca_file)
        curl_easy_setopt(m->curl, CURLOPT_CAINFO, conf->email_ca_file);
    return m->curl;
}

static void set_server(CURL *curl, const struct conf *conf)
{
    bool first = conf_mail_tls_first(conf), v6 = strchr(conf->email_host, ':') != NULL;
    char url[URL_BYTES];

    snprintf(url, sizeof(url), "%s://%s%s%s:%d", first ? "smtps" : "smtp", v6 ? "[" : "",
             conf->email_host, v6 ? "]" : "", conf_mail_port(conf));
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_USE_SSL,
                     (long)(conf->email_plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    if (*conf->email_auth_user) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, conf->email_auth_user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, conf->email_auth_pass);
    }
}

/* ---- the message ---- */

static void add_header(struct attempt *a, const struct buf *line)
{
    struct curl_slist *longer = curl_slist_append(a->headers, line->data);

    if (longer == NULL)
        abort();
    a->headers = longer;
}

static void make_headers(struct attempt *a, const struct mail_item *it, const char *name,
                         const char *address)
{
    struct buf line;

    buf_init(&line, HEADER_BYTES);
    buf_adds(&line, "Date: ");
    mail_header_date(&line, it->made_at);
    add_header(a, &line);
    buf_clear(&line);
    buf_adds(&line, "From: ");
    mail_header_sender(&line, name, address);
    add_header(a, &line);
    buf_clear(&line);
    buf_addf(&line, "To: <%s>", it->to);
    add_header(a, &line);
    buf_clear(&line);
    buf_adds(&line, "Subject: ");
    mail_header_text(&line, a->text.subject.data);
    add_header(a, &line);
    buf_clear(&line);
    buf_addf(&line, "Message-ID: <%s@%s>", it->id, strchr(address, '@') + 1);
    add_header(a, &line);
    buf_clear(&line);
    buf_adds(&line, "Auto-Submitted: auto-generated"); /* RFC 3834: do not answer */
    add_header(a, &line);
    buf_clear(&line);
    buf_adds(&line, "Content-Type: multipart/alternative");
    add_header(a, &line);
    buf_done(&line);
}

static void add_part(struct attempt *a, const struct buf *text, const char *type)
{
    curl_mimepart *part = curl_mime_addpart(a->mime);

    if (part == NULL)
        abort();
    curl_mime_data(part, text->data, text->len);
    curl_mime_type(part, type);
    curl_mime_encoder(part, "base64");
}

/* The better form last (RFC 2046 5.1.4). */
static void make_message(struct attempt *a, CURL *curl, const struct conf *conf,
                         const struct mail_item *it)
{
    char name[EMAIL_NAME_BYTES], address[EMAIL_BYTES];

    mail_sender(conf, name, address);
    mail_text_make(&a->text, it, *name ? name : "ollama-pool");
    make_headers(a, it, name, address);
    a->to = curl_slist_append(NULL, it->to);
    a->mime = curl_mime_init(curl);
    if (a->to == NULL || a->mime == NULL)
        abort();
    add_part(a, &a->text.plain, "text/plain; charset=utf-8");
    add_part(a, &a->text.html, "text/html; charset=utf-8");
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, address);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, a->to);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, a->headers);
    curl_easy_setopt(curl, CURLOPT_MIMEPOST, a->mime);
}

static void attempt_done(struct attempt *a)
{
    curl_mime_free(a->mime);
    curl_slist_free_all(a->headers);
    curl_slist_free_all(a->to);
    mail_text_done(&a->text);
}

/* ---- the answer ---- */

static enum mail_end judge(CURLcode rc, int reply)
{
    if (rc == CURLE_OK)
        return MAIL_END_SENT;
    if (rc == CURLE_USE_SSL_FAILED || reply == REPLY_CLOSING || reply == REPLY_AUTH_PASSING)
        return MAIL_END_DOWN;
    return reply >= 500 ? MAIL_END_REFUSED : reply >= 400 ? MAIL_END_LATER : MAIL_END_DOWN;
}

/* In words: the server's own, when it is its answer that ended the try. */
static void tell(const struct attempt *a, CURLcode rc, int reply, const struct conf *conf,
                 const struct mail_item *it, char said[MAIL_SAID_BYTES])
{
    const char *const hide[] = {it->to, *conf->email_auth_pass ? conf->email_auth_pass : it->to,
                                it->code != NULL && *it->code ? it->code : it->to, NULL};

    if (rc == CURLE_OK || (reply >= 400 && rc != CURLE_USE_SSL_FAILED))
        mail_said(said, a->reply, hide);
    else if (rc == CURLE_USE_SSL_FAILED)
        mail_said(said, "the server offers no STARTTLS, and nothing is sent in the clear", hide);
    else
        mail_said(said, a->error[0] != '\0' ? a->error : curl_easy_strerror(rc), hide);
}

enum mail_end mail_smtp_send(struct mailer *m, const struct conf *conf, const struct mail_item *it,
                             char said[MAIL_SAID_BYTES])
{
    struct attempt a = {.reply = ""};
    CURL *curl = mail_curl(m, conf);
    CURLcode rc;
    int reply;

    set_server(curl, conf);
    make_message(&a, curl, conf, it);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_reply);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &a);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_reply); /* nothing may reach stdout */
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &a);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, a.error);
    rc = curl_easy_perform(curl);
    reply = (int)strtol(a.reply, NULL, 10);
    tell(&a, rc, reply, conf, it, said);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
    curl_easy_setopt(curl, CURLOPT_MIMEPOST, NULL);
    attempt_done(&a);
    m->used_ms = clock_mono_ms();
    return judge(rc, reply);
}
