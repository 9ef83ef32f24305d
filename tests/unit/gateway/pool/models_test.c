/* Tests of models that some keys may not serve for a while. */
#include "pool_fixture.h"

static void blocked_model__is_served_by_the_other_keys(void **state)
{
    struct pool *p = fixture_pool(3);

    (void)state;
    fixture_block(p, 1, "big", T0 + HOUR_MS, T0);
    assert_false(fixture_serves(p, 1, "big", T0));
    assert_true(fixture_serves(p, 0, "big", T0));
    assert_true(fixture_serves(p, 2, "big", T0));
    assert_true(fixture_serves(p, 1, "small", T0));
    assert_true(fixture_serves(p, 1, "", T0));
    assert_int_equal(fixture_status(p, 1, T0), KEY_ACTIVE);
    assert_int_equal(fixture_state(p, 1, T0).consecutive_failures, 0);
    fixture_check_counts(p, T0);
    pool_free(p);
}

static void block__ends(void **state)
{
    struct pool *p = fixture_pool(3);

    (void)state;
    fixture_block(p, 1, "big", T0 + HOUR_MS, T0);
    assert_false(fixture_serves(p, 1, "big", T0 + HOUR_MS - 1));
    assert_true(fixture_serves(p, 1, "big", T0 + HOUR_MS));
    pool_free(p);
}

static void every_key_blocked__gives_none(void **state)
{
    struct pool *p = fixture_pool(3);

    (void)state;
    for (uint64_t n = 0; n < 3; n++)
        fixture_block(p, n, "big", T0 + HOUR_MS + (int64_t)n, T0);
    assert_null(fixture_pick(p, "big", T0));
    assert_non_null(fixture_pick(p, "small", T0));
    assert_non_null(fixture_pick(p, "", T0));
    assert_ptr_equal(fixture_pick(p, "big", T0 + HOUR_MS), fixture_key(p, 0));
    pool_free(p);
}

static void longer_block__stands(void **state)
{
    struct pool *p = fixture_pool(2);

    (void)state;
    fixture_block(p, 0, "big", T0 + 12 * HOUR_MS, T0);
    fixture_block(p, 0, "big", T0 + HOUR_MS, T0);
    assert_false(fixture_serves(p, 0, "big", T0 + 2 * HOUR_MS));
    fixture_block(p, 0, "big", T0 + 20 * HOUR_MS, T0);
    assert_false(fixture_serves(p, 0, "big", T0 + 12 * HOUR_MS));
    assert_false(fixture_serves(p, 0, "big", T0 + 20 * HOUR_MS - 1));
    assert_true(fixture_serves(p, 0, "big", T0 + 20 * HOUR_MS));
    pool_free(p);
}

/* A block is not undone by the key's going out and coming back. */
static void block__outlives_other_changes(void **state)
{
    struct pool *p = fixture_pool(2);

    (void)state;
    fixture_block(p, 0, "big", T0 + 12 * HOUR_MS, T0);
    fixture_cool(p, 0, T0 + SECOND_MS, T0);
    assert_false(fixture_serves(p, 0, "big", T0 + SECOND_MS));
    fixture_report(p, 0, EFFECT_HARD, T0 + SECOND_MS);
    assert_false(fixture_serves(p, 0, "small", T0 + SECOND_MS));
    assert_false(fixture_serves(p, 0, "big", T0 + 2 * HOUR_MS));
    assert_true(fixture_serves(p, 0, "small", T0 + 2 * HOUR_MS));
    fixture_report(p, 0, EFFECT_SUCCESS, T0 + 2 * HOUR_MS);
    assert_false(fixture_serves(p, 0, "big", T0 + 2 * HOUR_MS));
    pool_free(p);
}

/* Nor does its end bring back a key that is out for another reason. */
static void end_of_a_block__keeps_a_key_out(void **state)
{
    struct pool *p = fixture_pool(2);

    (void)state;
    fixture_block(p, 0, "big", T0 + MINUTE_MS, T0);
    fixture_disable(p, 0, 0, T0);
    assert_false(fixture_serves(p, 0, "big", T0 + HOUR_MS));
    assert_false(fixture_serves(p, 0, "", T0 + HOUR_MS));
    fixture_enable(p, 0, T0 + HOUR_MS);
    assert_true(fixture_serves(p, 0, "big", T0 + HOUR_MS));
    pool_free(p);
}

static void new_key__is_not_blocked(void **state)
{
    struct pool *p = fixture_pool(2);

    (void)state;
    fixture_block(p, 0, "big", T0 + HOUR_MS, T0);
    fixture_block(p, 1, "big", T0 + HOUR_MS, T0);
    for (uint64_t n = 2; n < 200; n++) /* beyond the room that the block was made with */
        assert_true(fixture_add_expiring(p, n, 0, T0));
    assert_true(fixture_serves(p, 2, "big", T0));
    assert_true(fixture_serves(p, 199, "big", T0));
    fixture_block(p, 199, "big", T0 + HOUR_MS, T0);
    assert_false(fixture_serves(p, 199, "big", T0));
    pool_free(p);
}

