/* Texts in the user's language: when they are, and when they stay as they stand in the sources. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "language.h"

static void not_started__is_english(void **state)
{
    (void)state;
    setenv("LANGUAGE", "zh_CN", 1);
    setlocale(LC_ALL, "C.UTF-8");
    assert_string_equal(_("now"), "now");
    assert_string_equal(P_("%s request", "%s requests", 1), "%s request");
    assert_string_equal(P_("%s request", "%s requests", 2), "%s requests");
}

static void language__is_that_of_the_locale(void **state)
{
    (void)state;
    language_start("C.UTF-8", "zh_CN");
    assert_string_equal(_("now"), "现在");
    assert_string_equal(P_("%s request", "%s requests", 2), "%s 个请求");
    assert_string_equal(_("no text of ours"), "no text of ours");
    assert_string_equal(_(""), "");
    language_start("C.UTF-8", NULL);
    assert_string_equal(_("now"), "now");
}

/* Locales need not be installed; this one is on no machine. */
static void language__of_a_locale_that_is_not_installed(void **state)
{
    (void)state;
    language_start("zh_CN.utf8@none", NULL);
    assert_string_equal(_("now"), "现在");
    language_start("zh_CN.GB18030@none", NULL);
    assert_string_equal(_("now"), "now");
}

static void locale_without_utf8__is_english(void **state)
{
    (void)state;
    language_start("C", "zh_CN");
    assert_string_equal(_("now"), "now");
}

static void stopped__is_english(void **state)
{
    (void)state;
    language_start("C.UTF-8", "zh_CN");
    intl_stop();
    assert_string_equal(_("now"), "now");
    assert_string_equal(P_("%s request", "%s requests", 2), "%s requests");
}

static void numbers__keep_their_point(void **state)
{
    (void)state;
    language_start("C.UTF-8", "zh_CN");
    assert_string_equal(setlocale(LC_NUMERIC, NULL), "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(not_started__is_english),
        cmocka_unit_test(language__is_that_of_the_locale),
        cmocka_unit_test(language__of_a_locale_that_is_not_installed),
        cmocka_unit_test(locale_without_utf8__is_english),
        cmocka_unit_test(stopped__is_english),
        cmocka_unit_test(numbers__keep_their_point),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
