/* Lines that come in pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "api/lines.h"

struct seen {
    char text[256];
    size_t most;
};

static bool on_line(void *arg, const char *line, size_t len)
{
    struct seen *s = arg;

    assert_int_equal(strlen(line), len);
    strncat(s->text, line, sizeof(s->text) - strlen(s->text) - 1);
    strncat(s->text, "|", sizeof(s->text) - strlen(s->text) - 1);
    return --s->most > 0;
}

static void lines__in_any_pieces__are_the_same(void **state)
{
    static const char text[] = "event: a\r\ndata: {}\n\n: b\nrest";

    (void)state;
    for (size_t piece = 1; piece < sizeof(text); piece++) {
        struct seen s = {.most = SIZE_MAX};
        struct lines l;

        lines_init(&l, 64, on_line, &s);
        for (size_t at = 0; at < sizeof(text) - 1; at += piece) {
            size_t left = sizeof(text) - 1 - at;

            assert_true(lines_take(&l, text + at, left < piece ? left : piece));
        }
        assert_string_equal(s.text, "event: a|data: {}||: b|");
        lines_done(&l);
    }
}

static void lines__stopped__hand_out_no_more(void **state)
{
    struct seen s = {.most = 2};
    struct lines l;

    (void)state;
    lines_init(&l, 64, on_line, &s);
    assert_false(lines_take(&l, "a\nb\nc\n", 6));
    assert_false(lines_take(&l, "d\n", 2));
    assert_string_equal(s.text, "a|b|");
    lines_done(&l);
}

static void lines__too_long__stop(void **state)
{
    struct seen s = {.most = SIZE_MAX};
    struct lines l;

    (void)state;
    lines_init(&l, 4, on_line, &s);
    assert_true(lines_take(&l, "abcd", 4));
    assert_false(lines_take(&l, "e\n", 2));
    assert_string_equal(s.text, "");
    assert_true(l.stopped);
    lines_done(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines__in_any_pieces__are_the_same),
        cmocka_unit_test(lines__stopped__hand_out_no_more),
        cmocka_unit_test(lines__too_long__stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
