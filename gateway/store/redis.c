/* Redis: start, end, and the queue before its thread. */
#include "store/redis.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "conf/conf.h"
#include "store/redis_impl.h"

enum {
    REDIS_CALLS_MAX = 16384, /* that wait for an answer */
    REDIS_BYTES_MAX = 64 * 1024 * 1024,
    REDIS_BOOT_MS = 3000, /* that the start waits for the first connection */
    REDIS_STOP_S = 2,     /* that the end waits for a look-up of a name */
};

/* ---- posting ---- */

bool redis_up(struct redis *r)
{
    return r != NULL && atomic_load_explicit(&r->up, memory_order_acquire);
}

unsigned redis_outages(struct redis *r)
{
    return r != NULL ? atomic_load_explicit(&r->outages, memory_order_acquire) : 0;
}

char *redis_key(struct redis *r, const char *fmt, ...)
{
    char *text, *key;
    va_list ap;

    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0)
        abort();
    va_end(ap);
    key = mem_printf("%s%s", r->conn.prefix, text);
    free(text);
    return key;
}

void redis_words_script(struct redis *r, struct redis_words *w, enum redis_script script,
                        int64_t keys)
{
    *w = (struct redis_words){.script = (int)script + 1};
    redis_word(w, "EVALSHA");
    redis_word(w, r->conn.sha[script]);
    redis_word_number(w, keys);
}

