/* Checks what the JSON scanner refuses, with what words, and where (RFC 8259), at every split. */
#include <string.h>

#include "jscan_check.h"

static void jscan__feed__refuses_other_bytes(void **state)
{
    static const char *const bad[] = {
        "\x80",
        "\xBF",
        "\xC0\x80",
        "\xC1\xBF",
        "\xC3",
        "\xC3(",
        "\xE2\x82",
        "\xE2(\xA1",
        "\xE2\x82(",
        "\xE0\x9F\xBF",
        "\xED\xA0\x80",
        "\xED\xBF\xBF",
        "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80",
        "\xFF",
        "\xFE",
        "\xF0\x90\x80",
        "aaaaaaaaaaaaaaaaaaaaaaaa\xFF",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        char text[64];
        struct jscan s;

        snprintf(text, sizeof(text), "{\"k\":\"%s\"}", bad[i]);
        check_text(text, NULL);
        jscan_init(&s, JSCAN_PATH_LEVELS, NULL, NULL);
        assert_int_equal(jscan_feed(&s, text, strlen(text)), JSCAN_BAD);
        assert_string_equal(s.error, "not UTF-8");
    }
}

static void jscan__feed__says_what_is_wrong_and_where(void **state)
{
    static const struct {
        const char *text, *outcome;
    } samples[] = {
        {"", "empty at 0\n"},
        {"  ", "ends where a value is expected at 2\n"},
        {"x", "expected a value at 0\n"},
        {"\xEF\xBB\xBF{}", "expected a value at 0\n"},
        {"'a'", "expected a value at 0\n"},
        {"NaN", "expected a value at 0\n"},
        {"+1", "expected a value at 0\n"},
        {".5", "expected a value at 0\n"},
        {"]", "expected a value at 0\n"},
        {"}", "expected a value at 0\n"},
        {"/* a */ 1", "expected a value at 0\n"},
        {"{", "ends inside an object at 1\n"},
        {"{,}", "expected a key or '}' at 1\n"},
        {"{a:1}", "expected a key or '}' at 1\n"},
        {"{1:1}", "expected a key or '}' at 1\n"},
        {"{]", "expected a key or '}' at 1\n"},
        {"{\"a\"", "ends where ':' is expected at 4\n"},
        {"{\"a\" 1}", "expected ':' at 5\n"},
        {"{\"a\":", "ends where a value is expected at 5\n"},
        {"{\"a\":}", "expected a value at 5\n"},
        {"{\"a\"::1}", "expected a value at 5\n"},
        {"{\"a", "ends inside a string at 3\n"},
        {"[", "ends inside an array at 1\n"},
        {"[,1]", "expected a value at 1\n"},
        {"\"a", "ends inside a string at 2\n"},
        {"\"a\\", "ends inside a string at 3\n"},
        {"\"a\\u00", "ends inside a string at 6\n"},
        {"\"\xE2\x82", "ends inside a string at 3\n"},
        {"\"\\x\"", "unknown escape in a string at 2\n"},
        {"\"\\U0041\"", "unknown escape in a string at 2\n"},
        {"\"\\u00g0\"", "expected four hex digits after \\u at 5\n"},
        {"\"\\u 041\"", "expected four hex digits after \\u at 3\n"},
        {"\"\\u004\"", "expected four hex digits after \\u at 6\n"},
        {"\"a\tb\"", "control character in a string at 2\n"},
        {"\"a\nb\"", "control character in a string at 2\n"},
        {"\"a\x1f\"", "control character in a string at 2\n"},
        {"-", "ends inside a number at 1\n"},
        {"-x", "expected a digit at 1\n"},
        {"01", "a number with a leading zero at 1\n"},
        {"-01", "a number with a leading zero at 2\n"},
        {"1.", "ends inside a number at 2\n"},
        {"1.e1", "expected a digit at 2\n"},
        {"1e", "ends inside a number at 2\n"},
        {"1e+", "ends inside a number at 3\n"},
        {"1e+ ", "expected a digit at 3\n"},
        {"tru", "ends inside true, false or null at 3\n"},
        {"trUe", "expected true, false or null at 2\n"},
        {"nul1", "expected true, false or null at 3\n"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(samples); i++)
        check_text(samples[i].text, samples[i].outcome);
}

static void jscan__feed__refuses_after_values(void **state)
{
    static const struct {
        const char *text, *outcome;
    } samples[] = {
        {"[1 2]", "expected ',' or ']' at 3"},
        {"[1}", "expected ',' or ']' at 2"},
        {"[1,]", "expected a value at 3"},
        {"[1", "ends inside a number at 2"},
        {"[1 ", "ends before the closing bracket at 3"},
        {"[0x10]", "expected ',' or ']' at 2"},
        {"[1.5.2]", "expected ',' or ']' at 4"},
        {"{\"a\":1]", "expected ',' or '}' at 6"},
        {"{\"a\":1,}", "expected a key at 7"},
        {"{\"a\":1,", "ends where a key is expected at 7"},
        {"{\"a\":1 \"b\":2}", "expected ',' or '}' at 7"},
        {"{\"a\":tru", "ends inside true, false or null at 8"},
        {"{} {}", "bytes after the end at 3"},
        {"1 2", "bytes after the end at 2"},
        {"truex", "bytes after the end at 4"},
        {"\"a\"\"b\"", "bytes after the end at 3"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        struct buf log;

        check_text(samples[i].text, NULL);
        buf_init(&log, LOG_BYTES);
        scan(samples[i].text, strlen(samples[i].text), NULL, 0, &log);
        assert_non_null(strstr(log.data, samples[i].outcome));
        buf_done(&log);
    }
    check("[1\0]", 4, NULL);
    check("\"a\0b\"", 5, "control character in a string at 2\n");
}

static const char *error_of(const char *text)
{
    static struct jscan s;

    jscan_init(&s, JSCAN_PATH_LEVELS, NULL, NULL);
    jscan_feed(&s, text, strlen(text));
    jscan_finish(&s);
    return s.error ? s.error : "ok";
}

static void jscan__feed__refuses_a_key_given_twice(void **state)
{
    (void)state;
    check_text("{\"model\":1,\"x\":2,\"model\":3}",
               "number@1 9-10 model <1>\nnumber@1 15-16 x <2>\nkey given twice at 17\n");
    assert_string_equal(error_of("{\"model\":1,\"\\u006dodel\":2}"), "key given twice");
    assert_string_equal(error_of("{\"m\\u00f6\":1,\"m\xC3\xB6\":2}"), "key given twice");
    /* What Go's encoding/json takes for the same field. */
    assert_string_equal(error_of("{\"model\":1,\"MODEL\":2}"), "key given twice");
    assert_string_equal(error_of("{\"stream\":1,\"\xC5\xBFtream\":2}"), "key given twice");
    assert_string_equal(error_of("{\"k\":1,\"\\u212a\":2}"), "key given twice");
    /* Different keys, and keys that are not at the top. */
    assert_string_equal(error_of("{\"model\":1,\"model\\u0000\":2,\"mode\":3,\"\":4}"), "ok");
    assert_string_equal(error_of("{\"a\":{\"b\":1,\"b\":2},\"b\":3}"), "ok");
    assert_string_equal(error_of("[{\"b\":1,\"b\":2}]"), "ok");
    assert_string_equal(error_of("{\"\":1,\"\":2}"), "key given twice");
}

static void jscan__feed__compares_long_keys_whole(void **state)
{
    char a[JSCAN_KEY_BYTES * 3], text[sizeof(a) * 2 + 32];

    (void)state;
    for (unsigned len = JSCAN_KEY_BYTES - 2; len < sizeof(a) - 1; len++) {
        memset(a, 'k', len);
        a[len] = '\0';
        snprintf(text, sizeof(text), "{\"%s\":1,\"%s\":2}", a, a);
        assert_string_equal(error_of(text), "key given twice");
        snprintf(text, sizeof(text), "{\"%s\":1,\"%sk\":2}", a, a);
        assert_string_equal(error_of(text), "ok");
        snprintf(text, sizeof(text), "{\"%s1\":1,\"%s2\":2}", a, a);
        assert_string_equal(error_of(text), "ok");
    }
    /* Cut at a place that depends on the slices, the key would differ from itself. */
    snprintf(text, sizeof(text), "{\"%.*sé€\":1,\"%.*sé€\":2}", JSCAN_KEY_BYTES - 1, a,
             JSCAN_KEY_BYTES - 1, a);
    assert_string_equal(error_of(text), "key given twice");
    check_text(text, NULL);
}

static void jscan__feed__bounds_the_number_of_keys(void **state)
{
    struct buf text;

    (void)state;
    buf_init(&text, LOG_BYTES);
    for (int extra = 0; extra < 2; extra++) {
        buf_clear(&text);
        for (int i = 0; i < JSCAN_MAX_KEYS + extra; i++)
            buf_addf(&text, "%s\"k%d\":0", i ? "," : "{", i);
        buf_addc(&text, '}');
        assert_string_equal(error_of(text.data), extra ? "too many keys" : "ok");
    }
    buf_clear(&text);
    buf_adds(&text, "{\"deeper\":");
    for (int i = 0; i < JSCAN_MAX_KEYS * 2; i++)
        buf_addf(&text, "%s\"k%d\":0", i ? "," : "{", i);
    buf_adds(&text, "}}");
    assert_string_equal(error_of(text.data), "ok");
    buf_done(&text);
}

static void jscan__feed__bounds_the_nesting(void **state)
{
    struct buf text;

    (void)state;
    buf_init(&text, LOG_BYTES);
    for (int extra = 0; extra < 2; extra++) {
        buf_clear(&text);
        for (int i = 0; i < JSCAN_MAX_NESTING + extra; i++)
            buf_adds(&text, i % 2 ? "[" : "{\"k\":");
        for (int i = JSCAN_MAX_NESTING + extra; i-- > 0;)
            buf_adds(&text, i % 2 ? "]" : i == JSCAN_MAX_NESTING - 1 + extra ? "0}" : "}");
        assert_string_equal(error_of(text.data), extra ? "nested too deeply" : "ok");
    }
    assert_string_equal(error_of("[[[[[[[[[[{\"a\":1]"), "expected ',' or '}'");
    buf_done(&text);
}

static void jscan__feed__stays_bad_after_an_error(void **state)
{
    struct jscan s;

    (void)state;
    jscan_init(&s, JSCAN_PATH_LEVELS, NULL, NULL);
    assert_int_equal(jscan_feed(&s, "{", 1), JSCAN_MORE);
    assert_int_equal(jscan_feed(&s, NULL, 0), JSCAN_MORE);
    assert_int_equal(jscan_feed(&s, "x", 1), JSCAN_BAD);
    assert_int_equal(jscan_feed(&s, "\"a\":1}", 6), JSCAN_BAD);
    assert_false(jscan_finish(&s));
    assert_string_equal(s.error, "expected a key or '}'");
    assert_int_equal(s.error_at, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jscan__feed__refuses_other_bytes),
        cmocka_unit_test(jscan__feed__says_what_is_wrong_and_where),
        cmocka_unit_test(jscan__feed__refuses_after_values),
        cmocka_unit_test(jscan__feed__refuses_a_key_given_twice),
        cmocka_unit_test(jscan__feed__compares_long_keys_whole),
        cmocka_unit_test(jscan__feed__bounds_the_number_of_keys),
        cmocka_unit_test(jscan__feed__bounds_the_nesting),
        cmocka_unit_test(jscan__feed__stays_bad_after_an_error),
    };

    return cmocka_run_group_tests_name("json/jscan refusals", tests, NULL, NULL);
}
