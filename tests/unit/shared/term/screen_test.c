/* Lines as they are drawn on a screen: cut by columns, colours kept and ended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "term/screen.h"
#include "term/term.h"

static void assert_line(const char *line, size_t width, const char *wanted)
{
    struct buf out;

    buf_init(&out, 4096);
    screen_line(&out, line, strlen(line), width);
    assert_string_equal(out.data ? out.data : "", wanted);
    buf_done(&out);
}

static int set_up(void **state)
{
    struct term term;

    (void)state;
    term_look(&term, TERM_COLOUR_NEVER); /* sets the locale that widths come from */
    return 0;
}

static void line__is_cut_by_columns(void **state)
{
    (void)state;
    assert_line("abcdef", 10, "abcdef");
    assert_line("abcdef", 3, "abc");
    assert_line("\u25cf\u25cf\u25cf", 2, "\u25cf\u25cf");
    assert_line("\u6f22\u5b57", 3, "\u6f22");
    assert_line("", 3, "");
}

static void colour__takes_no_room_and_ends(void **state)
{
    (void)state;
    assert_line("\033[1mab\033[0mcd", 3, "\033[1mab\033[0mc\033[0m");
    assert_line("\033[32;1mabcd", 2, "\033[32;1mab\033[0m");
}

/* Only colours pass: nothing else may command the terminal. */
static void control__is_replaced(void **state)
{
    (void)state;
    assert_line("a\033[2Jb", 10, "a?[2Jb");
    assert_line("a\tb\a", 10, "a?b?");
    assert_line("a\xff", 10, "a\xff");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line__is_cut_by_columns),
        cmocka_unit_test(colour__takes_no_room_and_ends),
        cmocka_unit_test(control__is_replaced),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
