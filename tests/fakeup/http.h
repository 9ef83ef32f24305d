/* Reads HTTP/1.1 requests out of a connection's input buffer, where they stay until answered. */
#ifndef FAKEUP_HTTP_H
#define FAKEUP_HTTP_H

#include "buf.h"

#define HTTP_HEAD_CAP_BYTES (1u << 20)
#define HTTP_KEEP_CAP_BYTES (64u << 20) /* a body beyond this is counted, not kept */

/* Offsets, not pointers: the input buffer moves while a body grows. */
struct part {
    uint32_t off;
    uint32_t len;
};

struct request {
    struct part method;
    struct part path; /* without the query */
    struct part query;
    struct part key;
    uint32_t head_len;
    int keep_alive;
    int http10;
    int expect_continue;
    int chunked;
    int64_t left; /* of the body or of the current chunk */
    int chunk_step;
    size_t raw;      /* where the next body byte as sent stands in the buffer */
    size_t body_len; /* kept, from head_len on */
    uint64_t body_total;
};

/* 1: the head is complete, 0: more is needed, -1: not a request. */
int http_parse_head(struct request *r, const struct buf *in);
/* 1: the body is complete, 0: more is needed, -1: broken chunks. */
int http_take_body(struct request *r, struct buf *in);

static inline struct span http_span(const struct buf *in, struct part p)
{
    struct span s = {in->data + p.off, p.len};
    return s;
}

#endif
