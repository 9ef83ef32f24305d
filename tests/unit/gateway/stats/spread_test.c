/* Tests of outcomes, of the buckets of times, and of percentiles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "stats/spread.h"

static void outcome__follows_from_end_and_status(void **state)
{
    static const struct {
        enum err_code end;
        int status;
        enum outcome outcome;
    } cases[] = {
        {ERR_OK, 200, OUTCOME_OK},
        {ERR_OK, 204, OUTCOME_OK},
        {ERR_OK, 400, OUTCOME_REFUSED},
        {ERR_OK, 404, OUTCOME_REFUSED},
        {ERR_OK, 429, OUTCOME_LIMITED},
        {ERR_OK, 500, OUTCOME_UPSTREAM_ERROR},
        {ERR_OK, 302, OUTCOME_OTHER},
        {ERR_OK, 0, OUTCOME_OTHER},
        {ERR_ABORTED, 200, OUTCOME_ABORTED},
        {ERR_ABORTED, 0, OUTCOME_ABORTED},
        {ERR_POOL_LIMITED, 429, OUTCOME_LIMITED},
        {ERR_NO_KEYS, 503, OUTCOME_NO_KEYS},
        {ERR_KEYS_REFUSED, 503, OUTCOME_NO_KEYS},
        {ERR_UPSTREAM_ERROR, 200, OUTCOME_UPSTREAM_ERROR},
        {ERR_UPSTREAM_CONNECT, 502, OUTCOME_UNREACHABLE},
        {ERR_TIMEOUT_CONNECT, 504, OUTCOME_UNREACHABLE},
        {ERR_TRUNCATED, 200, OUTCOME_BROKEN},
        {ERR_UPSTREAM_BROKEN, 200, OUTCOME_BROKEN},
        {ERR_TIMEOUT_FIRST_BYTE, 504, OUTCOME_TIMEOUT},
        {ERR_TIMEOUT_IDLE, 200, OUTCOME_TIMEOUT},
        {ERR_TIMEOUT_TOTAL, 504, OUTCOME_TIMEOUT},
        {ERR_INTERNAL, 500, OUTCOME_OTHER},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_string_equal(outcome_name(outcome_of(cases[i].end, cases[i].status)),
                            outcome_name(cases[i].outcome));
}

/* The store keeps the numbers. */
static void numbers__stay_what_they_were(void **state)
{
    static const char *const names[] = {"ok",      "aborted",        "refused",     "limited",
                                        "no_keys", "upstream_error", "unreachable", "broken",
                                        "timeout", "other"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        assert_string_equal(outcome_name((enum outcome)i), names[i]);
    assert_string_equal(spread_time_name(0), "ttfb");
    assert_string_equal(spread_time_name(1), "duration");
    assert_int_equal(histogram_end_us(0), 1000);
    assert_int_equal(histogram_end_us(1), 1414);
    assert_int_equal(histogram_end_us(2), 2000);
    assert_int_equal(histogram_end_us(20), 1024000);
}

static void bucket__holds_what_is_up_to_its_end(void **state)
{
    (void)state;
    assert_int_equal(histogram_bucket(-5), 0);
    assert_int_equal(histogram_bucket(0), 0);
    for (int b = 0; b < HISTOGRAM_BUCKETS - 1; b++) {
        int64_t end = histogram_end_us(b);

        assert_int_equal(histogram_bucket(end), b);
        assert_int_equal(histogram_bucket(end + 1), b + 1);
        assert_true(b == 0 || end > histogram_end_us(b - 1));
    }
    assert_true(histogram_end_us(HISTOGRAM_BUCKETS - 2) >= 600ll * 1000 * 1000);
    assert_int_equal(histogram_bucket(INT64_MAX), HISTOGRAM_BUCKETS - 1);
    assert_true(histogram_end_us(HISTOGRAM_BUCKETS - 1) == INT64_MAX);
}

static double percentile_ms(const int64_t *buckets, double percent)
{
    double us = -1;

    assert_true(histogram_percentile_us(buckets, percent, &us));
    return us / 1000;
}

static void percentile__lies_inside_its_bucket(void **state)
{
    int64_t buckets[HISTOGRAM_BUCKETS] = {0};
    double us;

    (void)state;
    assert_false(histogram_percentile_us(buckets, 50, &us));
    buckets[2] = 100; /* over 1.414 up to 2 ms */
    assert_true(percentile_ms(buckets, 50) > 1.70 && percentile_ms(buckets, 50) < 1.71);
    assert_true(percentile_ms(buckets, 100) > 1.999 && percentile_ms(buckets, 100) < 2.001);
    buckets[20] = 900;
    assert_true(percentile_ms(buckets, 10) <= 2.0);
    assert_true(percentile_ms(buckets, 10.1) > 724);
    assert_true(percentile_ms(buckets, 99) > 1000 && percentile_ms(buckets, 99) < 1024);
    buckets[HISTOGRAM_BUCKETS - 1] = 9000; /* without an end: its beginning */
    assert_true(percentile_ms(buckets, 99) > 741000 && percentile_ms(buckets, 99) < 742000);
}

/* Against times that are known one by one: no percentile is off by more than a bucket. */
static void percentile__is_near_the_true_one(void **state)
{
    int64_t buckets[HISTOGRAM_BUCKETS] = {0};

    (void)state;
    for (int ms = 1; ms <= 10000; ms++)
        buckets[histogram_bucket(ms * 1000)]++;
    for (int p = 1; p < 100; p++) {
        double got = percentile_ms(buckets, p), want = p * 100;

        assert_true(got > want / 1.05 && got < want * 1.2);
    }
}

static void spreads__add_and_subtract(void **state)
{
    struct spread a = {0}, b = {0}, sum = {0};

    (void)state;
    a.outcomes[OUTCOME_OK] = 3;
    a.buckets[SPREAD_DURATION][7] = 5;
    b.outcomes[OUTCOME_OTHER] = 1;
    b.buckets[SPREAD_DURATION][7] = 1;
    spread_add(&sum, &a);
    spread_add(&sum, &b);
    assert_int_equal(sum.outcomes[OUTCOME_OK], 3);
    assert_int_equal(sum.outcomes[OUTCOME_OTHER], 1);
    assert_int_equal(sum.buckets[SPREAD_DURATION][7], 6);
    spread_sub(&sum, &b);
    assert_memory_equal(&sum, &a, sizeof(a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outcome__follows_from_end_and_status),
        cmocka_unit_test(numbers__stay_what_they_were),
        cmocka_unit_test(bucket__holds_what_is_up_to_its_end),
        cmocka_unit_test(percentile__lies_inside_its_bucket),
        cmocka_unit_test(percentile__is_near_the_true_one),
        cmocka_unit_test(spreads__add_and_subtract),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
