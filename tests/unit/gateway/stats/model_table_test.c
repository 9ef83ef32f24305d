/* Tests of the tallies by provider, model and hour. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "stats/model_table.h"

enum { HOUR_MS = 3600 * 1000 };
static const int64_t HOUR0 = 472222ll * HOUR_MS;

static int64_t requests_of(const struct model_table *t, int provider, const char *model,
                           int64_t hour_ms)
{
    const struct model_row *row;
    int64_t sum = 0;

    for (size_t at = 0; (row = hmap_next(&t->rows, &at)) != NULL;)
        if (row->provider == provider && row->hour_ms == hour_ms && strcmp(row->model, model) == 0)
            sum += row->tally.requests;
    return sum;
}

static int64_t all_requests(const struct model_table *t)
{
    const struct model_row *row;
    int64_t sum = 0;

    for (size_t at = 0; (row = hmap_next(&t->rows, &at)) != NULL;)
        sum += row->tally.requests;
    return sum;
}

static void count(struct model_table *t, int provider, const char *model, int64_t hour_ms)
{
    static const struct store_tally one = {.requests = 1, .bytes_in = 10};

    model_table_count(t, provider, model, hour_ms, &one);
}

static void rows__are_kept_apart_and_added_up(void **state)
{
    struct model_table *t = model_table_new();

    (void)state;
    assert_true(model_table_empty(t));
    count(t, 0, "a", HOUR0);
    count(t, 0, "a", HOUR0);
    count(t, 0, "a", HOUR0 + HOUR_MS);
    count(t, 1, "a", HOUR0);
    count(t, 0, "A", HOUR0);
    count(t, 0, "", HOUR0);
    assert_false(model_table_empty(t));
    assert_int_equal(t->rows.count, 5);
    assert_int_equal(requests_of(t, 0, "a", HOUR0), 2);
    assert_int_equal(requests_of(t, 0, "a", HOUR0 + HOUR_MS), 1);
    assert_int_equal(requests_of(t, 1, "a", HOUR0), 1);
    assert_int_equal(requests_of(t, 0, "A", HOUR0), 1);
    model_table_free(t);
}

/* The table keeps the name: the caller's is a request's. */
static void name__is_copied(void **state)
{
    struct model_table *t = model_table_new();
    char name[8] = "one";

    (void)state;
    count(t, 0, name, HOUR0);
    memcpy(name, "two", 4);
    count(t, 0, name, HOUR0);
    assert_int_equal(requests_of(t, 0, "one", HOUR0), 1);
    assert_int_equal(requests_of(t, 0, "two", HOUR0), 1);
    model_table_free(t);
}

static void fill(struct model_table *t)
{
    char name[32];

    for (int i = 0; i < MODEL_TABLE_ROWS_MAX; i++) {
        snprintf(name, sizeof(name), "made-up-%d", i);
        count(t, 0, name, HOUR0);
    }
}

static void too_many_names__are_counted_as_one(void **state)
{
    struct model_table *t = model_table_new();
    char name[32];

    (void)state;
    fill(t);
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof(name), "one-more-%d", i);
        count(t, i % 2, name, HOUR0);
    }
    assert_in_range(t->rows.count, MODEL_TABLE_ROWS_MAX, MODEL_TABLE_ROWS_MAX + 10);
    assert_int_equal(requests_of(t, 0, MODEL_OTHER, HOUR0), 2500);
    assert_int_equal(requests_of(t, 1, MODEL_OTHER, HOUR0), 2500);
    assert_int_equal(all_requests(t), MODEL_TABLE_ROWS_MAX + 5000);
    model_table_free(t);
}

/* Names that someone makes up must not take the count from those that are there already. */
static void full_table__still_counts_what_it_has(void **state)
{
    struct model_table *t = model_table_new();

    (void)state;
    fill(t);
    count(t, 0, "made-up-17", HOUR0);
    assert_int_equal(requests_of(t, 0, "made-up-17", HOUR0), 2);
    assert_int_equal(requests_of(t, 0, MODEL_OTHER, HOUR0), 0);
    model_table_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows__are_kept_apart_and_added_up),
        cmocka_unit_test(name__is_copied),
        cmocka_unit_test(too_many_names__are_counted_as_one),
        cmocka_unit_test(full_table__still_counts_what_it_has),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
