/* Connections: made and ended by libmicrohttpd, watched by us for clients that leave or dawdle. */
#include "http/conn.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

struct http_conn *http_conn_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info->socket_context;
}

/* libmicrohttpd does not look at a suspended connection, so this is the only word of its end. A
 * client that closes its sending side counts as gone: it gains nothing from an answer to half a
 * connection that could not be told from a dead one. */
static void conn_left(struct ev_io *io, uint32_t events)
{
    struct http_conn *c = container_of(io, struct http_conn, watch);
    struct http_req *r = &c->req;

    if (!(events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) || r->gone)
        return;
    r->gone = true;
    if (r->active && r->suspended && r->owner != NULL)
        r->owner->gone(r->owner_arg);
}

void http_conn_deadline(struct http_conn *c, int64_t ms)
{
    wheel_set(&c->w->loop.wheel, &c->deadline, c->w->loop.now_ms + (uint64_t)ms);
}

/* A request that has begun is answered, one that has not is not: the client may be about to send
 * it, and would take the answer for its own. */
static void conn_say_late(struct http_conn *c)
{
    struct http_req *r = &c->req;
    struct err e;

    if (!r->active || r->answered || r->spoken)
        return;
    err_set(&e, ERR_CLIENT_TIMEOUT, NULL);
    http_send_past(c->watch.fd, r->refused ? &r->refusal : &e, r->id, 0);
}

/* Time is up for headers or body. A body that keeps coming at a fair pace has longer. */
static void conn_overdue(struct timer *t)
{
    struct http_conn *c = container_of(t, struct http_conn, deadline);
    uint64_t spent_ms = c->w->loop.now_ms - c->body_began_ms;

    if (c->body_began_ms != 0 &&
        c->req.body_seen_bytes * 1000 >= spent_ms * HTTP_BODY_SLOW_BYTES_PER_S) {
        http_conn_deadline(c, gateway_conf(c->w->gw)->client_timeout);
        return;
    }
    conn_say_late(c);
    shutdown(c->watch.fd, SHUT_RDWR); /* libmicrohttpd sees the end and closes */
}

static void conn_open(struct http_server *s, struct MHD_Connection *mhd, void **context)
{
    struct http_conn *c = mem_zalloc(sizeof(*c));
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);

    c->w = s->w;
    c->server = s;
    c->watch = (struct ev_io){.fd = info->connect_fd, .ready = conn_left};
    c->deadline.fire = conn_overdue;
    buf_init(&c->req.body, 0);
    list_push(&s->conns, &c->link);
    *context = c;
    atomic_fetch_add_explicit(&s->w->connections, 1, memory_order_relaxed);
    evloop_watch(&s->w->loop, &c->watch, EPOLLRDHUP | EPOLLET);
    http_conn_deadline(c, gateway_conf(s->w->gw)->client_timeout);
}

static void conn_bury(struct dead *d)
{
    struct http_conn *c = container_of(d, struct http_conn, dead);

    buf_done(&c->req.body);
    free(c);
}

void http_conn_forget(struct worker *w)
{
    atomic_fetch_sub_explicit(&w->given, 1, memory_order_relaxed);
    atomic_fetch_sub_explicit(&w->gw->connections, 1, memory_order_relaxed);
}

static void conn_close(struct http_conn *c)
{
    struct worker *w = c->w;

    if (c->req.active)
        http_req_end(&c->req, false);
    evloop_watch(&w->loop, &c->watch, 0);
    wheel_cancel(&c->deadline);
    list_drop(&c->link);
    atomic_fetch_sub_explicit(&w->connections, 1, memory_order_relaxed);
    http_conn_forget(w);
    worker_bury(w, &c->dead, conn_bury);
}

void http_conn_notify(void *arg, struct MHD_Connection *mhd, void **context,
                      enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        conn_open(arg, mhd, context);
    else if (*context != NULL)
        conn_close(*context);
}
