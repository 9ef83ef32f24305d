/* Tests of struct buf: growing, the cap, taking from the front, and JSON escapes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"

static void add__grows_and_stays_terminated(void **state)
{
    struct buf b;
    size_t room = 0, moves = 0;

    (void)state;
    buf_init(&b, 100000);
    assert_null(b.data);
    for (int i = 0; i < 10000; i++) {
        assert_true(buf_addf(&b, "%d,", i % 10));
        assert_int_equal(b.data[b.len], '\0');
        moves += b.room_bytes != room;
        room = b.room_bytes;
    }
    assert_int_equal(b.len, 20000);
    assert_memory_equal(b.data, "0,1,2,3,4,5,6,7,8,9,0,", 22);
    assert_in_range(moves, 1, 12); /* it doubles */
    assert_false(b.overflowed);
    buf_done(&b);
    assert_null(b.data);
    assert_int_equal(b.cap_bytes, 100000);
}

static void add__beyond_the_cap__changes_nothing(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 8);
    assert_true(buf_adds(&b, "12345678"));
    assert_int_equal(b.len, 8);
    assert_in_range(b.room_bytes, 9, 9);
    assert_false(buf_addc(&b, '9'));
    assert_true(b.overflowed);
    assert_false(buf_addf(&b, "%d", 9));
    assert_false(buf_reserve(&b, 1));
    assert_true(buf_reserve(&b, 0));
    assert_string_equal(b.data, "12345678");
    buf_clear(&b);
    assert_false(b.overflowed);
    assert_string_equal(b.data, "");
    assert_false(buf_add(&b, "123456789", 9));
    assert_int_equal(b.len, 0);
    assert_false(buf_add(&b, "", SIZE_MAX));
    assert_true(buf_add(&b, "", 0));
    buf_done(&b);
}

static void consume__drops_the_front(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 100);
    buf_consume(&b, 5);
    buf_adds(&b, "hello world");
    buf_consume(&b, 0);
    assert_string_equal(b.data, "hello world");
    buf_consume(&b, 6);
    assert_string_equal(b.data, "world");
    assert_int_equal(b.len, 5);
    buf_consume(&b, 5);
    assert_int_equal(b.len, 0);
    buf_adds(&b, "x");
    buf_consume(&b, 99);
    assert_string_equal(b.data, "");
    buf_done(&b);
}

static void take__gives_the_text_away(void **state)
{
    struct buf b;
    char *text;

    (void)state;
    buf_init(&b, 100);
    text = buf_take(&b);
    assert_string_equal(text, "");
    free(text);
    buf_adds(&b, "owned");
    text = buf_take(&b);
    assert_string_equal(text, "owned");
    free(text);
    assert_null(b.data);
    assert_int_equal(b.len, 0);
    assert_true(buf_adds(&b, "again"));
    buf_wipe(&b);
    assert_null(b.data);
}

static void add_json__escapes(void **state)
{
    static const struct {
        const char *text, *json;
    } cases[] = {
        {"plain text / 'x'", "plain text / 'x'"},
        {"\"\\", "\\\"\\\\"},
        {"\n\t\x1f", "\\u000a\\u0009\\u001f"},
        {"\x7f", "\x7f"},
        {"Gr\xC3\xB6\xC3\x9F\x65 \xE2\x82\xAC \xF0\x9F\x98\x80", "Größe € 😀"},
        {"\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF", "\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF"},
        /* What is not UTF-8: a lone byte, an overlong form, a surrogate, too high, cut short. */
        {"a\x80z", "a\xEF\xBF\xBDz"},
        {"\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\xE0\x80\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\xF4\x90\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\xE2\x82", "\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\xE2\x28\xA1", "\xEF\xBF\xBD(\xEF\xBF\xBD"},
        {"\xFF", "\xEF\xBF\xBD"},
    };
    struct buf b;

    (void)state;
    buf_init(&b, 1000);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        buf_clear(&b);
        assert_true(buf_add_json(&b, cases[i].text, strlen(cases[i].text)));
        assert_string_equal(b.data, cases[i].json);
    }
    buf_clear(&b);
    assert_true(buf_add_json(&b, "a\0b", 3));
    assert_string_equal(b.data, "a\\u0000b");
    buf_done(&b);
}

static void add_json__beyond_the_cap__says_so(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 5);
    assert_false(buf_add_json(&b, "\n", 1));
    assert_true(b.overflowed);
    assert_int_equal(b.len, 0);
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(add__grows_and_stays_terminated),
        cmocka_unit_test(add__beyond_the_cap__changes_nothing),
        cmocka_unit_test(consume__drops_the_front),
        cmocka_unit_test(take__gives_the_text_away),
        cmocka_unit_test(add_json__escapes),
        cmocka_unit_test(add_json__beyond_the_cap__says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
