/* The suite of every backend: counters by hour, what they hold over a time, and how they are
 * forgotten. */
#include "store_fixture.h"

enum { HOUR_MS = 3600 * 1000, DAY_MS = 24 * HOUR_MS };
static const int64_t DAY0 = 20000ll * DAY_MS;

static void add(struct fixture *f, int provider, const char *name, int64_t hour, int64_t requests)
{
    struct spread s = {0};
    struct store_hour h = {.name = name,
                           .hour = hour,
                           .nameless = name[0] == '\0',
                           .tally = {.requests = requests, .bytes_out = 7 * requests},
                           .spread = &s};
    struct store_hour token = h;
    struct store_flush flush = {.provider = provider,
                                .models = &h,
                                .models_len = 1,
                                .token_hours = &token,
                                .token_hours_len = 1};

    token.spread = NULL;
    s.outcomes[OUTCOME_TIMEOUT] = requests;
    s.buckets[SPREAD_TTFB][3] = requests;
    s.buckets[SPREAD_DURATION][HISTOGRAM_BUCKETS - 1] = 2 * requests;
    CHECK(f->store.ops->flush(f->store.db, &flush, 1, e));
}

struct ranks {
    char text[256];
};

static void see_rank(void *arg, const char *name, int64_t requests)
{
    struct ranks *r = arg;
    size_t len = strlen(r->text);

    snprintf(r->text + len, sizeof(r->text) - len, "%s:%lld ", name, (long long)requests);
}

static void assert_ranks(struct fixture *f, int provider, int64_t from, int64_t to, int64_t limit,
                         const char *want)
{
    for (enum store_hours of = STORE_HOURS_MODELS; of <= STORE_HOURS_TOKENS; of++) {
        struct store_range r = {of, from, to};
        struct ranks ranks = {""};

        CHECK(f->store.ops->hours_rank(f->store.db, provider, &r, limit, see_rank, &ranks, e));
        assert_string_equal(ranks.text, want);
    }
}

struct sums {
    size_t hours;
    int64_t last, requests, bytes_out;
    struct spread spread;
};

static void see_hour(void *arg, int64_t hour, const struct store_tally *t)
{
    struct sums *s = arg;

    assert_true(hour > s->last); /* in order */
    s->last = hour;
    s->hours++;
    s->requests += t->requests;
    s->bytes_out += t->bytes_out;
}

static void see_place(void *arg, int64_t hour, size_t place, int64_t n)
{
    struct sums *s = arg;

    (void)hour;
    assert_in_range(place, 0, sizeof(struct spread) / sizeof(int64_t) - 1);
    ((int64_t *)&s->spread)[place] += n;
}

static struct sums sums_of(struct fixture *f, int provider, enum store_hours of, const char *name,
                           int64_t from, int64_t to)
{
    struct store_range r = {of, from, to};
    struct sums s = {.last = -1};

    CHECK(f->store.ops->hours_load(f->store.db, provider, &r, name, see_hour, &s, e));
    CHECK(f->store.ops->spreads_load(f->store.db, provider, &r, name, see_place, &s, e));
    return s;
}

static void hours__add_up_and_are_read_by_range(void **state)
{
    struct fixture *f = *state;
    struct sums s;

    for (int i = 0; i < 3; i++)
        for (int h = 0; h < 5; h++)
            add(f, FIRST, "m", DAY0 + h * HOUR_MS, 10);
    add(f, FIRST, "n", DAY0, 1);
    add(f, SECOND, "m", DAY0, 1);
    fixture_reopen(f);
    s = sums_of(f, FIRST, STORE_HOURS_MODELS, "m", DAY0 + HOUR_MS, DAY0 + 4 * HOUR_MS);
    assert_int_equal(s.hours, 3);
    assert_int_equal(s.requests, 90);
    assert_int_equal(s.bytes_out, 630);
    assert_int_equal(s.spread.outcomes[OUTCOME_TIMEOUT], 90);
    assert_int_equal(s.spread.buckets[SPREAD_TTFB][3], 90);
    assert_int_equal(s.spread.buckets[SPREAD_DURATION][HISTOGRAM_BUCKETS - 1], 180);
    s = sums_of(f, FIRST, STORE_HOURS_TOKENS, "m", DAY0, DAY0 + DAY_MS);
    assert_int_equal(s.requests, 150);
    assert_int_equal(sums_of(f, SECOND, STORE_HOURS_MODELS, "m", 0, INT64_MAX).requests, 1);
    assert_int_equal(sums_of(f, SECOND, STORE_HOURS_MODELS, "n", 0, INT64_MAX).hours, 0);
}

