/* Checks drawn and masked secrets. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "crypto/secret.h"

static void secret__base62__is_even(void **state)
{
    enum { DRAWN = 62 * 2000 };
    static char text[DRAWN + 1];
    int seen[256] = {0};

    (void)state;
    secret_base62(text, DRAWN);
    assert_int_equal(strlen(text), DRAWN);
    for (size_t i = 0; i < DRAWN; i++)
        seen[(unsigned char)text[i]]++;
    /* 2000 expected of each; ten standard deviations. Taking every byte modulo 62 would give the
     * first eight digits 2422. */
    for (int c = 0; c < 256; c++)
        if (isalnum(c))
            assert_in_range(seen[c], 1560, 2440 - 150);
        else
            assert_int_equal(seen[c], 0);
}

static void secret__token__has_its_form(void **state)
{
    char a[SECRET_TOKEN_BYTES], b[SECRET_TOKEN_BYTES];

    (void)state;
    secret_token(a);
    secret_token(b);
    assert_int_equal(strlen(a), 51);
    assert_memory_equal(a, "sk-", 3);
    assert_string_not_equal(a, b);
}

/* What a generator within the process would draw next, a copy of the process draws as well. */
static void secret__drawn__is_nothing_that_the_process_knows(void **state)
{
    enum { DIGITS = 24 };
    struct {
        char token[SECRET_TOKEN_BYTES], digits[DIGITS + 1];
    } mine = {.token = ""}, its = {.token = ""};
    int ends[2], status;
    pid_t pid;

    (void)state;
    secret_token(mine.token); /* whatever is made at the first use is there before the copy is */
    secret_digits(mine.digits, DIGITS);
    assert_int_equal(pipe(ends), 0);
    pid = fork();
    assert_true(pid >= 0);
    secret_token(mine.token);
    secret_digits(mine.digits, DIGITS);
    if (pid == 0)
        _exit(write(ends[1], &mine, sizeof(mine)) == sizeof(mine) ? 0 : 1);
    assert_int_equal(read(ends[0], &its, sizeof(its)), sizeof(its));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_string_not_equal(mine.token, its.token);
    assert_string_not_equal(mine.digits, its.digits);
    close(ends[0]);
    close(ends[1]);
}

static void secret__mask__shows_the_ends_only(void **state)
{
    static const struct {
        const char *secret, *mask;
    } cases[] = {
        {"ollama-abc1000000000000009f2e", "ollama-abc1\u20269f2e"},
        {"sk-or-v1-0123456789abcdef0123456789abcdef", "sk-or-v1-0123\u2026cdef"},
        {"0123456789abcdef0123.456789abcdefghij", "0123\u2026ghij"},
        {"abcd012345678901efgh", "abcd\u2026efgh"}, /* hides just enough */
        {"abcd01234567890efgh", "\u2026"},
        {"ollama-abc19f2e", "\u2026"},
        {"", "\u2026"},
        {"abcd012345678901 efgh", "\u2026"},
        {"abcd\x1b[2J45678901efghijklmn", "\u2026"},
        {"abcd\303\24445678901efghijklmn", "\u2026"},
        {"a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p-q-r-s-t", "a-b-c-d-e-f-g-h-\u2026-s-t"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char out[SECRET_MASK_BYTES];

        assert_string_equal(secret_mask(cases[i].secret, strlen(cases[i].secret), out),
                            cases[i].mask);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secret__base62__is_even),
        cmocka_unit_test(secret__token__has_its_form),
        cmocka_unit_test(secret__drawn__is_nothing_that_the_process_knows),
        cmocka_unit_test(secret__mask__shows_the_ends_only),
    };

    return cmocka_run_group_tests_name("crypto/secret_draw", tests, NULL, NULL);
}