static void successor_in_a_place__is_not_blocked(void **state)
{
    struct pool *p = fixture_pool(2);

    (void)state;
    fixture_block(p, 0, "big", T0 + HOUR_MS, T0);
    assert_true(pool_remove(p, fixture_id(0)));
    assert_true(fixture_add_expiring(p, 7, 0, T0));
    assert_true(fixture_serves(p, 7, "big", T0));
    fixture_block(p, 7, "big", T0 + 2 * HOUR_MS, T0);
    assert_false(fixture_serves(p, 7, "big", T0 + HOUR_MS)); /* the first block's alarm */
    assert_true(fixture_serves(p, 7, "big", T0 + 2 * HOUR_MS));
    pool_free(p);
}

static void many_models__are_kept_apart(void **state)
{
    struct pool *p = fixture_pool(POOL_MODELS_MAX + 1);
    char name[32];

    (void)state;
    for (uint64_t n = 0; n < POOL_MODELS_MAX; n++) {
        snprintf(name, sizeof(name), "model-%d", (int)n);
        fixture_block(p, n, name, T0 + HOUR_MS, T0);
    }
    for (uint64_t n = 0; n < POOL_MODELS_MAX; n++) {
        snprintf(name, sizeof(name), "model-%d", (int)n);
        assert_false(fixture_serves(p, n, name, T0));
        assert_true(fixture_serves(p, n + 1, name, T0));
    }
    pool_free(p);
}

/* Clients choose the names: there is an end to what they can make us remember. */
static void too_many_models__are_let_go(void **state)
{
    struct pool *p = fixture_pool(2);
    char name[32];

    (void)state;
    for (int i = 0; i < 5 * POOL_MODELS_MAX; i++) {
        snprintf(name, sizeof(name), "model-%d", i);
        fixture_block(p, 0, name, T0 + HOUR_MS, T0);
    }
    assert_true(p->models_len <= POOL_MODELS_MAX);
    assert_false(fixture_serves(p, 0, "model-0", T0));
    assert_true(fixture_serves(p, 0, name, T0));
    fixture_check_counts(p, T0);
    pool_free(p);
}

static void place_of_an_ended_block__is_used_again(void **state)
{
    struct pool *p = fixture_pool(2);
    char name[32];

    (void)state;
    for (int round = 0; round < 5; round++) {
        int64_t now_ms = T0 + round * (int64_t)HOUR_MS;

        for (int i = 0; i < POOL_MODELS_MAX; i++) {
            snprintf(name, sizeof(name), "model-%d-%d", round, i);
            fixture_block(p, 0, name, now_ms + MINUTE_MS, now_ms);
            assert_false(fixture_serves(p, 0, name, now_ms));
            assert_true(fixture_serves(p, 1, name, now_ms));
        }
        assert_true(fixture_serves(p, 0, name, now_ms + MINUTE_MS));
        snprintf(name, sizeof(name), "model-%d-0", round);
        assert_true(fixture_serves(p, 0, name, now_ms + MINUTE_MS));
    }
    pool_free(p);
}

/* A model that few keys may serve must not bend the round of the others. */
static void turns_for_a_blocked_model__starve_no_key(void **state)
{
    struct pool *p = fixture_pool(4);
    int given[4] = {0};

    (void)state;
    for (uint64_t n = 1; n < 4; n++)
        fixture_block(p, n, "big", T0 + HOUR_MS, T0);
    for (int i = 0; i < 400; i++) {
        assert_ptr_equal(fixture_pick(p, "big", T0), fixture_key(p, 0));
        given[fixture_pick(p, "small", T0)->slot]++;
    }
    for (int i = 0; i < 4; i++)
        assert_in_range(given[i], 99, 101);
    pool_free(p);
}

static void turns_within_a_blocked_model__are_even(void **state)
{
    struct pool *p = fixture_pool(5);
    int given[5] = {0};

    (void)state;
    fixture_block(p, 2, "big", T0 + HOUR_MS, T0);
    for (int i = 0; i < 400; i++) {
        given[fixture_pick(p, "big", T0)->slot]++;
        fixture_pick(p, "small", T0);
    }
    for (int i = 0; i < 5; i++)
        assert_in_range(given[i], i == 2 ? 0 : 99, i == 2 ? 0 : 101);
    pool_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocked_model__is_served_by_the_other_keys),
        cmocka_unit_test(block__ends),
        cmocka_unit_test(every_key_blocked__gives_none),
        cmocka_unit_test(longer_block__stands),
        cmocka_unit_test(block__outlives_other_changes),
        cmocka_unit_test(end_of_a_block__keeps_a_key_out),
        cmocka_unit_test(new_key__is_not_blocked),
        cmocka_unit_test(successor_in_a_place__is_not_blocked),
        cmocka_unit_test(many_models__are_kept_apart),
        cmocka_unit_test(too_many_models__are_let_go),
        cmocka_unit_test(place_of_an_ended_block__is_used_again),
        cmocka_unit_test(turns_for_a_blocked_model__starve_no_key),
        cmocka_unit_test(turns_within_a_blocked_model__are_even),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
