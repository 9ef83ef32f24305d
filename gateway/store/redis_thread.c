/* The thread that speaks to Redis: connects, sends what waits, and gives the answers back. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/redis_impl.h"

enum {
    REDIS_OPEN_MS = 1000,        /* for a connection to be there and tried */
    REDIS_PAUSE_MS = 100,        /* between two tries at first … */
    REDIS_PAUSES_MS = 800,       /* … and at last, doubled with each */
    REDIS_STEADY_MS = 10 * 1000, /* a connection that lived so long is tried again soon */
};

static void call_end(struct redis *r, struct redis_call *c, struct redis_reply *reply)
{
    uint64_t now_us = clock_mono_us();

    pthread_mutex_lock(&r->lock);
    r->depth--;
    r->bytes -= c->len;
    pthread_mutex_unlock(&r->lock);
    if (reply != NULL) {
        atomic_fetch_add_explicit(&r->calls, 1, memory_order_relaxed);
        atomic_fetch_add_explicit(&r->call_us, now_us - c->posted_us, memory_order_relaxed);
        pulse_beat(&r->pulse, now_us / 1000, now_us - c->posted_us);
    }
    free(c->command);
    c->reply = reply;
    c->over(r, c);
}

static void call_fail(struct redis *r, struct redis_call *c, enum redis_failure how)
{
    atomic_fetch_add_explicit(&r->failed[how], 1, memory_order_relaxed);
    call_end(r, c, NULL);
}

static void go_up(struct redis *r)
{
    uint64_t now_ms = clock_mono_ms(), was_ms;
    bool again;

    pthread_mutex_lock(&r->lock);
    again = r->tried;
    was_ms = r->since_ms;
    r->tried = true;
    r->first = again ? r->first : REDIS_OPEN;
    r->since_ms = now_ms;
    atomic_store(&r->up, true);
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
    if (again)
        LOG(INFO, "redis_up", F_INT("after_ms", now_ms - was_ms));
}

/* Nothing is posted any more after this, and what was is over. */
static void go_down(struct redis *r, enum redis_failure how)
{
    struct redis_call *c;
    struct calls waiting;
    bool was_up = atomic_load(&r->up);

    pthread_mutex_lock(&r->lock);
    if (was_up || !r->tried)
        r->since_ms = clock_mono_ms();
    snprintf(r->why, sizeof(r->why), "%s", r->conn.why);
    waiting = r->waiting;
    calls_init(&r->waiting);
    atomic_store(&r->up, false);
    if (was_up)
        atomic_fetch_add(&r->outages, 1);
    pthread_mutex_unlock(&r->lock);
    redis_conn_close(&r->conn);
    if (was_up && !atomic_load(&r->stopping))
        LOG(WARN, "redis_down", F_STR("why", r->conn.why), F_STR("meanwhile", REDIS_MEANWHILE));
    while ((c = calls_pop(&r->sent)) != NULL)
        call_fail(r, c, how);
    while ((c = calls_pop(&waiting)) != NULL)
        call_fail(r, c, how);
}

/* The scripts are gone, by SCRIPT FLUSH or as another server has taken over: they are sent again,
 * and what asked for one after it. */
static void call_again(struct redis *r, struct redis_call *c)
{
    redis_conn_load(&r->conn, (enum redis_script)(c->script - 1));
    buf_add(&r->conn.out, c->command, c->len);
    c->again = true;
    c->skip = 1;
    calls_push(&r->sent, c);
}

/* false: Redis is of no use at the moment. */
static bool take_answer(struct redis *r, struct redis_reply *reply)
{
    struct redis_call *c = r->sent.first;
    bool useful = true;

    if (c == NULL) {
        redis_reply_free(reply);
        snprintf(r->conn.why, REDIS_WHY_BYTES, "it answers what was not asked");
        return false;
    }
    if (c->skip > 0) {
        c->skip--;
        redis_reply_free(reply);
        return true;
    }
    calls_pop(&r->sent);
    if (reply->type != REDIS_REFUSAL) {
        call_end(r, c, reply);
        return true;
    }
    if (c->script > 0 && !c->again && redis_reply_refused(reply, "NOSCRIPT")) {
        call_again(r, c);
    } else {
        useful = !redis_refusal_passes(reply) && !redis_refusal_stays(reply);
        snprintf(r->conn.why, REDIS_WHY_BYTES, "%s", reply->text);
        if (useful && !r->complained)
            LOG(ERROR, "redis_refused", F_STR("error", reply->text));
        r->complained = true;
        call_fail(r, c, REDIS_DECLINED);
    }
    redis_reply_free(reply);
    return useful;
}

