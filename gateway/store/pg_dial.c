/* Connecting to PostgreSQL in a thread of its own, so that nobody waits for it longer than he
 * wants to. */
#include "store/pg_dial.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/pg_reason.h"

enum { DIAL_AGAIN_MS = 500, DIAL_LEAST_S = 2, DIAL_SLOW_TIMES = 3, DIAL_NAMES_MAX = 64 };

struct pg_dial {
    const char *const *names, *const *values; /* these are constant */
    pthread_t thread;
    int wake_fd; /* readable: it is over */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool wanted, stopping; /* the lock's, from here on */
    struct pg_session ready;
    struct pg_refusal refusal;  /* of the last try */
    unsigned tries;             /* that have ended */
    unsigned took_ms;           /* by the last that worked */
    unsigned signs, look_signs; /* tries that something came back to; when the look began */
    uint64_t look_ms;
};

/* ---- one host ---- */

static const char *value_of(const struct pg_dial *d, const char *name)
{
    const char *value = NULL;

    for (size_t i = 0; d->names[i] != NULL; i++)
        if (strcmp(d->names[i], name) == 0)
            value = d->values[i];
    return value;
}

/* The entry of a list with commas; the only one counts for all. Owned, or NULL. */
static char *entry(const char *list, size_t at)
{
    const char *p = list;

    if (list == NULL)
        return NULL;
    if (strchr(list, ',') == NULL)
        return mem_strdup(list);
    for (; at > 0 && p != NULL; at--) {
        p = strchr(p, ',');
        p = p != NULL ? p + 1 : NULL;
    }
    return p != NULL ? mem_strndup(p, strcspn(p, ",")) : mem_strdup("");
}

static size_t hosts(const struct pg_dial *d)
{
    const char *list = value_of(d, "host");
    size_t n = 1;

    for (list = list != NULL ? list : value_of(d, "hostaddr"); list != NULL && *list != '\0';
         list++)
        n += *list == ',';
    return n;
}

/* libpq would go from one host to the next by itself, but not when one is silent. */
static PGconn *begin(const struct pg_dial *d, size_t at)
{
    static const char *const lists[] = {"host", "hostaddr", "port"};
    const char *values[DIAL_NAMES_MAX];
    char *owned[ARRAY_LEN(lists)];
    size_t n = 0;
    PGconn *conn;

    for (; d->names[n] != NULL && n + 1 < DIAL_NAMES_MAX; n++)
        values[n] = d->values[n];
    values[n] = NULL;
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        owned[i] = entry(value_of(d, lists[i]), at);
        for (size_t j = 0; j < n && owned[i] != NULL; j++)
            if (strcmp(d->names[j], lists[i]) == 0)
                values[j] = owned[i];
    }
    conn = PQconnectStartParams(d->names, values, 0);
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        free(owned[i]);
    return conn;
}

/* false: it takes too long, or it is over. */
static bool wait_for(struct pg_dial *d, PGconn *conn, short events, uint64_t end_ms)
{
    uint64_t now = clock_mono_ms();
    struct pollfd fds[] = {{.fd = PQsocket(conn), .events = events},
                           {.fd = d->wake_fd, .events = POLLIN}};
    int rc;

    do {
        rc = now < end_ms ? poll(fds, ARRAY_LEN(fds), (int)(end_ms - now)) : 0;
        now = clock_mono_ms();
    } while (rc < 0 && errno == EINTR);
    return rc > 0 && fds[1].revents == 0;
}

/* The server's process. Asking also tells that something answers: a pooler takes connections by
 * itself. 0: it did not. */
static int ask_backend(struct pg_dial *d, PGconn *conn, uint64_t end_ms)
{
    PGresult *result;
    int backend = 0;

    if (!PQsendQuery(conn, "SELECT pg_backend_pid()"))
        return 0;
    for (;;) {
        while (PQisBusy(conn))
            if (!wait_for(d, conn, POLLIN, end_ms) || !PQconsumeInput(conn))
                return 0;
        result = PQgetResult(conn);
        if (result == NULL)
            return backend;
        if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1)
            backend = (int)strtol(PQgetvalue(result, 0, 0), NULL, 10);
        PQclear(result);
    }
}

