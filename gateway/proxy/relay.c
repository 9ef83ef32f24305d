/* The answer on its way from the upstream to the client, with back-pressure. */
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "proxy/exchange.h"

/* What ends a stream, by dialect: the data or the name of its last event; and the words that an
 * event must hold for us to look at it, once the stream has begun. */
static const struct {
    const char *data, *names[4], *words[6];
} stream_ends[] = {
    [DIALECT_CHAT] = {.data = "[DONE]", .words = {"[DONE]", "\"usage\"", "\"error\""}},
    [DIALECT_COMPLETION] = {.data = "[DONE]", .words = {"[DONE]", "\"usage\"", "\"error\""}},
    [DIALECT_RESPONSES] = {.data = "[DONE]",
                           .names = {"response.completed", "response.failed",
                                     "response.incomplete"},
                           .words = {"[DONE]", "response.completed", "response.failed",
                                     "response.incomplete", "\"error\""}},
    [DIALECT_MESSAGES] = {.names = {"message_stop"},
                          .words = {"message_stop", "\"usage\"", "\"error\""}},
    [DIALECT_NATIVE] = {.words = {"\"done\":true", "\"done\": true", "\"error\""}},
    [DIALECT_PLAIN] = {.words = {"\"error\""}},
};

static const struct {
    const char *from, *to;
} to_client[] = {
#define TO_UPSTREAM(name)
#define TO_CLIENT(name, new_name) {name, new_name},
#include "proxy/headers.def"
#undef TO_UPSTREAM
#undef TO_CLIENT
};

static bool event_ends_stream(enum route_dialect dialect, const struct sse_event *ev)
{
    const char *data = stream_ends[dialect].data;

    if (data != NULL && ev->data_len == strlen(data) && memcmp(ev->data, data, ev->data_len) == 0)
        return true;
    for (const char *const *name = stream_ends[dialect].names; *name != NULL; name++)
        if (ev->name_len == strlen(*name) && memcmp(ev->name, *name, ev->name_len) == 0)
            return true;
    return false;
}

static void relay_add_header(struct http_answer *a, const char *name, const char *value)
{
    if (a->headers_len < HTTP_HEADERS_MAX)
        a->headers[a->headers_len++] = (struct http_header){name, value};
}

/* Values are copied: the transfer ends before the answer has been sent. */
static void relay_headers(struct exchange *x, struct http_answer *a)
{
    for (size_t i = 0; i < ARRAY_LEN(to_client); i++) {
        const char *value = transfer_header_value(x->transfer, to_client[i].from);

        if (value != NULL)
            relay_add_header(a, to_client[i].to, arena_strndup(&x->arena, value, strlen(value)));
    }
    if (x->cacheable) {
        relay_add_header(a, "X-Cache", "MISS");
        relay_add_header(a, "Cache-Control", "private, no-store");
    }
    if (x->streamed) {
        relay_add_header(a, "Cache-Control", "no-cache");
        relay_add_header(a, "X-Accel-Buffering",
                         "no"); /* nginx in front of us must not hold events */
    }
}

/* libmicrohttpd wants bytes for the client. */
static ssize_t relay_read(void *arg, char *out, size_t max)
{
    struct exchange *x = arg;
    size_t n = chunkq_take(&x->queue, out, max);

    x->bytes_out += n;
    if (x->paused && x->queue.len_bytes <= EXCHANGE_LOW_BYTES && x->transfer != NULL) {
        x->paused = false;
        x->byte_at_ms = x->w->loop.now_ms;
        exchange_set_timer(x);
        transfer_continue(x->transfer);
    }
    if (n > 0)
        return (ssize_t)n;
    if (!x->ended)
        return HTTP_STREAM_WAIT;
    return x->cut ? HTTP_STREAM_CUT : HTTP_STREAM_END;
}

/* From here on the client has the status, and nothing is tried again. */
void exchange_commit(struct exchange *x)
{
    struct http_answer a = {.status = x->status, .read = relay_read, .read_arg = x};

    x->committed = true;
    x->sent_status = x->status;
    relay_headers(x, &a);
    http_send(x->req, &a);
}

