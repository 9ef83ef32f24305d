/* Checks the parser of imported lines: each form, each reason, and that reasons keep secrets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "api/keylines.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"

enum { LOG_BYTES = 1 << 20 };

/* One line a call: "number user key" or "number! reason". */
static bool record(void *arg, const struct keyline *k)
{
    struct buf *log = arg;

    assert_non_null(k->key);
    assert_non_null(k->username);
    if (k->reason != NULL) {
        assert_int_equal(k->key_len, 0);
        assert_int_equal(k->username_len, 0);
        buf_addf(log, "%zu! %s\n", k->line, k->reason);
    } else {
        assert_null(keylines_check_key(k->key, k->key_len));
        buf_addf(log, "%zu %.*s %.*s\n", k->line, (int)k->username_len, k->username,
                 (int)k->key_len, k->key);
    }
    return true;
}

static void check(const char *text, const char *expected)
{
    size_t len = strlen(text);
    char *copy = mem_alloc(len); /* without the NUL, so that reading it is seen */
    struct buf log;

    memcpy(copy, text, len);
    buf_init(&log, LOG_BYTES);
    buf_adds(&log, "");
    keylines_parse(copy, len, record, &log);
    assert_string_equal(log.data, expected);
    free(copy);
    buf_done(&log);
}

static void keylines__parse__lines_of_fields(void **state)
{
    (void)state;
    check("me@example.com----pass----session----key-0123456789\n",
          "1 me@example.com key-0123456789\n");
    /* Five fields and more: the key is the last, never the account id. */
    check("me@example.com----pass----session----aid-12345678----key-0123456789\n",
          "1 me@example.com key-0123456789\n");
    check("a@b.c----p----s----aid-12345678----more----key-0123456789", "1 a@b.c key-0123456789\n");
    check("a@b.c----p----s;aid=12345678----key-0123456789", "1 a@b.c key-0123456789\n");
    check("----------------key-0123456789", "1  key-0123456789\n");
    check("\t a@b.c ---- p ---- s ----\tkey-0123456789 \t", "1 a@b.c key-0123456789\n");
    check("a@b.c----p#q----s----key-0123456789", "1 a@b.c key-0123456789\n");
}

static void keylines__parse__runs_of_dashes(void **state)
{
    (void)state;
    /* What separators do not need belongs to the field before. */
    check("a@b.c----p----session-----key-0123456789", "1 a@b.c key-0123456789\n");
    check("a@b.c----p----session-------key-0123456789", "1 a@b.c key-0123456789\n");
    check("a@b.c-----p----s----key-0123456789", "1 a@b.c key-0123456789\n");
    check("a@b.c----p--------key-0123456789", "1 a@b.c key-0123456789\n");
    check("a@b.c---------p----key-0123456789", "1 a@b.c key-0123456789\n");
    check("a@b.c----p----s----key---0123456789-", "1 a@b.c key---0123456789-\n");
    check("key---0123456789", "1  key---0123456789\n");
}

static void keylines__parse__missing_fields(void **state)
{
    (void)state;
    check("a@b.c----password",
          "1! the session and the key are missing: a line has at least 4 fields\n");
    check("a@b.c----password----session", "1! the key is missing: a line has at least 4 fields\n");
    check("a@b.c----password----session----", "1! the key is empty\n");
    check("a@b.c----password----session----aid----  ", "1! the key is empty\n");
    check("----", "1! the session and the key are missing: a line has at least 4 fields\n");
    check("a@b.c----p----s----short", "1! the key is shorter than 8 characters\n");
    check("a@b.c----p----s----key 0123456789", "1! the key has a blank in it\n");
    check("a@b.c----p----s----kéy-0123456789",
          "1! the key has characters that are not printable ASCII\n");
    check("a@b.c----p----s----key\x01-0123456789",
          "1! the key has characters that are not printable ASCII\n");
}