/* Whole days come from another table than the hours before and after them: nothing twice. */
static void rank__is_exact_whatever_the_range(void **state)
{
    struct fixture *f = *state;

    for (int h = 0; h < 96; h++)
        add(f, FIRST, "each-hour", DAY0 + h * HOUR_MS, 1);
    add(f, FIRST, "once", DAY0 + 30 * HOUR_MS, 50);
    add(f, FIRST, "", DAY0 + 30 * HOUR_MS, 1000); /* all together is no name */
    assert_ranks(f, FIRST, DAY0, DAY0 + 4 * DAY_MS, 10, "each-hour:96 once:50 ");
    assert_ranks(f, FIRST, DAY0, DAY0 + 4 * DAY_MS, 1, "each-hour:96 ");
    for (int from = 0; from < 60; from += 7)
        for (int to = from; to <= 96; to += 5) {
            bool both = from <= 30 && 30 < to;
            char want[64] = "";

            if (to > from && to - from < 50 && both)
                snprintf(want, sizeof(want), "once:50 each-hour:%d ", to - from);
            else if (to > from)
                snprintf(want, sizeof(want), "each-hour:%d %s", to - from, both ? "once:50 " : "");
            assert_ranks(f, FIRST, DAY0 + from * HOUR_MS, DAY0 + to * HOUR_MS, 10, want);
        }
    assert_ranks(f, SECOND, 0, INT64_MAX, 10, "");
}

static void pruning__goes_in_steps_and_leaves_the_rest(void **state)
{
    struct fixture *f = *state;
    int64_t before = DAY0 + DAY_MS;
    bool more = true;
    int steps = 0;

    for (int h = 0; h < 48; h++)
        for (int m = 0; m < 3; m++)
            add(f, FIRST, (const char *const[]){"", "a", "b"}[m], DAY0 + h * HOUR_MS, 1);
    add(f, SECOND, "a", DAY0, 1);
    for (; more; steps++) {
        assert_in_range(steps, 0, 10);
        CHECK(f->store.ops->hours_prune(f->store.db, FIRST, before, 10, &more, e));
    }
    assert_int_equal(steps, 8); /* 72 rows of models, ten at a time */
    for (enum store_hours of = STORE_HOURS_MODELS; of <= STORE_HOURS_TOKENS; of++)
        for (int m = 0; m < 3; m++) {
            const char *name = (const char *const[]){"", "a", "b"}[m];
            struct sums s = sums_of(f, FIRST, of, name, 0, before);

            assert_int_equal(s.hours, 0);
            assert_int_equal(s.spread.outcomes[OUTCOME_TIMEOUT], 0);
            s = sums_of(f, FIRST, of, name, before, INT64_MAX);
            assert_int_equal(s.hours, 24);
            assert_int_equal(s.spread.outcomes[OUTCOME_TIMEOUT], 24); /* of the model */
        }
    assert_ranks(f, FIRST, 0, DAY0 + 2 * DAY_MS, 5, "a:24 b:24 ");
    assert_int_equal(sums_of(f, SECOND, STORE_HOURS_MODELS, "a", 0, before).hours, 1);
    CHECK(f->store.ops->hours_prune(f->store.db, FIRST, before, 10, &more, e));
    assert_false(more);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(hours__add_up_and_are_read_by_range),
        STORE_TEST(rank__is_exact_whatever_the_range),
        STORE_TEST(pruning__goes_in_steps_and_leaves_the_rest),
    };

    return cmocka_run_group_tests_name("store/series", tests, NULL, NULL);
}