/* How an answer that the client gets came to its end. */
static enum err_code relay_end(const struct exchange *x)
{
    const char *const *names = stream_ends[x->req->route->dialect].names;
    bool has_end = stream_ends[x->req->route->dialect].data != NULL || names[0] != NULL ||
                   x->req->route->dialect == DIALECT_NATIVE;

    if (x->broken != ERR_OK)
        return x->broken;
    if (x->error_status != 0)
        return ERR_UPSTREAM_ERROR;
    return x->streamed && has_end && !x->end_seen ? ERR_TRUNCATED : ERR_OK;
}

/* The whole answer is held: it goes with its length, in one piece. */
void exchange_send_whole(struct exchange *x)
{
    struct http_answer a = {.status = x->status, .body_len = x->queue.len_bytes};

    x->ended = true;
    a.body = chunkq_flat(&x->queue);
    if (a.body == NULL && a.body_len > 0) {
        char *flat = arena_alloc(&x->arena, a.body_len);

        chunkq_peek(&x->queue, flat, a.body_len);
        a.body = flat;
    }
    if (x->whole != NULL && x->verdict.effect == EFFECT_SUCCESS) {
        x->whole(x, a.body ? a.body : "", a.body_len);
        return;
    }
    x->committed = true;
    x->end = relay_end(x);
    x->sent_status = x->status;
    x->bytes_out = a.body_len;
    relay_headers(x, &a);
    http_send(x->req, &a);
}

void exchange_fail(struct exchange *x, const struct err *e, int64_t retry_after_s)
{
    x->ended = true;
    x->end = e->code;
    x->sent_status = err_info(e->code)->http_status;
    http_send_error(x->req, e, retry_after_s);
}

/* A stream that cannot go on says so in its own language, and has no [DONE]. */
void exchange_end_stream(struct exchange *x, enum err_code end)
{
    x->ended = true;
    x->end = end;
    if (x->broken != ERR_OK) {
        struct err e;
        struct buf text;

        x->cut = true;
        if (x->streamed) {
            err_set(&e, end, NULL);
            buf_init(&text, 2048);
            buf_adds(&text, x->sse.framing == SSE_EVENTS ? "data: " : "");
            http_error_json(&text, &e);
            buf_adds(&text, x->sse.framing == SSE_EVENTS ? "\n\n" : "\n");
            chunkq_add(&x->queue, text.data, text.len);
            buf_done(&text);
        }
    }
    http_resume(x->req);
}

static void relay_error(struct exchange *x, const struct usage_found *found)
{
    x->error_status =
        found->error_status ? found->error_status : classify_error_status(found->error_code);
    x->failed = !x->committed; /* before that, another key may be tried */
}

/* Comments alone are held, but neither for ever nor however many come. */
static void relay_held(struct exchange *x)
{
    if (x->held_at_ms == 0) {
        x->held_at_ms = x->w->loop.now_ms;
        exchange_set_timer(x);
    }
    if (!x->committed && x->queue.len_bytes > EXCHANGE_HOLD_BYTES)
        exchange_commit(x);
}

/* The first event that is not a comment decides whether the client gets this stream. */
static void relay_event(void *arg, const struct sse_event *ev)
{
    struct exchange *x = arg;
    struct usage_found found = {0};

    if (x->failed || (ev->tail && x->withheld))
        return;
    if (ev->data_len > 0)
        usage_scan_event(ev->data, ev->data_len, &x->usage, &found);
    x->end_seen |= found.done || event_ends_stream(x->req->route->dialect, ev);
    if (!x->event_seen && !ev->comment) {
        x->event_seen = true;
        x->first_us = clock_mono_us();
    }
    if (found.has_error)
        relay_error(x, &found);
    x->withheld = x->usage_hidden && found.has_usage && found.choices_empty;
    if (x->withheld)
        return;
    chunkq_add(&x->queue, ev->raw, ev->raw_len);
    if (!x->event_seen)
        relay_held(x);
    else if (!x->committed && !x->failed)
        exchange_commit(x);
}

