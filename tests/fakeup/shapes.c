/* Fills in templates: the content, the usage, the model's name and what else an answer computes. */
#include "shapes.h"

#include <time.h>

#define PATTERN_BYTES (26 * 1260)

static const char *const words[] = {" hello", " from",  " the",  " fake",
                                    " up",    "stream", " with", " love"};

void shape_pattern(struct buf *out, uint64_t from, uint64_t len)
{
    static _Thread_local char pattern[PATTERN_BYTES];

    if (!pattern[0]) {
        for (size_t i = 0; i < PATTERN_BYTES; i++)
            pattern[i] = (char)('a' + i % 26);
    }
    while (len > 0) {
        uint64_t start = from % 26;
        uint64_t take = PATTERN_BYTES - start < len ? PATTERN_BYTES - start : len;

        buf_put(out, pattern + start, take);
        from += take;
        len -= take;
    }
}

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void shape_stamp(struct buf *out)
{
    char text[20] = "@0000000000000000000";
    uint64_t ns = clock_ns(CLOCK_MONOTONIC);

    for (size_t i = sizeof(text) - 1; ns > 0; i--, ns /= 10)
        text[i] = (char)('0' + ns % 10);
    buf_put(out, text, sizeof(text));
}

static void put_piece(struct shape *s, struct buf *out)
{
    if (plan_has(s->plan, D_STAMP))
        shape_stamp(out);
    if (s->size >= 0) {
        uint64_t size = (uint64_t)s->size, n = (uint64_t)s->events, at = (uint64_t)s->at;
        uint64_t each = size / n, rest = size % n;
        uint64_t from = each * at + (at < rest ? at : rest);

        shape_pattern(out, from, each + (at < rest ? 1 : 0));
    } else if (s->at == 0) {
        buf_puts(out, "Hello");
    } else {
        buf_puts(out, words[s->at % 8]);
    }
}

/* Stamps and words as the pieces would have them, all in one. */
static void put_full(struct shape *s, struct buf *out)
{
    if (s->size >= 0) {
        if (plan_has(s->plan, D_STAMP))
            shape_stamp(out);
        shape_pattern(out, 0, (uint64_t)s->size);
        return;
    }
    for (s->at = 0; s->at < s->events; s->at++)
        put_piece(s, out);
}

static void put_model(struct shape *s, struct buf *out)
{
    buf_put(out, s->model.ptr, s->model.len);
}

static void put_prompt(struct shape *s, struct buf *out)
{
    buf_u64(out, (uint64_t)s->prompt);
}

static void put_completion(struct shape *s, struct buf *out)
{
    buf_u64(out, (uint64_t)s->completion);
}

static void put_sum(struct shape *s, struct buf *out)
{
    buf_u64(out, (uint64_t)(s->prompt + s->completion));
}

static int usage_is(const struct shape *s, enum plan_usage usage)
{
    return s->plan->value[D_USAGE] == (int64_t)usage;
}

static void put_usage(struct shape *s, struct buf *out)
{
    if (s->family->usage && !usage_is(s, USAGE_NONE))
        shape_expand(s, out, s->family->usage);
}

static void put_usage_open(struct shape *s, struct buf *out)
{
    if (s->family->usage_open && !usage_is(s, USAGE_NONE))
        shape_expand(s, out, s->family->usage_open);
}

static void put_usage_with_content(struct shape *s, struct buf *out)
{
    if (usage_is(s, USAGE_CONTENT) && s->at + 1 == s->events)
        put_usage(s, out);
}

static void put_sequence(struct shape *s, struct buf *out)
{
    buf_u64(out, s->sequence++);
}

static void put_code(struct shape *s, struct buf *out)
{
    buf_u64(out, (uint64_t)s->code);
}

static void put_message(struct shape *s, struct buf *out)
{
    buf_puts(out, s->message);
}

static void put_error_type(struct shape *s, struct buf *out)
{
    static const struct {
        int code;
        const char *type[SKIN_COUNT];
    } types[] = {
        {400, {"invalid_request_error", "invalid_request", "", "invalid_request_error"}},
        {401, {"authentication_error", "authentication", "", "authentication_error"}},
        {402, {"payment_required", "payment_required", "", "billing_error"}},
        {403, {"permission_error", "permission_denied", "", "permission_error"}},
        {404, {"not_found_error", "not_found", "", "not_found_error"}},
        {408, {"api_error", "timeout", "", "timeout_error"}},
        {429, {"rate_limit_error", "rate_limit_exceeded", "", "rate_limit_error"}},
        {502, {"api_error", "provider_unavailable", "", "api_error"}},
        {503, {"api_error", "provider_overloaded", "", "overloaded_error"}},
        {529, {"api_error", "provider_overloaded", "", "overloaded_error"}},
    };

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (types[i].code == s->code) {
            buf_puts(out, types[i].type[s->skin]);
            return;
        }
    }
    buf_puts(out, s->skin == SKIN_OPENROUTER ? "server" : "api_error");
}

