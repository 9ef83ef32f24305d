/* One connection to Redis: opened with all that has to be said first, then bytes both ways. */
#include "store/redis_conn.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

enum {
    CONN_OUT_BYTES = 256 * 1024 * 1024,
    CONN_OUT_KEEP_BYTES = 1024 * 1024, /* of its memory, when all is written */
    CONN_READ_BYTES = 64 * 1024,
    CONN_KEEPALIVE_S = 30, /* before a silent connection is looked at, and between three looks */
    CONN_HELLO_MS = 1000,  /* for which what is written to try it is kept */
};

static const char *const script_texts[] = {
#define REDIS_SCRIPT(name, text) text,
#include "store/redis_scripts.def"
#undef REDIS_SCRIPT
};

static bool begins_with(const struct redis_reply *r, const char *const *words, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (redis_reply_refused(r, words[i]))
            return true;
    return false;
}

bool redis_refusal_passes(const struct redis_reply *r)
{
    static const char *const words[] = {"LOADING",     "OOM",        "READONLY",
                                        "MISCONF",     "MASTERDOWN", "NOREPLICAS",
                                        "CLUSTERDOWN", "BUSY",       "ERR max number of clients"};

    return begins_with(r, words, ARRAY_LEN(words));
}

bool redis_refusal_stays(const struct redis_reply *r)
{
    static const char *const words[] = {"NOAUTH", "WRONGPASS", "NOPERM", "MOVED", "ASK"};

    return begins_with(r, words, ARRAY_LEN(words));
}

void redis_conn_init(struct redis_conn *c)
{
    c->fd = -1;
    buf_init(&c->out, CONN_OUT_BYTES);
}

void redis_conn_done(struct redis_conn *c)
{
    redis_conn_close(c);
    buf_wipe(&c->out);
    tls_trust_free(c->trust);
    conf_redis_done(&c->where);
    free(c->prefix);
}

void redis_conn_close(struct redis_conn *c)
{
    tls_free(c->tls);
    c->tls = NULL;
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    if (c->reader != NULL)
        redis_reader_free(c->reader);
    c->reader = NULL;
    buf_wipe(&c->out);
    c->out_at = 0;
}

static bool broken(struct redis_conn *c, const char *why)
{
    size_t len = strlen(why);

    while (len > 0 && why[len - 1] == '.')
        len--;
    snprintf(c->why, sizeof(c->why), "%.*s", (int)len, why);
    return false;
}

/* ---- bytes ---- */

static ssize_t conn_send(struct redis_conn *c, const char *data, size_t len)
{
    ssize_t n;

    if (c->tls != NULL)
        return tls_write(c->tls, data, len);
    n = send(c->fd, data, len, MSG_NOSIGNAL);
    if (n >= 0)
        return n;
    return errno == EAGAIN || errno == EINTR ? TLS_WAIT_WRITE : TLS_BROKEN;
}

static ssize_t conn_recv(struct redis_conn *c, char *out, size_t max)
{
    ssize_t n;

    if (c->tls != NULL)
        return tls_read(c->tls, out, max);
    n = recv(c->fd, out, max, 0);
    if (n > 0)
        return n;
    if (n == 0)
        return TLS_CLOSED;
    return errno == EAGAIN || errno == EINTR ? TLS_WAIT_READ : TLS_BROKEN;
}

bool redis_conn_write(struct redis_conn *c)
{
    while (c->out_at < c->out.len) {
        ssize_t n = conn_send(c, c->out.data + c->out_at, c->out.len - c->out_at);

        if (n == TLS_WAIT_READ || n == TLS_WAIT_WRITE) {
            c->out_wants = n == TLS_WAIT_READ ? POLLIN : POLLOUT;
            return true;
        }
        if (n < 0)
            return broken(c, "the connection broke");
        c->out_at += (size_t)n;
    }
    if (c->out.room_bytes > CONN_OUT_KEEP_BYTES)
        buf_done(&c->out);
    buf_clear(&c->out);
    c->out_at = 0;
    return true;
}

bool redis_conn_read(struct redis_conn *c)
{
    char block[CONN_READ_BYTES];
    ssize_t n;

    do {
        n = conn_recv(c, block, sizeof(block));
        if (n == TLS_CLOSED)
            return broken(c, "it closed the connection");
        if (n == TLS_BROKEN)
            return broken(c, "the connection broke");
        if (n > 0 && !redis_reader_feed(c->reader, block, (size_t)n))
            return broken(c, "what it says is not understood");
        /* TLS may hold more than the socket shows. */
    } while (n == (ssize_t)sizeof(block) || (n > 0 && c->tls != NULL));
    return true;
}

short redis_conn_wants(const struct redis_conn *c)
{
    return (short)(POLLIN | (c->out_at < c->out.len ? c->out_wants : 0));
}

/* ---- opening ---- */

/* Until the socket is ready for any of the events; false: it is too late, or we are to stop. */
static bool conn_wait(struct redis_conn *c, short events, uint64_t due_ms)
{
    struct pollfd fds[] = {{.fd = c->fd, .events = events}, {.fd = c->stop_fd, .events = POLLIN}};
    uint64_t now_ms = clock_mono_ms();
    int n;

    if (now_ms >= due_ms)
        return broken(c, "it does not answer");
    n = poll(fds, ARRAY_LEN(fds), (int)(due_ms - now_ms));
    if (n < 0 && errno != EINTR)
        abort();
    if (fds[1].revents != 0)
        return broken(c, "the gateway stops");
    return n != 0 || broken(c, "it does not answer");
}

