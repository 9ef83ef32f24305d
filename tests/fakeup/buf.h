/* A growable byte buffer; running out of memory ends the program, since this is a test tool. */
#ifndef FAKEUP_BUF_H
#define FAKEUP_BUF_H

/* Every source file includes this header before any other, so one line serves all of them. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct buf {
    char *data;
    size_t len;
    size_t cap;
};

/* A piece of somebody else's bytes. */
struct span {
    const char *ptr;
    size_t len;
};

void buf_reserve(struct buf *b, size_t extra_bytes);
void buf_free(struct buf *b);
void buf_u64(struct buf *b, uint64_t value);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Appends the bytes as a quoted JSON string; bytes that are not ASCII pass if they are valid UTF-8,
 * and stand as \u00XX if not. */
void buf_json(struct buf *b, const char *data, size_t len);

static inline void buf_put(struct buf *b, const void *data, size_t len)
{
    if (b->cap - b->len < len)
        buf_reserve(b, len);
    if (len > 0)
        memcpy(b->data + b->len, data, len);
    b->len += len;
}

static inline void buf_puts(struct buf *b, const char *text)
{
    buf_put(b, text, strlen(text));
}

static inline int span_is(struct span s, const char *text)
{
    size_t len = strlen(text);
    return s.len == len && memcmp(s.ptr, text, len) == 0;
}

#endif
