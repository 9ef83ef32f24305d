/* The frame of `poolctl top`: within 80 columns and 24 rows, sorted, and true to its numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../poolctl/top.h"
#include "term/text.h"

static struct term term;

static int set_up(void **state)
{
    (void)state;
    term_look(&term, TERM_COLOUR_NEVER); /* sets the locale that widths come from */
    term = (struct term){.utf8 = true, .width = 80, .height = 24};
    return 0;
}

/* Owned: so many models and keys, of which the last one is the busiest. */
static json_t *many(const char *name_field, int count, int requests)
{
    json_t *list = json_array();

    for (int i = 0; i < count; i++) {
        char name[64];

        snprintf(name, sizeof(name), "%s-number-%03d/with/a/rather/long/name", name_field, i);
        json_array_append_new(list, json_pack("{s:s,s:s,s:i,s:i,s:i}", name_field, name, "status",
                                              i % 2 ? "active" : "cooling", "total_requests",
                                              requests * i, "success_count", requests * i,
                                              "prompt_tokens", 10));
    }
    return list;
}

static void update(struct top_rows *rows, const char *name_field, int count, int requests,
                   double seconds)
{
    json_t *list = many(name_field, count, requests);

    top_rows_update(rows, list, name_field, NULL, seconds);
    json_decref(list);
}

static char *drawn(struct top *t)
{
    struct buf out;

    buf_init(&out, 1 << 20);
    top_draw(t, &out);
    return buf_take(&out);
}

static void done(struct top *t)
{
    top_rows_done(&t->models);
    top_rows_done(&t->keys);
}

static void frame__fits_the_screen(void **state)
{
    static const struct {
        int models, keys;
    } cases[] = {{0, 0}, {1, 100}, {100, 1}, {100, 1000}, {3, 4}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct top t = {.term = term,
                        .provider = "ollama",
                        .url = "http://127.0.0.1:8787",
                        .interval_s = 2,
                        .with_footer = true};
        size_t lines = 0;
        char *text, *save = NULL;

        update(&t.models, "model", cases[i].models, 1, 0);
        update(&t.keys, "id", cases[i].keys, 1, 0);
        text = drawn(&t);
        for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
            lines++;
        if (lines > 24)
            fail_msg("%zu lines", lines);
        if (cases[i].models + cases[i].keys > 14)
            assert_int_equal(lines, 24);
        for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
            if (text_width(line) > 80)
                fail_msg("%zu columns: %s", text_width(line), line);
        free(text);
        done(&t);
    }
}

static void rows__busiest_first__by_what_is_asked(void **state)
{
    struct top_rows rows = {.list = NULL};

    (void)state;
    update(&rows, "id", 3, 10, 0);
    assert_true(rows.list[2]->by[TOP_BY_RATE] == 0);
    update(&rows, "id", 3, 20, 2);
    top_rows_sort(&rows, TOP_BY_RATE);
    assert_non_null(strstr(rows.list[0]->name, "002"));
    assert_true(rows.list[0]->by[TOP_BY_RATE] == 10 && rows.list[1]->by[TOP_BY_RATE] == 5);
    assert_true(rows.list[0]->history[TOP_HISTORY - 1] == 10 &&
                rows.list[0]->history[TOP_HISTORY - 2] == 0);
    assert_true(rows.list[0]->ok_percent == 100);
    top_rows_sort(&rows, TOP_BY_FAILURES); /* all equal: by requests, then by name */
    assert_non_null(strstr(rows.list[0]->name, "002"));
    top_rows_done(&rows);
}

/* A key that was deleted goes, one that is new has no rate yet. */
static void rows__come_and_go(void **state)
{
    struct top_rows rows = {.list = NULL};

    (void)state;
    update(&rows, "id", 3, 10, 0);
    update(&rows, "id", 2, 10, 1);
    assert_int_equal(rows.len, 2);
    update(&rows, "id", 3, 10, 1);
    assert_int_equal(rows.len, 3);
    assert_true(rows.list[2]->by[TOP_BY_RATE] == 0);
    top_rows_done(&rows);
}

static void frame__says_what_is_known(void **state)
{
    char away[] = "cannot reach the gateway";
    struct top t = {.term = term,
                    .provider = "ollama",
                    .url = "http://x",
                    .interval_s = 2,
                    .now = {.active = 8, .cooling = 2, .open_requests = 3},
                    .rates = {.requests = 12.34, .success_percent = 99.5},
                    .sort = TOP_BY_TOKENS,
                    .with_footer = true,
                    .keys_total = 5000};
    char *text = drawn(&t);

    (void)state;
    assert_non_null(strstr(text, "ollama at http://x"));
    assert_non_null(strstr(text, "12.3/s  99.5% ok"));
    assert_non_null(strstr(text, "● 8 active  ◐ 2 cooling"));
    assert_non_null(strstr(text, "sort, now by tokens/s"));
    assert_non_null(strstr(text, "of 5000 keys"));
    free(text);
    t.away = away;
    text = drawn(&t);
    assert_non_null(strstr(text, away));
    free(text);
    done(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frame__fits_the_screen),
        cmocka_unit_test(rows__busiest_first__by_what_is_asked),
        cmocka_unit_test(rows__come_and_go),
        cmocka_unit_test(frame__says_what_is_known),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
