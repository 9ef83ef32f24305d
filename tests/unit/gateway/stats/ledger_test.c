/* Tests of what a worker counts: by model and hour, by token and hour, by rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "stats/ledger.h"

enum { HOUR_MS = 3600 * 1000 };
static const int64_t HOUR0 = 472222ll * HOUR_MS;

static int64_t requests_of(const struct ledger *t, int provider, const char *model, int64_t hour_ms)
{
    const struct ledger_row *row;
    int64_t sum = 0;

    for (size_t at = 0; (row = ledger_next(t, &at)) != NULL;)
        if (row->provider == provider && row->hour_ms == hour_ms && strcmp(row->name, model) == 0)
            sum += row->tally.requests;
    return sum;
}

static int64_t all_requests(const struct ledger *t)
{
    const struct ledger_row *row;
    int64_t sum = 0;

    for (size_t at = 0; (row = ledger_next(t, &at)) != NULL;)
        sum += row->tally.requests;
    return sum;
}

static void count(struct ledger *t, int provider, const char *model, int64_t hour_ms)
{
    static const struct store_tally one = {.requests = 1, .bytes_in = 10};

    ledger_count(t, &(struct ledger_request){.provider = provider,
                                             .model = model,
                                             .now_ms = hour_ms + 1800 * 1000,
                                             .tally = &one,
                                             .outcome = OUTCOME_OK});
}

static void rows__are_kept_apart_and_added_up(void **state)
{
    struct ledger *t = ledger_new();

    (void)state;
    assert_true(ledger_empty(t));
    count(t, 0, "a", HOUR0);
    count(t, 0, "a", HOUR0);
    count(t, 0, "a", HOUR0 + HOUR_MS);
    count(t, 1, "a", HOUR0);
    count(t, 0, "A", HOUR0);
    count(t, 0, "", HOUR0);
    assert_int_equal(requests_of(t, 0, LEDGER_NONE, HOUR0), 1);
    assert_false(ledger_empty(t));
    assert_int_equal(t->rows.count, 5);
    assert_int_equal(requests_of(t, 0, "a", HOUR0), 2);
    assert_int_equal(requests_of(t, 0, "a", HOUR0 + HOUR_MS), 1);
    assert_int_equal(requests_of(t, 1, "a", HOUR0), 1);
    assert_int_equal(requests_of(t, 0, "A", HOUR0), 1);
    ledger_free(t);
}

/* The table keeps the name: the caller's is a request's. */
static void name__is_copied(void **state)
{
    struct ledger *t = ledger_new();
    char name[8] = "one";

    (void)state;
    count(t, 0, name, HOUR0);
    memcpy(name, "two", 4);
    count(t, 0, name, HOUR0);
    assert_int_equal(requests_of(t, 0, "one", HOUR0), 1);
    assert_int_equal(requests_of(t, 0, "two", HOUR0), 1);
    ledger_free(t);
}

static void fill(struct ledger *t)
{
    char name[32];

    for (int i = 0; i < LEDGER_MODELS_MAX; i++) {
        snprintf(name, sizeof(name), "made-up-%d", i);
        count(t, 0, name, HOUR0);
    }
}

static void too_many_names__are_counted_as_one(void **state)
{
    struct ledger *t = ledger_new();
    char name[32];

    (void)state;
    fill(t);
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof(name), "one-more-%d", i);
        count(t, i % 2, name, HOUR0);
    }
    assert_in_range(t->rows.count, LEDGER_MODELS_MAX, LEDGER_MODELS_MAX + 10);
    assert_int_equal(requests_of(t, 0, LEDGER_OTHER, HOUR0), 2500);
    assert_int_equal(requests_of(t, 1, LEDGER_OTHER, HOUR0), 2500);
    assert_int_equal(all_requests(t), LEDGER_MODELS_MAX + 5000);
    ledger_free(t);
}

/* Names that someone makes up must not take the count from those that are there already. */
static void full_table__still_counts_what_it_has(void **state)
{
    struct ledger *t = ledger_new();

    (void)state;
    fill(t);
    count(t, 0, "made-up-17", HOUR0);
    assert_int_equal(requests_of(t, 0, "made-up-17", HOUR0), 2);
    assert_int_equal(requests_of(t, 0, LEDGER_OTHER, HOUR0), 0);
    ledger_free(t);
}

static void ledger_for_few__has_few(void **state)
{
    struct ledger *l = ledger_new_for(2);

    (void)state;
    count(l, 0, "a", 0);
    count(l, 0, "b", 0);
    count(l, 0, "c", 0);
    count(l, 0, "d", 0);
    assert_int_equal(l->rows.count, 3);
    assert_int_equal(requests_of(l, 0, LEDGER_OTHER, 0), 2);
    ledger_free(l);
}

