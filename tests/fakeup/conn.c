/* A connection's life: reading requests, pushing answers out, noticing that the client left. */
#include "server.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rules.h"

#define READ_BYTES          4096
#define READ_BODY_BYTES     (256u << 10)
#define SHRINK_BYTES        (1u << 20)
#define FILLS_PER_TURN      4
#define SPLIT_GAP_NS        300000u
#define SLOW_TICK_NS        20000000u /* a slow reader reads its share so often */
#define LAST_BODY_CAP_BYTES (1u << 20)
#define PEEK_CAP_BYTES      (64u << 10)

/* What a step of a connection's life leaves behind. */
enum life { LIFE_ON, LIFE_BLOCKED, LIFE_OVER };

void conn_open(struct loop *l, int fd)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET};
    struct conn *c = calloc(1, sizeof(*c));
    int on = 1;

    if (!c)
        abort();
    c->loop = l;
    c->fd = fd;
    c->plan = &plan_default;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    c->next = l->conns;
    if (c->next)
        c->next->prev = c;
    l->conns = c;
    event.data.ptr = c;
    if (epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
        conn_close(c, 0);
}

void conn_close(struct conn *c, int reset)
{
    struct linger now = {1, 0};

    loop_set_timer(c, 0);
    if (c->counted)
        counts_connection_closed(&c->loop->counts);
    if (reset)
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close(c->fd);
    if (c->prev)
        c->prev->next = c->next;
    else
        c->loop->conns = c->next;
    if (c->next)
        c->next->prev = c->prev;
    buf_free(&c->in);
    buf_free(&c->out);
    answer_free(&c->answer);
    free(c->own_plan);
    free(c);
}

static enum life conn_end(struct conn *c, uint64_t *which, int reset)
{
    if (c->in_flight)
        counts_end(&c->loop->counts, which);
    conn_close(c, reset);
    return LIFE_OVER;
}

static enum life conn_wait(struct conn *c, uint64_t until_ns)
{
    if (until_ns != UINT64_MAX)
        loop_set_timer(c, until_ns);
    return LIFE_BLOCKED;
}

/* How much to ask for: not beyond a body's end, so that a full read means there is more. */
static size_t conn_read_size(struct conn *c)
{
    const struct request *r = &c->request;
    uint64_t pace = (uint64_t)plan_get(c->plan, D_SLOWREAD, 0);

    if (c->state != CONN_BODY)
        return READ_BYTES;
    if (pace > 0) {
        uint64_t tick_ns = pace < 50 ? 1000000000u / pace : SLOW_TICK_NS;

        c->gate_ns = c->loop->now_ns + tick_ns;
        return pace < 50 ? 1 : (size_t)pace / 50;
    }
    if (r->chunked || r->left > READ_BODY_BYTES)
        return READ_BODY_BYTES;
    return r->left < READ_BYTES ? READ_BYTES : (size_t)r->left;
}

/* 1: something came, 0: nothing now, -1: the end. */
static int conn_read(struct conn *c)
{
    size_t want;
    ssize_t n;

    if (!c->readable)
        return 0;
    if (c->gate_ns > c->loop->now_ns) {
        loop_set_timer(c, c->gate_ns);
        return 0;
    }
    want = conn_read_size(c);
    buf_reserve(&c->in, want);
    n = recv(c->fd, c->in.data + c->in.len, want, 0);
    if (n < 0 && errno == EAGAIN) {
        c->readable = 0;
        return 0;
    }
    if (n <= 0)
        return -1;
    /* A short read has emptied the socket, and what comes next is a new edge. */
    if ((size_t)n < want && !c->gone)
        c->readable = 0;
    c->in.len += (size_t)n;
    return 1;
}

static struct span conn_key(const struct conn *c)
{
    return http_span(&c->in, c->request.key);
}

static enum life conn_start_answer(struct conn *c)
{
    struct request *r = &c->request;
    struct span head = {c->in.data, r->head_len};
    struct span body = {c->in.data + r->head_len, r->body_len};

    if (body.len > LAST_BODY_CAP_BYTES)
        body.len = LAST_BODY_CAP_BYTES;
    if (!c->control)
        counts_keep_last(&c->loop->counts, c->seq, head, body, r->body_total);
    c->gate_ns = 0;
    c->state = CONN_ANSWER;
    answer_begin(c);
    return LIFE_ON;
}

static enum life conn_start_request(struct conn *c)
{
    struct request *r = &c->request;
    struct span path = http_span(&c->in, r->path);
    struct plan plan;

    c->state = CONN_BODY;
    c->control = path.len >= 7 && memcmp(path.ptr, "/_fake/", 7) == 0;
    if (c->control)
        return LIFE_ON;
    c->requests++;
    c->seq = counts_begin(&c->loop->counts, conn_key(c), path, !c->counted);
    c->counted = c->in_flight = 1;
    if (rules_match(conn_key(c), path, &plan))
        conn_take_plan(c, &plan);
    else if (span_is(path, "/blob") && r->query.len > 0)
        conn_plan_from(c, http_span(&c->in, r->query), '&');
    return plan_has(c->plan, D_UNREAD) ? conn_start_answer(c) : LIFE_ON;
}

static enum life conn_receive_head(struct conn *c)
{
    int got = c->in.len > 0 ? http_parse_head(&c->request, &c->in) : 0;

