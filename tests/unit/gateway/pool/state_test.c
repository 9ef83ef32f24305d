/* Tests of the state machine of a key: failures, limits, expiry, and what an operator decides. */
#include "pool_fixture.h"

static void soft(struct pool *p, uint64_t n, int times, int64_t now_ms)
{
    while (times-- > 0)
        fixture_report(p, n, EFFECT_SOFT, now_ms);
}

static void names__are_read_as_they_are_written(void **state)
{
    enum key_status s;

    (void)state;
    for (int i = 0; i < KEY_STATUS_COUNT; i++) {
        assert_true(key_status_parse(key_status_name((enum key_status)i), &s));
        assert_int_equal(s, i);
    }
    assert_string_equal(key_status_name(KEY_ACTIVE), "active");
    assert_false(key_status_parse("failed", &s));
    assert_false(key_status_parse("", &s));
    assert_false(key_status_parse("Active", &s));
}

/* ---- failures ---- */

static void three_soft_failures__put_a_key_out_for_an_hour(void **state)
{
    struct pool *p = fixture_pool(2);
    struct store_key_state s;

    (void)state;
    soft(p, 0, 2, T0);
    assert_int_equal(fixture_status(p, 0, T0), KEY_ACTIVE);
    assert_true(fixture_serves(p, 0, "", T0));
    soft(p, 0, 1, T0);
    s = fixture_state(p, 0, T0);
    assert_int_equal(fixture_status(p, 0, T0), KEY_DISABLED);
    assert_true(s.disabled && s.disabled_auto);
    assert_int_equal(s.disabled_until, T0 + HOUR_MS);
    assert_int_equal(s.consecutive_failures, 3);
    assert_string_not_equal(s.reason, "");
    assert_false(fixture_serves(p, 0, "", T0));
    assert_true(fixture_serves(p, 1, "", T0));
    fixture_check_counts(p, T0);
    pool_free(p);
}

static void key_that_is_out__comes_back_by_itself(void **state)
{
    struct pool *p = fixture_pool(2);

    (void)state;
    soft(p, 0, 3, T0);
    assert_false(fixture_serves(p, 0, "", T0 + HOUR_MS - 1));
    assert_true(fixture_serves(p, 0, "", T0 + HOUR_MS));
    assert_int_equal(fixture_status(p, 0, T0 + HOUR_MS), KEY_ACTIVE);
    fixture_report(p, 0, EFFECT_SUCCESS, T0 + HOUR_MS);
    assert_int_equal(fixture_state(p, 0, T0 + HOUR_MS).consecutive_failures, 0);
    soft(p, 0, 2, T0 + HOUR_MS);
    assert_int_equal(fixture_status(p, 0, T0 + HOUR_MS), KEY_ACTIVE);
    fixture_check_counts(p, T0 + HOUR_MS);
    pool_free(p);
}

static void success__resets_the_count(void **state)
{
    struct pool *p = fixture_pool(1);

    (void)state;
    for (int round = 0; round < 5; round++) {
        soft(p, 0, 2, T0);
        fixture_report(p, 0, EFFECT_SUCCESS, T0);
        assert_int_equal(fixture_state(p, 0, T0).consecutive_failures, 0);
        assert_int_equal(fixture_status(p, 0, T0), KEY_ACTIVE);
    }
    soft(p, 0, 3, T0);
    assert_int_equal(fixture_status(p, 0, T0), KEY_DISABLED);
    pool_free(p);
}

/* In a row means of this key: what others do in between does not matter. */
static void success_of_another_key__resets_nothing(void **state)
{
    struct pool *p = fixture_pool(2);

    (void)state;
    for (int i = 0; i < 3; i++) {
        soft(p, 0, 1, T0);
        fixture_report(p, 1, EFFECT_SUCCESS, T0);
    }
    assert_int_equal(fixture_status(p, 0, T0), KEY_DISABLED);
    assert_int_equal(fixture_status(p, 1, T0), KEY_ACTIVE);
    pool_free(p);
}