/* Once the stream has begun, runs of events that hold nothing for us pass as they are. */
static void relay_stream(struct exchange *x, const char *data, size_t len)
{
    const char *const *words = stream_ends[x->req->route->dialect].words;

    while (len > 0) {
        size_t n = x->committed ? sse_quiet(&x->sse, data, len, words) : 0;

        if (n > 0) {
            chunkq_add(&x->queue, data, n);
        } else {
            n = sse_rest(&x->sse, data, len);
            sse_feed(&x->sse, data, n);
        }
        data += n;
        len -= n;
    }
}

static bool type_is(const char *type, const char *prefix)
{
    return type != NULL && strncasecmp(type, prefix, strlen(prefix)) == 0;
}

static void relay_head(void *arg, int status)
{
    struct exchange *x = arg;
    const char *type = transfer_header_value(x->transfer, "content-type");
    bool events = type_is(type, "text/event-stream"), lines = type_is(type, "application/x-ndjson");

    x->status = status;
    x->byte_at_ms = x->w->loop.now_ms;
    exchange_set_timer(x); /* from the first byte on, silence may be shorter */
    x->streamed = (events || lines) && status >= 200 && status < 300;
    if (x->streamed) {
        sse_init(&x->sse, events ? SSE_EVENTS : SSE_LINES, EXCHANGE_EVENT_BYTES, relay_event, x);
        x->sse_live = true;
    } else {
        usage_scan_init(&x->scan, &x->usage);
    }
}

/* A whole answer, or an error: held until it is all there, or too long to be held. */
static void relay_plain(struct exchange *x, const char *data, size_t len)
{
    bool good = x->status >= 200 && x->status < 300;

    if (x->first_us == 0)
        x->first_us = clock_mono_us();
    usage_scan_feed(&x->scan, data, len);
    chunkq_add(&x->queue, data, len);
    exchange_copy_for_cache(x, data, len);
    if (!good)
        x->failed = x->queue.len_bytes > EXCHANGE_ERROR_BYTES;
    else if (x->whole != NULL)
        x->failed = x->queue.len_bytes > x->whole_cap_bytes;
    else if (!x->committed && x->queue.len_bytes > EXCHANGE_HOLD_BYTES)
        exchange_commit(x);
}

static enum transfer_flow relay_body(void *arg, const char *data, size_t len)
{
    struct exchange *x = arg;

    if (x->committed && x->queue.len_bytes >= EXCHANGE_HIGH_BYTES) {
        x->paused = true;
        return TRANSFER_PAUSE;
    }
    x->byte_at_ms = x->w->loop.now_ms;
    if (x->streamed)
        relay_stream(x, data, len);
    else
        relay_plain(x, data, len);
    if (x->committed)
        http_resume(x->req);
    return x->failed ? TRANSFER_ABORT : TRANSFER_TAKEN;
}

static void relay_done(void *arg, const struct transfer_result *result)
{
    struct exchange *x = arg;
    const struct transfer *was = x->transfer; /* its headers are good until we return */
    bool whole = result->code == ERR_OK || (result->code == ERR_ABORTED && x->failed);

    if (result->code == ERR_OK && x->streamed)
        sse_finish(&x->sse);
    if (whole && !x->streamed && x->status >= 200 && x->status < 300 && x->scan.found.has_error)
        x->error_status = x->scan.found.error_status
                              ? x->scan.found.error_status
                              : classify_error_status(x->scan.found.error_code);
    if (whole)
        exchange_judge(x, x->error_status ? x->error_status : x->status);
    else
        exchange_judge_transport(x, result);
    exchange_keep(x);
    if (x->committed)
        exchange_end_stream(x, relay_end(x));
    else
        exchange_act(x);
    if (x->transfer == was)
        x->transfer = NULL;
}

const struct transfer_ops exchange_relay_ops = {
    .head = relay_head, .body = relay_body, .done = relay_done};
