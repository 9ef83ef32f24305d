/* libcurl's multi interface on a worker's event loop, in lanes. */
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "upstream/upstream_impl.h"

enum {
    UPSTREAM_TIMER_RUNS = 8 /* of libcurl's timer in one turn, should it ask for 0 ms for ever */
};

static void lane_act(struct lane *l, curl_socket_t fd, int what)
{
    int running;
    CURLMcode rc = curl_multi_socket_action(l->multi, fd, what, &running);

    l->acted = true;
    if (rc != CURLM_OK && rc != CURLM_BAD_SOCKET) {
        LOG(ERROR, "upstream_multi", F_STR("error", curl_multi_strerror(rc)));
        l->broken = true;
    }
}

static void socket_ready(struct ev_io *io, uint32_t events)
{
    struct upstream_socket *s = container_of(io, struct upstream_socket, io);
    uint32_t trouble = events & (EPOLLHUP | EPOLLERR);
    int what = 0;

    if (s->wanted == 0 || ((events & s->wanted) == 0 && trouble == 0)) {
        evloop_watch(&s->lane->u->w->loop, io, s->wanted);
        return;
    }
    if (events & (EPOLLIN | EPOLLHUP))
        what |= CURL_CSELECT_IN;
    if (events & EPOLLOUT)
        what |= CURL_CSELECT_OUT;
    if (events & EPOLLERR)
        what |= CURL_CSELECT_ERR;
    lane_act(s->lane, io->fd, what);
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
        u->sockets[at]->io = (struct ev_io){.fd = fd, .ready = socket_ready};
    }
    return u->sockets[at];
}

/* libcurl says which events of a socket it wants. */
static int upstream_want(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket)
{
    struct lane *l = arg;
    struct upstream_socket *s = upstream_socket_get(l->u, fd);

    (void)easy;
    (void)socket;
    s->lane = l;
    s->wanted = 0;
    if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
        s->wanted |= EPOLLIN;
    if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
        s->wanted |= EPOLLOUT;
    if ((s->io.events & s->wanted) != s->wanted)
        evloop_watch(&l->u->w->loop, &s->io, s->wanted);
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
    struct lane *l = arg;

    (void)multi;
    /* "Now" must not become "in a millisecond" because the clock moved on since the turn began. */
    l->timer_at_ms = wait_ms < 0    ? UINT64_MAX
                     : wait_ms == 0 ? 0
                                    : clock_mono_ms() + (uint64_t)wait_ms;
    return 0;
}

static void lane_timers(struct lane *l)
{
    for (int i = 0; i < UPSTREAM_TIMER_RUNS; i++) {
        if (l->timer_at_ms == UINT64_MAX || l->timer_at_ms > clock_mono_ms())
            return;
        l->timer_at_ms = UINT64_MAX;
        lane_act(l, CURL_SOCKET_TIMEOUT, 0);
    }
}

void upstream_timers(struct upstream *u)
{
    for (size_t i = 0; i < u->lanes_len; i++)
        lane_timers(u->lanes[i]);
}

int upstream_wait_ms(const struct upstream *u)
{
    uint64_t at_ms = UINT64_MAX, now_ms = u->w->loop.now_ms;

    if (!list_empty(&u->continues))
        return 0;
    for (size_t i = 0; i < u->lanes_len; i++) {
        if (u->lanes[i]->broken)
            return 0;
        if (u->lanes[i]->timer_at_ms < at_ms)
            at_ms = u->lanes[i]->timer_at_ms;
    }
    if (at_ms == UINT64_MAX)
        return -1;
    return at_ms <= now_ms ? 0 : (int)(at_ms - now_ms);
}

/* ---- lanes -------------------------------------------------------------------------------------
 */

CURLM *lane_renew(struct lane *l)
{
    CURLM *before = l->multi, *multi = curl_multi_init();

    if (multi == NULL)
        abort();
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, upstream_want);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, l);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, upstream_timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, l);
    curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)UPSTREAM_LANE_CONNECTIONS);
    l->multi = multi;
    l->timer_at_ms = UINT64_MAX;
    l->acted = l->broken = false;
    return before;
}

struct lane *lane_new(struct upstream *u)
{
    struct lane *l = mem_zalloc(sizeof(*l));

    l->u = u;
    list_init(&l->running);
    lane_renew(l);
    return l;
}

void lane_free(struct lane *l)
{
    curl_multi_cleanup(l->multi);
    free(l);
}

struct lane *lane_choose(struct upstream *u)
{
    for (size_t i = 0; i < u->lanes_len; i++)
        if (u->lanes[i]->running_len < UPSTREAM_LANE_CALLS)
            return u->lanes[i];
    if (u->lanes_len == UPSTREAM_LANES_MAX)
        return u->lanes[u->turn++ % UPSTREAM_LANES_MAX];
    u->lanes[u->lanes_len] = lane_new(u);
    return u->lanes[u->lanes_len++];
}

void lanes_trim(struct upstream *u)
{
    while (u->lanes_len > 1) {
        struct lane *last = u->lanes[u->lanes_len - 1];

        if (last->running_len > 0 ||
            u->w->loop.now_ms < last->rested_at_ms + UPSTREAM_IDLE_S * UINT64_C(1000))
            return;
        u->lanes_len--;
        lane_free(last);
    }
}

/* ---- all of it ---------------------------------------------------------------------------------
 */

void upstream_init_process(void)
{
    if (upstream_memory_init() != CURLE_OK)
        abort();
}

struct upstream *upstream_new(struct worker *w)
{
    struct upstream *u = mem_zalloc(sizeof(*u));

    u->w = w;
    list_init(&u->spares);
    list_init(&u->continues);
    u->lanes[u->lanes_len++] = lane_new(u);
    u->share = curl_share_init();
    if (u->share == NULL)
        abort();
    curl_share_setopt(u->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
    curl_share_setopt(u->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
    return u;
}

void upstream_free(struct upstream *u)
{
    struct list *link;

    while ((link = list_pop(&u->spares)) != NULL)
        transfer_free(list_of(link, struct transfer, link));
    for (size_t i = 0; i < u->lanes_len; i++)
        lane_free(u->lanes[i]);
    curl_share_cleanup(u->share);
    for (size_t i = 0; i < u->sockets_len; i++)
        free(u->sockets[i]);
    free(u->sockets);
    free(u);
}
