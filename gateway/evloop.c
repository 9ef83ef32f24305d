/* One thread's event loop: epoll. */
#include "evloop.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"

enum { EVLOOP_BATCH = 256 };

void evloop_init(struct evloop *l)
{
    l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (l->epoll_fd < 0)
        abort();
    l->now_ms = clock_mono_ms();
    l->wall_ms = clock_wall_ms();
    wheel_init(&l->wheel, l->now_ms);
}

void evloop_done(struct evloop *l)
{
    close(l->epoll_fd);
}

bool evloop_watch(struct evloop *l, struct ev_io *io, uint32_t events)
{
    struct epoll_event ev = {.events = events, .data.ptr = io};
    int op = events == 0 ? EPOLL_CTL_DEL : io->events == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;

    if (events == io->events)
        return true;
    if (epoll_ctl(l->epoll_fd, op, io->fd, &ev) != 0 && events != 0)
        return false;
    io->events = events;
    return true;
}

void evloop_turn(struct evloop *l, int wait_ms)
{
    struct epoll_event events[EVLOOP_BATCH];
    int n = epoll_wait(l->epoll_fd, events, EVLOOP_BATCH, wait_ms);

    l->now_us = clock_mono_us();
    l->now_ms = l->now_us / 1000;
    l->wall_ms = clock_wall_ms();
    for (int i = 0; i < n; i++) {
        struct ev_io *io = events[i].data.ptr;

        /* Forgotten by an earlier event of this batch: its memory lives until the turn ends. */
        if (io->events != 0)
            io->ready(io, events[i].events);
    }
}
