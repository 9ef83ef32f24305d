/* Charts: heights and lengths in proportion, within the width, in UTF-8 and in ASCII. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "term/chart.h"
#include "term/term.h"
#include "term/text.h"

static int set_up(void **state)
{
    struct term term;

    (void)state;
    term_look(&term, TERM_COLOUR_NEVER); /* sets the locale that widths come from */
    return 0;
}

static void assert_spark(const double *values, size_t len, size_t width, bool utf8,
                         const char *wanted)
{
    struct buf out;

    buf_init(&out, 4096);
    chart_spark(&out, values, len, width, utf8);
    assert_string_equal(out.data ? out.data : "", wanted);
    buf_done(&out);
}

static void spark__heights_in_proportion(void **state)
{
    static const double rising[] = {1, 2, 3, 4, 5, 6, 7, 8}, odd[] = {0, 1, 1000, 500, -1};

    (void)state;
    assert_spark(rising, 8, 8, true, "▂▃▄▅▅▆▇█");
    assert_spark(rising, 8, 8, false, ".-=++*%#");
    assert_spark(odd, 5, 5, true, " ▁█▅ ");
    assert_spark(odd, 5, 5, false, " _#+ ");
}

static void spark__width__takes_the_last_and_pads_left(void **state)
{
    static const double values[] = {8, 1, 2};

    (void)state;
    assert_spark(values, 3, 2, true, "▅█");
    assert_spark(values, 3, 5, false, "  #.-");
    assert_spark(values, 0, 3, true, "   ");
    assert_spark(values, 3, 0, true, "");
}

static void assert_area(const double *values, size_t len, size_t width, size_t height,
                        enum chart_kind kind, const char *wanted)
{
    const struct chart_area c = {values, len, width, height, kind};
    struct buf out;

    buf_init(&out, 4096);
    for (size_t line = 0; line < height; line++) {
        chart_area_line(&out, &c, line);
        buf_addc(&out, '|');
    }
    assert_string_equal(out.data ? out.data : "", wanted);
    buf_done(&out);
}

static void area__heights_in_proportion__of_each_kind(void **state)
{
    static const double rising[] = {1, 2, 3, 4, 5, 6, 7, 8};

    (void)state;
    assert_area(rising, 8, 4, 2, CHART_BRAILLE, "  ⣠⣾|⣠⣾⣿⣿|");
    assert_area(rising, 8, 8, 1, CHART_BLOCK, "▁▂▃▄▅▆▇█|");
    assert_area(rising, 8, 8, 2, CHART_BLOCK, "    ▂▄▆█|▂▄▆█████|");
    assert_area(rising, 8, 8, 1, CHART_ASCII, "_.-=+*%#|");
}

static void area__few_values_are_wide__and_of_many_the_greatest_is_seen(void **state)
{
    static const double two[] = {4, 2}, many[] = {0, 0, 9, 0, 0, 0, 0, 1}, none[] = {0, 0};

    (void)state;
    assert_area(two, 2, 4, 1, CHART_BRAILLE, "⣿⣿⣤⣤|");
    assert_area(two, 2, 4, 1, CHART_BLOCK, "██▄▄|");
    assert_area(many, 8, 4, 1, CHART_BLOCK, " █ ▁|");
    assert_area(none, 2, 3, 2, CHART_BRAILLE, "   |   |");
    assert_area(NULL, 0, 3, 1, CHART_ASCII, "   |");
}

static void bar__fills_its_share(void **state)
{
    static const struct {
        double share;
        bool utf8;
        const char *wanted;
    } cases[] = {{0.5, true, "██  "},   {0.55, true, "██▎ "}, {1, false, "####"},
                 {0.001, true, "▏   "}, {0, true, "    "},    {0.001, false, "#   "}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct buf out;

        buf_init(&out, 64);
        chart_bar_add(&out, cases[i].share, 4, cases[i].utf8);
        assert_string_equal(out.data, cases[i].wanted);
        buf_done(&out);
    }
}

/* What is drawn; owned. */
static char *drawn(const struct chart_bar *bars, size_t len, size_t width, bool utf8)
{
    const struct chart_style style = {.width = width, .utf8 = utf8};
    char *text;
    size_t size;
    FILE *to = open_memstream(&text, &size);

    chart_bars(to, bars, len, &style);
    fclose(to);
    return text;
}

static void bars__lengths_in_proportion(void **state)
{
    static const struct chart_bar bars[] = {{"one", 10, "10"}, {"two", 5, "5"}, {"three", 0, "0"}};
    char *text = drawn(bars, 3, 21, false);

    (void)state;
    assert_string_equal(text, "one    ##########  10\ntwo    #####       5\n"
                              "three              0\n");
    free(text);
    text = drawn(bars, 2, 20, true);
    assert_string_equal(text, "one  ███████████  10\ntwo  █████▌       5\n");
    free(text);
}

static void bars__small__can_be_seen(void **state)
{
    static const struct chart_bar bars[] = {{"a", 1e6, "x"}, {"b", 1, "y"}};
    char *text = drawn(bars, 2, 16, true);

    (void)state;
    assert_non_null(strstr(text, "b  ▏"));
    free(text);
    text = drawn(bars, 2, 16, false);
    assert_non_null(strstr(text, "b  # "));
    free(text);
}

static void bars__keep_to_the_width(void **state)
{
    static const struct chart_bar bars[] = {
        {"a/very/long/name/of/a/model:with-a-tag", 3, "3 requests, 1.2k tokens"}, {"m\n", 1, "1"}};

    (void)state;
    for (size_t width = 50; width <= 120; width += 7) {
        char *text = drawn(bars, 2, width, true), *save = NULL;

        assert_non_null(strstr(text, "m?"));
        for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
            assert_true(text_width(line) <= width);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spark__heights_in_proportion),
        cmocka_unit_test(spark__width__takes_the_last_and_pads_left),
        cmocka_unit_test(area__heights_in_proportion__of_each_kind),
        cmocka_unit_test(area__few_values_are_wide__and_of_many_the_greatest_is_seen),
        cmocka_unit_test(bar__fills_its_share),
        cmocka_unit_test(bars__lengths_in_proportion),
        cmocka_unit_test(bars__small__can_be_seen),
        cmocka_unit_test(bars__keep_to_the_width),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
