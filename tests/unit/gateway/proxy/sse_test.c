/* Checks the splitting of streams into events: all line ends, at every split, within the cap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "proxy/sse.h"

enum { LOG_BYTES = 1 << 20, CAP_BYTES = 4096 };

/* What came out: one line for each event but blank ones, and all raw bytes. */
struct seen {
    struct buf events, raw;
    size_t calls, outside; /* events; those whose raw is not in [begin, end) */
    const char *begin, *end;
};

static bool only_line_ends(const struct sse_event *e)
{
    size_t i = 0;

    while (i < e->raw_len && (e->raw[i] == '\r' || e->raw[i] == '\n'))
        i++;
    return i == e->raw_len;
}

static void record(void *arg, const struct sse_event *e)
{
    struct seen *seen = arg;

    assert_non_null(e->raw);
    assert_non_null(e->data);
    assert_non_null(e->name);
    assert_true(e->raw_len > 0);
    seen->calls++;
    seen->outside += e->raw < seen->begin || e->raw + e->raw_len > seen->end;
    buf_add(&seen->raw, e->raw, e->raw_len);
    if (!only_line_ends(e)) /* where a CR LF was cut decides whether such a one is there */
        buf_addf(&seen->events, "%s[%.*s]<%.*s>\n", e->comment ? "#" : "", (int)e->name_len,
                 e->name, (int)e->data_len, e->data);
}

static void seen_init(struct seen *seen)
{
    *seen = (struct seen){0};
    buf_init(&seen->events, LOG_BYTES);
    buf_init(&seen->raw, LOG_BYTES);
    buf_adds(&seen->events, "");
    buf_adds(&seen->raw, "");
}

static void seen_done(struct seen *seen)
{
    buf_done(&seen->events);
    buf_done(&seen->raw);
}

static void run(enum sse_framing framing, size_t cap, const char *text, size_t len,
                const size_t *cuts, size_t cuts_len, struct seen *seen)
{
    struct sse s;
    size_t from = 0;

    sse_init(&s, framing, cap, record, seen);
    for (size_t i = 0; i <= cuts_len; i++) {
        size_t to = i < cuts_len ? cuts[i] : len;
        char *slice = mem_alloc(to - from); /* of its own, so that reading past its end is seen */

        memcpy(slice, text + from, to - from);
        sse_feed(&s, slice, to - from);
        free(slice);
        from = to;
    }
    sse_finish(&s);
    sse_done(&s);
}

/* At every one and two cuts, and byte by byte: the same events, and every byte once, in order. */
static void check_cap(enum sse_framing framing, size_t cap, const char *text, size_t len,
                      const char *expected)
{
    size_t cuts[2], *each = mem_array(len + 1, sizeof(*each));
    struct seen seen;

    for (size_t i = 0; i < len; i++)
        each[i] = i + 1;
    for (cuts[0] = 0; cuts[0] <= len; cuts[0]++)
        for (cuts[1] = cuts[0]; cuts[1] <= len; cuts[1]++) {
            bool bytewise = cuts[0] == 0 && cuts[1] == 0;

            seen_init(&seen);
            run(framing, cap, text, len, bytewise ? each : cuts, bytewise ? len : 2, &seen);
            assert_int_equal(seen.raw.len, len);
            assert_memory_equal(seen.raw.data, text, len);
            if (expected != NULL)
                assert_string_equal(seen.events.data, expected);
            seen_done(&seen);
        }
    free(each);
}

static void check(const char *text, const char *expected)
{
    check_cap(SSE_EVENTS, CAP_BYTES, text, strlen(text), expected);
}

static void sse__feed__events(void **state)
{
    (void)state;
    check("data: {\"a\":1}\n\ndata: [DONE]\n\n", "[]<{\"a\":1}>\n[]<[DONE]>\n");
    check("event: ping\ndata:{}\nid: 7\nretry: 10\n\n", "[ping]<{}>\n");
    check("data: one\ndata: two\ndata\ndata:three\n\ndata: x\n\n",
          "[]<one\ntwo\n\nthree>\n[]<x>\n");
    check("data:  two blanks\n\n", "[]< two blanks>\n");
    check("data: grüße €😀\n\n", "[]<grüße €😀>\n");
    check("event: empty\n\n", "[empty]<>\n");
    check("data\n\ndatabase: no\n\n:data: no\n\n", "[]<>\n[]<>\n#[]<>\n");
    check("event: a\nevent: b\ndata: x\n\n", "[b]<x>\n");
    check("", "");
}

static void sse__feed__every_line_end(void **state)
{
    (void)state;
    check("data: a\r\n\r\ndata: b\r\ndata: c\r\n\r\n", "[]<a>\n[]<b\nc>\n");
    check("data: a\r\rdata: b\rdata: c\r\r", "[]<a>\n[]<b\nc>\n");
    check("data: a\n\r\ndata: b\r\n\ndata: c\r\n\rdata: d\n\r", "[]<a>\n[]<b>\n[]<c>\n[]<d>\n");
    check("\r\n\r\n\ndata: a\r\n\r\n\r\n\r\n", "[]<a>\n");
}

static void sse__feed__comments(void **state)
{
    (void)state;
    check(": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\ndata: x\n\n",
          "#[]<>\n#[]<>\n[]<x>\n");
    check(": with data\ndata: x\n\n", "[]<x>\n");
    check(":\r\n\r\n", "#[]<>\n");
}