static void keylines__parse__bare_keys(void **state)
{
    (void)state;
    check("sk-or-v1-0123456789abcdef", "1  sk-or-v1-0123456789abcdef\n");
    check("  0123abcd.efgh_IJ-  ", "1  0123abcd.efgh_IJ-\n");
    check("me@example.com",
          "1! this looks like an e-mail address, not a key; fields are separated by ----\n");
    check("me@example.com:password",
          "1! this looks like an e-mail address, not a key; fields are separated by ----\n");
    check("word word", "1! these are several words, not a key; fields are separated by ----\n");
    check("user\tkey-0123456789",
          "1! these are several words, not a key; fields are separated by ----\n");
    check("1234567", "1! the key is shorter than 8 characters\n");
    check("\"key-0123456789\"",
          "1! JSON lines are objects: {\"api_key\": \"...\", \"username\": \"...\"}\n");
    check("[", "1! JSON lines are objects: {\"api_key\": \"...\", \"username\": \"...\"}\n");
}

static void keylines__parse__json_lines(void **state)
{
    (void)state;
    check("{\"api_key\":\"key-0123456789\",\"username\":\"me\"}", "1 me key-0123456789\n");
    check("{\"apiKey\":\" key-0123456789 "
          "\",\"email\":\"a@b.c\",\"password\":\"p\",\"x\":{\"y\":[1]}}",
          "1 a@b.c key-0123456789\n");
    check("{\"apiKey\":\"key-worse-one\",\"api_key\":\"key-better-one\",\"email\":\"a@b.c\","
          "\"username\":\"me\"}",
          "1 me key-better-one\n");
    check("{\"api_key\":\"key-better-one\",\"apiKey\":\"key-worse-one\",\"username\":\"me\","
          "\"email\":\"a@b.c\"}",
          "1 me key-better-one\n");
    check("{\"api_key\":\"k\\u0065y----0123456789\",\"username\":null,\"email\":\"a@b.c\"}",
          "1 a@b.c key----0123456789\n");
    check("{\"api_key\":\"key-0123456789\",\"username\":7}", "1  key-0123456789\n");
    check("{}", "1! the object has no api_key\n");
    check("{\"keys\":{\"api_key\":\"key-0123456789\"}}", "1! the object has no api_key\n");
    check("{\"api_key\":null}", "1! the object has no api_key\n");
    check("{\"api_key\":1234567890}", "1! api_key is not a string\n");
    check("{\"api_key\":{\"a\":1}}", "1! api_key is not a string\n");
    check("{\"api_key\":\"\"}", "1! the key is empty\n");
    check("{\"api_key\":\"key-0123\\u0000456789\"}",
          "1! the key has characters that are not printable ASCII\n");
    check("{\"api_key\":\"key-0123456789\"",
          "1! this is not valid JSON, or not one object on one line\n");
    check("{\"api_key\":\"key-0123456789\"}{}",
          "1! this is not valid JSON, or not one object on one line\n");
    check("{\"api_key\":\"key-0123456789\",\"api_key\":\"key-9876543210\"}",
          "1! this is not valid JSON, or not one object on one line\n");
}

static void keylines__parse__forgets_the_line_before(void **state)
{
    (void)state;
    check("{\"api_key\":\"key-0123456789\",\"username\":\"me\"}\n{\"username\":\"you\"}\n"
          "{\"api_key\":\"key-9876543210\"}\n",
          "1 me key-0123456789\n2! the object has no api_key\n3  key-9876543210\n");
}

static void keylines__parse__skips_and_counts_lines(void **state)
{
    (void)state;
    check("", "");
    check("\n\r\n  \t\n# comment----a----b----key-0123456789\n  # another\n", "");
    check("\xEF\xBB\xBFkey-0123456789\r\n\r\n# comment\r\nkey-9876543210\r",
          "1  key-0123456789\n4  key-9876543210\n");
    check("\xEF\xBB\xBF# comment\nkey-9876543210", "2  key-9876543210\n");
    check("key-0123456789 \r\n", "1  key-0123456789\n");
    check("key-0123456789\rkey-9876543210\n",
          "1! the key has characters that are not printable ASCII\n");
    keylines_parse(NULL, 0, record, NULL);
}

