/* Tests of what is read from the body of a call, and of asking for usage in the client's place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/call.h"

static struct call read_good(enum route_dialect dialect, const char *body)
{
    struct err e = {0};
    struct call c;

    if (call_read(&c, dialect, body, strlen(body), &e) != ERR_OK)
        fail_msg("%s: %s", body, e.text);
    return c;
}

static void model_and_stream__are_found(void **state)
{
    static const struct {
        const char *body, *model;
        bool stream;
    } rows[] = {
        {"{}", "", false},
        {"{\"model\":\"gpt-oss:120b\"}", "gpt-oss:120b", false},
        {"{\"stream\":true,\"model\":\"m\"}", "m", true},
        {" \r\n\t{ \"model\" : \"m\" , \"stream\" : true } \n", "m", true},
        {"{\"model\":\"m\",\"stream\":false}", "m", false},
        {"{\"model\":null,\"stream\":null}", "", false},
        {"{\"\\u006dodel\":\"m\",\"str\\u0065am\":true}", "m", true},
        {"{\"model\":\"\\u00e9\\ud83d\\ude00\\\"\\\\\\/\"}", "\xC3\xA9\xF0\x9F\x98\x80\"\\/",
         false},
        {"{\"Model\":\"m\",\"STREAM\":true}", "m", true},
        /* only at the top */
        {"{\"x\":{\"model\":\"no\",\"stream\":true},\"y\":[{\"model\":\"no\"}]}", "", false},
        {"{\"messages\":[{\"content\":\"\\\"model\\\":\\\"no\\\"\"}],\"model\":\"m\"}", "m", false},
        {"{\"models\":\"no\",\"mode\":\"no\",\"model \":\"no\",\"streams\":true}", "", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct call c = read_good(DIALECT_CHAT, rows[i].body);

        assert_string_equal(c.model, rows[i].model);
        assert_int_equal(c.stream, rows[i].stream);
    }
}

