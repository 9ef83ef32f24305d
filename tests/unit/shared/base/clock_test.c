/* Tests of the clocks and of the date forms that reach us. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <time.h>

#include "base/clock.h"
#include "base/mem.h"

static void clocks__move_on(void **state)
{
    struct timespec nap = {.tv_nsec = 20000000};
    uint64_t ms = clock_mono_ms(), us = clock_mono_us();
    int64_t wall = clock_wall_ms(), now = (int64_t)time(NULL) * 1000;

    (void)state;
    nanosleep(&nap, NULL);
    assert_in_range(clock_mono_us() - us, 20000, 5000000);
    assert_in_range(clock_mono_ms() - ms, 19, 5000);
    assert_in_range(wall, (uintmax_t)now - 2000, (uintmax_t)now + 2000);
}

static void iso__printed_and_read_back(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00.000Z"},
        {1, "1970-01-01T00:00:00.001Z"},
        {-1, "1969-12-31T23:59:59.999Z"},
        {951782400123, "2000-02-29T00:00:00.123Z"},
        {1769860800000, "2026-01-31T12:00:00.000Z"},
        {4102444800000, "2100-01-01T00:00:00.000Z"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char out[CLOCK_ISO_BYTES];
        int64_t ms;

        assert_ptr_equal(clock_iso(cases[i].ms, out), out);
        assert_string_equal(out, cases[i].text);
        assert_true(clock_parse_iso(out, &ms));
        assert_true(ms == cases[i].ms);
    }
}

static void parse_iso__offsets_and_fractions(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"1970-01-01T00:00:10Z", 10000},      {"1970-01-01T00:00:10z", 10000},
        {"1970-01-01T00:00:10.5Z", 10500},    {"1970-01-01T00:00:10.123456789Z", 10123},
        {"1970-01-01T01:00:10+01:00", 10000}, {"1970-01-01T05:30:00.250+05:30", 250},
        {"1969-12-31T19:00:00-05:00", 0},     {"1972-02-29T00:00:00Z", 68169600000},
    };
    static const char *const bad[] = {
        "",
        "1970-01-01",
        "1970-01-01T00:00:10",
        "1970-01-01 00:00:10Z",
        "1970-13-01T00:00:10Z",
        "1970-02-29T00:00:10Z",
        "1970-04-31T00:00:10Z",
        "1970-01-01T00:00:10Zx",
        "1970-01-01T00:00:10+0",
        "1970-01-01T00:00:10+01:00x",
        "tomorrow",
    };
    int64_t ms;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_true(clock_parse_iso(cases[i].text, &ms));
        if (ms != cases[i].ms)
            fail_msg("%s became %lld", cases[i].text, (long long)ms);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (clock_parse_iso(bad[i], &ms))
            fail_msg("\"%s\" was taken", bad[i]);
}

static void parse_http_date__only_the_fixed_form(void **state)
{
    int64_t ms;

    (void)state;
    assert_true(clock_parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", &ms));
    assert_true(ms == 784111777000);
    assert_false(clock_parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", &ms));
    assert_false(clock_parse_http_date("Sun, 06 Nov 1994 08:49:37", &ms));
    assert_false(clock_parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT+1", &ms));
    assert_false(clock_parse_http_date("120", &ms));
    assert_false(clock_parse_http_date("", &ms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clocks__move_on),
        cmocka_unit_test(iso__printed_and_read_back),
        cmocka_unit_test(parse_iso__offsets_and_fractions),
        cmocka_unit_test(parse_http_date__only_the_fixed_form),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
