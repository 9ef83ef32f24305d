/* Produces an answer's bytes step by step: head, whole body or events, each when it is due. */
#include "server.h"

#include <stdio.h>

#define SLICE_BYTES (32u << 10)
#define NS_PER_MS   1000000u

static const char *reason_phrase(int status)
{
    static const struct {
        int status;
        const char *phrase;
    } phrases[] = {
        {200, "OK"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {402, "Payment Required"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {429, "Too Many Requests"},
        {500, "Internal Server Error"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
    };

    for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
        if (phrases[i].status == status)
            return phrases[i].phrase;
    }
    return "Other";
}

/* Body bytes with their framing around. */
static void put_body(struct conn *c, const char *data, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    char size[18];
    size_t at = sizeof(size) - 2;

    if (len == 0)
        return;
    if (c->answer.framing != FRAME_CHUNKED) {
        buf_put(&c->out, data, len);
        return;
    }
    memcpy(size + at, "\r\n", 2);
    for (size_t left = len; left > 0; left >>= 4)
        size[--at] = digits[left & 15];
    buf_put(&c->out, size + at, sizeof(size) - at);
    buf_put(&c->out, data, len);
    buf_put(&c->out, "\r\n", 2);
}

static void put_event(struct conn *c, const struct event *e)
{
    struct buf *scratch = &c->loop->scratch;

    scratch->len = 0;
    shape_event(&c->answer.shape, scratch, e);
    put_body(c, scratch->data, scratch->len);
}

/* The next thing comes `pace` after this one, or at once if that has passed by already. */
static void answer_pace(struct conn *c)
{
    struct answer *a = &c->answer;
    uint64_t pace_ns = (uint64_t)plan_get(c->plan, D_PACE, 0) * NS_PER_MS;

    if (pace_ns == 0)
        return;
    a->due_ns += pace_ns;
    if (a->due_ns < c->loop->now_ns)
        a->due_ns = c->loop->now_ns;
}

static void answer_go(struct answer *a, enum phase phase)
{
    a->phase = phase;
    a->at = 0;
}

static enum step step_start(struct conn *c)
{
    struct answer *a = &c->answer;

    if (c->control) {
        answer_go(a, PHASE_HEAD);
        return STEP_MORE;
    }
    if (c->doomed || (plan_has(c->plan, D_DIEONREUSE) && c->requests > 1))
        return STEP_CLOSE;
    c->doomed = plan_has(c->plan, D_DIEONREUSE);
    if (plan_has(c->plan, D_HANG)) {
        a->due_ns = UINT64_MAX;
        return STEP_WAIT;
    }
    if (c->plan->value[D_RESET] == 0)
        return STEP_RESET;
    counts_status(&c->loop->counts, c->seq, a->status);
    answer_go(a, PHASE_HEAD);
    return STEP_MORE;
}

static void head_framing(struct conn *c)
{
    struct answer *a = &c->answer;
    uint64_t len;

    if (a->framing == FRAME_CHUNKED) {
        buf_puts(&c->out, "Transfer-Encoding: chunked\r\n");
    } else if (a->framing == FRAME_LENGTH) {
        len = a->streaming ? answer_stream_bytes(c) : a->lead.len + a->sized_bytes + a->tail.len;
        buf_puts(&c->out, "Content-Length: ");
        buf_u64(&c->out, len);
        buf_puts(&c->out, "\r\n");
    }
}

static void head_directives(struct conn *c)
{
    const struct plan *p = c->plan;

    if (plan_has(p, D_RETRY_AFTER)) {
        buf_puts(&c->out, "Retry-After: ");
        buf_puts(&c->out, p->retry_after);
        buf_puts(&c->out, "\r\n");
    }
    if (plan_has(p, D_HUGEHEADER)) {
        buf_puts(&c->out, "X-Huge: ");
        shape_pattern(&c->out, 0, (uint64_t)p->value[D_HUGEHEADER]);
        buf_puts(&c->out, "\r\n");
    }
    buf_puts(&c->out, p->headers);
}

static enum step step_head(struct conn *c)
{
    struct answer *a = &c->answer;
    struct buf *out = &c->out;

    if (plan_has(c->plan, D_EARLY))
        buf_puts(out, "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n");
    if (a->status == 200)
        buf_puts(out, "HTTP/1.1 200 OK\r\n");
    else
        buf_printf(out, "HTTP/1.1 %d %s\r\n", a->status, reason_phrase(a->status));
    buf_puts(out, "Content-Type: ");
    buf_puts(out, a->type);
    buf_puts(out, "\r\n");
    if (a->streaming)
        buf_puts(out, "Cache-Control: no-cache\r\n");
    shape_expand(&a->shape, out, a->headers);
    head_directives(c);
    if (a->closes)
        buf_puts(out, "Connection: close\r\n");
    if (!a->bodiless)
        head_framing(c);
    buf_puts(out, "\r\n");
    if (plan_has(c->plan, D_FIRST))
        a->due_ns = c->loop->now_ns + (uint64_t)c->plan->value[D_FIRST] * NS_PER_MS;
    if (a->bodiless)
        return STEP_DONE;
    answer_go(a, a->streaming ? PHASE_COMMENTS : PHASE_LEAD);
    return STEP_MORE;
}

static enum step bad_chunk(struct conn *c)
{
    buf_puts(&c->out, "nonsense\r\n");
    return STEP_CLOSE;
}

static enum step step_lead(struct conn *c)
{
    struct answer *a = &c->answer;

    if (plan_has(c->plan, D_BADCHUNK) && a->sized_bytes == 0) {
        put_body(c, a->lead.data, a->lead.len / 2);
        return bad_chunk(c);
    }
    put_body(c, a->lead.data, a->lead.len);
    answer_go(a, a->sized_bytes > 0 ? PHASE_SIZED : PHASE_TAIL);
    return STEP_MORE;
}

/* A slice of the content; a pace makes as many slices as events were asked for. */
static enum step step_sized(struct conn *c)
{
    struct answer *a = &c->answer;
    struct buf *scratch = &c->loop->scratch;
    uint64_t slice = SLICE_BYTES, left = a->sized_bytes - a->sized_sent;

    if (plan_has(c->plan, D_PACE) && plan_has(c->plan, D_EVENTS))
        slice = (a->sized_bytes + (uint64_t)a->shape.events - 1) / (uint64_t)a->shape.events;
    if (slice > SLICE_BYTES)
        slice = SLICE_BYTES;
    if (slice > left)
        slice = left;
    if (plan_has(c->plan, D_BADCHUNK) && a->sized_sent >= a->sized_bytes / 2)
        return bad_chunk(c);
    scratch->len = 0;
    shape_pattern(scratch, a->sized_sent, slice);
    put_body(c, scratch->data, scratch->len);
    a->sized_sent += slice;
    if (a->sized_sent == a->sized_bytes)
        answer_go(a, PHASE_TAIL);
    else
        answer_pace(c);
    return STEP_MORE;
}

static enum step step_tail(struct conn *c)
{
    put_body(c, c->answer.tail.data, c->answer.tail.len);
    answer_go(&c->answer, PHASE_END);
    return STEP_MORE;
}

static void put_first_error(struct conn *c)
{
    struct shape *s = &c->answer.shape;
    struct buf text = {0};
    struct event e = {NULL, NULL, 0};

    s->code = (int)c->plan->value[D_ERROR200];
    if (s->family->error->name) {
        put_event(c, s->family->error);
        return;
    }
    shape_router_error(s);
    shape_error(s, &text, s->code, "Provider returned error");
    buf_put(&text, "", 1);
    e.data = text.data;
    put_event(c, &e);
    buf_free(&text);
}

static enum step step_comments(struct conn *c)
{
    struct answer *a = &c->answer;
    const char *comment = plan_has(c->plan, D_CRLF) ? ": OPENROUTER PROCESSING\r\n\r\n"
                                                    : ": OPENROUTER PROCESSING\n\n";

    if (a->at < plan_get(c->plan, D_COMMENTS, 0)) {
        put_body(c, comment, strlen(comment));
        a->at++;
        answer_pace(c);
    } else if (plan_has(c->plan, D_EMPTY)) {
        answer_go(a, PHASE_END);
    } else if (plan_has(c->plan, D_ERROR200)) {
        put_first_error(c);
        answer_go(a, PHASE_END);
    } else {
        answer_go(a, a->shape.family->open ? PHASE_OPEN : PHASE_PIECES);
    }
    return STEP_MORE;
}

static enum step step_open(struct conn *c)
{
    struct answer *a = &c->answer;
    const struct event *e = &a->shape.family->open[a->at++];

    if (e->data)
        put_event(c, e);
    else
        answer_go(a, PHASE_PIECES);
    return STEP_MORE;
}

static enum step step_pieces(struct conn *c)
{
    struct answer *a = &c->answer;
    const struct family *f = a->shape.family;

    if (a->at >= a->shape.events / 2) {
        if (plan_has(c->plan, D_BADCHUNK))
            return bad_chunk(c);
        if (plan_has(c->plan, D_MIDERROR)) {
            a->shape.code = 502;
            shape_router_error(&a->shape);
            put_event(c, f->error);
            answer_go(a, PHASE_END);
            return STEP_MORE;
        }
    }
    if (a->at >= a->shape.events) {
        answer_go(a, plan_has(c->plan, D_NODONE) ? PHASE_END : PHASE_CLOSE);
        return STEP_MORE;
    }
    a->shape.at = a->at++;
    put_event(c, f->piece);
    if (a->at < a->shape.events)
        answer_pace(c);
    return STEP_MORE;
}

static int wants_usage_event(const struct conn *c)
{
    if (plan_has(c->plan, D_USAGE))
        return c->plan->value[D_USAGE] == USAGE_LAST;
    return c->answer.wants_usage;
}

static enum step step_close(struct conn *c)
{
    struct answer *a = &c->answer;
    const struct event *e = &a->shape.family->close[a->at++];

    if (!e->data)
        answer_go(a, PHASE_END);
    else if (!(e->flags & EVENT_USAGE) || wants_usage_event(c))
        put_event(c, e);
    return STEP_MORE;
}

static enum step step_end(struct conn *c)
{
    if (c->answer.framing == FRAME_CHUNKED)
        buf_puts(&c->out, "0\r\n\r\n");
    return STEP_DONE;
}

static enum step (*const phases[PHASE_COUNT])(struct conn *c) = {
    [PHASE_START] = step_start, [PHASE_HEAD] = step_head,     [PHASE_LEAD] = step_lead,
    [PHASE_SIZED] = step_sized, [PHASE_TAIL] = step_tail,     [PHASE_COMMENTS] = step_comments,
    [PHASE_OPEN] = step_open,   [PHASE_PIECES] = step_pieces, [PHASE_CLOSE] = step_close,
    [PHASE_END] = step_end,
};

enum step answer_step(struct conn *c)
{
    if (c->answer.due_ns > c->loop->now_ns)
        return STEP_WAIT;
    return phases[c->answer.phase](c);
}

/* What a stream will come to, by producing it once for nothing: every event has a fixed length. */
uint64_t answer_stream_bytes(struct conn *c)
{
    struct answer saved = c->answer;
    struct buf head = c->out;
    uint64_t total = 0;

    memset(&c->out, 0, sizeof(c->out));
    answer_go(&c->answer, PHASE_COMMENTS);
    while (c->answer.phase != PHASE_END) {
        c->out.len = 0;
        phases[c->answer.phase](c);
        total += c->out.len;
    }
    buf_free(&c->out);
    c->out = head;
    c->answer = saved;
    return total;
}
