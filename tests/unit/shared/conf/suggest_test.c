/* Tests of "did you mean": near words are found, far ones are not offered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "conf/suggest.h"

static const char *nearest(const char *word)
{
    static const char *const known[] = {"list",       "get",     "LOG_LEVEL",
                                        "LOG_FORMAT", "disable", "enable"};
    struct suggest s;

    suggest_init(&s, word, strlen(word));
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        suggest_offer(&s, known[i]);
    return s.best ? s.best : "";
}

static void offer__near_words__finds_the_nearest(void **state)
{
    (void)state;
    assert_string_equal(nearest("lst"), "list");
    assert_string_equal(nearest("lsit"), "list");
    assert_string_equal(nearest("listt"), "list");
    assert_string_equal(nearest("log-level"), "LOG_LEVEL");
    assert_string_equal(nearest("LOGLEVEL"), "LOG_LEVEL");
    assert_string_equal(nearest("LOG_FROMAT"), "LOG_FORMAT");
    assert_string_equal(nearest("enabel"), "enable");
    assert_string_equal(nearest("disabled"), "disable");
}

static void offer__equally_near__the_first_wins(void **state)
{
    struct suggest s;

    (void)state;
    suggest_init(&s, "kay-and-more", 3); /* the word ends where its length says */
    suggest_offer(&s, "key");
    suggest_offer(&s, "kai");
    assert_string_equal(s.best, "key");
    suggest_offer(&s, "kay");
    assert_string_equal(s.best, "kay");
}

static void offer__far_words__finds_nothing(void **state)
{
    char long_word[200];

    (void)state;
    assert_string_equal(nearest(""), "");
    assert_string_equal(nearest("delete"), "");
    assert_string_equal(nearest("zzz"), "");
    memset(long_word, 'l', sizeof(long_word) - 1);
    long_word[sizeof(long_word) - 1] = '\0';
    assert_string_equal(nearest(long_word), "");
    long_word[SUGGEST_WORD_BYTES] = '\0';
    assert_string_equal(nearest(long_word), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offer__near_words__finds_the_nearest),
        cmocka_unit_test(offer__equally_near__the_first_wins),
        cmocka_unit_test(offer__far_words__finds_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
