/* Tests of the rests that limits give to a key. */
#include "pool_fixture.h"

static void check_within(int64_t ms, int64_t least, int64_t most)
{
    if (ms < least || ms > most)
        fail_msg("%lld ms; wanted %lld to %lld", (long long)ms, (long long)least, (long long)most);
}

/* Lets the key rest with nothing said about for how long; returns when it is back. */
static int64_t rest(struct pool *p, uint64_t n, int64_t now_ms)
{
    struct store_key_state s;

    fixture_back_off(p, n, now_ms);
    s = fixture_state(p, n, now_ms);
    assert_int_equal(fixture_status(p, n, now_ms), KEY_COOLING);
    assert_true(s.limited);
    assert_false(fixture_serves(p, n, "", s.cooling_until - 1));
    assert_true(fixture_serves(p, n, "", s.cooling_until));
    return s.cooling_until;
}

static void backoff__doubles_up_to_half_an_hour(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) { /* as the jitter is drawn */
        struct pool *p = fixture_pool(2);
        int64_t now_ms = T0, expected = SECOND_MS;

        for (int i = 0; i < 15; i++) {
            int64_t back = rest(p, 0, now_ms);

            check_within(back - now_ms, expected * 9 / 10, expected * 11 / 10);
            now_ms = back;
            expected = expected * 2 < 30 * MINUTE_MS ? expected * 2 : 30 * MINUTE_MS;
        }
        fixture_check_counts(p, now_ms);
        pool_free(p);
    }
}

/* Keys that were limited together must not all come back at one moment. */
static void backoff__is_spread(void **state)
{
    struct pool *p = fixture_pool(500);
    int64_t least = INT64_MAX, most = 0;

    (void)state;
    for (uint64_t n = 0; n < 500; n++) {
        int64_t length;

        fixture_back_off(p, n, T0);
        length = fixture_state(p, n, T0).cooling_until - T0;
        least = length < least ? length : least;
        most = length > most ? length : most;
    }
    check_within(least, 900, 920);
    check_within(most, 1080, 1100);
    pool_free(p);
}

/* Requests that were under way at once are told of one limit, not of many in a row. */
static void burst_of_limits__is_one_rest(void **state)
{
    struct pool *p = fixture_pool(2);
    int64_t length;

    (void)state;
    for (int i = 0; i < 20; i++)
        fixture_back_off(p, 0, T0 + i);
    length = fixture_state(p, 0, T0 + 20).cooling_until - T0;
    check_within(length, 900, 1100 + 20);
    pool_free(p);
}

/* The same when the answers named the time: what follows is the second limit, not the twenty-first.
 */
static void burst_of_named_times__counts_once(void **state)
{
    struct pool *p = fixture_pool(2);
    int64_t back;

    (void)state;
    for (int i = 0; i < 20; i++)
        fixture_cool(p, 0, T0 + 5 * SECOND_MS + i, T0 + i);
    back = fixture_state(p, 0, T0 + 20).cooling_until;
    fixture_back_off(p, 0, back);
    check_within(fixture_state(p, 0, back).cooling_until - back, 900, 2200);
    pool_free(p);
}

static void success__makes_the_next_rest_short_again(void **state)
{
    struct pool *p = fixture_pool(2);
    int64_t now_ms = T0;

    (void)state;
    for (int i = 0; i < 6; i++) {
        fixture_back_off(p, 0, now_ms);
        now_ms = fixture_state(p, 0, now_ms).cooling_until;
    }
    fixture_report(p, 0, EFFECT_SUCCESS, now_ms);
    fixture_back_off(p, 0, now_ms);
    check_within(fixture_state(p, 0, now_ms).cooling_until - now_ms, 900, 1100);
    pool_free(p);
}

static void limit__is_never_a_failure(void **state)
{
    struct pool *p = fixture_pool(2);
    int64_t now_ms = T0;

    (void)state;
    for (int i = 0; i < 10; i++) {
        fixture_back_off(p, 0, now_ms);
        fixture_cool(p, 0, now_ms + 5 * HOUR_MS, now_ms);
        assert_int_equal(fixture_state(p, 0, now_ms).consecutive_failures, 0);
        assert_false(fixture_state(p, 0, now_ms).disabled);
        now_ms = fixture_state(p, 0, now_ms).cooling_until;
        assert_int_equal(fixture_status(p, 0, now_ms), KEY_ACTIVE);
    }
    pool_free(p);
}

