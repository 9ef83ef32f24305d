/* Tests of the timer wheel, also against a list of timers that is searched from end to end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "evloop.h"

/* Not a multiple of the tick, as clocks are not. */
static const uint64_t START = 1234567;
enum { ROUND_MS = WHEEL_SLOTS * WHEEL_TICK_MS };

struct probe {
    struct timer timer;
    struct wheel *wheel;
    int fired;
    uint64_t again_ms;     /* set again for then, once */
    struct timer *victims; /* cancels these two when it fires */
};

static void probe_fire(struct timer *t)
{
    struct probe *p = container_of(t, struct probe, timer);
    uint64_t again_ms = p->again_ms;

    assert_false(list_linked(&t->link));
    p->fired++;
    p->again_ms = 0;
    if (again_ms != 0)
        wheel_set(p->wheel, t, again_ms);
    if (p->victims != NULL) {
        wheel_cancel(&p->victims[0]);
        wheel_cancel(&p->victims[1]);
    }
}

static void probe_set(struct probe *p, struct wheel *w, uint64_t due_ms)
{
    p->wheel = w;
    p->timer.fire = probe_fire;
    wheel_set(w, &p->timer, due_ms);
}

/* Turns as a loop makes them, up to a time: wakes when the wheel asks for it. */
static void run_until(struct wheel *w, uint64_t *now_ms, uint64_t end_ms)
{
    for (;;) {
        int wait_ms = wheel_wait_ms(w, *now_ms);

        if (wait_ms < 0 || *now_ms + (uint64_t)wait_ms > end_ms) {
            *now_ms = end_ms;
            wheel_advance(w, *now_ms);
            return;
        }
        *now_ms += (uint64_t)wait_ms;
        wheel_advance(w, *now_ms);
    }
}

static void timer__fires_once_and_in_time(void **state)
{
    static const uint64_t delays[] = {0,    1,        15,           16,           17,    1000,
                                      5000, ROUND_MS, ROUND_MS - 1, ROUND_MS + 1, 100000};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(delays); i++) {
        uint64_t now_ms = START, due_ms = START + delays[i];
        struct probe p = {.fired = 0};
        struct wheel w;

        wheel_init(&w, now_ms);
        probe_set(&p, &w, due_ms);
        if (delays[i] > 0)
            run_until(&w, &now_ms, due_ms - 1);
        assert_int_equal(p.fired, 0);
        run_until(&w, &now_ms, due_ms + WHEEL_TICK_MS);
        assert_int_equal(p.fired, 1);
        run_until(&w, &now_ms, due_ms + 3 * ROUND_MS);
        assert_int_equal(p.fired, 1);
    }
}

static void past_due__fires_with_the_next_tick(void **state)
{
    uint64_t now_ms = START;
    struct probe p = {.fired = 0};
    struct wheel w;

    (void)state;
    wheel_init(&w, now_ms);
    probe_set(&p, &w, 5);
    assert_in_range(wheel_wait_ms(&w, now_ms), 0, WHEEL_TICK_MS);
    run_until(&w, &now_ms, START + WHEEL_TICK_MS);
    assert_int_equal(p.fired, 1);
}

static void cancelled_timer__does_not_fire(void **state)
{
    uint64_t now_ms = START;
    struct probe p = {.fired = 0};
    struct wheel w;

    (void)state;
    wheel_init(&w, now_ms);
    wheel_cancel(&p.timer); /* never set */
    probe_set(&p, &w, START + 100);
    wheel_cancel(&p.timer);
    wheel_cancel(&p.timer);
    run_until(&w, &now_ms, START + 2 * ROUND_MS);
    assert_int_equal(p.fired, 0);
    assert_int_equal(wheel_wait_ms(&w, now_ms), -1);
}

static void moved_timer__fires_at_its_new_time_only(void **state)
{
    uint64_t now_ms = START;
    struct probe later = {.fired = 0}, sooner = {.fired = 0};
    struct wheel w;

    (void)state;
    wheel_init(&w, now_ms);
    probe_set(&later, &w, START + 100);
    probe_set(&later, &w, START + 5000);
    probe_set(&sooner, &w, START + 5000);
    probe_set(&sooner, &w, START + 100);
    run_until(&w, &now_ms, START + 200);
    assert_int_equal(later.fired, 0);
    assert_int_equal(sooner.fired, 1);
    run_until(&w, &now_ms, START + 5100);
    assert_int_equal(later.fired, 1);
    assert_int_equal(sooner.fired, 1);
}