static bool post(struct redis *r, struct redis_call *c, const struct redis_words *w)
{
    uint64_t one = 1;
    bool posted, first;

    if (!redis_up(r))
        return false;
    c->command = redis_words_format(w, &c->len);
    c->script = w->script;
    c->skip = 0;
    c->again = false;
    c->posted_us = clock_mono_us();
    c->due_ms = c->posted_us / 1000 + (uint64_t)r->timeout_ms;
    pthread_mutex_lock(&r->lock);
    posted =
        atomic_load(&r->up) && r->depth < REDIS_CALLS_MAX && r->bytes + c->len <= REDIS_BYTES_MAX;
    first = r->waiting.first == NULL;
    if (posted) {
        r->depth++;
        r->bytes += c->len;
        calls_push(&r->waiting, c);
    }
    pthread_mutex_unlock(&r->lock);
    if (!posted)
        free(c->command);
    else if (first && write(r->wake_fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
        abort();
    return posted;
}

static void over_by_mail(struct redis *r, struct redis_call *c)
{
    (void)r;
    mailbox_post(c->to, &c->mail);
}

bool redis_post(struct redis *r, struct redis_call *c, const struct redis_words *w,
                struct mailbox *to)
{
    c->to = to;
    c->over = over_by_mail;
    return post(r, c, w);
}

static void over_told(struct redis *r, struct redis_call *c)
{
    (void)r;
    redis_reply_free(c->reply);
    free(c);
}

void redis_tell(struct redis *r, const struct redis_words *w)
{
    struct redis_call *c = mem_zalloc(sizeof(*c));

    c->over = over_told;
    if (!post(r, c, w))
        free(c);
}

struct waiter {
    struct redis_call call;
    bool over; /* the lock's */
};

static void over_waiter(struct redis *r, struct redis_call *c)
{
    pthread_mutex_lock(&r->lock);
    container_of(c, struct waiter, call)->over = true;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
}

struct redis_reply *redis_wait(struct redis *r, const struct redis_words *w)
{
    struct waiter waiter = {.call = {.over = over_waiter}};

    if (!post(r, &waiter.call, w))
        return NULL;
    pthread_mutex_lock(&r->lock);
    while (!waiter.over)
        pthread_cond_wait(&r->changed, &r->lock);
    pthread_mutex_unlock(&r->lock);
    return waiter.call.reply;
}

/* ---- start and end ---- */

static struct redis *redis_new(const struct conf *conf)
{
    struct redis *r = mem_zalloc(sizeof(*r));
    pthread_condattr_t attr;

    r->timeout_ms = (int)conf->redis_timeout;
    r->since_ms = clock_mono_ms();
    pthread_mutex_init(&r->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&r->changed, &attr);
    pthread_condattr_destroy(&attr);
    calls_init(&r->waiting);
    calls_init(&r->sent);
    redis_conn_init(&r->conn);
    r->conn.prefix = mem_strdup(conf->redis_prefix);
    r->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    r->conn.stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (r->wake_fd < 0 || r->conn.stop_fd < 0)
        abort();
    return r;
}

static enum redis_opened first_try(struct redis *r, char why[REDIS_WHY_BYTES])
{
    uint64_t until_ms = clock_mono_ms() + REDIS_BOOT_MS;
    struct timespec until = {.tv_sec = (time_t)(until_ms / 1000),
                             .tv_nsec = (long)(until_ms % 1000) * 1000000L};
    enum redis_opened rc;
    int late = 0;

    pthread_mutex_lock(&r->lock);
    while (!r->tried && late == 0)
        late = pthread_cond_timedwait(&r->changed, &r->lock, &until);
    rc = r->tried ? r->first : REDIS_AWAY;
    snprintf(why, REDIS_WHY_BYTES, "%s", r->tried ? r->why : "its name is not found in time");
    r->tried = true;
    pthread_mutex_unlock(&r->lock);
    return rc;
}

enum err_code redis_start(const struct conf *conf, struct redis **out, struct err *e)
{
    char why[REDIS_WHY_BYTES];
    struct redis *r;
    enum redis_opened rc;

    *out = NULL;
    if (conf->redis_url[0] == '\0')
        return ERR_OK;
    r = redis_new(conf);
    if (!conf_parse_redis(conf->redis_url, &r->conn.where))
        abort(); /* it is checked with the settings */
    if (r->conn.where.tls && tls_trust_new(conf->redis_ca_file, &r->conn.trust, e) != ERR_OK) {
        redis_free(r);
        e->code = ERR_CONF;
        return err_wrap(e, "REDIS_CA_FILE");
    }
    if (pthread_create(&r->thread, NULL, redis_run, r) != 0)
        abort();
    r->running = true;
    pthread_setname_np(r->thread, "redis");
    rc = first_try(r, why);
    if (rc == REDIS_REFUSED) {
        redis_free(r);
        return err_param(e, ERR_CONF, "REDIS_URL", "REDIS_URL: Redis refuses to be used so: %s.",
                         why);
    }
    if (rc == REDIS_AWAY)
        LOG(WARN, "redis_down", F_STR("why", why), F_STR("meanwhile", REDIS_MEANWHILE));
    *out = r;
    return ERR_OK;
}

void redis_stop(struct redis *r)
{
    struct timespec until;
    uint64_t one = 1;

    if (r == NULL || !r->running)
        return;
    r->running = false;
    atomic_store(&r->stopping, true);
    if (write(r->conn.stop_fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
        abort();
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += REDIS_STOP_S;
    /* The look-up of a name cannot be broken off. */
    r->left = pthread_timedjoin_np(r->thread, NULL, &until) != 0;
}

void redis_free(struct redis *r)
{
    redis_stop(r);
    if (r == NULL || r->left)
        return;
    redis_conn_done(&r->conn);
    close(r->wake_fd);
    close(r->conn.stop_fd);
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

/* ---- for the operator ---- */

const char *redis_failure_name(enum redis_failure f)
{
    static const char *const names[] = {
        [REDIS_LATE] = "late", [REDIS_BROKEN] = "broken", [REDIS_DECLINED] = "refused"};

    return names[f];
}

void redis_health(struct redis *r, struct redis_health *out)
{
    uint64_t now_ms = clock_mono_ms();

    *out = (struct redis_health){.calls = atomic_load(&r->calls),
                                 .call_us = atomic_load(&r->call_us),
                                 .longest_us = pulse_longest_us(&r->pulse, now_ms)};
    for (size_t i = 0; i < REDIS_FAILURES; i++)
        out->failed[i] = atomic_load(&r->failed[i]);
    snprintf(out->where, sizeof(out->where), strchr(r->conn.where.host, ':') ? "[%s]:%s" : "%s:%s",
             r->conn.where.host, r->conn.where.port);
    pthread_mutex_lock(&r->lock);
    out->up = atomic_load(&r->up);
    out->for_ms = now_ms - r->since_ms;
    snprintf(out->why, sizeof(out->why), "%s", r->why);
    pthread_mutex_unlock(&r->lock);
}
