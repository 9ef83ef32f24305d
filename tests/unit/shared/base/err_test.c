/* Tests of errors as values, and of the rules that errors.def has to keep. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static void set__fills_all_parts(void **state)
{
    struct err e;

    (void)state;
    assert_int_equal(err_param(&e, ERR_BAD_FIELD, "ttl", "ttl is %d", -1), ERR_BAD_FIELD);
    assert_int_equal(e.code, ERR_BAD_FIELD);
    assert_string_equal(e.text, "ttl is -1");
    assert_string_equal(e.param, "ttl");
    assert_int_equal(err_set(&e, ERR_NO_KEYS, NULL), ERR_NO_KEYS);
    assert_string_equal(e.text, err_info(ERR_NO_KEYS)->text);
    assert_string_equal(e.param, "");
    assert_int_equal(err_set(NULL, ERR_IO, "%s", "x"), ERR_IO);
    assert_int_equal(err_param(NULL, ERR_IO, "p", NULL), ERR_IO);
}

static void set__too_long__is_cut(void **state)
{
    char long_text[1000];
    struct err e;

    (void)state;
    memset(long_text, 'x', sizeof(long_text) - 1);
    long_text[sizeof(long_text) - 1] = '\0';
    err_param(&e, ERR_IO, long_text, "%s", long_text);
    assert_int_equal(strlen(e.text), sizeof(e.text) - 1);
    assert_int_equal(strlen(e.param), sizeof(e.param) - 1);
    err_wrap(&e, "%s", long_text);
    assert_int_equal(strlen(e.text), sizeof(e.text) - 1);
}

static void wrap__puts_context_in_front(void **state)
{
    struct err e;

    (void)state;
    err_param(&e, ERR_CONF, "LISTEN", "no port");
    assert_int_equal(err_wrap(&e, "line %d", 3), ERR_CONF);
    assert_int_equal(err_wrap(&e, "%s", "pool.env"), ERR_CONF);
    assert_string_equal(e.text, "pool.env: line 3: no port");
    assert_string_equal(e.param, "LISTEN");
}

static void table__every_row__is_sound(void **state)
{
    (void)state;
    for (int i = 1; i < ERR_COUNT; i++) {
        const struct err_info *info = err_info((enum err_code)i);
        size_t len = strlen(info->text);

        /* A JSON code stands for one error only, else err_by_json() could not find the others. */
        assert_int_equal(err_by_json(info->json_code), i);
        assert_in_range(info->http_status, 200, 599);
        assert_in_range(info->exit_status, 1, 7);
        assert_in_range(len, 5, sizeof(((struct err *)NULL)->text) - 1);
        /* The sentence goes through a format. */
        assert_null(strchr(info->text, '%'));
    }
    assert_int_equal(err_info(ERR_OK)->exit_status, 0);
    assert_int_equal(err_by_json("no_such_code"), ERR_OK);
    assert_ptr_equal(err_info(ERR_COUNT), err_info(ERR_INTERNAL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set__fills_all_parts),
        cmocka_unit_test(set__too_long__is_cut),
        cmocka_unit_test(wrap__puts_context_in_front),
        cmocka_unit_test(table__every_row__is_sound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