    if (got > 0)
        return conn_start_request(c);
    if (got == 0) {
        got = conn_read(c);
        if (got >= 0)
            return got > 0 ? LIFE_ON : LIFE_BLOCKED;
    } else {
        static const char bad[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n"
                                  "Connection: close\r\n\r\n";

        send(c->fd, bad, sizeof(bad) - 1, MSG_NOSIGNAL);
    }
    conn_close(c, 0);
    return LIFE_OVER;
}

static enum life conn_receive_body(struct conn *c)
{
    struct request *r = &c->request;
    int got = http_take_body(r, &c->in);

    if (got > 0)
        return conn_start_answer(c);
    if (got == 0) {
        if (r->expect_continue) {
            r->expect_continue = 0;
            send(c->fd, "HTTP/1.1 100 Continue\r\n\r\n", 25, MSG_NOSIGNAL);
        }
        /* A plan that says how to read the body has to be known before all of it is there. */
        if (!c->planned && r->body_len > 0 && r->body_len < PEEK_CAP_BYTES) {
            struct peek p;

            peek_scan(&p, c->in.data + r->head_len, r->body_len);
            conn_plan_from_model(c, p.model);
        }
        got = conn_read(c);
        if (got >= 0)
            return got > 0 ? LIFE_ON : LIFE_BLOCKED;
    }
    return conn_end(c, &c->loop->counts.aborted, 0);
}

/* Makes the connection ready for its next request, of which a part may already be there. */
static void conn_next_request(struct conn *c)
{
    size_t rest = c->in.len - c->request.raw;

    if (rest > 0)
        memmove(c->in.data, c->in.data + c->request.raw, rest);
    c->in.len = rest;
    if (c->in.cap > SHRINK_BYTES && rest == 0)
        buf_free(&c->in);
    answer_reset(&c->answer);
    c->state = CONN_HEAD;
    c->plan = &plan_default;
    c->planned = 0;
    c->plan_error[0] = '\0';
    c->gate_ns = 0;
}

static enum life conn_finish_answer(struct conn *c)
{
    if (c->answer.final != STEP_DONE)
        return conn_end(c, &c->loop->counts.cut, c->answer.final == STEP_RESET);
    if (c->in_flight)
        counts_end(&c->loop->counts, &c->loop->counts.answered);
    c->in_flight = 0;
    if (plan_has(c->plan, D_UNREAD)) {
        shutdown(c->fd, SHUT_WR);
        c->state = CONN_DRAIN;
        return LIFE_ON;
    }
    if (c->answer.closes) {
        conn_close(c, 0);
        return LIFE_OVER;
    }
    conn_next_request(c);
    return LIFE_ON;
}

/* Sends what is in the output buffer, as far as socket, split and limit allow. */
static enum life conn_flush(struct conn *c)
{
    struct answer *a = &c->answer;
    size_t split = (size_t)plan_get(c->plan, D_SPLIT, 0);

    while (c->out_sent < c->out.len) {
        size_t n = c->out.len - c->out_sent;
        ssize_t sent;

        if (c->gate_ns > c->loop->now_ns)
            return conn_wait(c, c->gate_ns);
        if (split > 0 && n > split)
            n = split;
        if (n > a->limit - a->written)
            n = (size_t)(a->limit - a->written);
        if (n == 0)
            return conn_end(c, &c->loop->counts.cut, a->limit_resets);
        sent = send(c->fd, c->out.data + c->out_sent, n, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN)
            return LIFE_BLOCKED;
        if (sent < 0)
            return conn_end(c, &c->loop->counts.aborted, 0);
        c->out_sent += (size_t)sent;
        a->written += (uint64_t)sent;
        if (split > 0)
            c->gate_ns = c->loop->now_ns + SPLIT_GAP_NS;
    }
    c->out.len = c->out_sent = 0;
    return LIFE_ON;
}

static enum life conn_answer(struct conn *c)
{
    struct answer *a = &c->answer;

    if (c->gone)
        return conn_end(c, &c->loop->counts.aborted, 0);
    for (int i = 0; i < FILLS_PER_TURN; i++) {
        enum life life = conn_flush(c);

        if (life != LIFE_ON)
            return life;
        if (a->final != STEP_MORE)
            return conn_finish_answer(c);
        while (c->out.len < OUT_FILL_BYTES && a->final == STEP_MORE) {
            enum step step = answer_step(c);

            if (step == STEP_WAIT && c->out.len == 0)
                return conn_wait(c, a->due_ns);
            if (step == STEP_WAIT)
                break;
            a->final = step;
        }
    }
    /* Others have their turn first. */
    return conn_wait(c, c->loop->now_ns + 1);
}

static enum life conn_drain(struct conn *c)
{
    int got;

    c->in.len = 0;
    got = conn_read(c);
    if (got >= 0)
        return got > 0 ? LIFE_ON : LIFE_BLOCKED;
    conn_close(c, 0);
    return LIFE_OVER;
}

void conn_run(struct conn *c)
{
    static enum life (*const states[])(struct conn * c) = {
        [CONN_HEAD] = conn_receive_head,
        [CONN_BODY] = conn_receive_body,
        [CONN_ANSWER] = conn_answer,
        [CONN_DRAIN] = conn_drain,
    };

    while (states[c->state](c) == LIFE_ON)
        ;
}

void conn_event(struct conn *c, uint32_t events)
{
    if (events & (EPOLLERR | EPOLLHUP | EPOLLRDHUP))
        c->gone = 1;
    if (events & (EPOLLIN | EPOLLERR | EPOLLHUP | EPOLLRDHUP))
        c->readable = 1;
    conn_run(c);
}
