/* The mail thread: takes mails off the queue, one after the other, and tries again what may pass.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "conf/conf_check.h"
#include "mail/mail_impl.h"

enum { BACKOFF_FIRST_MS = 1000, BACKOFF_MOST_MS = 60 * 1000 };

static uint64_t backoff_ms(unsigned tries)
{
    return tries > 6 ? BACKOFF_MOST_MS : (uint64_t)BACKOFF_FIRST_MS << (tries > 0 ? tries - 1 : 0);
}

static uint64_t at_least(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* When this one may be tried; what somebody waits for does not wait for better times. */
static uint64_t due_of(const struct mailer *m, const struct mail_item *it)
{
    return it->told != NULL ? it->due_ms : at_least(it->due_ms, m->paused_until_ms);
}

/* Under the lock: the first that is due, off the list, or NULL and when there may be one. */
static struct mail_item *take_due(struct mailer *m, uint64_t now_ms, uint64_t *next_ms)
{
    struct list *at, *safe;

    *next_ms = UINT64_MAX;
    list_each (at, safe, &m->items) {
        struct mail_item *it = list_of(at, struct mail_item, link);
        uint64_t due_ms = due_of(m, it);

        if (m->stopping || due_ms <= now_ms || it->expires_ms <= now_ms) {
            list_drop(&it->link);
            return it;
        }
        if (due_ms < *next_ms)
            *next_ms = due_ms;
        if (it->expires_ms < *next_ms)
            *next_ms = it->expires_ms;
    }
    return NULL;
}

/* Whether a refusal is about the address of this one mail (RFC 3463: 5.1.x, 5.2.x), so that nothing
 * is wrong with how mails are sent. */
static bool is_about_address(const char *said)
{
    return said[0] == '5' && strlen(said) > 8 &&
           (strncmp(said + 4, "5.1.", 4) == 0 || strncmp(said + 4, "5.2.", 4) == 0);
}

static void remember(struct mailer *m, const struct mail_item *it, const char *said, bool final)
{
    struct mail_error *error = &m->errors[m->errors_seen++ % MAIL_ERRORS];

    error->at = clock_wall_ms();
    error->kind = it->kind;
    error->final = final;
    email_mask(it->to, error->to);
    snprintf(error->said, sizeof(error->said), "%s", said);
    if (is_about_address(said))
        return;
    m->trouble = true;
    snprintf(m->trouble_said, sizeof(m->trouble_said), "%s", said);
}

/* Whoever waits for it is told; then it is gone. */
static void finish(struct mail_item *it, enum err_code rc, const char *said)
{
    if (it->told != NULL)
        it->told(it->told_arg, rc, said);
    mail_item_free(it);
}

static void sent(struct mailer *m, struct mail_item *it, const char *said, uint64_t began_ms)
{
    char to[EMAIL_BYTES];

    LOG(INFO, "mail_sent", F_STR("to", email_mask(it->to, to)),
        F_STR("kind", mail_kind_name(it->kind)), F_INT("tries", it->tries),
        F_INT("ms", clock_mono_ms() - began_ms));
    pthread_mutex_lock(&m->lock);
    m->counts.sent++;
    m->counts.waiting--;
    m->sent_at = clock_wall_ms();
    m->trouble = false;
    pthread_mutex_unlock(&m->lock);
    finish(it, ERR_OK, said);
}

/* event: mail_failed, or at the stop mail_lost. */
static void give_up(struct mailer *m, struct mail_item *it, const char *event, const char *said)
{
    char to[EMAIL_BYTES];

    if (log_enabled(LOG_LEVEL_ERROR))
        log_write(LOG_LEVEL_ERROR, event,
                  (const struct log_field[]){F_STR("to", email_mask(it->to, to)),
                                             F_STR("kind", mail_kind_name(it->kind)),
                                             F_INT("tries", it->tries),
                                             F_STR("error", said),
                                             {.name = NULL}});
    pthread_mutex_lock(&m->lock);
    m->counts.failed++;
    m->counts.waiting--;
    remember(m, it, said, true);
    pthread_mutex_unlock(&m->lock);
    finish(it, ERR_MAIL_FAILED, said);
}

