/* Tests of how an answer is kept in Redis. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/cache_shared.h"

static void what_is_written__is_read_again(void **state)
{
    static const struct cached_answer cases[] = {
        {200, "application/json", "{}", 2},
        {201, "text/plain; charset=utf-8", "two\nlines\0and more", 18},
        {200, "", "", 0},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct cached_answer a;
        struct buf text;

        buf_init(&text, 1024);
        shared_answer_write(&cases[i], &text);
        assert_true(shared_answer_read(text.data, text.len, &a));
        assert_int_equal(a.status, cases[i].status);
        assert_string_equal(a.type, cases[i].type);
        assert_int_equal(a.body_len, cases[i].body_len);
        assert_memory_equal(a.body, cases[i].body, a.body_len);
        buf_done(&text);
    }
}

static void what_is_no_answer__is_not_read(void **state)
{
    static const char *const cases[] = {"",      "200",        "200 application/json", "\n",
                                        "200\n", "abc text\n", "20 text/plain\n{}",    "099 t\n"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *text = mem_strdup(cases[i]);
        struct cached_answer a;

        if (shared_answer_read(text, strlen(text), &a))
            fail_msg("%s is taken", cases[i]);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written__is_read_again),
        cmocka_unit_test(what_is_no_answer__is_not_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
