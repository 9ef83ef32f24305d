/* Tests of many keys that change at one moment, and of what years of changes leave behind. */
#include "pool_fixture.h"

enum { CROWD = 5000 };

static void crowd_that_expires__is_not_given_out(void **state)
{
    struct pool *p = pool_new();

    (void)state;
    for (uint64_t n = 0; n < CROWD; n++)
        assert_true(fixture_add_expiring(p, n, T0 + HOUR_MS, T0));
    for (uint64_t n = CROWD; n < CROWD + 3; n++)
        assert_true(fixture_add_expiring(p, n, 0, T0));
    for (int i = 0; i < 10; i++) {
        const struct pool_key *k = fixture_pick(p, "", T0 + HOUR_MS);

        assert_non_null(k);
        assert_int_equal(k->expires_at, 0);
    }
    pool_free(p);
}

static void only_a_crowd_that_expired__gives_none(void **state)
{
    struct pool *p = pool_new();

    (void)state;
    for (uint64_t n = 0; n < CROWD; n++)
        assert_true(fixture_add_expiring(p, n, T0 + HOUR_MS, T0));
    assert_null(fixture_pick(p, "", T0 + HOUR_MS));
    pool_free(p);
}

/* The key that is back stands behind a crowd whose alarms went off before its own. */
static void key_behind_a_crowd__is_given_at_once(void **state)
{
    struct pool *p = pool_new();

    (void)state;
    for (uint64_t n = 0; n < CROWD; n++)
        assert_true(fixture_add_expiring(p, n, T0 + HOUR_MS, T0));
    assert_true(fixture_add_expiring(p, CROWD, 0, T0));
    fixture_cool(p, CROWD, T0 + HOUR_MS + 1, T0);
    assert_ptr_equal(fixture_pick(p, "", T0 + HOUR_MS + 1), fixture_key(p, CROWD));
    pool_free(p);
}

/* The same for a model: those that are back first may not serve it. */
static void key_for_a_model_behind_a_crowd__is_given_at_once(void **state)
{
    struct pool *p = fixture_pool(CROWD + 1);

    (void)state;
    for (uint64_t n = 0; n < CROWD; n++) {
        fixture_block(p, n, "m", T0 + 10 * HOUR_MS, T0);
        fixture_cool(p, n, T0 + HOUR_MS, T0);
    }
    fixture_cool(p, CROWD, T0 + HOUR_MS + 1, T0);
    assert_ptr_equal(fixture_pick(p, "m", T0 + HOUR_MS + 1), fixture_key(p, CROWD));
    pool_free(p);
}

/* Nor is a tried key all there is. */
static void untried_key_behind_a_crowd__is_given_at_once(void **state)
{
    struct pool *p = pool_new();
    struct pool_key *tried, *other;

    (void)state;
    assert_true(fixture_add_expiring(p, CROWD + 1, 0, T0));
    for (uint64_t n = 0; n < CROWD; n++)
        assert_true(fixture_add_expiring(p, n, T0 + HOUR_MS, T0));
    for (uint64_t n = 0; n < CROWD; n++)
        fixture_cool(p, n, T0 + MINUTE_MS, T0);
    assert_true(fixture_add_expiring(p, CROWD, 0, T0));
    fixture_cool(p, CROWD, T0 + HOUR_MS + 1, T0);
    tried = fixture_key(p, CROWD + 1);
    other = pool_pick(p, "", &tried, 1, T0 + HOUR_MS + 1, &(uint32_t){0});
    assert_ptr_equal(other, fixture_key(p, CROWD));
    subject_unref(&other->subject);
    pool_free(p);
}

static void crowd_that_comes_back__is_counted_at_once(void **state)
{
    struct pool *p = fixture_pool(CROWD);
    struct pool_outlook o;

    (void)state;
    for (uint64_t n = 0; n < CROWD; n++)
        fixture_cool(p, n, T0 + HOUR_MS, T0);
    pool_outlook(p, T0, &o);
    assert_int_equal(o.limited, CROWD);
    assert_int_equal(o.soonest_at, T0 + HOUR_MS);
    fixture_check_counts(p, T0 + HOUR_MS);
    pool_free(p);
}

/* A long life: rests that end long before the key expires must leave nothing behind. */
static void rests__leave_nothing_behind(void **state)
{
    struct pool *p = fixture_pool(1);
    int64_t now_ms = T0;

    (void)state;
    assert_true(fixture_add_expiring(p, 1, T0 + 10000ll * HOUR_MS, T0));
    fixture_disable(p, 0, T0 + 10000ll * HOUR_MS, T0);
    fixture_enable(p, 0, T0);
    for (int i = 0; i < 10000; i++) {
        for (uint64_t n = 0; n < 2; n++)
            fixture_cool(p, n, now_ms + SECOND_MS, now_ms);
        now_ms += SECOND_MS;
        assert_non_null(fixture_pick(p, "", now_ms));
    }
    assert_in_range(p->changes.len + p->returns.len, 0, 100);
    pool_free(p);
}

static void adding_and_removing__leaves_nothing_behind(void **state)
{
    struct pool *p = fixture_pool(1);

    (void)state;
    for (int i = 0; i < 10000; i++) {
        assert_true(fixture_add_expiring(p, 1, T0 + 1000ll * HOUR_MS, T0));
        fixture_disable(p, 1, T0 + HOUR_MS, T0);
        assert_true(pool_remove(p, fixture_id(1)));
    }
    assert_in_range(p->changes.len + p->returns.len, 0, 100);
    assert_in_range(p->slots, 0, 2);
    pool_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crowd_that_expires__is_not_given_out),
        cmocka_unit_test(only_a_crowd_that_expired__gives_none),
        cmocka_unit_test(key_behind_a_crowd__is_given_at_once),
        cmocka_unit_test(key_for_a_model_behind_a_crowd__is_given_at_once),
        cmocka_unit_test(untried_key_behind_a_crowd__is_given_at_once),
        cmocka_unit_test(crowd_that_comes_back__is_counted_at_once),
        cmocka_unit_test(rests__leave_nothing_behind),
        cmocka_unit_test(adding_and_removing__leaves_nothing_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
