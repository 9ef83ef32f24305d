/* The queue of mails: what is put into it, and what is told of it. */
#include "mail/mail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/intl.h"
#include "conf/conf_check.h"
#include "crypto/secret.h"
#include "mail/mail_impl.h"
#include "json/jout.h"

bool mail_ready(struct gateway *gw)
{
    return conf_mail(gateway_conf(gw)) != CONF_MAIL_OFF;
}

static enum conf_language language_of(const struct conf *conf, const char *tag)
{
    static const char *const tags[] = {
#define LANGUAGE(ID, tag, ...) tag,
#include "conf/languages.def"
#undef LANGUAGE
    };

    for (size_t i = 0; tag != NULL && i < ARRAY_LEN(tags); i++)
        if (strcmp(tags[i], tag) == 0)
            return (enum conf_language)i;
    return conf->email_language;
}

static struct mail_item *item_new(const struct conf *conf, const struct mail_message *msg)
{
    struct mail_item *it = mem_zalloc(sizeof(*it));

    snprintf(it->to, sizeof(it->to), "%s", msg->to);
    secret_base62(it->id, MAIL_ID_BYTES - 1);
    it->kind = msg->kind;
    it->language = language_of(conf, msg->language);
    it->code = msg->code != NULL ? mem_strdup(msg->code) : NULL;
    it->minutes = msg->minutes;
    it->made_at = clock_wall_ms();
    it->due_ms = clock_mono_ms();
    it->expires_ms =
        it->due_ms + (msg->minutes > 0 ? (uint64_t)msg->minutes * 60 * 1000 : MAIL_LIFE_MS);
    return it;
}

void mail_item_free(struct mail_item *it)
{
    if (it->code != NULL)
        explicit_bzero(it->code, strlen(it->code));
    free(it->code);
    free(it);
}

/* The lock is held. */
static enum err_code room(const struct mailer *m, size_t most, struct err *e)
{
    if (m->stopping)
        return err_set(e, ERR_MAIL, NULL);
    if (m->counts.waiting < most)
        return ERR_OK;
    return err_set(e, ERR_MAIL,
                   "%zu mails wait already, which is all that EMAIL_QUEUE allows. Try again later.",
                   m->counts.waiting);
}

enum err_code mail_room(struct gateway *gw, struct err *e)
{
    struct mailer *m = gw->mailer;
    enum err_code rc;

    pthread_mutex_lock(&m->lock);
    rc = room(m, (size_t)gateway_conf(gw)->email_queue, e);
    pthread_mutex_unlock(&m->lock);
    return rc;
}

static enum err_code put(struct gateway *gw, struct mail_item *it, struct err *e)
{
    struct mailer *m = gw->mailer;
    enum err_code rc;

    pthread_mutex_lock(&m->lock);
    rc = room(m, (size_t)gateway_conf(gw)->email_queue, e);
    if (rc == ERR_OK) {
        if (it->told != NULL)
            list_push(m->items.next, &it->link); /* before the first one */
        else
            list_push(&m->items, &it->link);
        m->counts.waiting++;
        pthread_cond_signal(&m->wake);
    }
    pthread_mutex_unlock(&m->lock);
    return rc;
}

static enum err_code post(struct gateway *gw, const struct mail_message *msg, mail_told_fn *told,
                          void *arg, struct err *e)
{
    struct mail_item *it;
    enum err_code rc;

    if (!mail_ready(gw))
        return err_set(e, ERR_MAIL_OFF, NULL);
    if (!email_ok(msg->to))
        return err_param(e, ERR_BAD_FIELD, "to", "This is no e-mail address that can be used.");
    it = item_new(gateway_conf(gw), msg);
    it->told = told;
    it->told_arg = arg;
    rc = put(gw, it, e);
    if (rc != ERR_OK) {
        LOG(WARN, "mail_refused", F_STR("kind", mail_kind_name(msg->kind)),
            F_STR("error", err_info(rc)->json_code));
        mail_item_free(it);
    }
    return rc;
}

enum err_code mail_post(struct gateway *gw, const struct mail_message *msg, struct err *e)
{
    return post(gw, msg, NULL, NULL, e);
}

enum err_code mail_post_urgent(struct gateway *gw, const struct mail_message *msg,
                               mail_told_fn *told, void *arg, struct err *e)
{
    return post(gw, msg, told, arg, e);
}

void mail_counts(struct gateway *gw, struct mail_counts *out)
{
    pthread_mutex_lock(&gw->mailer->lock);
    *out = gw->mailer->counts;
    pthread_mutex_unlock(&gw->mailer->lock);
}

void mail_trouble(struct gateway *gw, char out[MAIL_SAID_BYTES])
{
    struct mailer *m = gw->mailer;

    pthread_mutex_lock(&m->lock);
    snprintf(out, MAIL_SAID_BYTES, "%s", m->trouble ? m->trouble_said : "");
    pthread_mutex_unlock(&m->lock);
}

