/* Feeds the stream splitter any bytes, whole and in slices: the same events, and every byte once.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "proxy/sse.h"
#include "proxy/usage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A hash over the events with data or a name, and how far the raw bytes have come. */
struct trace {
    const char *input;
    size_t len, at;
    uint64_t hash;
};

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void mix(struct trace *t, const void *data, size_t len)
{
    const unsigned char *p = data;

    for (size_t i = 0; i < len; i++)
        t->hash = (t->hash ^ p[i]) * 0x100000001b3u;
    t->hash = (t->hash ^ len) * 0x100000001b3u;
}

static void trace_event(void *arg, const struct sse_event *e)
{
    struct trace *t = arg;
    struct usage usage = {-1, -1};
    struct usage_found found;

    check(e->raw_len > 0 && e->raw_len <= t->len - t->at);
    check(memcmp(e->raw, t->input + t->at, e->raw_len) == 0);
    t->at += e->raw_len;
    check(e->data_len <= e->raw_len && e->name_len <= e->raw_len);
    check(!e->comment || (e->data_len == 0 && e->name_len == 0));
    if (e->data_len > 0 || e->name_len > 0) {
        mix(t, e->data, e->data_len);
        mix(t, e->name, e->name_len);
    }
    usage_scan_event(e->data, e->data_len, &usage, &found);
}

static void split(struct trace *t, enum sse_framing framing, size_t cap, size_t step)
{
    struct sse s;

    sse_init(&s, framing, cap, trace_event, t);
    for (size_t from = 0; from < t->len;) {
        size_t n = step == 0 || t->len - from < step ? t->len - from : step;
        char *slice = mem_alloc(n);

        memcpy(slice, t->input + from, n);
        sse_feed(&s, slice, n);
        free(slice);
        from += n;
    }
    sse_finish(&s);
    check(t->at == t->len);
    sse_done(&s);
}

/* The first byte chooses the framing; with the small cap only the raw bytes are compared, for a
 * line end that is cut in two may make an event a byte longer or shorter. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum sse_framing framing;
    struct trace first, again;

    if (size == 0)
        return 0;
    framing = data[0] & 1 ? SSE_LINES : SSE_EVENTS;
    first = (struct trace){.input = (const char *)data + 1, .len = size - 1};
    split(&first, framing, size, 0);
    for (size_t step = 1; step < 12; step += step < 4 ? 1 : 7) {
        again = (struct trace){.input = (const char *)data + 1, .len = size - 1};
        split(&again, framing, size, step);
        check(again.hash == first.hash);
        again = (struct trace){.input = (const char *)data + 1, .len = size - 1};
        split(&again, framing, 16, step);
    }
    return 0;
}