static void hard_failure__puts_a_key_out_at_once(void **state)
{
    struct pool *p = fixture_pool(2);
    struct store_key_state s;

    (void)state;
    fixture_report(p, 1, EFFECT_HARD, T0);
    s = fixture_state(p, 1, T0);
    assert_int_equal(fixture_status(p, 1, T0), KEY_DISABLED);
    assert_true(s.disabled_auto);
    assert_int_equal(s.disabled_until, T0 + HOUR_MS);
    assert_string_equal(s.reason, "some_rule");
    assert_false(fixture_serves(p, 1, "", T0 + HOUR_MS - 1));
    assert_true(fixture_serves(p, 1, "", T0 + HOUR_MS));
    pool_free(p);
}

static void no_effect__changes_nothing(void **state)
{
    struct pool *p = fixture_pool(1);

    (void)state;
    for (int i = 0; i < 10; i++)
        fixture_report(p, 0, EFFECT_NONE, T0);
    assert_int_equal(fixture_state(p, 0, T0).consecutive_failures, 0);
    assert_false(atomic_load(&fixture_key(p, 0)->state_dirty));
    pool_free(p);
}

/* ---- the host is at fault ---- */

static void all_keys_failing_in_turn__are_kept(void **state)
{
    struct pool *p = fixture_pool(5);

    (void)state;
    for (int round = 0; round < 20; round++)
        for (uint64_t n = 0; n < 5; n++)
            soft(p, n, 1, T0);
    for (uint64_t n = 0; n < 5; n++)
        assert_int_equal(fixture_status(p, n, T0), KEY_ACTIVE);
    pool_free(p);
}

static void one_bad_key_among_good_ones__is_put_out(void **state)
{
    struct pool *p = fixture_pool(5);

    (void)state;
    for (int round = 0; round < 20; round++)
        for (uint64_t n = 0; n < 5; n++)
            soft(p, n, 1, T0);
    for (int round = 0; round < 3; round++) { /* and the host is well again */
        fixture_report(p, 4, EFFECT_SUCCESS, T0);
        soft(p, 2, 1, T0);
    }
    assert_int_equal(fixture_status(p, 2, T0), KEY_DISABLED);
    for (uint64_t n = 0; n < 5; n++)
        assert_int_equal(fixture_status(p, n, T0), n == 2 ? KEY_DISABLED : KEY_ACTIVE);
    pool_free(p);
}

static void hard_failure__counts_also_while_the_host_is_suspect(void **state)
{
    struct pool *p = fixture_pool(5);

    (void)state;
    for (uint64_t n = 0; n < 5; n++)
        soft(p, n, 1, T0);
    fixture_report(p, 3, EFFECT_HARD, T0);
    assert_int_equal(fixture_status(p, 3, T0), KEY_DISABLED);
    pool_free(p);
}

/* ---- by hand ---- */

static void disable_until__comes_back_then(void **state)
{
    struct pool *p = fixture_pool(2);

    (void)state;
    fixture_disable(p, 0, T0 + MINUTE_MS, T0);
    assert_int_equal(fixture_status(p, 0, T0), KEY_DISABLED);
    assert_false(fixture_state(p, 0, T0).disabled_auto);
    assert_string_equal(fixture_state(p, 0, T0).reason, "manual");
    assert_false(fixture_serves(p, 0, "", T0 + MINUTE_MS - 1));
    assert_true(fixture_serves(p, 0, "", T0 + MINUTE_MS));
    fixture_check_counts(p, T0 + MINUTE_MS);
    pool_free(p);
}

static void disable_for_good__stays(void **state)
{
    struct pool *p = fixture_pool(2);
    int64_t later = T0 + 1000ll * 365 * 24 * HOUR_MS;

    (void)state;
    fixture_disable(p, 0, 0, T0);
    assert_false(fixture_serves(p, 0, "", later));
    assert_int_equal(fixture_status(p, 0, later), KEY_DISABLED);
    fixture_report(p, 0, EFFECT_SUCCESS, later);
    assert_int_equal(fixture_status(p, 0, later), KEY_DISABLED);
    fixture_enable(p, 0, later);
    assert_true(fixture_serves(p, 0, "", later));
    fixture_check_counts(p, later);
    pool_free(p);
}