static void empty_wheel__asks_for_no_turn(void **state)
{
    struct wheel w;

    (void)state;
    wheel_init(&w, START);
    assert_int_equal(wheel_wait_ms(&w, START), -1);
    wheel_advance(&w, START + 100000000);
    assert_int_equal(wheel_wait_ms(&w, START + 100000000), -1);
}

/* The machine slept: all that is due fires, what is not stays. */
static void long_sleep__fires_all_that_is_due(void **state)
{
    struct probe due[200] = {{.fired = 0}}, later = {.fired = 0};
    uint64_t now_ms = START;
    struct wheel w;

    (void)state;
    wheel_init(&w, now_ms);
    for (size_t i = 0; i < ARRAY_LEN(due); i++)
        probe_set(&due[i], &w, START + i * 997);
    now_ms = START + 100ull * ROUND_MS;
    probe_set(&later, &w, now_ms + 40);
    wheel_advance(&w, now_ms);
    for (size_t i = 0; i < ARRAY_LEN(due); i++)
        assert_int_equal(due[i].fired, 1);
    assert_int_equal(later.fired, 0);
    assert_in_range(wheel_wait_ms(&w, now_ms), 1, 40 + WHEEL_TICK_MS);
    run_until(&w, &now_ms, now_ms + 40 + WHEEL_TICK_MS);
    assert_int_equal(later.fired, 1);
}

static void clock_that_stands_or_goes_back__does_no_harm(void **state)
{
    uint64_t now_ms = START;
    struct probe p = {.fired = 0};
    struct wheel w;

    (void)state;
    wheel_init(&w, now_ms);
    probe_set(&p, &w, START + 50);
    wheel_advance(&w, START);
    wheel_advance(&w, START - 1000);
    assert_int_equal(p.fired, 0);
    run_until(&w, &now_ms, START + 50 + WHEEL_TICK_MS);
    assert_int_equal(p.fired, 1);
}

/* ---- from within fire ---- */

static void timer_set_by_its_own_fire__fires_again(void **state)
{
    uint64_t now_ms = START;
    struct probe p = {.again_ms = START + 300};
    struct wheel w;

    (void)state;
    wheel_init(&w, now_ms);
    probe_set(&p, &w, START + 100);
    run_until(&w, &now_ms, START + 299);
    assert_int_equal(p.fired, 1);
    run_until(&w, &now_ms, START + 300 + WHEEL_TICK_MS);
    assert_int_equal(p.fired, 2);
}

/* The same slot of the wheel, a round later: it must not fire in the same go. */
static void timer_set_a_round_ahead_by_fire__waits(void **state)
{
    uint64_t now_ms = START;
    struct probe p = {.again_ms = START + 100 + ROUND_MS};
    struct wheel w;

    (void)state;
    wheel_init(&w, now_ms);
    probe_set(&p, &w, START + 100);
    run_until(&w, &now_ms, START + 99 + ROUND_MS);
    assert_int_equal(p.fired, 1);
    run_until(&w, &now_ms, START + 100 + ROUND_MS + WHEEL_TICK_MS);
    assert_int_equal(p.fired, 2);
}

static void fire__may_cancel_others_of_the_same_moment(void **state)
{
    struct timer victims[2] = {{.due_ms = 0}, {.due_ms = 0}};
    uint64_t now_ms = START;
    struct probe p = {.victims = victims};
    struct wheel w;

    (void)state;
    wheel_init(&w, now_ms);
    probe_set(&p, &w, START + 100);
    wheel_set(&w, &victims[0], START + 100); /* without a fire: calling it would crash */
    wheel_set(&w, &victims[1], START + 130);
    run_until(&w, &now_ms, START + 1000);
    assert_int_equal(p.fired, 1);
}

/* ---- against a list ---- */

enum { TIMERS = 300, STEPS = 20000 };

