/* The libmicrohttpd daemon of a worker, driven from outside through its epoll descriptor. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/conn.h"
#include "http/head.h"
#include "limit/limit.h"

/* MHD complains on standard error about every client that breaks off; we have our own log. */
static void server_log(void *arg, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));
static void server_log(void *arg, const char *fmt, va_list ap)
{
    char text[256];

    (void)arg;
    if (!log_enabled(LOG_LEVEL_DEBUG))
        return;
    vsnprintf(text, sizeof(text), fmt, ap);
    text[strcspn(text, "\n")] = '\0';
    LOG(DEBUG, "http", F_STR("text", text));
}

/* Called when the request line is there: the headers have CLIENT_TIMEOUT from now on. The query is
 * taken from libmicrohttpd: it would keep a record for each parameter in the connection's memory,
 * and when that is full it leaves the client without an answer. */
static void *server_uri(void *arg, const char *uri, struct MHD_Connection *mhd)
{
    struct http_conn *c = http_conn_of(mhd);

    (void)arg;
    c->target = uri;
    c->target_len = strlen(uri);
    http_req_begin(&c->req, c, mhd, uri);
    if (http_head_check_target(uri, &c->req.refusal) != ERR_OK)
        c->req.refused = true;
    if (c->req.query != NULL)
        ((char *)(uintptr_t)uri)[strcspn(uri, "?") + 1] = '\0';
    http_conn_deadline(c, gateway_conf(c->w->gw)->client_timeout);
    return c;
}

/* Where one request ends and the next begins is not certain now, so the connection ends too. */
static bool server_head(struct http_req *r, const char *version)
{
    const struct http_conn *c = container_of(r, struct http_conn, req);
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    struct http_head head = {
        r->method,
        c->target,
        c->target_len,
        version,
        r->method + info->header_size,
        (size_t)MHD_get_connection_values(r->mhd, MHD_HEADER_KIND, NULL, NULL)};

    if (!r->refused && http_head_check(&head, &r->refusal) != ERR_OK)
        r->refused = true;
    r->answer.close |= r->refused;
    return !r->refused;
}

/* A chunked body can only be found too large on the way, where libmicrohttpd has no place for an
 * answer. What still comes is thrown away for a while, so that the client is not cut off before it
 * has read why. */
static enum MHD_Result server_upload(struct http_req *r, const char *data, size_t *len)
{
    struct http_conn *c = container_of(r, struct http_conn, req);

    r->body_seen_bytes += *len;
    c->body_at_ms = c->w->loop.now_ms;
    if (!r->refused && !buf_add(&r->body, data, *len)) {
        r->refused = r->spoken = true;
        buf_done(&r->body);
        err_set(&r->refusal, ERR_TOO_LARGE, "The body is larger than the %zu bytes allowed here.",
                r->body_cap_bytes);
        http_send_past(c->watch.fd, &r->refusal, r->id, 0);
    }
    if (r->refused && r->body_seen_bytes > 2 * (uint64_t)r->body_cap_bytes + HTTP_DISCARD_MAX_BYTES)
        return MHD_NO;
    *len = 0;
    return MHD_YES;
}

static enum MHD_Result server_refuse_now(struct http_req *r)
{
    r->answer.close = true;
    limit_login_tell(r);
    http_send_error(r, &r->refusal, r->retry_after_s);
    return http_queue(r);
}

/* The headers are there. A refusal waits for the body to pass if that is short, as answering now
 * ends the connection. */
static enum MHD_Result server_headers(struct http_req *r, const char *url, const char *version)
{
    struct http_conn *c = container_of(r, struct http_conn, req);
    const char *length = http_header(r, "Content-Length");
    bool chunked = http_header(r, "Transfer-Encoding") != NULL;
    bool body_coming = chunked || (length != NULL && strcmp(length, "0") != 0);

    if (!server_head(r, version))
        return server_refuse_now(r);
    if (!http_req_admit(r, url, r->method)) {
        r->refused = true;
        if (body_coming && (chunked || strtoull(length, NULL, 10) > HTTP_DISCARD_MAX_BYTES ||
                            http_header(r, "Expect") != NULL))
            return server_refuse_now(r);
    }
    if (body_coming) {
        c->body_began_ms = c->body_at_ms = c->w->loop.now_ms;
        http_conn_deadline(c, gateway_conf(c->w->gw)->client_timeout);
    } else {
        wheel_cancel(&c->deadline);
    }
    return MHD_YES;
}

static void server_answer(struct http_req *r)
{
    if (r->refused)
        http_send_error(r, &r->refusal, r->retry_after_s);
    else
        r->route->handle(r);
}

/* The whole request is there, or it was resumed. */
static enum MHD_Result server_whole(struct http_req *r)
{
    struct http_conn *c = container_of(r, struct http_conn, req);

    if (r->spoken)
        return MHD_NO;
    if (!r->started) {
        r->started = true;
        c->body_began_ms = 0;
        wheel_cancel(&c->deadline);
        if (!limit_login_ask(r, server_answer))
            server_answer(r);
    }
    if (r->gone && !r->answered)
        return MHD_NO;
    if (r->answered)
        return http_queue(r);
    MHD_suspend_connection(r->mhd);
    r->suspended = true;
    if (r->gone && r->owner != NULL)
        r->owner->gone(r->owner_arg);
    return MHD_YES;
}

static enum MHD_Result server_handle(void *arg, struct MHD_Connection *mhd, const char *url,
                                     const char *method, const char *version,
                                     const char *upload_data, size_t *upload_len, void **context)
{
    struct http_conn *c = *context;
    struct http_req *r = &c->req;

    (void)arg;
    (void)mhd;
    if (r->method == NULL) {
        r->method = method;
        return server_headers(r, url, version);
    }
    if (*upload_len > 0)
        return server_upload(r, upload_data, upload_len);
    return server_whole(r);
}

