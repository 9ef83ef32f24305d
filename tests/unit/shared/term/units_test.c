/* Numbers, durations and moments as people read and write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "term/units.h"

static void count__grows__gets_a_suffix(void **state)
{
    char out[UNITS_TEXT];

    (void)state;
    assert_string_equal(units_count(0, out), "0");
    assert_string_equal(units_count(9999, out), "9999");
    assert_string_equal(units_count(12345, out), "12.3k");
    assert_string_equal(units_count(999949, out), "999.9k");
    assert_string_equal(units_count(999999, out), "1.0M");
    assert_string_equal(units_count(1234567890123, out), "1.2T");
    assert_string_equal(units_count(INT64_MAX, out), "9223372.0T");
}

static void bytes__grow__get_a_unit(void **state)
{
    char out[UNITS_TEXT];

    (void)state;
    assert_string_equal(units_bytes(0, out), "0 B");
    assert_string_equal(units_bytes(1023, out), "1023 B");
    assert_string_equal(units_bytes(1024, out), "1.0 KiB");
    assert_string_equal(units_bytes(1048575, out), "1.0 MiB");
    assert_string_equal(units_bytes(3 * 1024 * 1024 / 2, out), "1.5 MiB");
}

static void ms__grow__keep_three_digits(void **state)
{
    char out[UNITS_TEXT];

    (void)state;
    assert_string_equal(units_ms(0, out), "0ms");
    assert_string_equal(units_ms(0.42, out), "0.4ms");
    assert_string_equal(units_ms(9.94, out), "9.9ms");
    assert_string_equal(units_ms(9.96, out), "10ms"); /* five columns are enough for all */
    assert_string_equal(units_ms(850, out), "850ms");
    assert_string_equal(units_ms(999.6, out), "1.00s");
    assert_string_equal(units_ms(1250, out), "1.25s");
    assert_string_equal(units_ms(9996, out), "10.0s");
    assert_string_equal(units_ms(59940, out), "59.9s");
    assert_string_equal(units_ms(59960, out), "1m");
    assert_string_equal(units_ms(192000, out), "3m12s");
}

static void seconds__show_two_units_while_few(void **state)
{
    char out[UNITS_TEXT];

    (void)state;
    assert_string_equal(units_seconds(0, out), "0s");
    assert_string_equal(units_seconds(59, out), "59s");
    assert_string_equal(units_seconds(60, out), "1m");
    assert_string_equal(units_seconds(192, out), "3m12s");
    assert_string_equal(units_seconds(42 * 60 + 31, out), "43m");
    assert_string_equal(units_seconds(7500, out), "2h05m");
    assert_string_equal(units_seconds(3 * 86400, out), "3d");
    assert_string_equal(units_seconds(30 * 86400 - 1, out), "30d");
}

static void when__looks_both_ways(void **state)
{
    char out[UNITS_TEXT];

    (void)state;
    assert_string_equal(units_when(1000000, 1000999, out), "now");
    assert_string_equal(units_when(0, 192000, out), "3m12s ago");
    assert_string_equal(units_when(7500000, 0, out), "in 2h05m");
}

static void duration__good__is_read(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } cases[] = {{"45s", 45},       {"90m", 5400},   {"2h", 7200},          {"30d", 30 * 86400},
                 {"1w", 7 * 86400}, {"1h30m", 5400}, {"36500d", 3153600000}};
    int64_t seconds;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_true(units_parse_duration(cases[i].text, &seconds));
        assert_int_equal(seconds, cases[i].seconds);
    }
}

static void duration__bad__is_refused(void **state)
{
    static const char *const cases[] = {"",     "5",    "h",      "2x",
                                        "-2h",  "2 h",  "0s",     "2h ",
                                        "2.5h", "1h30", "36501d", "99999999999999999999d"};
    int64_t seconds = 7;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_false(units_parse_duration(cases[i], &seconds));
    assert_int_equal(seconds, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(count__grows__gets_a_suffix),
        cmocka_unit_test(bytes__grow__get_a_unit),
        cmocka_unit_test(ms__grow__keep_three_digits),
        cmocka_unit_test(seconds__show_two_units_while_few),
        cmocka_unit_test(when__looks_both_ways),
        cmocka_unit_test(duration__good__is_read),
        cmocka_unit_test(duration__bad__is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