/* One try with one host. The session's conn is NULL when it failed. */
static struct pg_session try_host(struct pg_dial *d, size_t at, struct pg_refusal *why)
{
    const char *text = value_of(d, "connect_timeout");
    long limit_s = text != NULL ? strtol(text, NULL, 10) : 0;
    uint64_t end_ms = clock_mono_ms();
    struct pg_session s = {.conn = begin(d, at)};
    PostgresPollingStatusType next = PGRES_POLLING_WRITING;
    bool failed;

    if (s.conn == NULL)
        return s;
    /* As libpq has it: 0 is for ever, which is too long here, and 1 is 2. */
    end_ms += 1000 * (uint64_t)(limit_s <= 0             ? 60
                                : limit_s < DIAL_LEAST_S ? DIAL_LEAST_S
                                                         : limit_s);
    PQsetErrorVerbosity(s.conn, PQERRORS_VERBOSE); /* which shows the SQLSTATE */
    while (PQstatus(s.conn) != CONNECTION_BAD && next != PGRES_POLLING_OK &&
           next != PGRES_POLLING_FAILED) {
        if (!wait_for(d, s.conn, next == PGRES_POLLING_READING ? POLLIN : POLLOUT, end_ms))
            break;
        next = PQconnectPoll(s.conn);
    }
    failed = next == PGRES_POLLING_FAILED || PQstatus(s.conn) == CONNECTION_BAD;
    if (next == PGRES_POLLING_OK) {
        s.backend = ask_backend(d, s.conn, end_ms);
        failed = PQerrorMessage(s.conn)[0] != '\0'; /* a pooler without a server */
    }
    if (s.backend != 0) {
        PQsetErrorVerbosity(s.conn, PQERRORS_DEFAULT);
        return s;
    }
    pg_refuse(s.conn, failed, why);
    PQfinish(s.conn);
    return (struct pg_session){.conn = NULL};
}

static struct pg_session try_all(struct pg_dial *d, struct pg_refusal *why)
{
    struct pg_session s = {.conn = NULL};
    size_t len = hosts(d);

    for (size_t at = 0; at < len && s.conn == NULL; at++)
        s = try_host(d, at, why);
    return s;
}

/* ---- the thread ---- */

static void pause_ms(struct pg_dial *d, int ms)
{
    struct pollfd p = {.fd = d->wake_fd, .events = POLLIN};

    poll(&p, 1, ms);
}

/* With the lock, which is not held while it tries. */
static void dial_once(struct pg_dial *d)
{
    struct pg_refusal why = {.text = "out of memory"};
    uint64_t began = clock_mono_ms();
    struct pg_session s;

    pthread_mutex_unlock(&d->lock);
    s = try_all(d, &why);
    pthread_mutex_lock(&d->lock);
    d->tries++;
    d->signs += s.conn != NULL || !why.silent;
    if (!d->wanted) { /* not any more */
        PQfinish(s.conn);
        return;
    }
    d->ready = s;
    if (s.conn != NULL) {
        d->wanted = false;
        d->took_ms = (unsigned)(clock_mono_ms() - began);
    } else {
        d->refusal = why;
    }
    pthread_cond_broadcast(&d->changed);
}

static void *dial_run(void *arg)
{
    struct pg_dial *d = arg;

    pthread_mutex_lock(&d->lock);
    while (!d->stopping) {
        if (!d->wanted) {
            pthread_cond_wait(&d->changed, &d->lock);
            continue;
        }
        dial_once(d);
        if (!d->wanted)
            continue;
        pthread_mutex_unlock(&d->lock);
        pause_ms(d, DIAL_AGAIN_MS);
        pthread_mutex_lock(&d->lock);
    }
    pthread_mutex_unlock(&d->lock);
    return NULL;
}

