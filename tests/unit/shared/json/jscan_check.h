/* Runs the JSON scanner over a text at every split and compares what it reports. */
#ifndef TESTS_JSCAN_CHECK_H
#define TESTS_JSCAN_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "json/jscan.h"

enum { LOG_BYTES = 1 << 20 };

static const char *const type_names[] = {
    [JSCAN_STRING] = "string", [JSCAN_NUMBER] = "number", [JSCAN_TRUE] = "true",
    [JSCAN_FALSE] = "false",   [JSCAN_NULL] = "null",     [JSCAN_OBJECT] = "object",
    [JSCAN_ARRAY] = "array",
};

static inline void record_text(struct buf *log, const struct jscan_value *v)
{
    buf_adds(log, " <");
    for (size_t i = 0; i < v->text_len; i++) {
        if (v->text[i] == '\0')
            buf_adds(log, "NUL");
        else
            buf_addc(log, v->text[i]);
    }
    buf_addf(log, ">%s", v->text_cut ? "…" : "");
}

/* Writes one line for each call, so that runs can be compared as text. */
static inline void record(void *arg, const struct jscan_value *v)
{
    struct buf *log = arg;

    assert_int_equal(v->text[v->text_len], '\0');
    buf_addf(log, "%s@%u %u-%u ", type_names[v->type], v->depth, (unsigned)v->begin,
             (unsigned)v->end);
    for (unsigned i = 0; i < JSCAN_PATH_LEVELS; i++)
        buf_addf(log, "%s%s", i > 0 && i < v->depth ? "." : "", v->path[i]);
    if (v->type == JSCAN_STRING || v->type == JSCAN_NUMBER)
        record_text(log, v);
    if (v->type == JSCAN_OBJECT || v->type == JSCAN_ARRAY)
        buf_addf(log, " %u", v->children);
    buf_addc(log, '\n');
}

/* Scans text in slices that end at the given places; the outcome is the last line of log. */
static inline void scan_levels(const char *text, size_t len, unsigned levels, const size_t *cuts,
                               size_t cuts_len, struct buf *log)
{
    struct jscan s;
    size_t from = 0;

    buf_clear(log);
    jscan_init(&s, levels, record, log);
    for (size_t i = 0; i <= cuts_len; i++) {
        size_t to = cuts != NULL && i < cuts_len ? cuts[i] : len;
        /* A copy of its own, so that reading past its end is seen by the sanitizer. */
        char *slice = mem_strndup(text + from, to - from);
        struct jscan moved;

        jscan_feed(&s, slice, to - from);
        free(slice);
        moved = s; /* plain memory: a copy goes on in its place */
        s = moved;
        from = to;
    }
    if (jscan_finish(&s))
        buf_adds(log, "ok\n");
    else
        buf_addf(log, "%s at %u\n", s.error, (unsigned)s.error_at);
    assert_true((s.error == NULL) == jscan_finish(&s));
    assert_int_equal(s.offset, len);
}

static inline void scan(const char *text, size_t len, const size_t *cuts, size_t cuts_len,
                        struct buf *log)
{
    scan_levels(text, len, JSCAN_PATH_LEVELS, cuts, cuts_len, log);
}

/* Who looks at fewer levels gets the same calls without those for what lies deeper. */
static inline void check_levels(const char *text, size_t len, const char *all)
{
    struct buf fewer, expected;

    buf_init(&fewer, LOG_BYTES);
    buf_init(&expected, LOG_BYTES);
    for (unsigned levels = 1; levels < JSCAN_PATH_LEVELS; levels++) {
        buf_clear(&expected);
        for (const char *line = all, *end; *line != '\0'; line = end) {
            const char *depth = strchr(line, '@');

            end = strchr(line, '\n') + 1;
            if (depth == NULL || depth > end || (unsigned)(depth[1] - '0') <= levels)
                buf_add(&expected, line, (size_t)(end - line));
        }
        scan_levels(text, len, levels, NULL, 0, &fewer);
        assert_string_equal(fewer.data, expected.data);
    }
    buf_done(&fewer);
    buf_done(&expected);
}

/* Every one and every two cuts (of short texts), and byte by byte: always the same calls. */
static inline void check(const char *text, size_t len, const char *expected)
{
    struct buf whole, cut;
    size_t cuts[2];
    size_t *each = mem_array(len + 1, sizeof(*each));

    buf_init(&whole, LOG_BYTES);
    buf_init(&cut, LOG_BYTES);
    scan(text, len, NULL, 0, &whole);
    if (expected != NULL)
        assert_string_equal(whole.data, expected);
    check_levels(text, len, whole.data);
    for (cuts[0] = 0; cuts[0] <= len; cuts[0]++) {
        scan(text, len, cuts, 1, &cut);
        assert_string_equal(cut.data, whole.data);
        for (cuts[1] = cuts[0]; len < 120 && cuts[1] <= len; cuts[1]++) {
            scan(text, len, cuts, 2, &cut);
            assert_string_equal(cut.data, whole.data);
        }
    }
    for (size_t i = 0; i < len; i++)
        each[i] = i + 1;
    scan(text, len, each, len, &cut);
    assert_string_equal(cut.data, whole.data);
    free(each);
    buf_done(&whole);
    buf_done(&cut);
}

static inline void check_text(const char *text, const char *expected)
{
    check(text, strlen(text), expected);
}

#endif
