/* Rows of a list: pages that come and go, all rows in an order of our own, and the marks on them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../tui/marks.h"
#include "../../../tui/rows.h"

enum { TOTAL = 100 * ROWS_PAGE - 50 };

static void put_page(struct rows *r, size_t page)
{
    json_t *list = json_array();

    for (size_t i = page * ROWS_PAGE; i < (page + 1) * ROWS_PAGE && i < TOTAL; i++) {
        char id[24];

        snprintf(id, sizeof(id), "k_%zu", i);
        json_array_append_new(list, json_pack("{s:s}", "id", id));
    }
    rows_put_page(r, page, list, TOTAL);
    json_decref(list);
}

static void assert_row(struct rows *r, size_t i, const char *id)
{
    const json_t *row = rows_at(r, i);

    assert_string_equal(row != NULL ? rows_id(r, row) : "none", id);
}

static void pages_are_kept_as_long_as_there_is_room(void **state)
{
    struct rows r;
    size_t page;

    (void)state;
    rows_init(&r, &view_defs[VIEW_KEYS]);
    assert_row(&r, 0, "none");
    for (size_t i = 0; i < ROWS_PAGES; i++)
        put_page(&r, i);
    assert_row(&r, 0, "k_0");
    put_page(&r, 99); /* in place of page 1, which was not used for the longest time */
    assert_row(&r, TOTAL - 1, "k_19949");
    assert_row(&r, TOTAL, "none");
    assert_row(&r, 0, "k_0");
    assert_row(&r, ROWS_PAGE, "none");
    assert_true(rows_wants(&r, ROWS_PAGE - 1, ROWS_PAGE + 1, &page));
    assert_int_equal(page, 1);
    assert_false(rows_wants(&r, 0, ROWS_PAGE, &page));
    rows_stale(&r);
    assert_true(rows_wants(&r, 0, 1, &page));
    assert_row(&r, 0, "k_0");
    assert_int_equal(rows_find(&r, "k_399", 0), SIZE_MAX); /* its page has gone */
    assert_int_equal(rows_find(&r, "k_401", 390), 401);
    rows_done(&r);
}

static void rows_that_are_all_here_are_filtered_and_sorted(void **state)
{
    struct rows r;
    struct query *q = NULL;
    struct err e;
    json_t *list = json_pack("[{s:s,s:i},{s:s,s:i},{s:s,s:i}]", "model", "a", "total_requests", 2,
                             "model", "b", "total_requests", 9, "model", "ab", "total_requests", 5);
    struct rows_order order = {.utf8 = true, .down = true};

    (void)state;
    rows_init(&r, &view_defs[VIEW_MODELS]);
    rows_put_whole(&r, list);
    assert_int_equal(query_parse(&view_defs[VIEW_MODELS], "a", &q, &e), ERR_OK);
    order.query = q;
    order.sort = resource_field(RES_MODEL, "total_requests", strlen("total_requests"));
    rows_arrange(&r, &order);
    assert_int_equal(r.total, 2);
    assert_int_equal(r.all, 3);
    assert_row(&r, 0, "ab");
    assert_row(&r, 1, "a");
    rows_done(&r);
    query_free(q);
    json_decref(list);
}

static void numbers_are_names_as_well(void **state)
{
    struct rows r;
    json_t *list = json_pack("[{s:i},{s:i}]", "id", 8, "id", 7);

    (void)state;
    rows_init(&r, &view_defs[VIEW_AUDIT]);
    rows_put_page(&r, 0, list, 2);
    assert_row(&r, 0, "8");
    assert_int_equal(rows_find(&r, "7", 0), 1);
    rows_done(&r);
    json_decref(list);
}

static void marks_are_ids(void **state)
{
    struct marks m = {.all = false};
    struct words ids = {.list = NULL};

    (void)state;
    marks_set(&m, "b", true);
    marks_set(&m, "a", true);
    marks_set(&m, "a", true);
    marks_set(&m, "c", true);
    marks_set(&m, "c", false);
    marks_set(&m, "", true);
    assert_true(marks_has(&m, "a"));
    assert_false(marks_has(&m, "c"));
    marks_list(&m, &ids);
    assert_int_equal(ids.len, 2);
    assert_string_equal(ids.list[0], "a");
    assert_string_equal(ids.list[1], "b");
    marks_clear(&m);
    assert_false(marks_has(&m, "a"));
    words_done(&ids);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_kept_as_long_as_there_is_room),
        cmocka_unit_test(rows_that_are_all_here_are_filtered_and_sorted),
        cmocka_unit_test(numbers_are_names_as_well),
        cmocka_unit_test(marks_are_ids),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
