/* The forms of the output, of lists and of single objects. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../poolctl/columns.h"
#include "../../../poolctl/ctl.h"
#include "capture.h"

#define LINE(...) ((char **)(const char *[]){"poolctl", __VA_ARGS__, NULL})

static json_t *rows;

static int set_up(void **state)
{
    (void)state;
    rows = json_loads(
        "[{\"id\":\"k_1\",\"username\":\"ann, \\\"the\\\" first\",\"status\":\"active\","
        "\"total_requests\":9,\"success_rate\":99.9},"
        "{\"id\":\"k_2\",\"username\":\"\",\"status\":\"cooling\",\"total_requests\":100,"
        "\"success_rate\":null},"
        "{\"id\":\"k_3\",\"username\":\"two\\nlines\",\"status\":\"expired\","
        "\"total_requests\":20,\"success_rate\":0}]",
        0, NULL);
    return rows ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    json_decref(rows);
    return 0;
}

/* What a command line prints of the rows, or with one of the first row alone; owned. */
static char *printed(char *argv[], bool one)
{
    struct ctl c = {.term.utf8 = true};
    struct capture capture;
    struct err e;
    int argc = 0;

    while (argv[argc] != NULL)
        argc++;
    buf_init(&c.hint, 4096);
    assert_int_equal(args_parse(argc, argv, &c.args, &e), ERR_OK);
    c.format = (enum out_format)args_choice(&c.args, "output");
    c.limit = (size_t)args_num(&c.args, "limit", 0);
    assert_int_equal(columns_read(&c, &e), ERR_OK);
    capture_begin(&capture, stdout);
    if (one)
        out_one(&c, RES_KEY, json_array_get(rows, 0));
    else
        out_list(&c, RES_KEY, rows);
    filter_free(c.filter);
    buf_done(&c.hint);
    args_done(&c.args);
    free(c.columns);
    return capture_end(&capture);
}

static void assert_printed(char *argv[], bool one, const char *wanted)
{
    char *text = printed(argv, one);

    assert_string_equal(text, wanted);
    free(text);
}

static void table__fields__in_their_order(void **state)
{
    (void)state;
    assert_printed(LINE("key", "list", "--fields", "total_requests,id,status"), false,
                   "REQS  ID   STATUS\n"
                   "   9  k_1  active\n"
                   " 100  k_2  cooling\n"
                   "  20  k_3  expired\n");
    assert_printed(LINE("key", "list", "--fields", "id,success_rate", "--no-headers"), false,
                   "k_1  99.9\nk_2     -\nk_3     0\n");
}

static void csv__is_rfc_4180(void **state)
{
    (void)state;
    assert_printed(LINE("key", "list", "-o", "csv", "--fields", "id,username,success_rate"), false,
                   "id,username,success_rate\r\n"
                   "k_1,\"ann, \"\"the\"\" first\",99.9\r\n"
                   "k_2,,\r\n"
                   "k_3,\"two\nlines\",0\r\n");
    assert_printed(LINE("key", "list", "-o", "csv", "--fields", "id", "--no-headers", "-n", "1"),
                   false, "k_1\r\n");
}

static void jsonl__is_an_object_per_line(void **state)
{
    (void)state;
    assert_printed(LINE("key", "list", "-o", "jsonl", "--fields", "id,success_rate,reason"), false,
                   "{\"id\":\"k_1\",\"success_rate\":99.9,\"reason\":null}\n"
                   "{\"id\":\"k_2\",\"success_rate\":null,\"reason\":null}\n"
                   "{\"id\":\"k_3\",\"success_rate\":0,\"reason\":null}\n");
}

static void json__reads_back_as_it_was(void **state)
{
    char *text = printed(LINE("key", "list", "-o", "json"), false);
    json_t *back = json_loads(text, 0, NULL);

    (void)state;
    assert_true(json_equal(back, rows));
    json_decref(back);
    free(text);
    assert_printed(LINE("key", "list", "-o", "json", "--fields", "id"), true,
                   "{\n  \"id\": \"k_1\"\n}\n");
}

static void name__is_ids_only(void **state)
{
    (void)state;
    assert_printed(LINE("key", "list", "-o", "name"), false, "k_1\nk_2\nk_3\n");
}

static void sort__by_number_and_text__both_ways(void **state)
{
    (void)state;
    assert_printed(LINE("key", "list", "-o", "name", "--sort-by", "total_requests"), false,
                   "k_1\nk_3\nk_2\n");
    assert_printed(LINE("key", "list", "-o", "name", "--sort-by=-total_requests", "-n", "2"), false,
                   "k_2\nk_3\n");
    assert_printed(LINE("key", "list", "-o", "name", "--sort-by=-status"), false,
                   "k_3\nk_2\nk_1\n");
}

static void one__table__is_a_field_per_line(void **state)
{
    (void)state;
    assert_printed(LINE("key", "list", "--fields", "id,username,expires_at"), true,
                   "ID       k_1\nUSER     ann, \"the\" first\nEXPIRES  -\n");
}

