/* Splits a streamed answer into events, however its bytes are cut. */
#include "proxy/sse.h"

#include <string.h>

#include "base/find.h"

/* Where in the slice the next line ends. Each kind of line end is searched for again only once it
 * was passed, so that a slice with one kind alone is still walked once. */
struct line_ends {
    const char *end, *lf, *cr; /* lf, cr: the next one, or end */
};

void sse_init(struct sse *s, enum sse_framing framing, size_t cap_bytes, sse_fn *fn, void *arg)
{
    *s = (struct sse){.framing = framing, .fn = fn, .arg = arg};
    buf_init(&s->pending, cap_bytes);
    buf_init(&s->joined, cap_bytes);
}

void sse_done(struct sse *s)
{
    buf_done(&s->pending);
    buf_done(&s->joined);
}

/* ---- reading one event ---- */

/* The next line of [p, end) without its end; p moves behind it. */
static size_t line_take(const char **p, const char *end, const char **line)
{
    const char *q = *p;

    *line = q;
    while (q < end && *q != '\n' && *q != '\r')
        q++;
    *p = q;
    if (q < end)
        *p = q + (*q == '\r' && q + 1 < end && q[1] == '\n' ? 2 : 1);
    return (size_t)(q - *line);
}

/* True when the line is this field; its value is what follows the colon and one blank. */
static bool field_is(const char *line, size_t len, const char *name, const char **value,
                     size_t *value_len)
{
    size_t name_len = strlen(name);

    if (len < name_len || memcmp(line, name, name_len) != 0)
        return false;
    *value = line + name_len;
    *value_len = len - name_len;
    if (*value_len == 0)
        return true;
    if (**value != ':')
        return false;
    ++*value;
    --*value_len;
    if (*value_len > 0 && **value == ' ') {
        ++*value;
        --*value_len;
    }
    return true;
}

static void data_add(struct sse *s, struct sse_event *e, unsigned lines, const char *value,
                     size_t len)
{
    if (lines == 0) {
        e->data = value;
        e->data_len = len;
        return;
    }
    /* Cannot overflow: the data is shorter than raw, which is not above the cap. */
    if (lines == 1) {
        buf_clear(&s->joined);
        buf_add(&s->joined, e->data, e->data_len);
    }
    buf_addc(&s->joined, '\n');
    buf_add(&s->joined, value, len);
    e->data = s->joined.data;
    e->data_len = s->joined.len;
}

static void read_fields(struct sse *s, struct sse_event *e)
{
    static const char bom[] = "\xEF\xBB\xBF";
    const char *p = e->raw, *end = e->raw + e->raw_len, *line, *value;
    size_t len, value_len;
    unsigned lines = 0;

    if (!s->started && e->raw_len >= 3 && memcmp(p, bom, 3) == 0)
        p += 3;
    e->comment = true;
    while (p < end) {
        len = line_take(&p, end, &line);
        if (len == 0 || *line == ':')
            continue;
        e->comment = false;
        if (field_is(line, len, "data", &value, &value_len)) {
            data_add(s, e, lines++, value, value_len);
        } else if (field_is(line, len, "event", &value, &value_len)) {
            e->name = value;
            e->name_len = value_len;
        }
    }
}

static void read_line(struct sse_event *e)
{
    e->data = e->raw;
    e->data_len = e->raw_len;
    if (e->data_len > 0 && e->data[e->data_len - 1] == '\n')
        e->data_len--;
    if (e->data_len > 0 && e->data[e->data_len - 1] == '\r')
        e->data_len--;
    e->comment = e->data_len == 0;
}

/* ---- cutting the stream ---- */

static void hand_on(struct sse *s, const char *raw, size_t len, bool whole)
{
    struct sse_event e = {.raw = raw, .raw_len = len, .data = "", .name = ""};

    if (len == 0)
        return;
    if (whole && s->framing == SSE_EVENTS)
        read_fields(s, &e);
    else if (whole)
        read_line(&e);
    s->started = true;
    s->fn(s->arg, &e);
}

