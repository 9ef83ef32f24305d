/* Tests of the JSON writer: commas, names, values, and what any JSON parser makes of them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "json/jout.h"
#include "json/jscan.h"

struct fixture {
    struct buf text;
    struct jout j;
};

static int setup(void **state)
{
    struct fixture *f = mem_zalloc(sizeof(*f));

    buf_init(&f->text, 1 << 20);
    jout_init(&f->j, &f->text);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    buf_done(&f->text);
    free(f);
    return 0;
}

static void check(struct fixture *f, const char *want)
{
    struct jscan s;

    assert_string_equal(f->text.data, want);
    jscan_init(&s, JSCAN_PATH_LEVELS, NULL, NULL);
    assert_int_equal(jscan_feed(&s, f->text.data, f->text.len), JSCAN_MORE);
    assert_true(jscan_finish(&s));
}

static void object__has_its_members_apart(void **state)
{
    struct fixture *f = *state;

    jout_object(&f->j, NULL);
    jout_str(&f->j, "s", "text");
    jout_int(&f->j, "i", -7);
    jout_bool(&f->j, "t", true);
    jout_bool(&f->j, "f", false);
    jout_null(&f->j, "n");
    jout_real(&f->j, "r", 2.5, 2);
    jout_object_end(&f->j);
    check(f, "{\"s\":\"text\",\"i\":-7,\"t\":true,\"f\":false,\"n\":null,\"r\":2.50}");
}

static void nesting__puts_commas_only_between(void **state)
{
    struct fixture *f = *state;

    jout_object(&f->j, NULL);
    jout_array(&f->j, "none");
    jout_array_end(&f->j);
    jout_object(&f->j, "empty");
    jout_object_end(&f->j);
    jout_array(&f->j, "list");
    jout_int(&f->j, NULL, 1);
    jout_array(&f->j, NULL);
    jout_array_end(&f->j);
    jout_object(&f->j, NULL);
    jout_int(&f->j, "a", 2);
    jout_object_end(&f->j);
    jout_str(&f->j, NULL, "x");
    jout_null(&f->j, NULL);
    jout_array_end(&f->j);
    jout_int(&f->j, "last", 3);
    jout_object_end(&f->j);
    check(f, "{\"none\":[],\"empty\":{},\"list\":[1,[],{\"a\":2},\"x\",null],\"last\":3}");
}

static void top_value__may_be_of_any_kind(void **state)
{
    struct fixture *f = *state;

    jout_array(&f->j, NULL);
    jout_array_end(&f->j);
    check(f, "[]");
    buf_clear(&f->text);
    jout_init(&f->j, &f->text);
    jout_str(&f->j, NULL, "alone");
    check(f, "\"alone\"");
}

static void text_and_names__are_escaped(void **state)
{
    struct fixture *f = *state;

    jout_object(&f->j, NULL);
    jout_str(&f->j, "a\"b\\", "quote \" slash \\ / line\n tab\t \x01 \x7f");
    jout_str(&f->j, "utf8", "\xC3\xA9 \xF0\x9F\x98\x80");
    jout_str(&f->j, "not", "a\xFF\xC3z");
    jout_str(&f->j, "", "");
    jout_object_end(&f->j);
    check(f, "{\"a\\\"b\\\\\":\"quote \\\" slash \\\\ / line\\u000a tab\\u0009 \\u0001 \x7f\","
             "\"utf8\":\"\xC3\xA9 \xF0\x9F\x98\x80\","
             "\"not\":\"a\xEF\xBF\xBD\xEF\xBF\xBDz\",\"\":\"\"}");
}

static void nothing__becomes_null(void **state)
{
    struct fixture *f = *state;

    jout_object(&f->j, NULL);
    jout_str(&f->j, "s", NULL);
    jout_time(&f->j, "t", 0);
    jout_object_end(&f->j);
    check(f, "{\"s\":null,\"t\":null}");
}

static void numbers__keep_every_digit(void **state)
{
    struct fixture *f = *state;

    jout_array(&f->j, NULL);
    jout_int(&f->j, NULL, INT64_MIN);
    jout_int(&f->j, NULL, INT64_MAX);
    jout_real(&f->j, NULL, -0.125, 3);
    jout_real(&f->j, NULL, 100, 0);
    jout_array_end(&f->j);
    check(f, "[-9223372036854775808,9223372036854775807,-0.125,100]");
}

/* A rate of nothing: JSON has no word for it but null. */
static void no_number__becomes_null(void **state)
{
    struct fixture *f = *state;

    jout_array(&f->j, NULL);
    jout_real(&f->j, NULL, (double)NAN, 2);
    jout_real(&f->j, NULL, (double)INFINITY, 2);
    jout_real(&f->j, NULL, -(double)INFINITY, 2);
    jout_array_end(&f->j);
    check(f, "[null,null,null]");
}

static void time__is_iso_in_utc(void **state)
{
    struct fixture *f = *state;

    jout_array(&f->j, NULL);
    jout_time(&f->j, NULL, 1700000000123);
    jout_time(&f->j, NULL, 1);
    jout_array_end(&f->j);
    check(f, "[\"2023-11-14T22:13:20.123Z\",\"1970-01-01T00:00:00.001Z\"]");
}

/* What did not fit is known, so that half an answer is never sent as a whole one. */
static void too_much__is_noticed(void **state)
{
    struct buf small;
    struct jout j;

    (void)state;
    buf_init(&small, 20);
    jout_init(&j, &small);
    jout_object(&j, NULL);
    jout_str(&j, "name", "much longer than that");
    jout_object_end(&j);
    assert_true(small.overflowed);
    assert_in_range(small.len, 0, 20);
    buf_done(&small);
}

#define JOUT_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOUT_TEST(object__has_its_members_apart), JOUT_TEST(nesting__puts_commas_only_between),
        JOUT_TEST(top_value__may_be_of_any_kind), JOUT_TEST(text_and_names__are_escaped),
        JOUT_TEST(nothing__becomes_null),         JOUT_TEST(numbers__keep_every_digit),
        JOUT_TEST(no_number__becomes_null),       JOUT_TEST(time__is_iso_in_utc),
        cmocka_unit_test(too_much__is_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