static void keylines__parse__user_names(void **state)
{
    char text[400], expected[400];

    (void)state;
    check("Jürgen 日本 😀----p----s----key-0123456789", "1 Jürgen 日本 😀 key-0123456789\n");
    check("a\x1b[2J----p----s----key-0123456789", "1  key-0123456789\n");
    check("a\x7f----p----s----key-0123456789", "1  key-0123456789\n");
    check("a\xC2\x9B----p----s----key-0123456789", "1  key-0123456789\n");
    check("a\xE2\x80\xAEz----p----s----key-0123456789", "1  key-0123456789\n"); /* U+202E */
    check("a\xFF----p----s----key-0123456789", "1  key-0123456789\n");
    check("a\xC0\x80----p----s----key-0123456789", "1  key-0123456789\n");
    check("a\xED\xA0\x80----p----s----key-0123456789", "1  key-0123456789\n");
    check("a\xE2\x82----p----s----key-0123456789", "1  key-0123456789\n");
    check("a\xF4\x90\x80\x80----p----s----key-0123456789", "1  key-0123456789\n");
    for (int len = KEYLINE_USERNAME_MAX; len <= KEYLINE_USERNAME_MAX + 1; len++) {
        snprintf(text, sizeof(text), "%0*d----p----s----key-0123456789", len, 0);
        snprintf(expected, sizeof(expected), "1 %0*d key-0123456789\n",
                 len <= KEYLINE_USERNAME_MAX ? len : 0, 0);
        check(text, len <= KEYLINE_USERNAME_MAX ? expected : "1  key-0123456789\n");
    }
}

static void keylines__check_key__length(void **state)
{
    char key[KEYLINE_KEY_MAX + 2], json[sizeof(key) + 32], expected[sizeof(key) + 32];

    (void)state;
    memset(key, 'k', sizeof(key));
    assert_non_null(keylines_check_key(key, KEYLINE_KEY_MIN - 1));
    assert_null(keylines_check_key(key, KEYLINE_KEY_MIN));
    assert_null(keylines_check_key(key, KEYLINE_KEY_MAX));
    assert_non_null(keylines_check_key(key, KEYLINE_KEY_MAX + 1));
    assert_non_null(keylines_check_key("", 0));
    for (int c = 0; c < 256; c++) {
        key[4] = (char)c;
        assert_int_equal(keylines_check_key(key, 9) == NULL, c > 0x20 && c < 0x7f);
    }
    key[4] = 'k';
    snprintf(json, sizeof(json), "{\"api_key\":\"%.*s\"}", KEYLINE_KEY_MAX, key);
    snprintf(expected, sizeof(expected), "1  %.*s\n", KEYLINE_KEY_MAX, key);
    check(json, expected);
    snprintf(json, sizeof(json), "{\"api_key\":\"%.*s\"}", KEYLINE_KEY_MAX + 1, key);
    check(json, "1! the key is longer than 512 characters\n");
}

static bool stop_at_two(void *arg, const struct keyline *k)
{
    *(size_t *)arg = k->line;
    return k->line < 2;
}

static void keylines__parse__stops_when_told(void **state)
{
    size_t last = 0;
    const char text[] = "key-00000001\nkey-00000002\nkey-00000003\n";

    (void)state;
    keylines_parse(text, strlen(text), stop_at_two, &last);
    assert_int_equal(last, 2);
}

/* Every line here is bad, and holds one of these words where a secret would stand. */
static bool no_secret(void *arg, const struct keyline *k)
{
    size_t *count = arg;

    assert_non_null(k->reason);
    assert_null(strstr(k->reason, "hunter2"));
    assert_null(strstr(k->reason, "SECRET"));
    assert_int_equal(k->key_len, 0);
    ++*count;
    return true;
}