static void sse__feed__byte_order_mark(void **state)
{
    (void)state;
    check("\xEF\xBB\xBF"
          "data: a\n\ndata: b\n\n",
          "[]<a>\n[]<b>\n");
    check("data: a\n\n\xEF\xBB\xBF"
          "data: b\n\n",
          "[]<a>\n[]<>\n"); /* only at the start is it one */
}

static void sse__finish__hands_on_the_rest(void **state)
{
    (void)state;
    check("data: a\n\ndata: b\n", "[]<a>\n[]<b>\n");
    check("data: a\n\ndata: b", "[]<a>\n[]<b>\n");
    check("data: a\r\n\r\ndata: b\r\n", "[]<a>\n[]<b>\n");
    check("da", "[]<>\n");
}

static void sse__feed__does_not_wait_for_a_line_feed(void **state)
{
    struct seen seen;
    struct sse s;

    (void)state;
    seen_init(&seen);
    sse_init(&s, SSE_EVENTS, CAP_BYTES, record, &seen);
    sse_feed(&s, "data: a\r\n\r", 10);
    assert_string_equal(seen.events.data, "[]<a>\n");
    sse_feed(&s, "\ndata: b\r\n\r", 11);
    assert_string_equal(seen.events.data, "[]<a>\n[]<b>\n");
    assert_int_equal(seen.calls, 3); /* the LF that came late is a call of its own */
    sse_feed(&s, "\n", 1);
    assert_int_equal(seen.calls, 4);
    sse_finish(&s);
    assert_int_equal(seen.calls, 4);
    assert_string_equal(seen.raw.data, "data: a\r\n\r\ndata: b\r\n\r\n");
    sse_done(&s);
    seen_done(&seen);
}

static void sse__feed__whole_events_are_not_copied(void **state)
{
    static const char text[] = "data: a\n\nevent: x\ndata: b\n\n: c\n\ndata: d\r\n\r\n";
    struct seen seen;
    struct sse s;

    (void)state;
    seen_init(&seen);
    seen.begin = text;
    seen.end = text + strlen(text);
    sse_init(&s, SSE_EVENTS, CAP_BYTES, record, &seen);
    sse_feed(&s, text, strlen(text));
    assert_int_equal(seen.calls, 4);
    assert_int_equal(seen.outside, 0);
    assert_null(s.pending.data);
    assert_null(s.joined.data);
    sse_done(&s);
    seen_done(&seen);
}

static void sse__feed__events_above_the_cap(void **state)
{
    static const char text[] = "data: 0123456789012345678901234\n\ndata: ok\n\n"
                               "data: 01234567890123456789012345678901234567890\n\ndata: end\n\n";
    struct seen seen;

    (void)state;
    /* 33 bytes: fits, or does not, wherever it is cut. */
    check_cap(SSE_EVENTS, 33, text, 33, "[]<0123456789012345678901234>\n");
    check_cap(SSE_EVENTS, 32, text, strlen(text), NULL);
    for (size_t cut = 0; cut <= strlen(text); cut++) {
        seen_init(&seen);
        run(SSE_EVENTS, 32, text, strlen(text), &cut, 1, &seen);
        assert_non_null(strstr(seen.events.data, "<ok>"));
        assert_non_null(strstr(seen.events.data, "<end>"));
        assert_null(strstr(seen.events.data, "<0"));
        assert_null(strchr(seen.events.data, '#')); /* a piece is no comment */
        seen_done(&seen);
    }
}

static void sse__feed__lines(void **state)
{
    static const char text[] =
        "{\"a\":1}\n{\"b\":\"\xE2\x82\xAC\"}\r\n\n{\"c\":\"a\rb\"}\n{\"done\":true}";

    (void)state;
    check_cap(
        SSE_LINES, CAP_BYTES, text, strlen(text),
        "[]<{\"a\":1}>\n[]<{\"b\":\"\xE2\x82\xAC\"}>\n[]<{\"c\":\"a\rb\"}>\n[]<{\"done\":true}>\n");
    check_cap(SSE_LINES, 10, "{\"a\":1}\n{\"a\":123456}\n{\"b\":2}\n", 29, NULL);
}

static void sse__feed__one_kind_of_line_end_is_not_searched_again(void **state)
{
    enum { LINES = 200000 };
    char *text = mem_alloc((size_t)LINES * 2);
    struct seen seen;
    struct sse s;

    /* With a search for the other kind at each line, this takes minutes. */
    (void)state;
    for (int c = 0; c < 2; c++) {
        for (size_t i = 0; i < (size_t)LINES * 2; i++)
            text[i] = i % 2 ? "\r\n"[c] : ':';
        seen_init(&seen);
        sse_init(&s, SSE_EVENTS, (size_t)LINES * 2, record, &seen);
        sse_feed(&s, text, (size_t)LINES * 2);
        sse_finish(&s);
        assert_int_equal(seen.calls, 1);
        sse_done(&s);
        seen_done(&seen);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sse__feed__events),
        cmocka_unit_test(sse__feed__every_line_end),
        cmocka_unit_test(sse__feed__comments),
        cmocka_unit_test(sse__feed__byte_order_mark),
        cmocka_unit_test(sse__finish__hands_on_the_rest),
        cmocka_unit_test(sse__feed__does_not_wait_for_a_line_feed),
        cmocka_unit_test(sse__feed__whole_events_are_not_copied),
        cmocka_unit_test(sse__feed__events_above_the_cap),
        cmocka_unit_test(sse__feed__lines),
        cmocka_unit_test(sse__feed__one_kind_of_line_end_is_not_searched_again),
    };

    return cmocka_run_group_tests_name("proxy/sse", tests, NULL, NULL);
}
