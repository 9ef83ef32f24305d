/* Checks what the JSON scanner reports, at every split. */
#include <string.h>

#include "jscan_check.h"

static void jscan__feed__reports_values_as_they_end(void **state)
{
    (void)state;
    check_text("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":1}]}],"
               "\"stream\":true}",
               "string@1 9-12 model <m>\n"
               "string@3 33-39 messages.#.role <user>\n"
               "object@4 51-61 messages.#.content.# 1\n"
               "array@3 50-62 messages.#.content 1\n"
               "object@2 25-63 messages.# 2\n"
               "array@1 24-64 messages 1\n"
               "true@1 74-78 stream\n"
               "object@0 0-79  3\n"
               "ok\n");
    check_text(" [ 1 , [ ] , { } , null , false , -0.5e+10 ] \r\n\t",
               "number@1 3-4 # <1>\n"
               "array@1 7-10 # 0\n"
               "object@1 13-16 # 0\n"
               "null@1 19-23 #\n"
               "false@1 26-31 #\n"
               "number@1 34-42 # <-0.5e+10>\n"
               "array@0 1-44  6\n"
               "ok\n");
    check_text("{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":[1,2,3]}}}}}", "object@4 20-33 a.b.c.d 1\n"
                                                                  "object@3 15-34 a.b.c 1\n"
                                                                  "object@2 10-35 a.b 1\n"
                                                                  "object@1 5-36 a 1\n"
                                                                  "object@0 0-37  1\n"
                                                                  "ok\n");
}

static void jscan__feed__any_value_may_be_the_top(void **state)
{
    (void)state;
    check_text("12", "number@0 0-2  <12>\nok\n");
    check_text("-1.25E-3 ", "number@0 0-8  <-1.25E-3>\nok\n");
    check_text("\"x\"", "string@0 0-3  <x>\nok\n");
    check_text(" null", "null@0 1-5 \nok\n");
    check_text("[]", "array@0 0-2  0\nok\n");
    check_text("{}", "object@0 0-2  0\nok\n");
}

static void jscan__feed__decodes_escapes(void **state)
{
    (void)state;
    check_text("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "string@0 0-18  <\"\\/\b\f\n\r\t>\nok\n");
    check_text("\"\\u0041\\u00e9\\u20AC\\uD83D\\uDE00\"",
               "string@0 0-32  <A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80>\nok\n");
    check_text("{\"\\u006dodel\":\"\\u0067pt\"}",
               "string@1 14-24 model <gpt>\nobject@0 0-25  1\nok\n");
    /* Halves of pairs, alone, in the wrong order, and before other escapes. */
    check_text("\"\\uD83D\"", "string@0 0-8  <\xEF\xBF\xBD>\nok\n");
    check_text("\"\\uDE00x\"", "string@0 0-9  <\xEF\xBF\xBDx>\nok\n");
    check_text("\"\\uD83Dx\\uDE00\"", "string@0 0-15  <\xEF\xBF\xBDx\xEF\xBF\xBD>\nok\n");
    check_text("\"\\uD83D\\n\"", "string@0 0-10  <\xEF\xBF\xBD\n>\nok\n");
    check_text("\"\\uD83D\\u0041\"", "string@0 0-14  <\xEF\xBF\xBD"
                                     "A>\nok\n");
    check_text("\"\\uD83D\\uD83D\\uDE00\"", "string@0 0-20  <\xEF\xBF\xBD\xF0\x9F\x98\x80>\nok\n");
    /* In a key a NUL is shown as C0 80, so that it does not end the key early. */
    check_text("{\"model\\u0000x\":\"a\\u0000b\"}",
               "string@1 16-26 model\xC0\x80x <aNULb>\nobject@0 0-27  1\nok\n");
}

static void jscan__feed__takes_valid_utf8(void **state)
{
    (void)state;
    check_text("\"é€😀日本\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF\xE0\xA0\x80\xF0\x90\x80\x80\"",
               NULL);
    check_text("{\"ключ\":\"значение, written with words of ASCII between\"}", NULL);
    check_text("\"\x7F\"", "string@0 0-3  <\x7F>\nok\n");
}

struct last {
    struct jscan_value value;
    char text[JSCAN_TEXT_BYTES + 1];
    char key[JSCAN_KEY_BYTES + 1];
};