static uint64_t resets_at_s(const struct shape *s)
{
    return clock_ns(CLOCK_REALTIME) / 1000000000u + (uint64_t)plan_get(s->plan, D_RESETS_IN, 3600);
}

static void put_resets_at(struct shape *s, struct buf *out)
{
    time_t when = (time_t)resets_at_s(s);
    struct tm utc;
    char text[32];

    gmtime_r(&when, &utc);
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
    buf_puts(out, text);
}

static void put_resets_at_ms(struct shape *s, struct buf *out)
{
    buf_u64(out, resets_at_s(s) * 1000);
}

static void put_used(struct shape *s, struct buf *out)
{
    uint64_t percent = (uint64_t)plan_get(s->plan, D_USED, 25);

    buf_printf(out, "%u.%02u", (unsigned)(percent / 100), (unsigned)(percent % 100));
}

static void put_left(struct shape *s, struct buf *out)
{
    int64_t percent = plan_get(s->plan, D_USED, 25);

    buf_printf(out, "%d", (int)(percent > 100 ? 0 : 100 - percent));
}

static void put_percent(struct shape *s, struct buf *out)
{
    buf_u64(out, (uint64_t)plan_get(s->plan, D_USED, 25));
}

#define VECTOR "0.5,-0.25,0.125,1,0,-1,0.75,0.0625"
/* The same eight numbers as little-endian floats. */
#define VECTOR_BASE64 "AAAAPwAAgL4AAAA+AACAPwAAAAAAAIC/AABAPwAAgD0="

static void put_embeddings(struct shape *s, struct buf *out)
{
    for (int i = 0; i < s->inputs; i++)
        buf_printf(out, "%s{\"object\":\"embedding\",\"index\":%d,\"embedding\":%s}", i ? "," : "",
                   i, s->base64 ? "\"" VECTOR_BASE64 "\"" : "[" VECTOR "]");
}

static void put_vectors(struct shape *s, struct buf *out)
{
    for (int i = 0; i < s->inputs; i++)
        buf_puts(out, i ? ",[" VECTOR "]" : "[" VECTOR "]");
}

static void (*const letters[26])(struct shape *s, struct buf *out) = {
    ['A' - 'A'] = put_percent,    ['B' - 'A'] = put_left,
    ['C' - 'A'] = put_completion, ['D' - 'A'] = put_embeddings,
    ['E' - 'A'] = put_code,       ['F' - 'A'] = put_full,
    ['G' - 'A'] = put_message,    ['K' - 'A'] = put_resets_at_ms,
    ['M' - 'A'] = put_model,      ['N' - 'A'] = put_sequence,
    ['O' - 'A'] = put_usage_open, ['P' - 'A'] = put_prompt,
    ['Q' - 'A'] = put_used,       ['R' - 'A'] = put_resets_at,
    ['S' - 'A'] = put_sum,        ['T' - 'A'] = put_error_type,
    ['U' - 'A'] = put_usage,      ['V' - 'A'] = put_usage_with_content,
    ['W' - 'A'] = put_vectors,    ['X' - 'A'] = put_piece,
};

void shape_expand(struct shape *s, struct buf *out, const char *text)
{
    shape_expand_part(s, out, text, strlen(text));
}

void shape_expand_part(struct shape *s, struct buf *out, const char *text, size_t len)
{
    const char *end = text + len;

    while (text < end) {
        const char *mark = memchr(text, '$', (size_t)(end - text));

        if (!mark) {
            buf_put(out, text, (size_t)(end - text));
            return;
        }
        buf_put(out, text, (size_t)(mark - text));
        letters[mark[1] - 'A'](s, out);
        text = mark + 2;
    }
}

void shape_event(struct shape *s, struct buf *out, const struct event *e)
{
    const char *line_end = plan_has(s->plan, D_CRLF) ? "\r\n" : "\n";

    if (s->family->sse) {
        if (e->name) {
            buf_puts(out, "event: ");
            buf_puts(out, e->name);
            buf_puts(out, line_end);
        }
        buf_puts(out, "data: ");
    }
    shape_expand(s, out, e->data);
    buf_puts(out, line_end);
    if (s->family->sse)
        buf_puts(out, line_end);
}

void shape_error(struct shape *s, struct buf *out, int status, const char *message)
{
    static const char *const skins[SKIN_COUNT] = {
        [SKIN_OPENAI] = "{\"error\":{\"message\":\"$G\",\"type\":\"$T\",\"param\":null,"
                        "\"code\":null}}",
        [SKIN_OPENROUTER] = "{\"error\":{\"code\":$E,\"message\":\"$G\","
                            "\"metadata\":{\"error_type\":\"$T\"}}}",
        [SKIN_OLLAMA] = "{\"error\":\"$G\"}",
        [SKIN_ANTHROPIC] = "{\"type\":\"error\",\"error\":{\"type\":\"$T\","
                           "\"message\":\"$G\"}}",
    };

    s->code = status;
    s->message = message;
    shape_expand(s, out, skins[s->skin]);
}
