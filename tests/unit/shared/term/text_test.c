/* Text for a terminal: widths, lines, cuts, and no control bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "term/term.h"
#include "term/text.h"

/* What text_wrap() prints; owned. */
static char *wrapped(const char *text, size_t indent, size_t width)
{
    char *out = NULL;
    size_t len;
    FILE *to = open_memstream(&out, &len);

    text_wrap(to, text, indent, width);
    fclose(to);
    return out;
}

static void assert_wrapped(const char *text, size_t indent, size_t width, const char *wanted)
{
    char *out = wrapped(text, indent, width);

    assert_string_equal(out, wanted);
    free(out);
}

static void width__counts_columns_not_bytes(void **state)
{
    (void)state;
    assert_int_equal(text_width(""), 0);
    assert_int_equal(text_width("abc"), 3);
    assert_int_equal(text_width("a\u2026b"), 3);
    assert_int_equal(text_width("\u6f22\u5b57"), 4);
    assert_int_equal(text_width("e\u0301"), 1);
    assert_int_equal(text_width("\xff\xfe"), 2);
}

static void wrap__breaks_at_blanks(void **state)
{
    (void)state;
    assert_wrapped("one two three", 0, 80, "one two three\n");
    assert_wrapped("one two three", 0, 7, "one two\nthree\n");
    assert_wrapped("one two three", 2, 9, "one two\n  three\n");
    assert_wrapped("one two three", 0, 3, "one\ntwo\nthree\n");
    assert_wrapped("overlong words", 0, 4, "overlong\nwords\n");
    assert_wrapped("", 0, 4, "\n");
}

/* Chinese has no blanks between words; a mark stays with the word before it, or behind it. */
static void wrap__breaks_beside_wide_letters(void **state)
{
    (void)state;
    assert_wrapped("密钥已过期", 0, 6, "密钥已\n过期\n");
    assert_wrapped("密钥已，过期", 0, 6, "密钥\n已，过\n期\n");
    assert_wrapped("密钥（过期）", 0, 6, "密钥\n（过\n期）\n");
    assert_wrapped("按 Enter 继续", 0, 8, "按 Enter\n继续\n");
    assert_wrapped("按Enter继续", 2, 8, "按\n  Enter\n  继续\n");
}

static void piece__is_what_cannot_be_broken(void **state)
{
    (void)state;
    assert_int_equal(text_piece("Enter继续", 11), 5);
    assert_int_equal(text_piece("继续", 6), 3);
    assert_int_equal(text_piece("续。", 6), 6);
    assert_int_equal(text_piece("\xff\xfe", 2), 2);
    assert_int_equal(text_piece("", 0), 0);
}

static void wrap__newline__starts_a_line(void **state)
{
    (void)state;
    assert_wrapped("one\n  two\nthree", 1, 80, "one\n   two\n three\n");
}

static void cut__never_splits_a_character(void **state)
{
    char wide[] = "\u6f22\u5b57x", accent[] = "e\u0301x", plain[] = "abc";

    (void)state;
    text_cut(wide, 3);
    assert_string_equal(wide, "\u6f22");
    text_cut(accent, 1);
    assert_string_equal(accent, "e\u0301");
    text_cut(plain, 3);
    assert_string_equal(plain, "abc");
    text_cut(plain, 0);
    assert_string_equal(plain, "");
}

static void defuse__takes_the_sting_out(void **state)
{
    char text[] = "a\033[2Jb\r\n\x7f\xc2\x9b"
                  "c\u00e9";

    (void)state;
    assert_string_equal(text_defuse(text), "a?[2Jb?????c\u00e9");
}

static int set_up(void **state)
{
    struct term term;

    (void)state;
    term_look(&term, TERM_COLOUR_NEVER);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(width__counts_columns_not_bytes),
        cmocka_unit_test(wrap__breaks_at_blanks),
        cmocka_unit_test(wrap__breaks_beside_wide_letters),
        cmocka_unit_test(piece__is_what_cannot_be_broken),
        cmocka_unit_test(wrap__newline__starts_a_line),
        cmocka_unit_test(cut__never_splits_a_character),
        cmocka_unit_test(defuse__takes_the_sting_out),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
