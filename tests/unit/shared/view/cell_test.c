/* Fields as text: exact for programs, in units and with marks for people. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "term/term.h"
#include "view/cell.h"

static const struct cell_style plain = {.empty = "-"};
static struct cell_style human = {.human = true, .utf8 = true, .empty = "-"};
static json_t *object;

static void assert_cell(const struct cell_style *style, enum field_type type, const char *path,
                        const char *wanted)
{
    const struct field field = {.json = path, .type = type};
    struct buf out;

    buf_init(&out, 1024);
    cell_text(style, &field, object, &out);
    assert_string_equal(out.data ? out.data : "", wanted);
    buf_done(&out);
}

static int set_up(void **state)
{
    (void)state;
    assert_true(clock_parse_iso("2026-01-31T12:00:00.000Z", &human.now_ms));
    object =
        json_pack("{s:s,s:n,s:s,s:I,s:f,s:s,s:b,s:s,s:s,s:s,s:{s:{s:i}}}", "text",
                  "ollama-abc1\u20269f2e", "null", "none", "", "big", (json_int_t)1234567890123,
                  "real", 99.9, "percent", "99.50", "yes", 1, "status", "cooling", "until",
                  "2026-01-31T12:59:00.000Z", "then", "2026-01-31T11:56:48Z", "a", "b", "c", 7);
    return object ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    json_decref(object);
    return 0;
}

static void plain__is_exact(void **state)
{
    (void)state;
    assert_cell(&plain, FIELD_TEXT, "text", "ollama-abc1\u20269f2e");
    assert_cell(&plain, FIELD_COUNT, "big", "1234567890123");
    assert_cell(&plain, FIELD_PERCENT, "real", "99.9");
    assert_cell(&plain, FIELD_PERCENT, "percent", "99.50");
    assert_cell(&plain, FIELD_BOOL, "yes", "true");
    assert_cell(&plain, FIELD_STATE, "status", "cooling");
    assert_cell(&plain, FIELD_TIME, "then", "2026-01-31T11:56:48Z");
}

static void human__has_units_and_marks(void **state)
{
    (void)state;
    assert_cell(&human, FIELD_COUNT, "big", "1.2T");
    assert_cell(&human, FIELD_BYTES, "big", "1.1 TiB");
    assert_cell(&human, FIELD_PERCENT, "percent", "99.5%");
    assert_cell(&human, FIELD_PERCENT, "real", "99.9%");
    assert_cell(&human, FIELD_BOOL, "yes", "yes");
    assert_cell(&human, FIELD_STATE, "status", "\u25d0 cooling 59m");
    assert_cell(&human, FIELD_TIME, "then", "3m12s ago");
    assert_cell(&human, FIELD_TIME, "until", "in 59m");
    assert_cell(&human, FIELD_TIME, "text", "ollama-abc1\u20269f2e");
}

static void human__ascii__needs_no_utf8(void **state)
{
    struct cell_style ascii = human;

    (void)state;
    ascii.utf8 = false;
    assert_cell(&ascii, FIELD_TEXT, "text", "ollama-abc1...9f2e");
    assert_cell(&ascii, FIELD_STATE, "status", "~ cooling 59m");
}

static void detail__has_both(void **state)
{
    struct cell_style detail = human;

    (void)state;
    detail.detail = true;
    assert_cell(&detail, FIELD_COUNT, "big", "1234567890123 (1.2T)");
    assert_cell(&detail, FIELD_COUNT, "a.b.c", "7");
    assert_cell(&detail, FIELD_TIME, "then", "2026-01-31 11:56:48Z (3m12s ago)");
}

static void hours__are_a_line_for_people(void **state)
{
    struct cell_style style = human;
    json_t *kept = object;

    (void)state;
    object = json_pack("{s:[i,i,i],s:[i,i,i],s:n}", "some", 0, 1, 7, "zeros", 0, 0, 0, "none");
    assert_cell(&plain, FIELD_HOURS, "some", "0,1,7");
    assert_cell(&human, FIELD_HOURS, "some", "                      \u2582\u2588");
    assert_cell(&human, FIELD_HOURS, "zeros", "0");
    assert_cell(&human, FIELD_HOURS, "none", "-");
    style.detail = true;
    style.utf8 = false;
    assert_cell(&style, FIELD_HOURS, "some", "                      .#  8 in all, up to 7 an hour");
    assert_true(cell_number(json_object_get(object, "some")) == 8);
    json_decref(object);
    object = kept;
}

static void empty__is_marked(void **state)
{
    const struct cell_style csv = {.empty = ""};

    (void)state;
    assert_cell(&plain, FIELD_TEXT, "null", "-");
    assert_cell(&human, FIELD_TIME, "none", "-");
    assert_cell(&csv, FIELD_COUNT, "not.there", "");
}

static void mean__of_no_requests__is_empty_for_people(void **state)
{
    json_t *kept = object;

    (void)state;
    object = json_pack("{s:i,s:f,s:i,s:{s:i,s:f},s:{s:i,s:f}}", "total_requests", 0, "success_rate",
                       0.0, "avg_ttfb_ms", 0, "none", "total_requests", 0, "success_rate", 0.0,
                       "failed", "total_requests", 3, "success_rate", 0.0);
    assert_cell(&human, FIELD_PERCENT, "none.success_rate", "-");
    assert_cell(&human, FIELD_PERCENT, "failed.success_rate", "0.0%");
    assert_cell(&human, FIELD_PERCENT, "success_rate", "-");
    assert_cell(&human, FIELD_MS, "avg_ttfb_ms", "-");
    assert_cell(&human, FIELD_COUNT, "total_requests", "0");
    assert_cell(&plain, FIELD_PERCENT, "success_rate", "0.0");
    json_decref(object);
    object = kept;
}

static void path__leads_inside(void **state)
{
    (void)state;
    assert_cell(&plain, FIELD_COUNT, "a.b.c", "7");
    assert_cell(&plain, FIELD_COUNT, "a.b.d", "-");
    assert_cell(&plain, FIELD_COUNT, "text.b", "-");
}

static void state__colour__follows_the_word(void **state)
{
    const struct field field = {.json = "status", .type = FIELD_STATE};
    struct buf out;

    (void)state;
    buf_init(&out, 64);
    assert_string_equal(cell_text(&plain, &field, object, &out), term_mark("cooling")->colour);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain__is_exact),
        cmocka_unit_test(human__has_units_and_marks),
        cmocka_unit_test(human__ascii__needs_no_utf8),
        cmocka_unit_test(detail__has_both),
        cmocka_unit_test(hours__are_a_line_for_people),
        cmocka_unit_test(empty__is_marked),
        cmocka_unit_test(mean__of_no_requests__is_empty_for_people),
        cmocka_unit_test(path__leads_inside),
        cmocka_unit_test(state__colour__follows_the_word),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
