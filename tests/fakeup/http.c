/* A small HTTP/1.1 request parser: the head at once, the body as it comes, chunked or not. */
#include "http.h"

#include <stdlib.h>
#include <strings.h>

enum { CHUNK_SIZE, CHUNK_DATA, CHUNK_DATA_END, CHUNK_TRAILER };

static int span_has(struct span s, const char *word)
{
    size_t len = strlen(word);

    for (size_t i = 0; i + len <= s.len; i++) {
        if (strncasecmp(s.ptr + i, word, len) == 0)
            return 1;
    }
    return 0;
}

static int64_t parse_decimal(struct span s)
{
    int64_t n = 0;

    if (s.len == 0 || s.len > 18)
        return -1;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return -1;
        n = n * 10 + (s.ptr[i] - '0');
    }
    return n;
}

static int take_authorization(struct request *r, struct span v, uint32_t off)
{
    if (v.len > 7 && strncasecmp(v.ptr, "Bearer ", 7) == 0)
        r->key = (struct part){off + 7, (uint32_t)v.len - 7};
    return 0;
}

static int take_api_key(struct request *r, struct span v, uint32_t off)
{
    if (r->key.len == 0)
        r->key = (struct part){off, (uint32_t)v.len};
    return 0;
}

static int take_length(struct request *r, struct span v, uint32_t off)
{
    (void)off;
    r->left = parse_decimal(v);
    return r->left < 0 ? -1 : 0;
}

static int take_encoding(struct request *r, struct span v, uint32_t off)
{
    (void)off;
    r->chunked = span_has(v, "chunked");
    return 0;
}

static int take_connection(struct request *r, struct span v, uint32_t off)
{
    (void)off;
    if (span_has(v, "close"))
        r->keep_alive = 0;
    else if (span_has(v, "keep-alive"))
        r->keep_alive = 1;
    return 0;
}

static int take_expect(struct request *r, struct span v, uint32_t off)
{
    (void)off;
    r->expect_continue = span_has(v, "100-continue");
    return 0;
}

static const struct {
    const char *name;
    size_t len;
    int (*take)(struct request *r, struct span v, uint32_t off);
} headers[] = {
    {"authorization", 13, take_authorization}, {"x-api-key", 9, take_api_key},
    {"content-length", 14, take_length},       {"transfer-encoding", 17, take_encoding},
    {"connection", 10, take_connection},       {"expect", 6, take_expect},
};

static int parse_header_line(struct request *r, const char *base, const char *line, const char *end)
{
    const char *colon = memchr(line, ':', (size_t)(end - line));
    const char *value;
    struct span v;

    if (!colon)
        return -1;
    for (value = colon + 1; value < end && (*value == ' ' || *value == '\t'); value++)
        ;
    while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    v = (struct span){value, (size_t)(end - value)};
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        if ((size_t)(colon - line) == headers[i].len &&
            strncasecmp(line, headers[i].name, headers[i].len) == 0)
            return headers[i].take(r, v, (uint32_t)(value - base));
    }
    return 0;
}

static int parse_request_line(struct request *r, const char *base, const char *end)
{
    const char *target = memchr(base, ' ', (size_t)(end - base));
    const char *version, *query;

    if (!target || target == base)
        return -1;
    target++;
    version = memchr(target, ' ', (size_t)(end - target));
    if (!version || end - version != 9 || memcmp(version, " HTTP/1.", 8) != 0 || *target != '/')
        return -1;
    query = memchr(target, '?', (size_t)(version - target));
    r->method = (struct part){0, (uint32_t)(target - base - 1)};
    r->path =
        (struct part){(uint32_t)(target - base), (uint32_t)((query ? query : version) - target)};
    if (query)
        r->query = (struct part){(uint32_t)(query + 1 - base), (uint32_t)(version - query - 1)};
    r->http10 = version[8] == '0';
    r->keep_alive = !r->http10;
    return 0;
}

int http_parse_head(struct request *r, const struct buf *in)
{
    const char *base = in->data;
    const char *stop = in->len >= 4 ? memmem(base, in->len, "\r\n\r\n", 4) : NULL;
    const char *line, *end;

    if (!stop)
        return in->len > HTTP_HEAD_CAP_BYTES ? -1 : 0;
    memset(r, 0, sizeof(*r));
    end = memmem(base, in->len, "\r\n", 2);
    if (parse_request_line(r, base, end) != 0)
        return -1;
    while (end < stop) {
        line = end + 2;
        end = memmem(line, (size_t)(stop + 2 - line), "\r\n", 2);
        if (parse_header_line(r, base, line, end) != 0)
            return -1;
    }
    if (r->chunked)
        r->left = 0;
    r->head_len = (uint32_t)(stop + 4 - base);
    r->raw = r->head_len;
    return 1;
}

/* Moves up to `left` bytes of body from where they were read to the end of what is kept. */
static void take_bytes(struct request *r, struct buf *in)
{
    size_t have = in->len - r->raw;
    size_t take = (int64_t)have < r->left ? have : (size_t)r->left;
    size_t keep = r->body_len >= HTTP_KEEP_CAP_BYTES ? 0 : take;
    size_t to = r->head_len + r->body_len;

    if (keep > 0 && to != r->raw)
        memmove(in->data + to, in->data + r->raw, keep);
    r->body_len += keep;
    r->body_total += take;
    r->left -= (int64_t)take;
    r->raw += take;
}

/* One line of chunk framing; 0 if it is not there yet. */
static int take_chunk_line(struct request *r, const struct buf *in, struct span *line)
{
    const char *at = in->data + r->raw;
    const char *end = memmem(at, in->len - r->raw, "\r\n", 2);

    if (!end)
        return in->len - r->raw > 4096 ? -1 : 0;
    *line = (struct span){at, (size_t)(end - at)};
    r->raw += line->len + 2;
    return 1;
}

static int take_chunk_step(struct request *r, const struct buf *in)
{
    struct span line = {NULL, 0};
    int got = take_chunk_line(r, in, &line);
    char *end;

    if (got <= 0)
        return got;
    if (r->chunk_step == CHUNK_SIZE) {
        /* strtoll stops at the CR LF that is known to be there. */
        r->left = strtoll(line.ptr, &end, 16);
        if (end == line.ptr || r->left < 0)
            return -1;
        r->chunk_step = r->left > 0 ? CHUNK_DATA : CHUNK_TRAILER;
    } else if (r->chunk_step == CHUNK_DATA_END) {
        if (line.len != 0)
            return -1;
        r->chunk_step = CHUNK_SIZE;
    } else if (line.len == 0) {
        return 2;
    }
    return 1;
}

static int take_chunks(struct request *r, struct buf *in)
{
    for (;;) {
        int got;

        if (r->chunk_step == CHUNK_DATA) {
            take_bytes(r, in);
            if (r->left > 0)
                return 0;
            r->chunk_step = CHUNK_DATA_END;
        }
        got = take_chunk_step(r, in);
        if (got != 1)
            return got == 2 ? 1 : got;
    }
}

int http_take_body(struct request *r, struct buf *in)
{
    size_t kept_end, rest;
    int done;

    if (r->chunked) {
        done = take_chunks(r, in);
    } else {
        take_bytes(r, in);
        done = r->left == 0;
    }
    /* Close the gap that chunk framing or a dropped body leaves, so that the buffer stays small. */
    kept_end = r->head_len + r->body_len;
    rest = in->len - r->raw;
    if (kept_end < r->raw) {
        memmove(in->data + kept_end, in->data + r->raw, rest);
        r->raw = kept_end;
        in->len = kept_end + rest;
    }
    return done;
}