static void server_completed(void *arg, struct MHD_Connection *mhd, void **context,
                             enum MHD_RequestTerminationCode how)
{
    struct http_conn *c = *context;
    const struct conf *conf;

    (void)arg;
    (void)mhd;
    if (c == NULL || !c->req.active)
        return;
    conf = gateway_conf(c->w->gw);
    http_req_end(&c->req, how == MHD_REQUEST_TERMINATED_COMPLETED_OK);
    c->body_began_ms = 0;
    /* libmicrohttpd ends a connection that is idle; this bounds one that trickles. */
    http_conn_deadline(c, conf->keepalive_timeout + conf->client_timeout);
}

static void server_ready(struct ev_io *io, uint32_t events)
{
    (void)events;
    container_of(io, struct http_server, wake)->ready = true;
}

struct http_server *http_server_new(struct worker *w)
{
    struct http_server *s = mem_zalloc(sizeof(*s));
    const struct conf *conf = gateway_conf(w->gw);
    const union MHD_DaemonInfo *info;

    s->w = w;
    list_init(&s->conns);
    list_init(&s->resumes);
    s->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0,
        NULL, NULL, server_handle, s, MHD_OPTION_EXTERNAL_LOGGER, server_log, NULL,
        MHD_OPTION_NOTIFY_CONNECTION, http_conn_notify, s, MHD_OPTION_NOTIFY_COMPLETED,
        server_completed, NULL, MHD_OPTION_URI_LOG_CALLBACK, server_uri, NULL,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)conf->max_connections + 16,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)(conf->keepalive_timeout / 1000),
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_POOL_BYTES, MHD_OPTION_END);
    if (s->daemon == NULL)
        abort();
    info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    s->wake = (struct ev_io){.fd = info->epoll_fd, .ready = server_ready};
    if (!evloop_watch(&w->loop, &s->wake, EPOLLIN))
        abort();
    return s;
}

void http_server_take(struct http_server *s, int fd, const struct sockaddr *addr, socklen_t len)
{
    /* On failure libmicrohttpd closes the socket itself. */
    if (MHD_add_connection(s->daemon, fd, addr, len) != MHD_YES)
        http_conn_forget(s->w);
    s->ready = true;
}

static bool server_must_run(struct http_server *s)
{
    MHD_UNSIGNED_LONG_LONG wait_ms;

    return s->ready || (MHD_get_timeout(s->daemon, &wait_ms) == MHD_YES && wait_ms == 0);
}

/* When the line with the size of a chunk does not end within the connection's memory, libmicrohttpd
 * 0.9.75 neither reads on nor gives up, and says that it must run again, for ever. It does not say
 * for which connection, so those go whose chunks have stopped coming. */
static void server_end_stuck(struct http_server *s)
{
    uint64_t now_ms = s->w->loop.now_ms;
    struct list *pos, *safe;
    struct err e;

    err_set(&e, ERR_BAD_REQUEST, "The line with the size of a chunk is too long.");
    list_each (pos, safe, &s->conns) {
        struct http_conn *c = list_of(pos, struct http_conn, link);

        if (c->body_began_ms == 0 || now_ms < c->body_at_ms + HTTP_BUSY_MS ||
            http_header(&c->req, "Transfer-Encoding") == NULL)
            continue;
        if (!c->req.spoken)
            http_send_past(c->watch.fd, &e, c->req.id, 0);
        shutdown(c->watch.fd, SHUT_RDWR);
    }
}

static void server_look_stuck(struct http_server *s, bool busy)
{
    uint64_t now_ms = s->w->loop.now_ms;

    if (!busy) {
        s->busy_since_ms = 0;
    } else if (s->busy_since_ms == 0) {
        s->busy_since_ms = now_ms;
    } else if (now_ms > s->busy_since_ms + HTTP_BUSY_MS) {
        s->busy_since_ms = now_ms;
        server_end_stuck(s);
    }
}

/* MHD_get_timeout() does not know of resumes (libmicrohttpd before 1.0), so each batch of them is
 * followed by a run. */
void http_server_run(struct http_server *s)
{
    int runs = 0;

    while (!list_empty(&s->resumes) || (runs < HTTP_RUNS_MAX && server_must_run(s))) {
        struct list *link;

        while ((link = list_pop(&s->resumes)) != NULL) {
            struct http_req *r = list_of(link, struct http_req, resume_link);

            r->suspended = false;
            MHD_resume_connection(r->mhd);
        }
        s->ready = false;
        MHD_run(s->daemon);
        runs++;
    }
    server_look_stuck(s, runs >= HTTP_RUNS_MAX);
}

int http_server_wait_ms(struct http_server *s)
{
    MHD_UNSIGNED_LONG_LONG wait_ms;

    if (MHD_get_timeout(s->daemon, &wait_ms) != MHD_YES)
        return -1;
    return wait_ms > 60000 ? 60000 : (int)wait_ms;
}

/* Stopping libmicrohttpd with a suspended connection aborts the process: all are told that their
 * client is gone, and resumed, before it is stopped. */
void http_server_free(struct http_server *s)
{
    struct list *pos, *safe;

    list_each (pos, safe, &s->conns) {
        struct http_conn *c = list_of(pos, struct http_conn, link);

        c->req.gone = true;
        shutdown(c->watch.fd, SHUT_RDWR);
        if (c->req.active && c->req.suspended && c->req.owner != NULL)
            c->req.owner->gone(c->req.owner_arg);
        http_resume(&c->req);
    }
    http_server_run(s);
    evloop_watch(&s->w->loop, &s->wake, 0);
    MHD_stop_daemon(s->daemon);
    free(s);
}