struct run {
    struct wheel w;
    struct run_timer {
        struct timer timer;
        struct run *run;
        bool set;
        uint64_t due_ms;
    } timers[TIMERS];
    uint64_t seed, now_ms;
};

static uint64_t run_random(struct run *r, uint64_t below)
{
    r->seed ^= r->seed << 13;
    r->seed ^= r->seed >> 7;
    r->seed ^= r->seed << 17;
    return (r->seed >> 11) % below;
}

static uint64_t run_delay(struct run *r)
{
    static const uint64_t spans[] = {20, 500, ROUND_MS, 5 * ROUND_MS};

    return run_random(r, spans[run_random(r, ARRAY_LEN(spans))]);
}

static void run_set(struct run *r, struct run_timer *t, uint64_t due_ms)
{
    t->set = true;
    t->due_ms = due_ms;
    wheel_set(&r->w, &t->timer, due_ms);
}

static void run_fire(struct timer *timer)
{
    struct run_timer *t = container_of(timer, struct run_timer, timer);
    struct run *r = t->run;

    assert_true(t->set);
    assert_true(t->due_ms <= r->now_ms);
    t->set = false;
    if (run_random(r, 3) == 0)
        run_set(r, &r->timers[run_random(r, TIMERS)], r->now_ms + run_delay(r));
    if (run_random(r, 3) == 0) {
        struct run_timer *other = &r->timers[run_random(r, TIMERS)];

        wheel_cancel(&other->timer);
        other->set = false;
    }
}

/* None that should have fired is left, and the wheel will wake before the next one is late. */
static void run_check(struct run *r)
{
    int wait_ms = wheel_wait_ms(&r->w, r->now_ms);
    uint64_t soonest = UINT64_MAX;

    for (size_t i = 0; i < TIMERS; i++) {
        const struct run_timer *t = &r->timers[i];

        assert_int_equal(list_linked(&t->timer.link), t->set);
        if (t->set && t->due_ms < soonest)
            soonest = t->due_ms;
    }
    if (soonest == UINT64_MAX)
        return;
    assert_true(soonest + WHEEL_TICK_MS > r->now_ms);
    assert_true(wait_ms >= 0);
    assert_true(r->now_ms + (uint64_t)wait_ms <= soonest + WHEEL_TICK_MS);
}

static void run_step(struct run *r)
{
    static const uint64_t naps[] = {1, 3, 17, 200, 3 * ROUND_MS};
    struct run_timer *t = &r->timers[run_random(r, TIMERS)];

    switch (run_random(r, 5)) {
    case 0:
        wheel_cancel(&t->timer);
        t->set = false;
        break;
    case 1:
    case 2:
        run_set(r, t, r->now_ms + run_delay(r));
        break;
    default:
        r->now_ms += run_random(r, naps[run_random(r, 200) == 0 ? 4 : run_random(r, 4)]);
        wheel_advance(&r->w, r->now_ms);
        run_check(r);
    }
}

static void random_operations__agree_with_a_list(void **state)
{
    static struct run r;

    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        memset(&r, 0, sizeof(r));
        r.seed = seed * 0x9E3779B97F4A7C15u;
        r.now_ms = START;
        wheel_init(&r.w, r.now_ms);
        for (size_t i = 0; i < TIMERS; i++)
            r.timers[i] = (struct run_timer){.timer.fire = run_fire, .run = &r};
        for (int i = 0; i < STEPS; i++)
            run_step(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timer__fires_once_and_in_time),
        cmocka_unit_test(past_due__fires_with_the_next_tick),
        cmocka_unit_test(cancelled_timer__does_not_fire),
        cmocka_unit_test(moved_timer__fires_at_its_new_time_only),
        cmocka_unit_test(empty_wheel__asks_for_no_turn),
        cmocka_unit_test(long_sleep__fires_all_that_is_due),
        cmocka_unit_test(clock_that_stands_or_goes_back__does_no_harm),
        cmocka_unit_test(timer_set_by_its_own_fire__fires_again),
        cmocka_unit_test(timer_set_a_round_ahead_by_fire__waits),
        cmocka_unit_test(fire__may_cancel_others_of_the_same_moment),
        cmocka_unit_test(random_operations__agree_with_a_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