/* Two failures before and none after: a limit neither counts nor forgives. */
static void limit__does_not_reset_failures(void **state)
{
    struct pool *p = fixture_pool(2);

    (void)state;
    fixture_report(p, 0, EFFECT_SOFT, T0);
    fixture_report(p, 0, EFFECT_SOFT, T0);
    fixture_cool(p, 0, T0 + SECOND_MS, T0);
    assert_int_equal(fixture_state(p, 0, T0).consecutive_failures, 2);
    pool_free(p);
}

static void named_time__is_kept(void **state)
{
    struct pool *p = fixture_pool(2);
    struct store_key_state s;

    (void)state;
    fixture_cool(p, 0, T0 + 7 * MINUTE_MS, T0);
    s = fixture_state(p, 0, T0);
    assert_int_equal(s.cooling_until, T0 + 7 * MINUTE_MS);
    assert_string_equal(s.reason, "some_limit");
    assert_false(fixture_serves(p, 0, "", T0 + 7 * MINUTE_MS - 1));
    assert_true(fixture_serves(p, 0, "", T0 + 7 * MINUTE_MS));
    pool_free(p);
}

static void longer_rest__stands(void **state)
{
    struct pool *p = fixture_pool(2);

    (void)state;
    fixture_cool(p, 0, T0 + 5 * HOUR_MS, T0);
    fixture_cool(p, 0, T0 + SECOND_MS, T0);
    fixture_back_off(p, 0, T0);
    fixture_cool(p, 0, T0 - SECOND_MS, T0);
    assert_int_equal(fixture_state(p, 0, T0).cooling_until, T0 + 5 * HOUR_MS);
    fixture_cool(p, 0, T0 + 6 * HOUR_MS, T0);
    assert_int_equal(fixture_state(p, 0, T0).cooling_until, T0 + 6 * HOUR_MS);
    assert_false(fixture_serves(p, 0, "", T0 + 6 * HOUR_MS - 1));
    assert_true(fixture_serves(p, 0, "", T0 + 6 * HOUR_MS));
    fixture_check_counts(p, T0 + 6 * HOUR_MS);
    pool_free(p);
}

/* Neither of two reasons to be out ends the other. */
static void rest_and_failure__last_both(void **state)
{
    struct pool *p = fixture_pool(2);

    (void)state;
    fixture_cool(p, 0, T0 + 2 * HOUR_MS, T0);
    fixture_report(p, 0, EFFECT_HARD, T0);
    assert_int_equal(fixture_status(p, 0, T0), KEY_DISABLED);
    assert_int_equal(fixture_status(p, 0, T0 + HOUR_MS), KEY_COOLING);
    assert_false(fixture_serves(p, 0, "", T0 + HOUR_MS));
    fixture_check_counts(p, T0 + HOUR_MS);
    assert_true(fixture_serves(p, 0, "", T0 + 2 * HOUR_MS));
    fixture_check_counts(p, T0 + 2 * HOUR_MS);
    pool_free(p);
}

static void late_limit_of_a_key_that_is_out__keeps_it_out(void **state)
{
    struct pool *p = fixture_pool(2);

    (void)state;
    fixture_disable(p, 0, 0, T0);
    fixture_cool(p, 0, T0 + SECOND_MS, T0);
    assert_int_equal(fixture_status(p, 0, T0 + MINUTE_MS), KEY_DISABLED);
    assert_false(fixture_serves(p, 0, "", T0 + MINUTE_MS));
    fixture_check_counts(p, T0 + MINUTE_MS);
    pool_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(backoff__doubles_up_to_half_an_hour),
        cmocka_unit_test(backoff__is_spread),
        cmocka_unit_test(burst_of_limits__is_one_rest),
        cmocka_unit_test(burst_of_named_times__counts_once),
        cmocka_unit_test(success__makes_the_next_rest_short_again),
        cmocka_unit_test(limit__is_never_a_failure),
        cmocka_unit_test(limit__does_not_reset_failures),
        cmocka_unit_test(named_time__is_kept),
        cmocka_unit_test(longer_rest__stands),
        cmocka_unit_test(rest_and_failure__last_both),
        cmocka_unit_test(late_limit_of_a_key_that_is_out__keeps_it_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
