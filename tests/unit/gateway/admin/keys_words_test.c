/* Tests of lists of words: which are taken, and how they stand in the store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "admin/keys_words.h"

static json_t *json(const char *text)
{
    json_t *o = json_loads(text, JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL);

    assert_non_null(o);
    return o;
}

static void words__are_one_word(void **state)
{
    static const char *const good[] = {"a", "A-z.0_9", "0123456789012345678901234567890a"};
    static const char *const bad[] = {"",         "a b", "a/b",
                                      "\xC3\xA4", "a\n", "0123456789012345678901234567890ab"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        assert_true(keys_word_good(good[i]));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(keys_word_good(bad[i]));
}

static void tags__that_are_none__are_named(void **state)
{
    static const char *const bad[] = {
        "{}", "7", "[7]", "[\"\"]", "[\"a\\u0000\"]", "[\"a\",[\"b\"]]"};
    struct err e;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        json_t *list = json(bad[i]);

        assert_int_equal(keys_tags_check(list, "add_tags", &e), ERR_BAD_FIELD);
        assert_string_equal(e.param, "add_tags");
        json_decref(list);
    }
}

/* was, add and remove as JSON or ""; NULL wanted: there would be too many. */
static void check_merge(const char *was, const char *add, const char *remove, const char *wanted)
{
    struct profiles ps;
    struct arena arena = {0};
    json_t *a = add[0] ? json(add) : NULL, *r = remove[0] ? json(remove) : NULL;
    const char *got;

    profiles_init(&ps);
    got = keys_tags_merge(profiles_words(&ps, was), a, r, &arena);
    if (wanted == NULL)
        assert_null(got);
    else
        assert_string_equal(got, wanted);
    arena_done(&arena);
    profiles_done(&ps);
    json_decref(a);
    json_decref(r);
}

static void tags__are_merged_in_their_order(void **state)
{
    (void)state;
    check_merge("", "", "", "");
    check_merge("", "[\"b\",\"a\",\"b\"]", "", "[\"b\",\"a\"]");
    check_merge("[\"x\",\"y\"]", "[\"y\",\"z\"]", "", "[\"x\",\"y\",\"z\"]");
    check_merge("[\"x\",\"y\"]", "", "[\"x\",\"q\"]", "[\"y\"]");
    check_merge("[\"x\"]", "", "[\"x\"]", "");
    check_merge("[\"x\"]", "[\"x\"]", "[\"x\"]", "[\"x\"]"); /* what is added counts more */
    check_merge("[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\",\"12\"]",
                "[\"a\",\"b\",\"c\",\"d\",\"e\"]", "", NULL);
}

static void models__are_sorted_and_each_once(void **state)
{
    struct arena arena = {0};
    struct err e;
    const char *out;
    json_t *list = json("[\"b\",\"a \\\"quoted\\\"\",\"b\"]"), *none = json("[]"),
           *bad = json("[\"a\",\"x\\u0007\"]");

    (void)state;
    assert_int_equal(keys_models_read(list, &arena, &out, &e), ERR_OK);
    assert_string_equal(out, "[\"a \\\"quoted\\\"\",\"b\"]");
    assert_int_equal(keys_models_read(none, &arena, &out, &e), ERR_OK);
    assert_string_equal(out, "");
    assert_int_equal(keys_models_read(bad, &arena, &out, &e), ERR_BAD_FIELD);
    assert_string_equal(e.param, "models");
    assert_non_null(strstr(e.text, "element 2"));
    json_decref(list);
    json_decref(none);
    json_decref(bad);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words__are_one_word),
        cmocka_unit_test(tags__that_are_none__are_named),
        cmocka_unit_test(tags__are_merged_in_their_order),
        cmocka_unit_test(models__are_sorted_and_each_once),
    };

    return cmocka_run_group_tests_name("keys_words", tests, NULL, NULL);
}