static bool conn_dial(struct redis_conn *c, const struct addrinfo *a, uint64_t due_ms)
{
    int on = 1, idle_s = CONN_KEEPALIVE_S, error = 0;
    socklen_t len = sizeof(error);

    c->fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0)
        return broken(c, strerror(errno));
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(c->fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    setsockopt(c->fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof(idle_s));
    setsockopt(c->fd, IPPROTO_TCP, TCP_KEEPINTVL, &idle_s, sizeof(idle_s));
    if (connect(c->fd, a->ai_addr, a->ai_addrlen) == 0)
        return true;
    if (errno != EINPROGRESS)
        return broken(c, strerror(errno));
    if (!conn_wait(c, POLLOUT, due_ms))
        return false;
    if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
        error = errno;
    return error == 0 || broken(c, strerror(error));
}

static enum redis_opened conn_encrypt(struct redis_conn *c, uint64_t due_ms)
{
    char why[TLS_WHY_BYTES];
    int rc;

    c->tls = tls_new(c->trust, c->fd, c->where.host);
    while ((rc = tls_handshake(c->tls, why)) != 0) {
        if (rc == TLS_BROKEN) {
            snprintf(c->why, sizeof(c->why), "TLS: %s", why);
            return REDIS_REFUSED;
        }
        if (!conn_wait(c, rc == TLS_WAIT_READ ? POLLIN : POLLOUT, due_ms))
            return REDIS_AWAY;
    }
    return REDIS_OPEN;
}

static void say(struct redis_conn *c, const struct redis_words *w)
{
    size_t len;
    char *text = redis_words_format(w, &len);

    buf_add(&c->out, text, len);
    explicit_bzero(text, len); /* a password, once */
    free(text);
}

void redis_conn_load(struct redis_conn *c, enum redis_script script)
{
    struct redis_words load = {.count = 0};

    redis_word(&load, "SCRIPT");
    redis_word(&load, "LOAD");
    redis_word(&load, script_texts[script]);
    say(c, &load);
}

/* Everything at once; returns the number of answers to come. The last ones are those to scripts. */
static int say_hello(struct redis_conn *c)
{
    struct redis_words auth = {.count = 0}, db = auth, hello = auth;
    char *key = mem_printf("%shello", c->prefix);
    int n = 1;

    if (c->where.password != NULL) {
        redis_word(&auth, "AUTH");
        if (c->where.user != NULL)
            redis_word(&auth, c->where.user);
        redis_word(&auth, c->where.password);
        say(c, &auth);
        n++;
    }
    if (c->where.db != 0) {
        redis_word(&db, "SELECT");
        redis_word_number(&db, c->where.db);
        say(c, &db);
        n++;
    }
    redis_word(&hello, "EVAL"); /* whether scripts may write, which is what we need */
    redis_word(&hello, "return redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])");
    redis_word(&hello, "1");
    redis_word(&hello, key);
    redis_word_number(&hello, CONN_HELLO_MS);
    say(c, &hello);
    free(key);
    for (int i = 0; i < REDIS_SCRIPTS; i++)
        redis_conn_load(c, (enum redis_script)i);
    return n + REDIS_SCRIPTS;
}

/* The next answer, waited for. */
static enum redis_opened hear(struct redis_conn *c, uint64_t due_ms, struct redis_reply **out)
{
    for (;;) {
        if (!redis_reader_next(c->reader, out)) {
            broken(c, "it does not speak Redis's protocol");
            return REDIS_REFUSED;
        }
        if (*out != NULL)
            return REDIS_OPEN;
        if (!redis_conn_write(c) || !conn_wait(c, redis_conn_wants(c), due_ms) ||
            !redis_conn_read(c))
            return REDIS_AWAY;
    }
}

static enum redis_opened conn_greet(struct redis_conn *c, uint64_t due_ms)
{
    enum redis_opened rc = REDIS_OPEN;

    c->reader = redis_reader_new();
    for (int left = say_hello(c); left > 0 && rc == REDIS_OPEN; left--) {
        struct redis_reply *r = NULL;

        rc = hear(c, due_ms, &r);
        if (rc != REDIS_OPEN)
            return rc;
        if (r->type == REDIS_REFUSAL) {
            broken(c, r->text);
            rc = redis_refusal_passes(r) ? REDIS_AWAY : REDIS_REFUSED;
        } else if (left <= REDIS_SCRIPTS && c->sha[REDIS_SCRIPTS - left][0] == '\0') {
            snprintf(c->sha[REDIS_SCRIPTS - left], REDIS_SHA_BYTES, "%s", r->text ? r->text : "");
        }
        redis_reply_free(r);
    }
    return rc;
}

static enum redis_opened conn_try(struct redis_conn *c, const struct addrinfo *a, uint64_t due_ms)
{
    enum redis_opened rc = conn_dial(c, a, due_ms) ? REDIS_OPEN : REDIS_AWAY;

    if (rc == REDIS_OPEN && c->where.tls)
        rc = conn_encrypt(c, due_ms);
    if (rc == REDIS_OPEN)
        rc = conn_greet(c, due_ms);
    if (rc != REDIS_OPEN)
        redis_conn_close(c);
    return rc;
}

enum redis_opened redis_conn_open(struct redis_conn *c, int timeout_ms)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
    enum redis_opened rc = REDIS_AWAY;
    int failed = getaddrinfo(c->where.host, c->where.port, &hints, &list);

    if (failed != 0) {
        snprintf(c->why, sizeof(c->why), "its name is not found: %s", gai_strerror(failed));
        return REDIS_AWAY;
    }
    for (const struct addrinfo *a = list; a != NULL && rc == REDIS_AWAY; a = a->ai_next)
        rc = conn_try(c, a, clock_mono_ms() + (uint64_t)timeout_ms);
    freeaddrinfo(list);
    return rc;
}