static const struct ledger_row *find(const struct ledger *t, enum ledger_kind kind, uint64_t id)
{
    static const struct ledger_row none;
    const struct ledger_row *row;

    for (size_t at = 0; (row = ledger_next(t, &at)) != NULL;)
        if (row->kind == kind && row->id == id)
            return row;
    fail();
    return &none;
}

/* One request is counted for its model, with its end and its times, for its token and in all. */
static void request__is_counted_in_each_place(void **state)
{
    static const struct store_tally t = {
        .requests = 1, .failure = 1, .ttfb_us = 900, .duration_us = 2500};
    struct ledger_request q = {.provider = 3,
                               .model = "m",
                               .token = 77,
                               .now_ms = HOUR0,
                               .tally = &t,
                               .outcome = OUTCOME_TIMEOUT,
                               .answered = true};
    struct ledger *l = ledger_new();
    const struct ledger_row *model, *token;

    (void)state;
    ledger_count(l, &q);
    q.answered = false;
    q.token = 0;
    ledger_count(l, &q);
    assert_int_equal(l->totals[3].requests, 2);
    assert_int_equal(l->rows.count, 2);
    model = find(l, LEDGER_MODEL, 0);
    assert_non_null(model->spread);
    assert_int_equal(model->tally.failure, 2);
    assert_int_equal(model->spread->outcomes[OUTCOME_TIMEOUT], 2);
    assert_int_equal(model->spread->buckets[SPREAD_TTFB][0], 1);
    assert_int_equal(histogram_count(model->spread->buckets[SPREAD_TTFB]), 1);
    assert_int_equal(model->spread->buckets[SPREAD_DURATION][histogram_bucket(2500)], 2);
    token = find(l, LEDGER_TOKEN, 77);
    assert_int_equal(token->tally.requests, 1);
    assert_int_equal(token->hour_ms, HOUR0);
    assert_null(token->spread);
    ledger_free(l);
}

static void attempts__are_counted_by_rule(void **state)
{
    struct ledger *l = ledger_new();
    const struct ledger_row *row;

    (void)state;
    ledger_attempt(l, 1, "success");
    ledger_attempt(l, 1, "success");
    ledger_attempt(l, 0, "success");
    assert_int_equal(l->rows.count, 2);
    for (size_t at = 0; (row = ledger_next(l, &at)) != NULL;)
        assert_int_equal(row->tally.requests, row->provider + 1);
    ledger_free(l);
}

/* However many tokens there are while the store cannot be written. */
static void too_many_tokens__are_counted_as_one(void **state)
{
    static const struct store_tally one = {.requests = 1};
    struct ledger_request q = {.model = "m", .now_ms = HOUR0, .tally = &one};
    struct ledger *l = ledger_new();

    (void)state;
    for (q.token = 1; q.token <= LEDGER_TOKENS_MAX + 50; q.token++)
        ledger_count(l, &q);
    assert_int_equal(l->counts[LEDGER_TOKEN], LEDGER_TOKENS_MAX + 1);
    assert_int_equal(find(l, LEDGER_TOKEN, 0)->tally.requests, 50);
    assert_int_equal(find(l, LEDGER_TOKEN, 9)->tally.requests, 1);
    ledger_free(l);
}

static void merge__adds_all_of_a_row(void **state)
{
    static const struct store_tally t = {.requests = 1, .bytes_out = 5};
    struct ledger *a = ledger_new(), *b = ledger_new();
    struct ledger_row *row;

    (void)state;
    ledger_count(a, &(struct ledger_request){
                        .model = "m", .now_ms = HOUR0, .tally = &t, .outcome = OUTCOME_BROKEN});
    for (int i = 0; i < 3; i++)
        for (size_t at = 0; (row = ledger_next(a, &at)) != NULL;) {
            struct ledger_key k = ledger_key_of(row);

            ledger_merge(b, &k, &row->tally, row->spread);
        }
    row = ledger_next(b, &(size_t){0});
    assert_non_null(row);
    assert_string_equal(row->name, "m");
    assert_int_equal(row->tally.bytes_out, 15);
    assert_int_equal(row->spread->outcomes[OUTCOME_BROKEN], 3);
    ledger_free(a);
    ledger_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows__are_kept_apart_and_added_up),
        cmocka_unit_test(name__is_copied),
        cmocka_unit_test(too_many_names__are_counted_as_one),
        cmocka_unit_test(full_table__still_counts_what_it_has),
        cmocka_unit_test(ledger_for_few__has_few),
        cmocka_unit_test(request__is_counted_in_each_place),
        cmocka_unit_test(attempts__are_counted_by_rule),
        cmocka_unit_test(too_many_tokens__are_counted_as_one),
        cmocka_unit_test(merge__adds_all_of_a_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