/* All that waits goes out in one write. */
static bool send_waiting(struct redis *r)
{
    struct redis_call *c;
    struct calls waiting;
    uint64_t count;

    if (read(r->wake_fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
        abort();
    pthread_mutex_lock(&r->lock);
    waiting = r->waiting;
    calls_init(&r->waiting);
    pthread_mutex_unlock(&r->lock);
    if (waiting.first == NULL)
        return true;
    while ((c = calls_pop(&waiting)) != NULL) {
        buf_add(&r->conn.out, c->command, c->len);
        calls_push(&r->sent, c);
    }
    return redis_conn_write(&r->conn);
}

/* An error if Redis is of no use any more. */
static bool hear_answers(struct redis *r)
{
    if (!redis_conn_read(&r->conn))
        return false;
    for (;;) {
        struct redis_reply *reply;

        if (!redis_reader_next(r->conn.reader, &reply)) {
            snprintf(r->conn.why, REDIS_WHY_BYTES, "what it says is not understood");
            return false;
        }
        if (reply == NULL)
            return redis_conn_write(&r->conn);
        if (!take_answer(r, reply))
            return false;
    }
}

/* Milliseconds until the oldest call is late; -1: there is none, 0: it is. */
static int left_ms(const struct redis *r)
{
    uint64_t now_ms = clock_mono_ms();

    if (r->sent.first == NULL)
        return -1;
    return r->sent.first->due_ms > now_ms ? (int)(r->sent.first->due_ms - now_ms) : 0;
}

/* Until the connection is of no use any more. */
static enum redis_failure converse(struct redis *r)
{
    struct pollfd fds[] = {{.fd = r->conn.fd},
                           {.fd = r->wake_fd, .events = POLLIN},
                           {.fd = r->conn.stop_fd, .events = POLLIN}};

    while (!atomic_load(&r->stopping)) {
        int wait_ms = left_ms(r);

        fds[0].events = redis_conn_wants(&r->conn);
        if (poll(fds, ARRAY_LEN(fds), wait_ms) < 0 && errno != EINTR)
            abort();
        if (fds[0].revents != 0 && !hear_answers(r))
            return REDIS_BROKEN;
        if (wait_ms == 0 && left_ms(r) == 0) {
            snprintf(r->conn.why, REDIS_WHY_BYTES, "no answer within REDIS_TIMEOUT");
            return REDIS_LATE;
        }
        if (fds[1].revents != 0 && !send_waiting(r))
            return REDIS_BROKEN;
    }
    return REDIS_BROKEN;
}

/* The first try tells whoever starts us what came of it. */
static void note_try(struct redis *r, enum redis_opened rc)
{
    bool first;

    pthread_mutex_lock(&r->lock);
    first = !r->tried;
    r->first = first ? rc : r->first;
    snprintf(r->why, sizeof(r->why), "%s", r->conn.why);
    r->tried = true;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
}

static void pause_ms(struct redis *r, int ms)
{
    struct pollfd fd = {.fd = r->conn.stop_fd, .events = POLLIN};

    poll(&fd, 1, ms);
}

void *redis_run(void *arg)
{
    struct redis *r = arg;
    int ms = REDIS_PAUSE_MS;

    while (!atomic_load(&r->stopping)) {
        uint64_t began_ms = clock_mono_ms();
        enum redis_opened rc = redis_conn_open(&r->conn, REDIS_OPEN_MS);

        if (rc == REDIS_OPEN) {
            r->complained = false;
            go_up(r);
            go_down(r, converse(r));
        } else {
            note_try(r, rc);
        }
        if (clock_mono_ms() > began_ms + REDIS_STEADY_MS)
            ms = REDIS_PAUSE_MS;
        pause_ms(r, ms);
        ms = ms < REDIS_PAUSES_MS ? ms * 2 : ms;
    }
    return NULL;
}
