/* A growable run of bytes that is born with the size it may never exceed. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

enum { BUF_FIRST_BYTES = 256 };

void buf_init(struct buf *b, size_t cap_bytes)
{
    *b = (struct buf){.cap_bytes = cap_bytes};
}

void buf_done(struct buf *b)
{
    free(b->data);
    buf_init(b, b->cap_bytes);
}

void buf_wipe(struct buf *b)
{
    if (b->data != NULL)
        explicit_bzero(b->data, b->room_bytes);
    buf_done(b);
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->overflowed = false;
    if (b->data != NULL)
        b->data[0] = '\0';
}

bool buf_reserve(struct buf *b, size_t extra)
{
    size_t want, room;

    if (extra > b->cap_bytes - b->len) {
        b->overflowed = true;
        return false;
    }
    want = b->len + extra + 1;
    if (want <= b->room_bytes)
        return true;
    room = b->room_bytes ? b->room_bytes * 2 : BUF_FIRST_BYTES;
    if (room < want)
        room = want;
    if (room > b->cap_bytes + 1)
        room = b->cap_bytes + 1;
    b->data = mem_resize(b->data, room, 1);
    b->room_bytes = room;
    return true;
}

bool buf_add(struct buf *b, const void *data, size_t len)
{
    if (!buf_reserve(b, len))
        return false;
    if (len > 0)
        memcpy(b->data + b->len, data, len);
    b->len += len;
    b->data[b->len] = '\0';
    return true;
}

bool buf_adds(struct buf *b, const char *text)
{
    return buf_add(b, text, strlen(text));
}

bool buf_addc(struct buf *b, char c)
{
    return buf_add(b, &c, 1);
}

bool buf_addf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    int need;

    va_start(ap, fmt);
    need = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (need < 0 || !buf_reserve(b, (size_t)need))
        return false;
    va_start(ap, fmt);
    vsnprintf(b->data + b->len, (size_t)need + 1, fmt, ap);
    va_end(ap);
    b->len += (size_t)need;
    return true;
}

bool buf_add_json(struct buf *b, const char *text, size_t len)
{
    const unsigned char *p = (const unsigned char *)text;
    bool ok = true;

    for (size_t i = 0; i < len && ok;) {
        size_t n = 1;

        if (p[i] == '"' || p[i] == '\\')
            ok = buf_addc(b, '\\') && buf_addc(b, (char)p[i]);
        else if (p[i] < 0x20)
            ok = buf_addf(b, "\\u%04x", p[i]);
        else if ((n = utf8_sequence(text + i, len - i)) > 0)
            ok = buf_add(b, p + i, n);
        else
            ok = buf_adds(b, UTF8_REPLACEMENT);
        i += n ? n : 1;
    }
    return ok;
}

void buf_consume(struct buf *b, size_t n)
{
    if (n >= b->len) {
        buf_clear(b);
        return;
    }
    memmove(b->data, b->data + n, b->len - n + 1);
    b->len -= n;
}

char *buf_take(struct buf *b)
{
    char *text = b->data ? b->data : mem_strdup("");

    buf_init(b, b->cap_bytes);
    return text;
}
