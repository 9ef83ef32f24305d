/* Tests of which names of models are shown to anybody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "admin/public_stats.h"

static void names_of_models__are_shown(void **state)
{
    static const char *const names[] = {"m",
                                        "gpt-4o",
                                        "gpt-oss:120b-cloud",
                                        "deepseek-v3.1:671b",
                                        "meta-llama/Llama-3.3-70B-Instruct",
                                        "hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M",
                                        "a--b"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        assert_true(public_name_shown(names[i]));
}

static void other_words__are_not(void **state)
{
    static const char *const names[] = {"",        "(other)",        "(none)",   "two words",
                                        "a@b.com", "sk-0123456789",  "<script>", "-m",
                                        "a\nb",    "\xc3\xa4hnlich", "quo\"te",  "/etc/passwd",
                                        "a%20b",   "\x1b[2J",        "a,b;c",    "x\\y"};
    char text[102];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        assert_false(public_name_shown(names[i]));
    memset(text, 'a', 101);
    text[101] = '\0';
    assert_false(public_name_shown(text));
    text[100] = '\0';
    assert_true(public_name_shown(text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_models__are_shown),
        cmocka_unit_test(other_words__are_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
