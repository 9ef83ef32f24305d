/* One thread's event loop: accepts, dispatches readiness, and runs what is due. */
#include "server.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define EVENTS_PER_TURN  256
#define ACCEPTS_PER_TURN 64

static uint64_t clock_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void heap_put(struct loop *l, size_t at, struct conn *c)
{
    l->heap[at] = c;
    c->timer_at = at;
}

/* Moves the connection at `at` up or down to where its time belongs. */
static void heap_settle(struct loop *l, size_t at)
{
    struct conn *c = l->heap[at];

    while (at > 1 && l->heap[at / 2]->timer_ns > c->timer_ns) {
        heap_put(l, at, l->heap[at / 2]);
        at /= 2;
    }
    while (at * 2 <= l->heap_len) {
        size_t child = at * 2;

        if (child < l->heap_len && l->heap[child + 1]->timer_ns < l->heap[child]->timer_ns)
            child++;
        if (l->heap[child]->timer_ns >= c->timer_ns)
            break;
        heap_put(l, at, l->heap[child]);
        at = child;
    }
    heap_put(l, at, c);
}

static void heap_remove(struct loop *l, struct conn *c)
{
    size_t at = c->timer_at;
    struct conn *last = l->heap[l->heap_len--];

    c->timer_at = 0;
    if (last != c) {
        heap_put(l, at, last);
        heap_settle(l, at);
    }
}

/* One timer per connection; 0 takes it away. */
void loop_set_timer(struct conn *c, uint64_t due_ns)
{
    struct loop *l = c->loop;

    if (due_ns == 0) {
        if (c->timer_at > 0)
            heap_remove(l, c);
        return;
    }
    c->timer_ns = due_ns;
    if (c->timer_at == 0) {
        if (l->heap_len + 2 > l->heap_cap) {
            l->heap_cap = l->heap_cap ? l->heap_cap * 2 : 64;
            l->heap = realloc(l->heap, l->heap_cap * sizeof(struct conn *));
            if (!l->heap)
                abort();
        }
        heap_put(l, ++l->heap_len, c);
    }
    heap_settle(l, c->timer_at);
}

static void loop_accept(struct loop *l)
{
    for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
        int fd = accept4(l->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd < 0) {
            /* Without descriptors the listener stays readable; do not spin on it. */
            if (errno == EMFILE || errno == ENFILE)
                usleep(1000);
            return;
        }
        conn_open(l, fd);
    }
}

static int loop_wait(struct loop *l, struct epoll_event *events)
{
    struct timespec timeout = {0, 0};

    if (l->heap_len == 0)
        return epoll_pwait2(l->epoll_fd, events, EVENTS_PER_TURN, NULL, NULL);
    if (l->heap[1]->timer_ns > l->now_ns) {
        uint64_t wait_ns = l->heap[1]->timer_ns - l->now_ns;

        timeout.tv_sec = (time_t)(wait_ns / 1000000000u);
        timeout.tv_nsec = (long)(wait_ns % 1000000000u);
    }
    return epoll_pwait2(l->epoll_fd, events, EVENTS_PER_TURN, &timeout, NULL);
}

void *loop_run(void *loop)
{
    struct loop *l = loop;
    struct epoll_event events[EVENTS_PER_TURN];

    l->now_ns = clock_now_ns();
    while (!l->server->stop) {
        int n = loop_wait(l, events);

        l->now_ns = clock_now_ns();
        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr == NULL)
                loop_accept(l);
            else if (events[i].data.ptr != l)
                conn_event(events[i].data.ptr, events[i].events);
        }
        /* Whoever yields asks for a later time than now, so this ends. */
        while (l->heap_len > 0 && l->heap[1]->timer_ns <= l->now_ns) {
            struct conn *c = l->heap[1];

            heap_remove(l, c);
            conn_run(c);
        }
    }
    return NULL;
}

static int loop_watch(struct loop *l, int fd, void *who)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = who};

    return epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

int loop_open(struct loop *l, struct server *server, int listen_fd)
{
    l->server = server;
    l->listen_fd = listen_fd;
    l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    l->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    counts_init(&l->counts);
    if (l->epoll_fd < 0 || l->wake_fd < 0)
        return -1;
    /* The listener goes by no pointer at all, the wake-up by the loop's own. */
    return loop_watch(l, listen_fd, NULL) == 0 && loop_watch(l, l->wake_fd, l) == 0 ? 0 : -1;
}

void loop_close(struct loop *l)
{
    while (l->conns)
        conn_close(l->conns, 0);
    close(l->listen_fd);
    close(l->epoll_fd);
    close(l->wake_fd);
    free(l->heap);
    buf_free(&l->scratch);
    counts_free(&l->counts);
}
