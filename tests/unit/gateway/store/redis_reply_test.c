/* Tests of Redis's protocol: commands to bytes, and answers, however they are cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/redis_reply.h"

static void command__has_each_word_with_its_length(void **state)
{
    static const char want[] =
        "*4\r\n$3\r\nSET\r\n$3\r\na\0b\r\n$0\r\n\r\n$20\r\n-1234567890123456789\r\n";
    struct redis_words w = {.count = 0};
    size_t len;
    char *text;

    (void)state;
    redis_word(&w, "SET");
    redis_word_bytes(&w, "a\0b", 3);
    redis_word(&w, "");
    redis_word_number(&w, -1234567890123456789);
    text = redis_words_format(&w, &len);
    assert_int_equal(len, sizeof(want) - 1);
    assert_memory_equal(text, want, len);
    free(text);
}

/* The answer to bytes that come in pieces of that size. */
static struct redis_reply *read_all(const char *bytes, size_t len, size_t step)
{
    struct redisReader *reader = redis_reader_new();
    struct redis_reply *reply = NULL, *none;

    for (size_t at = 0; at < len; at += step) {
        assert_null(reply);
        assert_true(redis_reader_feed(reader, bytes + at, len - at < step ? len - at : step));
        assert_true(redis_reader_next(reader, &reply));
    }
    assert_non_null(reply);
    assert_true(redis_reader_next(reader, &none));
    assert_null(none);
    redis_reader_free(reader);
    return reply;
}

static void answers__are_what_they_were(void **state)
{
    static const char bytes[] = "*6\r\n:42\r\n$3\r\na\0b\r\n$-1\r\n*2\r\n:-7\r\n+OK\r\n*0\r\n-"
                                "NOSCRIPT No matching script.\r\n";

    (void)state;
    for (size_t step = 1; step < sizeof(bytes); step++) {
        struct redis_reply *r = read_all(bytes, sizeof(bytes) - 1, step);

        assert_int_equal(r->type, REDIS_LIST);
        assert_int_equal(r->len, 6);
        assert_int_equal(redis_reply_number(r, 0, -1), 42);
        assert_int_equal(redis_reply_number(r, 1, -1), -1); /* is none */
        assert_int_equal(redis_reply_number(r, 6, -1), -1); /* is not there */
        assert_int_equal(r->items[1].len, 3);
        assert_memory_equal(r->items[1].text, "a\0b", 4);
        assert_int_equal(r->items[2].type, REDIS_NIL);
        assert_int_equal(redis_reply_number(&r->items[3], 0, -1), -7);
        assert_string_equal(r->items[3].items[1].text, "OK");
        assert_int_equal(r->items[4].len, 0);
        assert_true(redis_reply_refused(&r->items[5], "NOSCRIPT"));
        assert_false(redis_reply_refused(&r->items[5], "OOM"));
        assert_false(redis_reply_refused(&r->items[3].items[1], "OK"));
        redis_reply_free(r);
    }
    assert_int_equal(redis_reply_number(NULL, 0, 5), 5);
}

static void what_is_no_answer__is_refused(void **state)
{
    static const char *const cases[] = {"HTTP/1.1 400 Bad Request\r\n", "*99999999\r\n:1\r\n",
                                        "$abc\r\n", "\x15\x03\x03\x00\x02\x02\x28"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct redisReader *reader = redis_reader_new();
        struct redis_reply *reply;

        assert_true(redis_reader_feed(reader, cases[i], strlen(cases[i])));
        if (redis_reader_next(reader, &reply))
            fail_msg("%s is taken", cases[i]);
        redis_reader_free(reader);
    }
}

static void endless_answer__is_refused(void **state)
{
    struct redisReader *reader = redis_reader_new();
    char *block = mem_zalloc(1024 * 1024);
    struct redis_reply *reply;
    int blocks = 0;

    (void)state;
    assert_true(redis_reader_feed(reader, "$500000000\r\n", 12));
    assert_true(redis_reader_next(reader, &reply));
    while (blocks < 100 && redis_reader_feed(reader, block, 1024 * 1024))
        blocks++;
    assert_in_range(blocks, 20, 64);
    free(block);
    redis_reader_free(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(command__has_each_word_with_its_length),
        cmocka_unit_test(answers__are_what_they_were),
        cmocka_unit_test(what_is_no_answer__is_refused),
        cmocka_unit_test(endless_answer__is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