static void keylines__parse__reasons_hold_no_secrets(void **state)
{
    static const char text[] = "SECRET@x.y----hunter2\n"
                               "SECRET@x.y----hunter2----SECRET\n"
                               "SECRET@x.y----hunter2----SECRET----\n"
                               "SECRET@x.y----hunter2----SECRET----SECRET SECRET\n"
                               "SECRET@x.y----hunter2----SECRET----SECRETé\n"
                               "SECRET@x.y:hunter2\n"
                               "SECRET hunter2\n"
                               "SECRET\n"
                               "\"SECRETSECRET\"\n"
                               "{\"api_key\":\"SECRET\",\"password\":\"hunter2\"}\n"
                               "{\"api_key\":SECRET}\n"
                               "{\"SECRET\":\"SECRET\",\"SECRET\":1}\n";
    size_t count = 0;

    (void)state;
    keylines_parse(text, strlen(text), no_secret, &count);
    assert_int_equal(count, 12);
}

static bool count_good(void *arg, const struct keyline *k)
{
    *(size_t *)arg += k->reason == NULL;
    return true;
}

static void keylines__parse__many_lines(void **state)
{
    enum { LINES = 100000, LINE_BYTES = 200 };
    char *text = mem_alloc((size_t)LINES * LINE_BYTES);
    size_t len = 0, good = 0;
    uint64_t begin_ms;

    (void)state;
    for (int i = 0; i < LINES; i++)
        len += (size_t)snprintf(
            text + len, LINE_BYTES,
            "user%07d@example.com----password%d----session-%064d----key-%032d\n", i, i, i, i);
    begin_ms = clock_mono_ms();
    keylines_parse(text, len, count_good, &good);
    print_message("%d lines of %zu bytes in %d ms\n", LINES, len / LINES,
                  (int)(clock_mono_ms() - begin_ms));
    assert_int_equal(good, LINES);
    free(text);
}

static void keylines__check_username__says_why_not(void **state)
{
    char longest[KEYLINE_USERNAME_MAX + 1];

    (void)state;
    memset(longest, 'u', sizeof(longest));
    assert_null(keylines_check_username("", 0));
    assert_null(keylines_check_username("J\xC3\xBCrgen W.", 10));
    assert_null(keylines_check_username(longest, KEYLINE_USERNAME_MAX));
    assert_string_equal(keylines_check_username(longest, sizeof(longest)),
                        "the user name is longer than 254 bytes");
    assert_string_equal(keylines_check_username("\xFF", 1), "the user name is not UTF-8");
    assert_non_null(keylines_check_username("a\x1B[2J", 5));
    assert_non_null(keylines_check_username("a\xE2\x80\xAE", 4)); /* right to left from here */
    assert_non_null(keylines_check_username("a\0b", 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keylines__check_username__says_why_not),
        cmocka_unit_test(keylines__parse__lines_of_fields),
        cmocka_unit_test(keylines__parse__runs_of_dashes),
        cmocka_unit_test(keylines__parse__missing_fields),
        cmocka_unit_test(keylines__parse__bare_keys),
        cmocka_unit_test(keylines__parse__json_lines),
        cmocka_unit_test(keylines__parse__forgets_the_line_before),
        cmocka_unit_test(keylines__parse__skips_and_counts_lines),
        cmocka_unit_test(keylines__parse__user_names),
        cmocka_unit_test(keylines__check_key__length),
        cmocka_unit_test(keylines__parse__stops_when_told),
        cmocka_unit_test(keylines__parse__reasons_hold_no_secrets),
        cmocka_unit_test(keylines__parse__many_lines),
    };

    return cmocka_run_group_tests_name("api/keylines", tests, NULL, NULL);
}
