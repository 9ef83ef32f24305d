/* Tests of what was counted over a time: steps, the busiest, the rest, and days of odd length. */
#include "../store/store_fixture.h"

#include "base/clock.h"
#include "stats/ledger.h"
#include "stats/series.h"

enum { HOUR_MS = 3600 * 1000, DAY_MS = 24 * HOUR_MS };

static int64_t at(const char *iso)
{
    int64_t ms = 0;

    assert_true(clock_parse_iso(iso, &ms));
    return ms;
}

/* As the flusher adds them: by name, and all together. */
static void add(struct fixture *f, const char *name, int64_t hour, int64_t requests)
{
    struct spread s = {.outcomes = {requests}};
    struct store_hour hours[] = {
        {.name = name, .hour = hour, .tally = {.requests = requests}, .spread = &s},
        {.name = "", .hour = hour, .nameless = true, .tally = {.requests = requests}, .spread = &s},
    };
    struct store_flush flush = {.models = hours, .models_len = 2};

    s.buckets[SPREAD_DURATION][10] = requests;
    CHECK(f->store.ops->flush(f->store.db, &flush, 1, e));
}

struct told {
    char text[1024];
};

static void tell(void *arg, const char *name, int64_t start, const struct series_cell *c)
{
    struct told *t = arg;
    char iso[CLOCK_ISO_BYTES];
    size_t len = strlen(t->text);

    assert_int_equal(c->spread.outcomes[OUTCOME_OK], c->tally.requests);
    assert_int_equal(histogram_count(c->spread.buckets[SPREAD_DURATION]), c->tally.requests);
    snprintf(t->text + len, sizeof(t->text) - len, "%s %.16s %lld|", name, clock_iso(start, iso),
             (long long)c->tally.requests);
}

static void assert_series(struct fixture *f, struct series_query q, const char *want)
{
    struct told told = {.text = ""};

    CHECK(series_read(&q, &f->store, tell, &told, e));
    assert_string_equal(told.text, want);
}

static void rest__is_what_the_busiest_leave(void **state)
{
    struct fixture *f = *state;
    int64_t day = at("2026-01-10T00:00:00Z");
    struct series_query q = {.limit = 2, .step = SERIES_TOTAL, .from = day, .to = day + 2 * DAY_MS};

    zone_use("UTC");
    add(f, "a", day, 10);
    add(f, "b", day + HOUR_MS, 8);
    add(f, "c", day + 30 * HOUR_MS, 7);
    add(f, LEDGER_OTHER, day + HOUR_MS, 100);
    assert_series(f, q, "a 2026-01-10T00:00 10|b 2026-01-10T00:00 8|(other) 2026-01-10T00:00 107|");
    q.limit = 3;
    assert_series(f, q,
                  "a 2026-01-10T00:00 10|b 2026-01-10T00:00 8|c 2026-01-10T00:00 7|"
                  "(other) 2026-01-10T00:00 100|");
    q.step = SERIES_DAY;
    q.limit = 1;
    assert_series(f, q,
                  "a 2026-01-10T00:00 10|(other) 2026-01-10T00:00 108|"
                  "(other) 2026-01-11T00:00 7|");
    q.step = SERIES_HOUR;
    q.to = day + 2 * HOUR_MS;
    assert_series(f, q, "a 2026-01-10T00:00 10|(other) 2026-01-10T01:00 108|");
    q.name = "";
    assert_series(f, q, " 2026-01-10T00:00 10| 2026-01-10T01:00 108|");
    q.name = "b";
    assert_series(f, q, "b 2026-01-10T01:00 8|");
    q.to = q.from;
    assert_series(f, q, "");
}

static void all_are_told__there_is_no_rest(void **state)
{
    struct fixture *f = *state;
    int64_t day = at("2026-01-10T00:00:00Z");

    zone_use("UTC");
    add(f, "a", day, 1);
    add(f, "b", day, 2);
    assert_series(
        f, (struct series_query){.limit = 2, .step = SERIES_TOTAL, .from = day, .to = day + DAY_MS},
        "b 2026-01-10T00:00 2|a 2026-01-10T00:00 1|");
}

/* In each hour one: a day has as many as it has hours. */
static void days__are_as_long_as_they_are(void **state)
{
    struct fixture *f = *state;
    struct series_query q = {.name = "m", .step = SERIES_DAY};

    zone_use("Europe/Berlin");
    for (int64_t hour = at("2026-03-27T00:00:00Z"); hour < at("2026-03-31T00:00:00Z");
         hour += HOUR_MS)
        add(f, "m", hour, 1);
    q.from = at("2026-03-28T12:00:00Z");
    q.to = at("2026-03-30T12:00:00Z");
    series_align(q.step, &q.from, &q.to);
    assert_series(f, q, "m 2026-03-27T23:00 24|m 2026-03-28T23:00 23|m 2026-03-29T22:00 24|");
    zone_use("UTC");
}

static void ranges__are_widened_to_steps(void **state)
{
    int64_t from = at("2026-01-10T10:20:00Z"), to = at("2026-01-10T11:00:00Z");

    (void)state;
    zone_use("UTC");
    series_align(SERIES_HOUR, &from, &to);
    assert_true(from == at("2026-01-10T10:00:00Z") && to == at("2026-01-10T11:00:00Z"));
    to += 1;
    series_align(SERIES_TOTAL, &from, &to);
    assert_true(to == at("2026-01-10T12:00:00Z"));
    series_align(SERIES_DAY, &from, &to);
    assert_true(from == at("2026-01-10T00:00:00Z") && to == at("2026-01-11T00:00:00Z"));
    /* 24 hours, the one that runs included; seven days likewise */
    assert_true(series_span_start(SERIES_HOUR, at("2026-01-10T10:20:00Z"), DAY_MS) ==
                at("2026-01-09T11:00:00Z"));
    assert_true(series_span_start(SERIES_DAY, at("2026-01-10T10:20:00Z"), 7ll * DAY_MS) ==
                at("2026-01-04T00:00:00Z"));
}

static void ranges__of_fewer_names_may_be_longer(void **state)
{
    (void)state;
    assert_int_equal(series_days_max(SERIES_HOUR, 1), 32);
    assert_int_equal(series_days_max(SERIES_HOUR, 6), 32);
    assert_int_equal(series_days_max(SERIES_HOUR, 11), 18);
    assert_int_equal(series_days_max(SERIES_HOUR, 26), 8);
    assert_int_equal(series_days_max(SERIES_DAY, 26), 3700);
    assert_int_equal(series_days_max(SERIES_TOTAL, 26), 3700);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(rest__is_what_the_busiest_leave),
        STORE_TEST(all_are_told__there_is_no_rest),
        STORE_TEST(days__are_as_long_as_they_are),
        cmocka_unit_test(ranges__are_widened_to_steps),
        cmocka_unit_test(ranges__of_fewer_names_may_be_longer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