struct pg_dial *pg_dial_new(const char *const *names, const char *const *values)
{
    struct pg_dial *d = mem_zalloc(sizeof(*d));
    pthread_condattr_t attr;

    d->names = names;
    d->values = values;
    d->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&d->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&d->changed, &attr);
    pthread_condattr_destroy(&attr);
    if (d->wake_fd >= 0 && pthread_create(&d->thread, NULL, dial_run, d) == 0) {
        pthread_setname_np(d->thread, "dial");
        return d;
    }
    if (d->wake_fd >= 0)
        close(d->wake_fd);
    pthread_cond_destroy(&d->changed);
    pthread_mutex_destroy(&d->lock);
    free(d);
    return NULL;
}

/* It waits for nothing but the resolver, which cannot be asked to stop. */
void pg_dial_free(struct pg_dial *d)
{
    pthread_mutex_lock(&d->lock);
    d->stopping = true;
    d->wanted = false;
    eventfd_write(d->wake_fd, 1);
    pthread_cond_broadcast(&d->changed);
    pthread_mutex_unlock(&d->lock);
    pthread_join(d->thread, NULL);
    PQfinish(d->ready.conn);
    close(d->wake_fd);
    pthread_cond_destroy(&d->changed);
    pthread_mutex_destroy(&d->lock);
    free(d);
}

/* ---- the store thread ---- */

static void want(struct pg_dial *d)
{
    if (d->wanted || d->ready.conn != NULL)
        return;
    d->wanted = true;
    d->refusal = (struct pg_refusal){.final = false};
    pthread_cond_broadcast(&d->changed);
}

bool pg_dial_get(struct pg_dial *d, unsigned wait_ms, struct pg_session *out,
                 struct pg_refusal *why)
{
    uint64_t end_ms = clock_mono_ms() + wait_ms;
    struct timespec until = {.tv_sec = (time_t)(end_ms / 1000),
                             .tv_nsec = (long)(end_ms % 1000) * 1000000L};
    unsigned tries;
    int rc = 0;

    pthread_mutex_lock(&d->lock);
    tries = d->tries;
    want(d);
    while (d->ready.conn == NULL && d->tries == tries && rc == 0 && wait_ms > 0)
        rc = pthread_cond_timedwait(&d->changed, &d->lock, &until);
    *out = d->ready;
    d->ready.conn = NULL;
    *why = d->refusal;
    if (d->refusal.text[0] == '\0')
        snprintf(why->text, sizeof(why->text), "the server does not answer");
    pthread_mutex_unlock(&d->lock);
    return out->conn != NULL;
}

void pg_dial_look(struct pg_dial *d)
{
    struct pg_session old;

    pthread_mutex_lock(&d->lock);
    old = d->ready;
    d->ready.conn = NULL;
    d->look_signs = d->signs;
    d->look_ms = clock_mono_ms();
    want(d);
    pthread_mutex_unlock(&d->lock);
    PQfinish(old.conn);
}

/* A refusal is a sign of life, too. */
enum pg_sign pg_dial_sign(struct pg_dial *d, unsigned limit_ms)
{
    enum pg_sign sign = PG_SIGN_AWAITED;

    pthread_mutex_lock(&d->lock);
    if (limit_ms < DIAL_SLOW_TIMES * d->took_ms)
        limit_ms = DIAL_SLOW_TIMES * d->took_ms;
    if (d->signs != d->look_signs)
        sign = PG_SIGN_ALIVE;
    else if (clock_mono_ms() - d->look_ms >= limit_ms)
        sign = PG_SIGN_NONE;
    pthread_mutex_unlock(&d->lock);
    return sign;
}

void pg_dial_rest(struct pg_dial *d)
{
    struct pg_session old;

    pthread_mutex_lock(&d->lock);
    old = d->ready;
    d->ready.conn = NULL;
    d->wanted = false;
    pthread_mutex_unlock(&d->lock);
    PQfinish(old.conn);
}
