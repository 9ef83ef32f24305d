/* Reads the answers on one connection as they come: whole bodies, events, and their time stamps. */
#ifndef BENCH_RESPONSE_H
#define BENCH_RESPONSE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#define RESPONSE_HEAD_CAP_BYTES 8192u
#define RESPONSE_STAMP_DIGITS   19

enum body_kind { BODY_LENGTH, BODY_CHUNKED };
enum chunk_step { CHUNK_SIZE, CHUNK_DATA, CHUNK_END, CHUNK_LAST };

struct response {
    int in_body;
    enum body_kind kind;
    enum chunk_step step;
    uint64_t left; /* of the body or chunk */
    size_t line_len;
    int digits; /* of a stamp read so far, -1: not in one */
    uint64_t stamp_ns;
    int looks_for_events;
    void (*on_event)(void *owner);
    void (*on_stamp)(void *owner, uint64_t stamp_ns);
    void (*on_done)(void *owner);
    void *owner;
    size_t head_len;
    char head[RESPONSE_HEAD_CAP_BYTES];
};

/* Makes it ready for the next answer on the connection. */
static inline void response_begin(struct response *r)
{
    r->head_len = r->line_len = 0;
    r->in_body = 0;
    r->digits = -1;
    r->step = CHUNK_SIZE;
    r->left = 0;
}

static inline void response_done(struct response *r)
{
    r->on_done(r->owner);
    response_begin(r);
}

static inline void take_stamps(struct response *r, const char *at, const char *end)
{
    while (at < end) {
        if (r->digits < 0) {
            at = memchr(at, '@', (size_t)(end - at));
            if (!at)
                return;
            at++;
            r->digits = 0;
            r->stamp_ns = 0;
        }
        for (; at < end && *at >= '0' && *at <= '9' && r->digits < RESPONSE_STAMP_DIGITS; at++) {
            r->stamp_ns = r->stamp_ns * 10 + (uint64_t)(*at - '0');
            r->digits++;
        }
        if (at == end && r->digits < RESPONSE_STAMP_DIGITS)
            return;
        if (r->digits == RESPONSE_STAMP_DIGITS)
            r->on_stamp(r->owner, r->stamp_ns);
        r->digits = -1;
    }
}

/* An event ends with an empty line. */
static inline void take_body(struct response *r, const char *at, size_t len)
{
    const char *end = at + len;

    if (!r->looks_for_events)
        return;
    take_stamps(r, at, end);
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));

        if (!newline) {
            r->line_len += (size_t)(end - at);
            return;
        }
        r->line_len += (size_t)(newline - at);
        if (r->line_len == 0)
            r->on_event(r->owner);
        r->line_len = 0;
        at = newline + 1;
    }
}

/* Looks at a complete head; -1 if the answer is no success. */
static inline int take_head(struct response *r)
{
    const char *length = strcasestr(r->head, "\r\ncontent-length:");

    if (strncmp(r->head, "HTTP/1.1 200", 12) != 0)
        return -1;
    r->kind = length ? BODY_LENGTH : BODY_CHUNKED;
    r->left = length ? strtoull(length + 17, NULL, 10) : 0;
    r->in_body = 1;
    return 0;
}

/* Returns how much of the bytes is head, or -1. */
static inline ssize_t read_head(struct response *r, const char *at, size_t len)
{
    size_t room = RESPONSE_HEAD_CAP_BYTES - 1 - r->head_len;
    size_t take = len < room ? len : room, before = r->head_len;
    const char *stop;

    memcpy(r->head + before, at, take);
    r->head_len += take;
    r->head[r->head_len] = '\0';
    stop = memmem(r->head, r->head_len, "\r\n\r\n", 4);
    if (!stop)
        return take == len ? (ssize_t)len : -1;
    r->head_len = (size_t)(stop + 4 - r->head);
    r->head[r->head_len - 2] = '\0';
    if (take_head(r) != 0)
        return -1;
    take = r->head_len - before;
    if (r->kind == BODY_LENGTH && r->left == 0)
        response_done(r);
    return (ssize_t)take;
}

/* Chunk framing is read byte by byte; returns how many bytes, or -1. */
static inline ssize_t read_framing(struct response *r, const char *at, size_t len)
{
    size_t i = 0;

    while (i < len && at[i] != '\n') {
        char low = (char)(at[i] | 0x20);

        if (r->step == CHUNK_SIZE && at[i] >= '0' && at[i] <= '9')
            r->left = r->left * 16 + (uint64_t)(at[i] - '0');
        else if (r->step == CHUNK_SIZE && low >= 'a' && low <= 'f')
            r->left = r->left * 16 + (uint64_t)(low - 'a' + 10);
        else if (at[i] != '\r')
            return -1;
        i++;
    }
    if (i == len)
        return (ssize_t)len;
    if (r->step == CHUNK_SIZE)
        r->step = r->left > 0 ? CHUNK_DATA : CHUNK_LAST;
    else if (r->step == CHUNK_END)
        r->step = CHUNK_SIZE;
    else
        response_done(r);
    return (ssize_t)i + 1;
}

static inline ssize_t read_data(struct response *r, const char *at, size_t len)
{
    size_t take = len < r->left ? len : (size_t)r->left;

    take_body(r, at, take);
    r->left -= take;
    if (r->left > 0)
        return (ssize_t)take;
    if (r->kind == BODY_CHUNKED)
        r->step = CHUNK_END;
    else
        response_done(r);
    return (ssize_t)take;
}

/* Takes what was read; -1: that is no good answer, and the connection is of no more use. */
static inline int response_take(struct response *r, const char *at, size_t len)
{
    while (len > 0) {
        ssize_t used;

        if (!r->in_body)
            used = read_head(r, at, len);
        else if (r->kind == BODY_CHUNKED && r->step != CHUNK_DATA)
            used = read_framing(r, at, len);
        else
            used = read_data(r, at, len);
        if (used < 0)
            return -1;
        at += used;
        len -= (size_t)used;
    }
    return 0;
}

#endif