static void keep_last(void *arg, const struct jscan_value *v)
{
    struct last *last = arg;

    if (v->depth != 1)
        return;
    last->value = *v;
    snprintf(last->text, sizeof(last->text), "%s", v->text);
    snprintf(last->key, sizeof(last->key), "%s", v->path[0]);
}

static void jscan__feed__cuts_long_texts_between_characters(void **state)
{
    char text[JSCAN_TEXT_BYTES * 3];

    (void)state;
    for (unsigned ascii = 0; ascii < JSCAN_TEXT_BYTES + 3; ascii++) {
        struct last last;
        struct jscan s;
        unsigned euros = (JSCAN_TEXT_BYTES + 3 - ascii) / 3 + 1;
        size_t at = (size_t)snprintf(text, sizeof(text), "{\"t\":\"%0*d", (int)ascii, 0);

        for (unsigned i = 0; i < euros; i++)
            at += (size_t)snprintf(text + at, sizeof(text) - at, "€");
        at += (size_t)snprintf(text + at, sizeof(text) - at, "\"}");
        jscan_init(&s, JSCAN_PATH_LEVELS, keep_last, &last);
        jscan_feed(&s, text, at);
        assert_true(jscan_finish(&s));
        assert_true(last.value.text_cut);
        assert_in_range(last.value.text_len, JSCAN_TEXT_BYTES - 2, JSCAN_TEXT_BYTES);
        assert_int_equal(strlen(last.text), last.value.text_len);
        assert_memory_equal(last.text, text + 6, last.value.text_len);
        assert_true((text[6 + last.value.text_len] & 0xC0) != 0x80);
    }
}

static void jscan__feed__keeps_what_fits_and_big_numbers_as_written(void **state)
{
    char text[JSCAN_TEXT_BYTES * 2];
    struct last last;
    struct jscan s;

    (void)state;
    snprintf(text, sizeof(text), "{\"%0*d\":\"%0*d\"}", JSCAN_KEY_BYTES, 0, JSCAN_TEXT_BYTES, 0);
    jscan_init(&s, JSCAN_PATH_LEVELS, keep_last, &last);
    jscan_feed(&s, text, strlen(text));
    assert_true(jscan_finish(&s));
    assert_false(last.value.text_cut);
    assert_int_equal(last.value.text_len, JSCAN_TEXT_BYTES);
    assert_int_equal(strlen(last.key), JSCAN_KEY_BYTES);
    check_text("[9007199254740993,123456789012345678901234567890.5e-1234,-0]",
               "number@1 1-17 # <9007199254740993>\n"
               "number@1 18-56 # <123456789012345678901234567890.5e-1234>\n"
               "number@1 57-59 # <-0>\n"
               "array@0 0-60  3\nok\n");
    check_text("{\"a\":1e5,\"b\":[2]}", "number@1 5-8 a <1e5>\nnumber@2 14-15 b.# <2>\n"
                                        "array@1 13-16 b 1\nobject@0 0-17  2\nok\n");
}

static void jscan__path_is__compares_dotted_paths(void **state)
{
    struct jscan_value v = {.depth = 3, .path = {"error", "metadata", "reason", ""}};

    (void)state;
    assert_true(jscan_path_is(&v, "error.metadata.reason"));
    assert_false(jscan_path_is(&v, "error.metadata.reasons"));
    assert_false(jscan_path_is(&v, "error.metadata.reason."));
    assert_false(jscan_path_is(&v, "error.metadata"));
    assert_false(jscan_path_is(&v, "error.metadata.reaso"));
    assert_false(jscan_path_is(&v, "error"));
    assert_false(jscan_path_is(&v, ""));
    v.depth = 0;
    assert_false(jscan_path_is(&v, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jscan__feed__reports_values_as_they_end),
        cmocka_unit_test(jscan__feed__any_value_may_be_the_top),
        cmocka_unit_test(jscan__feed__decodes_escapes),
        cmocka_unit_test(jscan__feed__takes_valid_utf8),
        cmocka_unit_test(jscan__feed__cuts_long_texts_between_characters),
        cmocka_unit_test(jscan__feed__keeps_what_fits_and_big_numbers_as_written),
        cmocka_unit_test(jscan__path_is__compares_dotted_paths),
    };

    return cmocka_run_group_tests_name("json/jscan", tests, NULL, NULL);
}
