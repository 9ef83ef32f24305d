/* Tests of the search for words, against memmem(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/find.h"

static bool find_naively(const char *data, size_t len, const char *const *words)
{
    for (; *words != NULL; words++)
        if (memmem(data, len, *words, strlen(*words)) != NULL)
            return true;
    return false;
}

static void word__is_found_at_every_place(void **state)
{
    static const char *const words[] = {"[DONE]", "\"usage\"", NULL};
    char text[100];

    (void)state;
    for (size_t len = 0; len <= sizeof(text); len++) {
        memset(text, '[', sizeof(text));
        assert_false(find_words(text, len, words));
        for (size_t at = 0; at + 6 <= len; at++) {
            memset(text, '"', sizeof(text));
            memcpy(text + at, "[DONE]", 6);
            assert_true(find_words(text, len, words));
            assert_false(find_words(text, at + 5, words));
        }
    }
}

/* A small alphabet, so that heads of words are everywhere and whole words here and there. */
static void random_text__agrees_with_memmem(void **state)
{
    static const char *const words[] = {"aab", "abcb", "ccac", "bbbbbb", NULL};
    uint64_t seed = 88172645463325252u;
    char text[300];

    (void)state;
    for (int round = 0; round < 20000; round++) {
        size_t len = seed % sizeof(text);

        for (size_t i = 0; i < len; i++) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            text[i] = (char)('a' + seed % (3 + (uint64_t)round % 20));
        }
        assert_int_equal(find_words(text, len, words), find_naively(text, len, words));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(word__is_found_at_every_place),
        cmocka_unit_test(random_text__agrees_with_memmem),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