/* Takes [from, to), which ends an event or, with more to come, the slice. */
static void take(struct sse *s, const char *from, const char *to, bool ends)
{
    size_t len = (size_t)(to - from);

    if (!s->oversize && s->pending.len + len > s->pending.cap_bytes) {
        hand_on(s, s->pending.data, s->pending.len, false);
        buf_clear(&s->pending);
        s->oversize = true;
    }
    if (s->oversize) {
        hand_on(s, from, len, false);
        s->oversize = !ends;
    } else if (!ends) {
        buf_add(&s->pending, from, len);
    } else if (s->pending.len == 0) {
        hand_on(s, from, len, true);
    } else {
        buf_add(&s->pending, from, len);
        hand_on(s, s->pending.data, s->pending.len, true);
        buf_clear(&s->pending);
    }
}

static const char *find_byte(const char *p, const char *end, char c)
{
    const char *hit = memchr(p, c, (size_t)(end - p));

    return hit ? hit : end;
}

static const char *next_line_end(struct line_ends *ends, const char *p)
{
    if (ends->lf < p)
        ends->lf = find_byte(p, ends->end, '\n');
    if (ends->cr < p)
        ends->cr = find_byte(p, ends->end, '\r');
    return ends->lf < ends->cr ? ends->lf : ends->cr;
}

static void feed_events(struct sse *s, const char *p, const char *end)
{
    struct line_ends ends = {
        .end = end, .lf = find_byte(p, end, '\n'), .cr = find_byte(p, end, '\r')};
    const char *event = p;

    if (s->after_cr && *p == '\n') {
        p++;
        if (s->pending.len == 0 && !s->oversize) { /* it ends the event that was handed on */
            s->fn(s->arg, &(struct sse_event){.raw = event,
                                              .raw_len = 1,
                                              .data = "",
                                              .name = "",
                                              .comment = true,
                                              .tail = true});
            event = p;
        }
    }
    s->after_cr = false;
    while (p < end) {
        const char *stop = next_line_end(&ends, p);
        bool blank = stop == p && !s->in_line;

        s->in_line = stop == end;
        if (stop == end)
            break;
        p = stop + 1;
        if (*stop == '\r' && p < end && *p == '\n')
            p++;
        else if (*stop == '\r' && p == end)
            s->after_cr = true;
        if (blank) {
            take(s, event, p, true);
            event = p;
        }
    }
    if (event < end)
        take(s, event, end, false);
}

static void feed_lines(struct sse *s, const char *p, const char *end)
{
    while (p < end) {
        const char *lf = memchr(p, '\n', (size_t)(end - p));

        take(s, p, lf ? lf + 1 : end, lf != NULL);
        p = lf ? lf + 1 : end;
    }
}

void sse_feed(struct sse *s, const char *data, size_t len)
{
    if (len == 0)
        return;
    if (s->framing == SSE_EVENTS)
        feed_events(s, data, data + len);
    else
        feed_lines(s, data, data + len);
}

/* Only the commonest form of an event's end, LF LF, is looked for: others are just not quiet. */
size_t sse_quiet(const struct sse *s, const char *data, size_t len, const char *const *words)
{
    const char *p = data + len;

    if (s->pending.len > 0 || s->oversize || s->in_line || s->after_cr)
        return 0;
    while ((p = memrchr(data, '\n', (size_t)(p - data))) != NULL) {
        if (s->framing == SSE_LINES || (p > data && p[-1] == '\n'))
            break;
    }
    if (p == NULL || find_words(data, (size_t)(p + 1 - data), words))
        return 0;
    return (size_t)(p + 1 - data);
}

size_t sse_rest(const struct sse *s, const char *data, size_t len)
{
    const char *hit;

    if (s->pending.len == 0)
        return len;
    if (s->framing == SSE_LINES)
        hit = memchr(data, '\n', len);
    else
        hit = memmem(data, len, "\n\n", 2);
    if (hit == NULL)
        return len;
    return (size_t)(hit - data) + (s->framing == SSE_LINES ? 1 : 2);
}

void sse_finish(struct sse *s)
{
    if (s->pending.len > 0)
        hand_on(s, s->pending.data, s->pending.len, !s->oversize);
    buf_clear(&s->pending);
    s->oversize = s->in_line = s->after_cr = false;
}