/* Ollama takes a name for the model where there is none; elsewhere it is any member. */
static void name__stands_in_for_the_model_of_a_plain_call(void **state)
{
    static const struct {
        enum route_dialect dialect;
        const char *body, *model;
    } rows[] = {
        {DIALECT_PLAIN, "{\"name\":\"n\"}", "n"},
        {DIALECT_PLAIN, "{\"NAME\":\"n\",\"model\":\"\"}", "n"},
        {DIALECT_PLAIN, "{\"name\":\"n\",\"model\":\"m\"}", "m"},
        {DIALECT_PLAIN, "{\"model\":\"m\",\"name\":\"n\"}", "m"},
        {DIALECT_NATIVE, "{\"name\":\"n\"}", ""},
        {DIALECT_CHAT, "{\"name\":7,\"model\":\"m\"}", "m"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_string_equal(read_good(rows[i].dialect, rows[i].body).model, rows[i].model);
}

static void models__are_found_where_they_stand(void **state)
{
    static const char body[] = "{\"x\":{\"models\":[1]}, \"Models\" : [\"a\", \"b\"] }";
    struct call c = read_good(DIALECT_CHAT, body);

    (void)state;
    assert_int_equal(c.models_end - c.models_begin, strlen("[\"a\", \"b\"]"));
    assert_memory_equal(body + c.models_begin, "[\"a\", \"b\"]", c.models_end - c.models_begin);
    assert_int_equal(read_good(DIALECT_CHAT, "{\"models\":null}").models_end, 0);
    assert_int_equal(read_good(DIALECT_CHAT, "{\"model\":\"m\"}").models_end, 0);
}

/* Ollama's own paths stream unless told not to. */
static void native_call__streams_by_default(void **state)
{
    (void)state;
    assert_true(read_good(DIALECT_NATIVE, "{\"model\":\"m\"}").stream);
    assert_true(read_good(DIALECT_NATIVE, "{\"stream\":null}").stream);
    assert_true(read_good(DIALECT_NATIVE, "{\"stream\":true}").stream);
    assert_false(read_good(DIALECT_NATIVE, "{\"stream\":false}").stream);
    assert_false(read_good(DIALECT_PLAIN, "{\"model\":\"m\"}").stream);
}

static void longest_model__fits(void **state)
{
    char name[CALL_MODEL_BYTES + 1], body[CALL_MODEL_BYTES + 40];
    struct err e = {0};
    struct call c;

    (void)state;
    memset(name, 'x', sizeof(name));
    name[CALL_MODEL_BYTES - 1] = '\0';
    snprintf(body, sizeof(body), "{\"model\":\"%s\"}", name);
    assert_string_equal(read_good(DIALECT_CHAT, body).model, name);
    name[CALL_MODEL_BYTES - 1] = 'x';
    name[CALL_MODEL_BYTES] = '\0';
    snprintf(body, sizeof(body), "{\"model\":\"%s\"}", name);
    assert_int_equal(call_read(&c, DIALECT_CHAT, body, strlen(body), &e), ERR_BAD_FIELD);
    assert_string_equal(e.param, "model");
}

static void wrong_field__is_refused_by_name(void **state)
{
    static const struct {
        const char *body, *param;
    } rows[] = {
        {"{\"model\":7}", "model"},
        {"{\"model\":[\"m\"]}", "model"},
        {"{\"model\":{}}", "model"},
        {"{\"model\":true}", "model"},
        {"{\"model\":\"a\\u0000b\"}", "model"},
        {"{\"model\":\"\\u0000\"}", "model"},
        {"{\"stream\":1}", "stream"},
        {"{\"stream\":\"true\"}", "stream"},
        {"{\"stream\":[]}", "stream"},
        {"{\"stream_options\":1}", "stream_options"},
        {"{\"stream_options\":true}", "stream_options"},
        {"{\"stream_options\":[{\"include_usage\":true}]}", "stream_options"},
        {"{\"stream_options\":\"include_usage\"}", "stream_options"},
        {"{\"stream\":1,\"model\":7}", "stream"}, /* the first one */
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct err e = {0};
        struct call c;

        if (call_read(&c, DIALECT_CHAT, rows[i].body, strlen(rows[i].body), &e) != ERR_BAD_FIELD)
            fail_msg("taken: %s", rows[i].body);
        assert_int_equal(err_info(e.code)->http_status, 400);
        assert_string_equal(e.param, rows[i].param);
        assert_non_null(strstr(e.text, rows[i].param));
    }
}

/* Each with the byte at which it goes wrong. */
static void malformed_body__is_refused_with_its_place(void **state)
{
    static const struct {
        const char *body, *place;
    } rows[] = {
        {"{", "at byte 1"},
        {"{\"model\"", "at byte 8"},
        {"{\"model\":", "at byte 9"},
        {"{\"model\":\"m\"", "at byte 12"},
        {"{\"model\":\"m\"}}", "at byte 13"},
        {"{\"model\":\"m\"} x", "at byte 14"},
        {"{\"model\":\"m\",}", "at byte 13"},
        {"{\"model\" \"m\"}", "at byte 9"},
        {"{'model':'m'}", "at byte 1"},
        {"{model:1}", "at byte 1"},
        {"{\"a\":01}", "at byte 6"},
        {"{\"a\":nul}", "at byte 8"},
        {"{\"a\":\"\x01\"}", "at byte 6"},
        {"{\"a\":\"\xFF\"}", "at byte 6"},
        {"{\"model\":\"m\",\"model\":\"n\"}", "at byte 13"},
        {"{\"model\":\"m\",\"Model\":\"n\"}", "at byte 13"},
        {"model=m&stream=true", "at byte 0"},
        {"\xEF\xBB\xBF{}", "at byte 0"},
        {"   ", "at byte 3"},
        {"", "empty"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct err e = {0};
        struct call c;

        if (call_read(&c, DIALECT_CHAT, rows[i].body, strlen(rows[i].body), &e) != ERR_BAD_JSON)
            fail_msg("taken: %s", rows[i].body);
        assert_int_equal(e.code, ERR_BAD_JSON);
        assert_int_equal(err_info(e.code)->http_status, 400);
        if (strstr(e.text, rows[i].place) == NULL)
            fail_msg("%s: %s", rows[i].body, e.text);
    }
}

static void no_object__is_refused(void **state)
{
    static const char *const bodies[] = {"[]",  "[{\"model\":\"m\"}]", "1", "\"model\"", "null",
                                         "true"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        struct err e = {0};
        struct call c;

        assert_int_equal(call_read(&c, DIALECT_CHAT, bodies[i], strlen(bodies[i]), &e),
                         ERR_BAD_JSON);
        assert_non_null(strstr(e.text, "object"));
    }
}

/* A NUL does not end a body: what follows it is looked at. */
static void nul_in_a_body__is_refused(void **state)
{
    static const char body[] = "{\"model\":\"m\"}\0{\"model\":\"n\"}";
    struct err e = {0};
    struct call c;

    (void)state;
    assert_int_equal(call_read(&c, DIALECT_CHAT, body, sizeof(body) - 1, &e), ERR_BAD_JSON);
    assert_non_null(strstr(e.text, "at byte 13"));
}

static void wish_for_usage__is_seen(void **state)
{
    static const struct {
        const char *body;
        bool asked;
    } rows[] = {
        {"{\"stream_options\":{\"include_usage\":true}}", true},
        {"{\"stream_options\":{\"x\":1,\"include_usage\": true ,\"y\":2}}", true},
        {"{\"stream_options\":{\"include\\u005fusage\":true}}", true},
        {"{\"stream_options\":{\"include_usage\":false}}", false},
        {"{\"stream_options\":{\"include_usage\":null}}", false},
        {"{\"stream_options\":{\"include_usage\":\"true\"}}", false},
        {"{\"stream_options\":{}}", false},
        {"{\"stream_options\":null}", false},
        {"{\"include_usage\":true}", false},
        {"{\"x\":{\"stream_options\":{\"include_usage\":true}}}", false},
        {"{\"stream_options\":{\"x\":{\"include_usage\":true}}}", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_int_equal(read_good(DIALECT_CHAT, rows[i].body).usage_asked, rows[i].asked);
}

#define ASKED "\"stream_options\":{\"include_usage\":true},"

static void asking_for_usage__changes_nothing_else(void **state)
{
    static const struct {
        const char *body, *want;
    } rows[] = {
        {"{\"stream\":true}", "{" ASKED "\"stream\":true}"},
        {"{\"model\":\"m\",\"stream\":true}", "{" ASKED "\"model\":\"m\",\"stream\":true}"},
        {" \n{ \"stream\" : true }\t", " \n{" ASKED " \"stream\" : true }\t"},
        {"{\"stream\":true,\"stream_options\":null}",
         "{\"stream\":true,\"stream_options\":{\"include_usage\":true}}"},
        {"{\"stream_options\" : null , \"stream\":true}",
         "{\"stream_options\" : {\"include_usage\":true} , \"stream\":true}"},
        {"{\"stream_options\":{},\"stream\":true}",
         "{\"stream_options\":{\"include_usage\":true},\"stream\":true}"},
        {"{\"stream_options\":{ \n },\"stream\":true}",
         "{\"stream_options\":{\"include_usage\":true \n },\"stream\":true}"},
        {"{\"stream_options\":{\"a\":1},\"stream\":true}",
         "{\"stream_options\":{\"include_usage\":true,\"a\":1},\"stream\":true}"},
        {"{\"stream_options\" : { \"a\" : [1, {\"b\":2}] } ,\"stream\":true}",
         "{\"stream_options\" : {\"include_usage\":true, \"a\" : [1, {\"b\":2}] } "
         ",\"stream\":true}"},
        {"{\"stream_options\":{\"include_usage\":false},\"stream\":true}",
         "{\"stream_options\":{\"include_usage\":true},\"stream\":true}"},
        {"{\"stream_options\":{\"a\":1, \"include_usage\" :\tfalse , \"b\":2},\"stream\":true}",
         "{\"stream_options\":{\"a\":1, \"include_usage\" :\ttrue , \"b\":2},\"stream\":true}"},
        {"{\"stream_options\":{\"include_usage\":null},\"stream\":true}",
         "{\"stream_options\":{\"include_usage\":true},\"stream\":true}"},
        {"{\"stream_options\":{\"include_usage\":0.5e1},\"stream\":true}",
         "{\"stream_options\":{\"include_usage\":true},\"stream\":true}"},
        {"{\"stream_options\":{\"include_usage\":{\"x\":[]}},\"stream\":true}",
         "{\"stream_options\":{\"include_usage\":true},\"stream\":true}"},
        {"{\"stream\\u005foptions\":{\"include_usag\\u0065\":false},\"stream\":true}",
         "{\"stream\\u005foptions\":{\"include_usag\\u0065\":true},\"stream\":true}"},
        {"{\"stream\\u005foptions\":{},\"stream\":true}",
         "{\"stream\\u005foptions\":{\"include_usage\":true},\"stream\":true}"},
        {"{\"x\":{\"stream_options\":{\"include_usage\":false}},\"stream\":true}",
         "{" ASKED "\"x\":{\"stream_options\":{\"include_usage\":false}},\"stream\":true}"},
        {"{\"stream\":true,\"n\":1.0,\"s\":\"\\u00e9\xC3\xA9\"}",
         "{" ASKED "\"stream\":true,\"n\":1.0,\"s\":\"\\u00e9\xC3\xA9\"}"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct call c = read_good(DIALECT_CHAT, rows[i].body);
        struct buf out;

        buf_init(&out, strlen(rows[i].body) + 128);
        call_ask_usage(&c, rows[i].body, strlen(rows[i].body), &out);
        assert_false(out.overflowed);
        assert_int_equal(out.len, strlen(rows[i].want));
        assert_string_equal(out.data, rows[i].want);
        c = read_good(DIALECT_CHAT, out.data);
        assert_true(c.usage_asked && c.stream);
        buf_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(model_and_stream__are_found),
        cmocka_unit_test(name__stands_in_for_the_model_of_a_plain_call),
        cmocka_unit_test(models__are_found_where_they_stand),
        cmocka_unit_test(native_call__streams_by_default),
        cmocka_unit_test(longest_model__fits),
        cmocka_unit_test(wrong_field__is_refused_by_name),
        cmocka_unit_test(malformed_body__is_refused_with_its_place),
        cmocka_unit_test(no_object__is_refused),
        cmocka_unit_test(nul_in_a_body__is_refused),
        cmocka_unit_test(wish_for_usage__is_seen),
        cmocka_unit_test(asking_for_usage__changes_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
