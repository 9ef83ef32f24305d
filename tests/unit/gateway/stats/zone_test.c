/* Tests of hours and days where clocks are changed, and where hours begin elsewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "stats/zone.h"

static int64_t at(const char *iso)
{
    int64_t ms = 0;

    assert_true(clock_parse_iso(iso, &ms));
    return ms;
}

static void assert_time(int64_t got, const char *want)
{
    char text[CLOCK_ISO_BYTES], wanted[CLOCK_ISO_BYTES];

    assert_string_equal(clock_iso(got, text), clock_iso(at(want), wanted));
}

static void starts__follow_the_zone(void **state)
{
    static const struct {
        const char *zone, *moment, *hour, *day, *next_day;
    } cases[] = {
        {"UTC", "2026-03-01T12:34:56.789Z", "2026-03-01T12:00:00Z", "2026-03-01T00:00:00Z",
         "2026-03-02T00:00:00Z"},
        {"UTC", "2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z",
         "2026-03-02T00:00:00Z"},
        /* Berlin: a day of 23 hours, and one of 25 */
        {"Europe/Berlin", "2026-03-29T05:30:00Z", "2026-03-29T05:00:00Z", "2026-03-28T23:00:00Z",
         "2026-03-29T22:00:00Z"},
        {"Europe/Berlin", "2026-10-25T01:30:00Z", "2026-10-25T01:00:00Z", "2026-10-24T22:00:00Z",
         "2026-10-25T23:00:00Z"},
        {"Europe/Berlin", "2026-10-25T22:59:59.999Z", "2026-10-25T22:00:00Z",
         "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"},
        /* hours that begin at half past */
        {"Asia/Kolkata", "2026-06-01T18:29:59Z", "2026-06-01T17:30:00Z", "2026-05-31T18:30:00Z",
         "2026-06-01T18:30:00Z"},
        {"Asia/Kolkata", "2026-06-01T18:30:00Z", "2026-06-01T18:30:00Z", "2026-06-01T18:30:00Z",
         "2026-06-02T18:30:00Z"},
        /* Havana: no midnight on one day, two of them on another */
        {"America/Havana", "2026-03-08T12:00:00Z", "2026-03-08T12:00:00Z", "2026-03-08T05:00:00Z",
         "2026-03-09T04:00:00Z"},
        {"America/Havana", "2026-11-01T05:30:00Z", "2026-11-01T05:00:00Z", "2026-11-01T04:00:00Z",
         "2026-11-02T05:00:00Z"},
        {"America/Havana", "2026-11-01T04:30:00Z", "2026-11-01T04:00:00Z", "2026-11-01T04:00:00Z",
         "2026-11-02T05:00:00Z"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        zone_use(cases[i].zone);
        assert_time(zone_start(ZONE_HOUR, at(cases[i].moment)), cases[i].hour);
        assert_time(zone_start(ZONE_DAY, at(cases[i].moment)), cases[i].day);
        assert_time(zone_next(ZONE_DAY, at(cases[i].moment)), cases[i].next_day);
    }
}

/* Over years, in zones of all kinds: hours and days follow each other without a gap, and each start
 * is its own start. */
static void spans__follow_each_other(void **state)
{
    static const char *const zones[] = {"UTC",           "Europe/Berlin",   "America/Havana",
                                        "Asia/Kolkata",  "Asia/Kathmandu",  "America/Santiago",
                                        "Africa/Cairo",  "Asia/Beirut",     "America/St_Johns",
                                        "Asia/Shanghai", "Australia/Sydney"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(zones); i++) {
        int64_t hour, day;

        zone_use(zones[i]);
        day = zone_start(ZONE_DAY, at("2024-01-01T12:00:00Z"));
        hour = day;
        for (int n = 0; n < 3 * 366; n++) {
            int64_t next = zone_next(ZONE_DAY, day), hours = (next - day) / 3600000;

            assert_in_range(hours, 23, 25);
            assert_true(zone_start(ZONE_DAY, day) == day);
            assert_true(zone_start(ZONE_DAY, next - 1) == day);
            for (; hours > 0; hours--, hour = zone_next(ZONE_HOUR, hour)) {
                assert_true(zone_start(ZONE_HOUR, hour + 3599999) == hour);
                assert_true(zone_start(ZONE_DAY, hour) == day);
            }
            assert_true(hour == next);
            day = next;
        }
    }
}

/* Clocks are changed by half an hour here. */
static void odd_hours__go_on(void **state)
{
    struct zone_hour h = {0};
    int64_t last = 0;

    (void)state;
    zone_use("Australia/Lord_Howe");
    for (int64_t t = at("2026-04-04T00:00:00Z"); t < at("2026-04-06T00:00:00Z"); t += 60000) {
        int64_t hour = zone_hour_start(&h, t);

        assert_true(hour >= last && hour <= t && t - hour < 90 * 60000);
        last = hour;
    }
}

static void texts__are_those_of_the_zone(void **state)
{
    char text[ZONE_TEXT_BYTES];

    (void)state;
    zone_use("Asia/Shanghai");
    assert_string_equal(zone_hour_text(at("2026-01-01T16:30:00Z"), text), "00:00");
    assert_string_equal(zone_iso(at("2026-01-01T16:30:05Z"), text), "2026-01-02T00:30:05+08:00");
    zone_use("America/St_Johns");
    assert_string_equal(zone_iso(at("2026-01-01T12:00:00Z"), text), "2026-01-01T08:30:00-03:30");
    zone_use("UTC");
    assert_string_equal(zone_iso(at("2026-01-01T12:00:00Z"), text), "2026-01-01T12:00:00+00:00");
    assert_string_equal(zone_hour_text(at("2026-01-01T12:59:00Z"), text), "12:00");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts__follow_the_zone),
        cmocka_unit_test(spans__follow_each_other),
        cmocka_unit_test(odd_hours__go_on),
        cmocka_unit_test(texts__are_those_of_the_zone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
