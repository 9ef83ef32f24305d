/* libcurl's multi interface on a worker's event loop. */
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "upstream/upstream_impl.h"

enum {
    UPSTREAM_TIMER_RUNS = 8 /* of libcurl's timer in one turn, should it ask for 0 ms for ever */
};

static void upstream_act(struct upstream *u, curl_socket_t fd, int what)
{
    int running;
    CURLMcode rc = curl_multi_socket_action(u->multi, fd, what, &running);

    if (rc != CURLM_OK && rc != CURLM_BAD_SOCKET) {
        LOG(ERROR, "upstream_multi", F_STR("error", curl_multi_strerror(rc)));
        u->broken = true;
    }
}

static void socket_ready(struct ev_io *io, uint32_t events)
{
    struct upstream_socket *s = container_of(io, struct upstream_socket, io);
    uint32_t trouble = events & (EPOLLHUP | EPOLLERR);
    int what = 0;

    if (s->wanted == 0 || ((events & s->wanted) == 0 && trouble == 0)) {
        evloop_watch(&s->u->w->loop, io, s->wanted);
        return;
    }
    if (events & (EPOLLIN | EPOLLHUP))
        what |= CURL_CSELECT_IN;
    if (events & EPOLLOUT)
        what |= CURL_CSELECT_OUT;
    if (events & EPOLLERR)
        what |= CURL_CSELECT_ERR;
    upstream_act(s->u, io->fd, what);
}

static struct upstream_socket *upstream_socket_get(struct upstream *u, int fd)
{
    size_t at = (size_t)fd;

    if (at >= u->sockets_len) {
        size_t len = at + 64;

        u->sockets = mem_resize(u->sockets, len, sizeof(struct upstream_socket *));
        for (size_t i = u->sockets_len; i < len; i++)
            u->sockets[i] = NULL;
        u->sockets_len = len;
    }
    if (u->sockets[at] == NULL) {
        u->sockets[at] = mem_zalloc(sizeof(struct upstream_socket));
        u->sockets[at]->u = u;
        u->sockets[at]->io = (struct ev_io){.fd = fd, .ready = socket_ready};
    }
    return u->sockets[at];
}

/* libcurl says which events of a socket it wants. */
static int upstream_want(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket)
{
    struct upstream *u = arg;
    struct upstream_socket *s = upstream_socket_get(u, fd);

    (void)easy;
    (void)socket;
    s->wanted = 0;
    if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
        s->wanted |= EPOLLIN;
    if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
        s->wanted |= EPOLLOUT;
    if ((s->io.events & s->wanted) != s->wanted)
        evloop_watch(&u->w->loop, &s->io, s->wanted);
    return 0;
}

int upstream_close_socket(void *arg, curl_socket_t fd)
{
    struct upstream *u = arg;

    if ((size_t)fd < u->sockets_len && u->sockets[fd] != NULL) {
        u->sockets[fd]->wanted = 0;
        evloop_watch(&u->w->loop, &u->sockets[fd]->io, 0);
    }
    return close(fd);
}

static int upstream_timer(CURLM *multi, long wait_ms, void *arg)
{
    struct upstream *u = arg;

    (void)multi;
    /* "Now" must not become "in a millisecond" because the clock moved on since the turn began. */
    u->timer_at_ms = wait_ms < 0    ? UINT64_MAX
                     : wait_ms == 0 ? 0
                                    : clock_mono_ms() + (uint64_t)wait_ms;
    return 0;
}

void upstream_timers(struct upstream *u)
{
    for (int i = 0; i < UPSTREAM_TIMER_RUNS; i++) {
        if (u->timer_at_ms == UINT64_MAX || u->timer_at_ms > clock_mono_ms())
            return;
        u->timer_at_ms = UINT64_MAX;
        upstream_act(u, CURL_SOCKET_TIMEOUT, 0);
    }
}

int upstream_wait_ms(const struct upstream *u)
{
    if (!list_empty(&u->continues) || u->broken)
        return 0;
    if (u->timer_at_ms == UINT64_MAX)
        return -1;
    return u->timer_at_ms <= u->w->loop.now_ms ? 0 : (int)(u->timer_at_ms - u->w->loop.now_ms);
}

void upstream_init_process(void)
{
    if (upstream_memory_init() != CURLE_OK)
        abort();
}

CURLM *upstream_multi_new(struct upstream *u)
{
    CURLM *multi = curl_multi_init();

    if (multi == NULL)
        abort();
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, upstream_want);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, u);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, upstream_timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, u);
    curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)UPSTREAM_IDLE_CONNECTIONS);
    return multi;
}

struct upstream *upstream_new(struct worker *w)
{
    struct upstream *u = mem_zalloc(sizeof(*u));

    u->w = w;
    u->timer_at_ms = UINT64_MAX;
    list_init(&u->spares);
    list_init(&u->continues);
    list_init(&u->running);
    u->multi = upstream_multi_new(u);
    u->share = curl_share_init();
    if (u->share == NULL)
        abort();
    curl_share_setopt(u->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
    return u;
}

void upstream_free(struct upstream *u)
{
    struct list *link;

    while ((link = list_pop(&u->spares)) != NULL)
        transfer_free(list_of(link, struct transfer, link));
    curl_multi_cleanup(u->multi);
    curl_share_cleanup(u->share);
    for (size_t i = 0; i < u->sockets_len; i++)
        free(u->sockets[i]);
    free(u->sockets);
    free(u);
}
