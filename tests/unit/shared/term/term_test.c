/* What is known of the terminal: colours by environment, marks of states. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "term/term.h"

static const char *const variables[] = {"NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "TERM", "LC_ALL"};

static int clear(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
        unsetenv(variables[i]);
    return 0;
}

/* Standard output of a test is no terminal. */
static bool colour(enum term_colour wish)
{
    struct term term;

    term_look(&term, wish);
    return term.colour_out;
}

static void colour__no_terminal__is_off(void **state)
{
    (void)state;
    assert_false(colour(TERM_COLOUR_AUTO));
    assert_true(colour(TERM_COLOUR_ALWAYS));
}

static void colour__forced_by_environment(void **state)
{
    (void)state;
    setenv("CLICOLOR_FORCE", "1", 1);
    assert_true(colour(TERM_COLOUR_AUTO));
    assert_false(colour(TERM_COLOUR_NEVER));
    setenv("TERM", "dumb", 1);
    assert_true(colour(TERM_COLOUR_AUTO));
    setenv("NO_COLOR", "1", 1);
    assert_false(colour(TERM_COLOUR_AUTO));
    assert_true(colour(TERM_COLOUR_ALWAYS));
    unsetenv("NO_COLOR");
    setenv("CLICOLOR_FORCE", "0", 1);
    assert_false(colour(TERM_COLOUR_AUTO));
}

static void utf8__follows_the_locale(void **state)
{
    struct term term;

    (void)state;
    setenv("LC_ALL", "C", 1);
    term_look(&term, TERM_COLOUR_AUTO);
    assert_false(term.utf8);
    setenv("LC_ALL", "C.UTF-8", 1);
    term_look(&term, TERM_COLOUR_AUTO);
    assert_true(term.utf8);
}

static void mark__each_state_has_word_and_glyph(void **state)
{
    static const char *const words[] = {"active", "cooling", "disabled", "expired"};

    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        const struct term_mark *mark = term_mark(words[i]);

        assert_non_null(mark);
        assert_true(*mark->glyph != '\0' && strlen(mark->ascii) == 1);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(mark->ascii, term_mark(words[k])->ascii);
    }
    assert_null(term_mark("unheard of"));
    assert_null(term_mark_said("unheard of"));
    assert_ptr_equal(term_mark_said("cooling"), term_mark("cooling"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(colour__no_terminal__is_off, clear),
        cmocka_unit_test_setup(colour__forced_by_environment, clear),
        cmocka_unit_test_setup(utf8__follows_the_locale, clear),
        cmocka_unit_test(mark__each_state_has_word_and_glyph),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