/* ---- what is told ---- */

static const char *tls_word(const struct conf *conf)
{
    return conf->email_plain ? "none" : conf_mail_tls_first(conf) ? "TLS" : "STARTTLS";
}

void mail_where(struct gateway *gw, char out[MAIL_WHERE_BYTES])
{
    const struct conf *conf = gateway_conf(gw);

    switch (conf_mail(conf)) {
    case CONF_MAIL_OFF:
        out[0] = '\0';
        break;
    case CONF_MAIL_SMTP:
        if (conf->email_plain)
            snprintf(out, MAIL_WHERE_BYTES, N_("%s:%d (no TLS)"), conf->email_host,
                     conf_mail_port(conf));
        else
            snprintf(out, MAIL_WHERE_BYTES, "%s:%d (%s)", conf->email_host, conf_mail_port(conf),
                     tls_word(conf));
        break;
    case CONF_MAIL_FORWARDER:
        snprintf(out, MAIL_WHERE_BYTES, N_("%.300s, to %s:%d"), conf->email_forward_url,
                 conf->email_host, conf_mail_port(conf));
        break;
    }
}

static void write_settings(struct gateway *gw, struct jout *out)
{
    static const char *const ways[] = {
        [CONF_MAIL_OFF] = NULL, [CONF_MAIL_SMTP] = "smtp", [CONF_MAIL_FORWARDER] = "forwarder"};
    const struct conf *conf = gateway_conf(gw);
    enum conf_mail way = conf_mail(conf);
    char where[MAIL_WHERE_BYTES], name[EMAIL_NAME_BYTES], address[EMAIL_BYTES];

    mail_where(gw, where);
    mail_sender(conf, name, address);
    jout_bool(out, "configured", way != CONF_MAIL_OFF);
    jout_str(out, "via", ways[way]);
    jout_str(out, "server", way != CONF_MAIL_OFF ? where : NULL);
    jout_str(out, "from", way != CONF_MAIL_OFF ? address : NULL);
    jout_bool(out, "login", *conf->email_auth_user != '\0');
}

static void write_error(const struct mail_error *error, struct jout *out)
{
    jout_object(out, NULL);
    jout_time(out, "at", error->at);
    jout_str(out, "to", error->to);
    jout_str(out, "kind", mail_kind_name(error->kind));
    jout_str(out, "result", error->final ? N_("failed") : N_("retried"));
    jout_str(out, "error", error->said);
    jout_object_end(out);
}

void mail_write(struct gateway *gw, struct jout *out)
{
    struct mailer *m = gw->mailer;
    uint64_t oldest;

    write_settings(gw, out);
    pthread_mutex_lock(&m->lock);
    jout_int(out, "waiting", (int64_t)m->counts.waiting);
    jout_int(out, "queue", gateway_conf(gw)->email_queue);
    jout_int(out, "sent", (int64_t)m->counts.sent);
    jout_int(out, "failed", (int64_t)m->counts.failed);
    jout_int(out, "retried", (int64_t)m->counts.retried);
    jout_time(out, "sent_at", m->sent_at);
    jout_array(out, "errors");
    oldest = m->errors_seen > MAIL_ERRORS ? m->errors_seen - MAIL_ERRORS : 0;
    for (uint64_t i = m->errors_seen; i > oldest; i--)
        write_error(&m->errors[(i - 1) % MAIL_ERRORS], out);
    jout_array_end(out);
    pthread_mutex_unlock(&m->lock);
}

/* ---- start and stop ---- */

struct mailer *mailer_start(struct gateway *gw)
{
    struct mailer *m = mem_zalloc(sizeof(*m));
    pthread_condattr_t attr;

    m->gw = gw;
    list_init(&m->items);
    atomic_init(&m->stop_at_ms, UINT64_MAX);
    pthread_mutex_init(&m->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&m->wake, &attr);
    pthread_condattr_destroy(&attr);
    if (pthread_create(&m->thread, NULL, mail_thread_run, m) != 0)
        abort();
    pthread_setname_np(m->thread, "mail");
    return m;
}

void mailer_settings_changed(struct mailer *m)
{
    pthread_mutex_lock(&m->lock);
    m->anew = true;
    pthread_cond_signal(&m->wake);
    pthread_mutex_unlock(&m->lock);
}

void mailer_stop(struct mailer *m)
{
    pthread_mutex_lock(&m->lock);
    m->stopping = m->anew = true;
    atomic_store(&m->stop_at_ms, clock_mono_ms() + MAIL_STOP_MS);
    pthread_cond_signal(&m->wake);
    pthread_mutex_unlock(&m->lock);
    pthread_join(m->thread, NULL);
    pthread_cond_destroy(&m->wake);
    pthread_mutex_destroy(&m->lock);
    free(m);
}