/* The answers of requests that were under way when the operator decided. */
static void late_failures__do_not_undo_a_decision(void **state)
{
    static const enum class_effect effects[] = {EFFECT_HARD, EFFECT_SOFT};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(effects); i++) {
        struct pool *p = fixture_pool(2);

        fixture_disable(p, 0, 0, T0);
        fixture_disable(p, 1, T0 + 5 * HOUR_MS, T0);
        for (int n = 0; n < 6; n++)
            fixture_report(p, (uint64_t)n / 3, effects[i], T0);
        assert_false(fixture_state(p, 0, T0).disabled_auto);
        assert_int_equal(fixture_status(p, 0, T0 + 2 * HOUR_MS), KEY_DISABLED);
        assert_int_equal(fixture_status(p, 0, T0 + 1000 * (int64_t)HOUR_MS), KEY_DISABLED);
        assert_int_equal(fixture_status(p, 1, T0 + 2 * HOUR_MS), KEY_DISABLED);
        assert_int_equal(fixture_status(p, 1, T0 + 5 * HOUR_MS), KEY_ACTIVE);
        pool_free(p);
    }
}

/* Nor does a probe that is refused: the key would be back by itself after an hour. */
static void refused_probe__does_not_undo_a_decision(void **state)
{
    struct store_key_state s = {.disabled = false}, timed = {.disabled = false};

    (void)state;
    pool_state_disabled(&s, 0);
    pool_state_refused(&s, "key_invalid", T0);
    assert_true(s.disabled && !s.disabled_auto);
    assert_int_equal(s.disabled_until, 0);
    pool_state_disabled(&timed, T0 + MINUTE_MS);
    pool_state_refused(&timed, "key_invalid", T0);
    assert_int_equal(timed.disabled_until, T0 + HOUR_MS);
}

/* But a decision that is over is no shelter. */
static void failure_after_the_decided_time__counts(void **state)
{
    struct pool *p = fixture_pool(1);

    (void)state;
    fixture_disable(p, 0, T0 + MINUTE_MS, T0);
    fixture_report(p, 0, EFFECT_HARD, T0 + 2 * MINUTE_MS);
    assert_int_equal(fixture_status(p, 0, T0 + 2 * MINUTE_MS), KEY_DISABLED);
    assert_true(fixture_state(p, 0, T0 + 2 * MINUTE_MS).disabled_auto);
    assert_int_equal(fixture_status(p, 0, T0 + 2 * MINUTE_MS + HOUR_MS), KEY_ACTIVE);
    pool_free(p);
}

static void enable__clears_everything(void **state)
{
    struct pool *p = fixture_pool(1);
    struct store_key_state s;

    (void)state;
    soft(p, 0, 3, T0);
    fixture_cool(p, 0, T0 + 9 * HOUR_MS, T0);
    fixture_enable(p, 0, T0);
    s = fixture_state(p, 0, T0);
    assert_int_equal(fixture_status(p, 0, T0), KEY_ACTIVE);
    assert_false(s.disabled || s.disabled_auto || s.limited);
    assert_int_equal(s.cooling_until, 0);
    assert_int_equal(s.consecutive_failures, 0);
    soft(p, 0, 2, T0);
    assert_int_equal(fixture_status(p, 0, T0), KEY_ACTIVE);
    fixture_check_counts(p, T0);
    pool_free(p);
}

/* ---- expiry ---- */

static void key__expires(void **state)
{
    struct pool *p = fixture_pool(1);

    (void)state;
    assert_true(fixture_add_expiring(p, 1, T0 + HOUR_MS, T0));
    assert_true(fixture_add_expiring(p, 2, T0, T0)); /* already past */
    assert_int_equal(fixture_status(p, 2, T0), KEY_EXPIRED);
    assert_false(fixture_serves(p, 2, "", T0));
    assert_true(fixture_serves(p, 1, "", T0 + HOUR_MS - 1));
    assert_false(fixture_serves(p, 1, "", T0 + HOUR_MS));
    assert_int_equal(fixture_status(p, 1, T0 + HOUR_MS), KEY_EXPIRED);
    fixture_enable(p, 1, T0 + HOUR_MS); /* does not make it younger */
    assert_int_equal(fixture_status(p, 1, T0 + HOUR_MS), KEY_EXPIRED);
    fixture_check_counts(p, T0 + HOUR_MS);
    pool_free(p);
}

