/* Tests of the event loop's descriptors. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <cmocka.h>

#include "evloop.h"

struct probe {
    struct ev_io io;
    struct evloop *loop;
    struct probe *other; /* forgotten when this one is ready */
    int calls;
    uint32_t events;
};

static void probe_ready(struct ev_io *io, uint32_t events)
{
    struct probe *p = container_of(io, struct probe, io);

    p->calls++;
    p->events = events;
    if (p->other != NULL)
        evloop_watch(p->loop, &p->other->io, 0);
}

/* An eventfd, readable when ready. */
static void probe_open(struct probe *p, struct evloop *l, bool ready)
{
    *p = (struct probe){
        .io = {.fd = eventfd(ready, EFD_CLOEXEC | EFD_NONBLOCK), .ready = probe_ready}, .loop = l};
    assert_true(p->io.fd >= 0);
}

static void ready_descriptor__is_called(void **state)
{
    struct probe ready, idle;
    struct evloop l;

    (void)state;
    evloop_init(&l);
    probe_open(&ready, &l, true);
    probe_open(&idle, &l, false);
    assert_true(evloop_watch(&l, &ready.io, EPOLLIN));
    assert_true(evloop_watch(&l, &idle.io, EPOLLIN));
    evloop_turn(&l, 1000);
    assert_int_equal(ready.calls, 1);
    assert_int_equal(ready.events, EPOLLIN);
    assert_int_equal(idle.calls, 0);
    close(ready.io.fd);
    close(idle.io.fd);
    evloop_done(&l);
}

static void changed_and_forgotten__follow_the_last_word(void **state)
{
    struct probe p;
    struct evloop l;

    (void)state;
    evloop_init(&l);
    probe_open(&p, &l, true);
    assert_true(evloop_watch(&l, &p.io, EPOLLIN));
    assert_true(evloop_watch(&l, &p.io, EPOLLIN | EPOLLOUT));
    evloop_turn(&l, 1000);
    assert_int_equal(p.events, EPOLLIN | EPOLLOUT);
    assert_true(evloop_watch(&l, &p.io, EPOLLOUT));
    evloop_turn(&l, 1000);
    assert_int_equal(p.events, EPOLLOUT);
    assert_true(evloop_watch(&l, &p.io, 0));
    assert_true(evloop_watch(&l, &p.io, 0));
    p.calls = 0;
    evloop_turn(&l, 0);
    assert_int_equal(p.calls, 0);
    assert_true(evloop_watch(&l, &p.io, EPOLLIN));
    evloop_turn(&l, 1000);
    assert_int_equal(p.calls, 1);
    close(p.io.fd);
    evloop_done(&l);
}

/* Both are ready at once; whichever comes first makes the loop forget the other. */
static void forgotten_in_the_same_turn__is_not_called(void **state)
{
    struct probe a, b;
    struct evloop l;

    (void)state;
    evloop_init(&l);
    probe_open(&a, &l, true);
    probe_open(&b, &l, true);
    a.other = &b;
    b.other = &a;
    assert_true(evloop_watch(&l, &a.io, EPOLLIN));
    assert_true(evloop_watch(&l, &b.io, EPOLLIN));
    evloop_turn(&l, 1000);
    assert_int_equal(a.calls + b.calls, 1);
    close(a.io.fd);
    close(b.io.fd);
    evloop_done(&l);
}

static void refusal__is_reported(void **state)
{
    struct ev_io bad = {.fd = -1, .ready = probe_ready};
    struct evloop l;

    (void)state;
    evloop_init(&l);
    errno = 0;
    assert_false(evloop_watch(&l, &bad, EPOLLIN));
    assert_int_equal(errno, EBADF);
    assert_int_equal(bad.events, 0);
    evloop_done(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ready_descriptor__is_called),
        cmocka_unit_test(changed_and_forgotten__follow_the_last_word),
        cmocka_unit_test(forgotten_in_the_same_turn__is_not_called),
        cmocka_unit_test(refusal__is_reported),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