static void empty__list__is_still_a_list(void **state)
{
    json_t *kept = rows;

    (void)state;
    rows = json_array();
    assert_printed(LINE("key", "list", "-o", "json"), false, "[]\n");
    assert_printed(LINE("key", "list", "-o", "csv", "--fields", "id"), false, "id\r\n");
    assert_printed(LINE("key", "list", "-o", "yaml"), false, "[]\n");
    assert_printed(LINE("key", "list"), false, "");
    json_decref(rows);
    rows = kept;
}

static void yaml__quotes_what_is_no_text(void **state)
{
    json_t *kept = rows;

    (void)state;
    assert_printed(LINE("key", "list", "-o", "yaml", "--fields", "id,username,success_rate"), false,
                   "- id: k_1\n"
                   "  username: ann, \"the\" first\n"
                   "  success_rate: 99.9\n"
                   "- id: k_2\n"
                   "  username: ''\n"
                   "  success_rate: null\n"
                   "- id: k_3\n"
                   "  username: \"two\\nlines\"\n"
                   "  success_rate: 0\n");
    rows = json_loads("[{\"id\":\"yes\",\"n\":1e20,\"list\":[1.0,\"0x1\",true,{}],\"s\":\"a: b\","
                      "\"t\":\"2026-01-31\",\"u\":\"\u00e9 #\"}]",
                      0, NULL);
    assert_printed(LINE("key", "list", "-o", "yaml"), true,
                   "id: 'yes'\n"
                   "'n': 1.0e+20\n"
                   "list:\n"
                   "- 1.0\n"
                   "- '0x1'\n"
                   "- true\n"
                   "- {}\n"
                   "s: 'a: b'\n"
                   "t: '2026-01-31'\n"
                   "u: 'é #'\n");
    json_decref(rows);
    rows = kept;
}

/* The members come in the order of the table, what it does not know behind them. */
static void json__order__is_that_of_the_table(void **state)
{
    json_t *kept = rows;

    (void)state;
    rows = json_loads("[{\"zzz\":1,\"username\":\"u\",\"id\":\"k_1\",\"status\":\"active\"}]", 0,
                      NULL);
    assert_printed(LINE("key", "list", "-o", "jsonl"), false,
                   "{\"id\":\"k_1\",\"username\":\"u\",\"status\":\"active\",\"zzz\":1}\n");
    json_decref(rows);
    rows = kept;
}

static void filter__and_limit__choose_rows(void **state)
{
    (void)state;
    assert_printed(LINE("key", "list", "-o", "name", "--filter", "total_requests>=20"), false,
                   "k_2\nk_3\n");
    assert_printed(LINE("key", "list", "-o", "name", "--filter", "requests>=20", "-n", "1"), false,
                   "k_2\n");
    assert_printed(LINE("key", "list", "-o", "name", "--filter", "requests<100", "--sort-by",
                        "-total_requests", "-n", "1"),
                   false, "k_3\n");
}

/* A list that an error cut short before its first row prints nothing. */
static void cut_short__leaves_no_trace(void **state)
{
    struct ctl c = {.format = OUT_JSON};
    struct capture capture;
    char *text;

    (void)state;
    capture_begin(&capture, stdout);
    out_end(out_begin(&c, RES_KEY), false);
    text = capture_end(&capture);
    assert_string_equal(text, "");
    free(text);
}

static void columns__unknown__lists_the_right_ones(void **state)
{
    struct ctl c = {.format = OUT_TABLE};
    struct err e;

    (void)state;
    buf_init(&c.hint, 4096);
    assert_int_equal(args_parse(5, LINE("key", "list", "--fields", "id,statsu"), &c.args, &e),
                     ERR_OK);
    assert_int_equal(columns_read(&c, &e), ERR_USAGE);
    assert_non_null(strstr(e.text, "did you mean status?"));
    assert_non_null(strstr(c.hint.data, "Fields: id api_key"));
    args_done(&c.args);
    buf_done(&c.hint);
    free(c.columns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table__fields__in_their_order),
        cmocka_unit_test(csv__is_rfc_4180),
        cmocka_unit_test(jsonl__is_an_object_per_line),
        cmocka_unit_test(json__reads_back_as_it_was),
        cmocka_unit_test(name__is_ids_only),
        cmocka_unit_test(sort__by_number_and_text__both_ways),
        cmocka_unit_test(one__table__is_a_field_per_line),
        cmocka_unit_test(empty__list__is_still_a_list),
        cmocka_unit_test(yaml__quotes_what_is_no_text),
        cmocka_unit_test(json__order__is_that_of_the_table),
        cmocka_unit_test(filter__and_limit__choose_rows),
        cmocka_unit_test(cut_short__leaves_no_trace),
        cmocka_unit_test(columns__unknown__lists_the_right_ones),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
