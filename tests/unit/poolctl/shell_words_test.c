/* The lines of poolctl shell: splitting them into words, and which of them history may keep. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../poolctl/shell_history.h"
#include "base/words.h"

/* The words with | between them. */
static void assert_words(const char *line, const char *wanted)
{
    struct words words = {.list = NULL};
    struct err e = {.text = ""};
    char got[256] = "";

    assert_int_equal(words_split(line, &words, &e), ERR_OK);
    for (size_t i = 0; i < words.len; i++)
        snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s", i ? "|" : "", words.list[i]);
    assert_string_equal(got, wanted);
    if (words.len > 0)
        assert_null(words.list[words.len]);
    words_done(&words);
}

static void words_split__quotes_as_in_a_shell(void **state)
{
    (void)state;
    assert_words("", "");
    assert_words(" \t\r\n", "");
    assert_words("key  list\n", "key|list");
    assert_words("a 'b c'd\"e f\"", "a|b cde f");
    assert_words("'' \"\" x", "||x");
    assert_words("'a\\b' \"a\\b\\\"\\\\c\" a\\ b\\'c", "a\\b|a\\b\"\\c|a b'c");
    assert_words("$HOME *.txt `x` a|b", "$HOME|*.txt|`x`|a|b");
}

static void words_split__comments(void **state)
{
    (void)state;
    assert_words("# all of it", "");
    assert_words("a #b", "a");
    assert_words("a#b '#c' \\#d", "a#b|#c|#d");
}

static void words_split__what_is_open_is_an_error(void **state)
{
    static const char *const lines[] = {"a 'b", "a \"b", "'", "a\\", "\"a\\"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct words words = {.list = NULL};
        struct err e = {.text = ""};

        assert_int_equal(words_split(lines[i], &words, &e), ERR_USAGE);
        words_done(&words);
    }
}

static void words_split_typed__the_last_word_is_begun(void **state)
{
    static const struct {
        const char *line, *last;
        size_t len;
        bool open;
    } cases[] = {
        {"", "", 1, true},         {"key", "key", 1, true},    {"key ", "", 2, true},
        {"key li", "li", 2, true}, {"a 'b c", "b c", 2, true}, {"a \"b ", "b ", 2, true},
        {"a # b", "", 2, false},   {"a\\", "a", 1, true},      {"a ''", "", 2, true},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct words words = {.list = NULL};

        assert_int_equal(words_split_typed(cases[i].line, strlen(cases[i].line), &words),
                         cases[i].open);
        assert_int_equal(words.len, cases[i].len);
        assert_string_equal(words.list[words.len - 1], cases[i].last);
        words_done(&words);
    }
}

static void words__are_put_in_and_taken_out(void **state)
{
    struct words words = {.list = NULL};

    (void)state;
    words_add(&words, "b");
    words_add(&words, "c");
    words_insert(&words, 0, "a");
    words_insert(&words, 3, "d");
    words_drop(&words, 1);
    assert_int_equal(words.len, 3);
    assert_string_equal(words.list[0], "a");
    assert_string_equal(words.list[1], "c");
    assert_string_equal(words.list[2], "d");
    assert_null(words.list[3]);
    words_done(&words);
}

static void history_may_keep__no_secrets(void **state)
{
    static const char *const kept[] = {
        "key show k_0123456789abcdef",
        "key delete k_0123456789abcdef t_0123456789abcdef --dry-run",
        "key list --filter 'status=cooling reason~limit' --sort-by=-total_requests",
        "token create laptop # for ann",
        "stats --url http://127.0.0.1:8787",
    };
    static const char *const left_out[] = {
        "",
        " stats",
        "token create sk-abc",
        "key show 'abcdef0123456789'",
        "key show a,abcdef0123456789abcdef",
        "key list --search=abcdef0123456789abcdef",
        "key list --filter 'username=x reason=abcdef0123456789abcdef'",
        "key list --search abcdef0123456789ab'open",
        "stats --url http://me:word@10.0.0.5",
        "ann----p----s----key",
        "a\tb\x1b",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kept); i++)
        if (!history_may_keep(kept[i]))
            fail_msg("left out: %s", kept[i]);
    for (size_t i = 0; i < ARRAY_LEN(left_out); i++)
        if (history_may_keep(left_out[i]))
            fail_msg("kept: %s", left_out[i]);
}

static void history_may_keep__every_prefix_of_a_secret_line_is_safe_to_ask(void **state)
{
    static const char line[] = "key list --search \"abcdef0123456789abcdef\" 'x\\";
    char part[sizeof(line)];

    (void)state;
    for (size_t len = 0; len < sizeof(line); len++) {
        snprintf(part, sizeof(part), "%.*s", (int)len, line);
        assert_int_equal(history_may_keep(part), len > 0 && len < 19 + 16);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_split__quotes_as_in_a_shell),
        cmocka_unit_test(words_split__comments),
        cmocka_unit_test(words_split__what_is_open_is_an_error),
        cmocka_unit_test(words_split_typed__the_last_word_is_begun),
        cmocka_unit_test(words__are_put_in_and_taken_out),
        cmocka_unit_test(history_may_keep__no_secrets),
        cmocka_unit_test(history_may_keep__every_prefix_of_a_secret_line_is_safe_to_ask),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
