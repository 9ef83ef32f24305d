/* Growable byte buffers and the few ways of writing into them. */
#include "buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void buf_reserve(struct buf *b, size_t extra_bytes)
{
    size_t cap = b->cap ? b->cap : 256;

    if (b->cap - b->len >= extra_bytes)
        return;
    while (cap - b->len < extra_bytes)
        cap *= 2;
    b->data = realloc(b->data, cap);
    if (!b->data)
        abort();
    b->cap = cap;
}

void buf_free(struct buf *b)
{
    free(b->data);
    memset(b, 0, sizeof(*b));
}

void buf_u64(struct buf *b, uint64_t value)
{
    char digits[20];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    buf_put(b, digits + at, sizeof(digits) - at);
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args, again;
    int need;

    va_start(args, format);
    va_copy(again, args);
    need = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (need > 0) {
        buf_reserve(b, (size_t)need + 1);
        vsnprintf(b->data + b->len, (size_t)need + 1, format, again);
        b->len += (size_t)need;
    }
    va_end(again);
}

/* How many bytes the UTF-8 character at `s` has; 0 if it is not one. */
static size_t utf8_length(const unsigned char *s, size_t left)
{
    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t need = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    uint32_t code = s[0] & (0xffu >> (need + 1));

    if (s[0] < 0xc0 || s[0] >= 0xf8 || need > left)
        return 0;
    for (size_t i = 1; i < need; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (s[i] & 0x3fu);
    }
    /* Overlong forms, what lies above the last character, and surrogates. */
    if (code < smallest[need] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        return 0;
    return need;
}

void buf_json(struct buf *b, const char *data, size_t len)
{
    const unsigned char *s = (const unsigned char *)data;

    buf_put(b, "\"", 1);
    for (size_t i = 0; i < len; i++) {
        size_t wide = s[i] >= 0x80 ? utf8_length(s + i, len - i) : 0;

        if (s[i] == '"' || s[i] == '\\') {
            buf_put(b, "\\", 1);
            buf_put(b, s + i, 1);
        } else if (wide > 0) {
            buf_put(b, s + i, wide);
            i += wide - 1;
        } else if (s[i] < 0x20 || s[i] >= 0x7f) {
            buf_printf(b, "\\u%04x", s[i]);
        } else {
            buf_put(b, s + i, 1);
        }
    }
    buf_put(b, "\"", 1);
}
