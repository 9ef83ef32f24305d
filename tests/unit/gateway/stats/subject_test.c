/* Tests of what is counted for a key or a token, and of the list of what changed. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "stats/subject.h"

static const int64_t T0 = 1700000000000;

/* Each counter has a number of its own, so that two that are mixed up show. */
static struct store_tally tally_numbered(int64_t times)
{
    struct store_tally t;
    int64_t n = 1;

#define TALLY(member, column, text) t.member = (n *= 3) * times;
#include "stats/tally.def"
#undef TALLY
    return t;
}

static void assert_tally(const struct store_tally *a, const struct store_tally *b)
{
#define TALLY(member, column, text) assert_int_equal(a->member, b->member);
#include "stats/tally.def"
#undef TALLY
}

static int released;

static void release(struct subject *s)
{
    released++;
    free(s);
}

static struct subject *subject_make(const struct store_tally *stored)
{
    struct subject *s = mem_zalloc(sizeof(*s));

    subject_init(s, stored, release);
    return s;
}

/* Takes the list as the flusher does; returns how many were on it. */
static size_t drain(struct dirty_list *list)
{
    struct subject *s = dirty_take(list), *next;
    size_t n = 0;

    for (; s != NULL; s = next, n++) {
        next = s->next_dirty;
        atomic_store(&s->dirty, false);
        subject_unref(s);
    }
    return n;
}

static void sums__add_and_subtract_each_counter(void **state)
{
    struct store_tally a = tally_numbered(5), b = tally_numbered(2), want = tally_numbered(7);

    (void)state;
    tally_add(&a, &b);
    assert_tally(&a, &want);
    want = tally_numbered(3);
    tally_sub(&a, &b);
    tally_sub(&a, &b);
    assert_tally(&a, &want);
}

static void counting__adds_each_counter(void **state)
{
    struct store_tally stored = tally_numbered(100), one = tally_numbered(1), got,
                       want = tally_numbered(103);
    struct subject *s = subject_make(&stored);
    struct dirty_list list = {NULL};

    (void)state;
    assert_tally(&s->flushed, &stored);
    for (int i = 0; i < 3; i++)
        subject_count(s, &one, T0 + i, &list);
    subject_read(s, &got);
    assert_tally(&got, &want);
    assert_tally(&s->flushed, &stored);
    assert_int_equal(drain(&list), 1);
    subject_unref(s);
}

static void times__follow_what_happened(void **state)
{
    static const struct store_tally none, good = {.requests = 1, .success = 1},
                                          bad = {.requests = 1, .failure = 1};
    struct subject *s = subject_make(&none);
    struct dirty_list list = {NULL};

    (void)state;
    subject_count(s, &good, T0, &list);
    assert_int_equal(atomic_load(&s->last_used), T0);
    assert_int_equal(atomic_load(&s->last_success), T0);
    assert_int_equal(atomic_load(&s->last_failure), 0);
    subject_count(s, &bad, T0 + 5, &list);
    assert_int_equal(atomic_load(&s->last_used), T0 + 5);
    assert_int_equal(atomic_load(&s->last_success), T0);
    assert_int_equal(atomic_load(&s->last_failure), T0 + 5);
    drain(&list);
    subject_unref(s);
}

static void list__has_each_once_and_again_after_it_was_taken(void **state)
{
    static const struct store_tally none, one = {.requests = 1};
    struct subject *a = subject_make(&none), *b = subject_make(&none);
    struct dirty_list list = {NULL};

    (void)state;
    assert_null(dirty_take(&list));
    for (int i = 0; i < 5; i++) {
        subject_count(a, &one, T0, &list);
        subject_touch(b, &list);
    }
    assert_int_equal(drain(&list), 2);
    assert_null(dirty_take(&list));
    subject_count(a, &one, T0, &list);
    assert_int_equal(drain(&list), 1);
    subject_unref(a);
    subject_unref(b);
}

static void subject_on_the_list__is_kept_alive(void **state)
{
    static const struct store_tally none;
    struct subject *s = subject_make(&none);
    struct dirty_list list = {NULL};

    (void)state;
    released = 0;
    subject_touch(s, &list);
    subject_unref(s);
    assert_int_equal(released, 0);
    assert_int_equal(drain(&list), 1);
    assert_int_equal(released, 1);
}

/* ---- threads ---- */

enum { THREADS = 4, COUNTS = 50000, SUBJECTS = 3 };

static struct {
    struct subject *subjects[SUBJECTS];
    struct dirty_list list;
    atomic_int running;
} shared;

static void *count_run(void *arg)
{
    struct store_tally one = tally_numbered(1);

    (void)arg;
    for (int i = 0; i < COUNTS; i++)
        subject_count(shared.subjects[i % SUBJECTS], &one, T0, &shared.list);
    atomic_fetch_sub(&shared.running, 1);
    return NULL;
}

/* What a taker that looks at each taken subject sees of it in the end is all that was counted. */
static void counts_of_many_threads__reach_the_taker(void **state)
{
    static const struct store_tally none;
    struct store_tally seen[SUBJECTS] = {{0}}, want = tally_numbered(THREADS * COUNTS);
    struct store_tally sum = none;
    pthread_t threads[THREADS];
    bool last = false;

    (void)state;
    for (int i = 0; i < SUBJECTS; i++)
        shared.subjects[i] = subject_make(&none);
    atomic_init(&shared.running, THREADS);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, count_run, NULL), 0);
    while (!last) {
        struct subject *s, *next;

        last = atomic_load(&shared.running) == 0;
        for (s = dirty_take(&shared.list); s != NULL; s = next) {
            next = s->next_dirty;
            atomic_exchange(&s->dirty, false);
            for (int i = 0; i < SUBJECTS; i++)
                if (shared.subjects[i] == s)
                    subject_read(s, &seen[i]);
            subject_unref(s);
        }
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < SUBJECTS; i++) {
        tally_add(&sum, &seen[i]);
        assert_int_equal(atomic_load(&shared.subjects[i]->refs), 1);
        subject_unref(shared.subjects[i]);
    }
    assert_tally(&sum, &want);
}

/* What others counted is added to what was counted here, flushed or not, and never twice. */
static void absorbing__adds_what_others_stored(void **state)
{
    const struct store_tally stored = tally_numbered(2), mine = tally_numbered(1),
                             all = tally_numbered(6), want = tally_numbered(7);
    const struct store_totals totals = {.tally = all, .last_used = T0, .last_success = T0 + 2};
    struct dirty_list list = {NULL};
    struct subject *s = subject_make(&stored);
    struct store_tally seen;

    (void)state;
    subject_count(s, &mine, T0 + 1, &list);
    subject_absorb(s, &totals);
    subject_absorb(s, &totals);
    subject_read(s, &seen);
    assert_tally(&seen, &want);
    assert_tally(&s->flushed, &all);
    assert_int_equal(atomic_load(&s->last_used), T0 + 1);
    assert_int_equal(atomic_load(&s->last_success), T0 + 2);
    subject_unref(dirty_take(&list));
    subject_unref(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums__add_and_subtract_each_counter),
        cmocka_unit_test(counting__adds_each_counter),
        cmocka_unit_test(times__follow_what_happened),
        cmocka_unit_test(absorbing__adds_what_others_stored),
        cmocka_unit_test(list__has_each_once_and_again_after_it_was_taken),
        cmocka_unit_test(subject_on_the_list__is_kept_alive),
        cmocka_unit_test(counts_of_many_threads__reach_the_taker),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
