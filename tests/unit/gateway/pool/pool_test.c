/* Tests of adding, finding, removing and taking turns. */
#include <pthread.h>

#include "pool_fixture.h"

/* ---- taking turns ---- */

static void turns__are_even(void **state)
{
    struct pool *p = fixture_pool(4);
    int given[4] = {0};

    (void)state;
    for (int i = 0; i < 4000; i++)
        given[fixture_pick(p, "", T0)->slot]++;
    for (int i = 0; i < 4; i++)
        assert_int_equal(given[i], 1000);
    pool_free(p);
}

enum { THREADS = 4, PICKS = 1000 };

struct picker {
    pthread_t thread;
    struct pool *p;
    int given[4];
};

static void *picker_run(void *arg)
{
    static const struct verdict good = {.rule = "success", .effect = EFFECT_SUCCESS};
    struct picker *w = arg;

    for (int i = 0; i < PICKS; i++) {
        uint32_t trial;
        struct pool_key *k = pool_pick(w->p, "m", NULL, 0, T0 + i, &trial);

        w->given[k->slot]++;
        pool_report(w->p, k, trial, &good, "m", T0 + i);
        subject_unref(&k->subject);
    }
    return NULL;
}

static void turns_of_four_threads__are_even(void **state)
{
    struct picker workers[THREADS] = {0};
    struct pool *p = fixture_pool(4);

    (void)state;
    for (int i = 0; i < THREADS; i++) {
        workers[i].p = p;
        assert_int_equal(pthread_create(&workers[i].thread, NULL, picker_run, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(workers[i].thread, NULL);
    for (int k = 0; k < 4; k++) {
        int sum = 0;

        for (int i = 0; i < THREADS; i++)
            sum += workers[i].given[k];
        assert_in_range(sum, 999, 1001);
    }
    pool_free(p);
}

static void empty_pool__gives_none(void **state)
{
    struct pool *p = pool_new();

    (void)state;
    assert_null(fixture_pick(p, "", T0));
    assert_null(fixture_pick(p, "m", T0));
    assert_int_equal(fixture_soonest(p, T0), 0);
    fixture_check_counts(p, T0);
    pool_free(p);
}

static void tried_key__is_not_given_again(void **state)
{
    struct pool *p = fixture_pool(5);
    struct pool_key *tried[6];

    (void)state;
    for (int round = 0; round < 7; round++) { /* from each place in the circle */
        for (size_t n = 0; n < 5; n++) {
            tried[n] = pool_pick(p, "", tried, n, T0, &(uint32_t){0});
            assert_non_null(tried[n]);
            for (size_t i = 0; i < n; i++)
                assert_ptr_not_equal(tried[i], tried[n]);
        }
        assert_null(pool_pick(p, "", tried, 5, T0, &(uint32_t){0}));
        for (size_t n = 0; n < 5; n++)
            subject_unref(&tried[n]->subject);
        fixture_pick(p, "", T0);
    }
    pool_free(p);
}

/* Removed and added while a request holds it: still the key that the request has used. */
static void key_that_was_added_again__counts_as_tried(void **state)
{
    struct pool *p = fixture_pool(1);
    struct pool_key *k = pool_pick(p, "", NULL, 0, T0, &(uint32_t){0}), *again;

    (void)state;
    assert_true(pool_remove(p, k->id));
    assert_true(fixture_add_expiring(p, 0, 0, T0));
    again = pool_pick(p, "", &k, 1, T0, &(uint32_t){0});
    if (again != NULL)
        subject_unref(&again->subject);
    subject_unref(&k->subject);
    pool_free(p);
    assert_null(again);
}

/* A request that found no other key must not cost those that it has tried their next turn. */
static void search_in_vain__moves_no_turn(void **state)
{
    struct pool *p = fixture_pool(4);
    struct pool_key *tried[4];
    int given[4] = {0};

    (void)state;
    for (size_t n = 0; n < 4; n++)
        tried[n] = fixture_key(p, n);
    for (int i = 0; i < 400; i++) {
        given[fixture_pick(p, "", T0)->slot]++;
        assert_null(pool_pick(p, "", tried, 4, T0, &(uint32_t){0}));
    }
    for (int i = 0; i < 4; i++)
        assert_in_range(given[i], 99, 101);
    pool_free(p);
}

/* ---- adding and removing ---- */

static void key__is_added_once(void **state)
{
    struct pool *p = fixture_pool(3);
    struct pool_key *k;

    (void)state;
    assert_false(fixture_add_expiring(p, 1, 0, T0));
    k = fixture_key(p, 1);
    assert_int_equal(k->id, fixture_id(1));
    assert_string_equal(k->secret, "ollama-0123456789abcdef0123456789abcdef");
    assert_string_equal(k->username, "someone@example.com");
    assert_null(strstr(k->masked, "456789abcdef0123456789"));
    assert_false(fixture_has(p, 77));
    assert_false(pool_remove(p, fixture_id(77)));
    fixture_check_counts(p, T0);
    pool_free(p);
}

static void row_of_the_store__is_taken_over(void **state)
{
    struct pool *p = pool_new();
    struct store_key row = {.id = 5,
                            .username = "u",
                            .created_at = 11,
                            .expires_at = T0 + 1,
                            .tally = {.requests = 12, .failure = 3},
                            .last_used = 21,
                            .last_success = 22,
                            .last_failure = 23};
    struct store_tally t;
    struct pool_key *k;

    (void)state;
    assert_true(pool_add(p, &row, "ollama-0123456789abcdef", T0));
    k = pool_find(p, 5);
    assert_non_null(k);
    subject_read(&k->subject, &t);
    assert_int_equal(t.requests, 12);
    assert_int_equal(t.failure, 3);
    assert_int_equal(k->subject.flushed.requests, 12);
    assert_int_equal(atomic_load(&k->subject.last_used), 21);
    assert_int_equal(atomic_load(&k->subject.last_success), 22);
    assert_int_equal(atomic_load(&k->subject.last_failure), 23);
    assert_int_equal(k->created_at, 11);
    assert_int_equal(k->expires_at, T0 + 1);
    subject_unref(&k->subject);
    pool_free(p);
}

static void removed_key__is_out_but_lives_while_it_is_held(void **state)
{
    struct pool *p = fixture_pool(2);
    struct pool_key *held = pool_find(p, fixture_id(0));

    (void)state;
    assert_true(pool_remove(p, fixture_id(0)));
    assert_false(pool_remove(p, fixture_id(0)));
    assert_false(fixture_serves(p, 0, "", T0));
    assert_false(fixture_has(p, 0));
    assert_string_equal(held->username, "someone@example.com");
    for (int i = 0; i < 3; i++) { /* the request that holds it ends */
        static const struct verdict bad = {.rule = "r", .effect = EFFECT_HARD};

        pool_report(p, held, 0, &bad, "", T0);
        fixture_check_counts(p, T0);
    }
    subject_unref(&held->subject);
    fixture_check_counts(p, T0);
    pool_free(p);
}

static void held_key__outlives_the_pool(void **state)
{
    struct pool *p = fixture_pool(1);
    struct pool_key *held = pool_pick(p, "", NULL, 0, T0, &(uint32_t){0});

    (void)state;
    pool_free(p);
    assert_int_equal(held->id, fixture_id(0));
    subject_unref(&held->subject);
}

static void removal__in_every_state_keeps_the_counts(void **state)
{
    struct pool *p = fixture_pool(6);

    (void)state;
    fixture_report(p, 1, EFFECT_HARD, T0);
    fixture_cool(p, 2, T0 + HOUR_MS, T0);
    fixture_disable(p, 3, 0, T0);
    fixture_block(p, 4, "m", T0 + HOUR_MS, T0);
    assert_true(fixture_add_expiring(p, 6, T0, T0));
    for (uint64_t n = 0; n < 7; n++) {
        assert_true(pool_remove(p, fixture_id(n)));
        fixture_check_counts(p, T0);
    }
    fixture_check_counts(p, T0 + 2 * HOUR_MS);
    assert_null(fixture_pick(p, "", T0 + 2 * HOUR_MS));
    pool_free(p);
}

/* ---- the outlook ---- */

static void outlook__names_the_soonest_recovery(void **state)
{
    struct pool *p = fixture_pool(4);

    (void)state;
    assert_int_equal(fixture_soonest(p, T0), 0);
    fixture_report(p, 0, EFFECT_HARD, T0);
    assert_int_equal(fixture_soonest(p, T0), T0 + HOUR_MS);
    fixture_cool(p, 1, T0 + 5 * MINUTE_MS, T0);
    assert_int_equal(fixture_soonest(p, T0), T0 + 5 * MINUTE_MS);
    fixture_cool(p, 1, T0 + 9 * HOUR_MS, T0); /* put off */
    assert_int_equal(fixture_soonest(p, T0), T0 + HOUR_MS);
    fixture_disable(p, 2, 0, T0); /* never */
    assert_int_equal(fixture_soonest(p, T0), T0 + HOUR_MS);
    assert_int_equal(fixture_soonest(p, T0 + HOUR_MS), T0 + 9 * HOUR_MS);
    assert_true(pool_remove(p, fixture_id(1)));
    assert_int_equal(fixture_soonest(p, T0 + HOUR_MS), 0);
    pool_free(p);
}

/* A key that rests and is out is back when both are over; one that expires before is not. */
static void outlook__takes_the_later_of_two_reasons(void **state)
{
    struct pool *p = fixture_pool(1);

    (void)state;
    fixture_cool(p, 0, T0 + MINUTE_MS, T0);
    fixture_report(p, 0, EFFECT_HARD, T0);
    assert_int_equal(fixture_soonest(p, T0), T0 + HOUR_MS);
    assert_true(fixture_add_expiring(p, 1, T0 + 10 * MINUTE_MS, T0));
    fixture_cool(p, 1, T0 + 20 * MINUTE_MS, T0);
    assert_int_equal(fixture_soonest(p, T0), T0 + HOUR_MS);
    pool_free(p);
}

/* The end of a block brings nothing back while the key itself is out. */
static void outlook__does_not_count_the_end_of_a_block(void **state)
{
    struct pool *p = fixture_pool(1);

    (void)state;
    fixture_block(p, 0, "m", T0 + 10 * SECOND_MS, T0);
    fixture_report(p, 0, EFFECT_HARD, T0);
    assert_int_equal(fixture_soonest(p, T0), T0 + HOUR_MS);
    pool_free(p);
}

static void outlook__looks_behind_a_crowd_that_expires_before(void **state)
{
    struct pool *p = pool_new();

    (void)state;
    for (uint64_t n = 0; n < 2000; n++)
        assert_true(fixture_add_expiring(p, n, T0 + MINUTE_MS + (int64_t)n, T0));
    assert_true(fixture_add_expiring(p, 2000, 0, T0));
    fixture_cool(p, 2000, T0 + HOUR_MS, T0);
    assert_int_equal(fixture_soonest(p, T0), T0 + HOUR_MS);
    pool_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turns__are_even),
        cmocka_unit_test(turns_of_four_threads__are_even),
        cmocka_unit_test(empty_pool__gives_none),
        cmocka_unit_test(tried_key__is_not_given_again),
        cmocka_unit_test(key_that_was_added_again__counts_as_tried),
        cmocka_unit_test(search_in_vain__moves_no_turn),
        cmocka_unit_test(key__is_added_once),
        cmocka_unit_test(row_of_the_store__is_taken_over),
        cmocka_unit_test(removed_key__is_out_but_lives_while_it_is_held),
        cmocka_unit_test(held_key__outlives_the_pool),
        cmocka_unit_test(removal__in_every_state_keeps_the_counts),
        cmocka_unit_test(outlook__names_the_soonest_recovery),
        cmocka_unit_test(outlook__takes_the_later_of_two_reasons),
        cmocka_unit_test(outlook__does_not_count_the_end_of_a_block),
        cmocka_unit_test(outlook__looks_behind_a_crowd_that_expires_before),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