static void expired_while_out__stays_out(void **state)
{
    struct pool *p = fixture_pool(1);

    (void)state;
    assert_true(fixture_add_expiring(p, 1, T0 + MINUTE_MS, T0));
    fixture_report(p, 1, EFFECT_HARD, T0);
    assert_int_equal(fixture_status(p, 1, T0 + MINUTE_MS), KEY_EXPIRED);
    assert_false(fixture_serves(p, 1, "", T0 + HOUR_MS));
    fixture_check_counts(p, T0 + HOUR_MS);
    pool_free(p);
}

/* ---- what the store gets and gives ---- */

static bool clear_dirty(struct pool *p, uint64_t n)
{
    return atomic_exchange(&fixture_key(p, n)->state_dirty, false);
}

static void change__is_marked_for_the_store(void **state)
{
    struct pool *p = fixture_pool(1);

    (void)state;
    fixture_report(p, 0, EFFECT_SUCCESS, T0);
    assert_false(clear_dirty(p, 0));
    soft(p, 0, 1, T0);
    assert_true(clear_dirty(p, 0));
    fixture_report(p, 0, EFFECT_SUCCESS, T0);
    assert_true(clear_dirty(p, 0));
    fixture_cool(p, 0, T0 + MINUTE_MS, T0);
    assert_true(clear_dirty(p, 0));
    fixture_cool(p, 0, T0 + SECOND_MS, T0); /* a shorter rest changes nothing */
    assert_false(clear_dirty(p, 0));
    fixture_report(p, 0, EFFECT_HARD, T0);
    assert_true(clear_dirty(p, 0));
    pool_free(p);
}

/* Puts a key with the state that another had into a new pool, as a restart does. */
static void state__survives_a_restart(void **state)
{
    struct pool *p = fixture_pool(3), *again = pool_new();

    (void)state;
    soft(p, 0, 2, T0);
    fixture_report(p, 1, EFFECT_HARD, T0);
    fixture_cool(p, 2, T0 + MINUTE_MS, T0);
    for (uint64_t n = 0; n < 3; n++) {
        struct store_key row = {
            .id = fixture_id(n), .username = "", .state = fixture_state(p, n, T0)};

        assert_true(pool_add(again, &row, "ollama-0123456789abcdef", T0 + SECOND_MS));
    }
    assert_int_equal(fixture_status(again, 0, T0 + SECOND_MS), KEY_ACTIVE);
    assert_int_equal(fixture_status(again, 1, T0 + SECOND_MS), KEY_DISABLED);
    assert_int_equal(fixture_status(again, 2, T0 + SECOND_MS), KEY_COOLING);
    fixture_check_counts(again, T0 + SECOND_MS);
    soft(again, 0, 1, T0 + SECOND_MS);
    assert_int_equal(fixture_status(again, 0, T0 + SECOND_MS), KEY_DISABLED);
    assert_true(fixture_serves(again, 2, "", T0 + MINUTE_MS));
    assert_true(fixture_serves(again, 1, "", T0 + HOUR_MS));
    pool_free(p);
    pool_free(again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names__are_read_as_they_are_written),
        cmocka_unit_test(three_soft_failures__put_a_key_out_for_an_hour),
        cmocka_unit_test(key_that_is_out__comes_back_by_itself),
        cmocka_unit_test(success__resets_the_count),
        cmocka_unit_test(success_of_another_key__resets_nothing),
        cmocka_unit_test(hard_failure__puts_a_key_out_at_once),
        cmocka_unit_test(no_effect__changes_nothing),
        cmocka_unit_test(all_keys_failing_in_turn__are_kept),
        cmocka_unit_test(one_bad_key_among_good_ones__is_put_out),
        cmocka_unit_test(hard_failure__counts_also_while_the_host_is_suspect),
        cmocka_unit_test(disable_until__comes_back_then),
        cmocka_unit_test(disable_for_good__stays),
        cmocka_unit_test(late_failures__do_not_undo_a_decision),
        cmocka_unit_test(refused_probe__does_not_undo_a_decision),
        cmocka_unit_test(failure_after_the_decided_time__counts),
        cmocka_unit_test(enable__clears_everything),
        cmocka_unit_test(key__expires),
        cmocka_unit_test(expired_while_out__stays_out),
        cmocka_unit_test(change__is_marked_for_the_store),
        cmocka_unit_test(state__survives_a_restart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