/* Back into the queue, at its end: others may have more luck. */
static void try_later(struct mailer *m, struct mail_item *it, const char *said)
{
    uint64_t wait_ms = backoff_ms(it->tries);
    char to[EMAIL_BYTES];

    LOG(WARN, "mail_retry", F_STR("to", email_mask(it->to, to)),
        F_STR("kind", mail_kind_name(it->kind)), F_INT("tries", it->tries),
        F_INT("wait_ms", wait_ms), F_STR("error", said));
    it->due_ms = clock_mono_ms() + wait_ms;
    pthread_mutex_lock(&m->lock);
    m->counts.retried++;
    remember(m, it, said, false);
    list_push(&m->items, &it->link);
    pthread_mutex_unlock(&m->lock);
}

static bool is_stopping(struct mailer *m)
{
    return atomic_load(&m->stop_at_ms) != UINT64_MAX;
}

/* While no mail can be sent, none is tried for a while; it would be the same for each. */
static void note_way(struct mailer *m, enum mail_end end)
{
    if (end == MAIL_END_DOWN) {
        m->down++;
        m->paused_until_ms = clock_mono_ms() + backoff_ms(m->down);
    } else {
        m->down = 0;
        m->paused_until_ms = 0;
    }
}

static enum mail_end try_send(struct mailer *m, const struct mail_item *it,
                              char said[MAIL_SAID_BYTES])
{
    static const char *const nothing[] = {NULL};
    const struct conf *conf = gateway_conf(m->gw);

    if (is_stopping(m) && (m->down > 0 || clock_mono_ms() >= atomic_load(&m->stop_at_ms))) {
        mail_said(said, "the gateway stopped before it could be sent", nothing);
        return MAIL_END_DOWN;
    }
    switch (conf_mail(conf)) {
    case CONF_MAIL_SMTP:
        return mail_smtp_send(m, conf, it, said);
    case CONF_MAIL_FORWARDER:
        return mail_forward_send(m, conf, it, said);
    case CONF_MAIL_OFF:
        break;
    }
    mail_said(said, "e-mail was switched off: EMAIL_HOST is not set any more", nothing);
    return MAIL_END_REFUSED;
}

static void deliver(struct mailer *m, struct mail_item *it)
{
    uint64_t began_ms = clock_mono_ms();
    char said[MAIL_SAID_BYTES] = "";
    enum mail_end end;

    if (it->expires_ms <= began_ms) {
        give_up(m, it, "mail_failed", "it could not be sent while its code was good");
        return;
    }
    it->tries++;
    end = try_send(m, it, said);
    note_way(m, end);
    if (end == MAIL_END_SENT)
        sent(m, it, said, began_ms);
    else if (is_stopping(m) && end != MAIL_END_REFUSED)
        give_up(m, it, "mail_lost", said);
    else if (end == MAIL_END_REFUSED || it->told != NULL)
        give_up(m, it, "mail_failed", said);
    else
        try_later(m, it, said);
}

/* Under the lock. */
static void wait_until(struct mailer *m, uint64_t at_ms)
{
    struct timespec until = {.tv_sec = (time_t)(at_ms / 1000),
                             .tv_nsec = (long)(at_ms % 1000) * 1000000L};

    if (at_ms == UINT64_MAX)
        pthread_cond_wait(&m->wake, &m->lock);
    else
        pthread_cond_timedwait(&m->wake, &m->lock, &until);
}

/* Under the lock, which is let go of meanwhile: an idle connection is not kept for long. */
static void rest(struct mailer *m, uint64_t now_ms, uint64_t next_ms)
{
    uint64_t idle_ms = m->curl != NULL ? m->used_ms + MAIL_IDLE_MS : UINT64_MAX;

    if (idle_ms <= now_ms) {
        pthread_mutex_unlock(&m->lock);
        mail_curl_close(m);
        pthread_mutex_lock(&m->lock);
        return;
    }
    wait_until(m, next_ms < idle_ms ? next_ms : idle_ms);
}

void *mail_thread_run(void *arg)
{
    struct mailer *m = arg;

    pthread_mutex_lock(&m->lock);
    for (;;) {
        uint64_t now_ms = clock_mono_ms(), next_ms;
        struct mail_item *it;

        if (m->anew) {
            m->anew = false;
            m->down = 0;
            m->paused_until_ms = 0;
        }
        it = take_due(m, now_ms, &next_ms);
        if (it != NULL) {
            pthread_mutex_unlock(&m->lock);
            deliver(m, it);
            pthread_mutex_lock(&m->lock);
        } else if (m->stopping) {
            break;
        } else {
            rest(m, now_ms, next_ms);
        }
    }
    pthread_mutex_unlock(&m->lock);
    mail_curl_close(m);
    return NULL;
}
