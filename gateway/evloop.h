/* One thread's event loop: descriptors on epoll, and a timer wheel. */
#ifndef GATEWAY_EVLOOP_H
#define GATEWAY_EVLOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"

/* A watched descriptor. It lives in its owner's struct; an owner that goes away while events of the
 * same turn may still point here is freed at the end of the turn, not before. */
struct ev_io {
    int fd;
    uint32_t events; /* what epoll is asked for; 0: not registered */
    void (*ready)(struct ev_io *io, uint32_t events);
};

struct timer {
    struct list link;
    uint64_t due_ms; /* monotonic */
    void (*fire)(struct timer *t);
};

/* A hashed timing wheel (Varghese and Lauck, 1987): setting and cancelling cost the same with one
 * timer or a million. A timer fires at or up to WHEEL_TICK_MS after its due time. */
enum { WHEEL_TICK_MS = 16, WHEEL_SLOTS = 1024 };
struct wheel {
    struct list slots[WHEEL_SLOTS];
    uint64_t used[WHEEL_SLOTS / 64]; /* bit per slot that may hold timers */
    uint64_t tick;                   /* the last one that was handled */
};

struct evloop {
    int epoll_fd;
    uint64_t now_us, now_ms; /* monotonic, read once a turn: when its wait was over */
    int64_t wall_ms;         /* read with them: all that a call does in a turn has one time */
    struct wheel wheel;
};

void wheel_init(struct wheel *w, uint64_t now_ms);
/* Sets or moves; a timer is in one wheel at most. */
void wheel_set(struct wheel *w, struct timer *t, uint64_t due_ms);
void wheel_cancel(struct timer *t);
/* Fires what is due; a timer is out of the wheel when its fire is called, and may be set again. */
void wheel_advance(struct wheel *w, uint64_t now_ms);
/* Milliseconds until the wheel wants to be advanced, or -1. It may be early, never late. */
int wheel_wait_ms(const struct wheel *w, uint64_t now_ms);

/* All of these on the loop's thread. */
void evloop_init(struct evloop *l);
void evloop_done(struct evloop *l);
/* Registers, changes or (events 0) forgets. false: the kernel refused (errno says why). */
bool evloop_watch(struct evloop *l, struct ev_io *io, uint32_t events);
/* Waits up to wait_ms (-1: for ever), then calls ready for each event. */
void evloop_turn(struct evloop *l, int wait_ms);

#endif
