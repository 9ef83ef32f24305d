/* When an answer says to come back: Retry-After in all its forms, reset headers, times in the body.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "proxy/classify.h"
#include "json/jscan.h"

static const int64_t second_ms = 1000;
static const int64_t longest_ms = 31 * (int64_t)24 * 3600 * 1000; /* beyond it a value is ignored */

/* ---- forms of a time ---- */

/* "12", "0.35" in units of unit_ms; *rest is what follows. Numbers too large to mean a time fail.
 */
static bool parse_number(const char *text, int64_t unit_ms, int64_t *ms, const char **rest)
{
    static const int64_t largest_ms = (int64_t)1 << 43; /* since the epoch: in the year 2248 */
    const char *p = text;
    int64_t whole = 0, fraction = 0, scale = 1;

    for (; *p >= '0' && *p <= '9'; p++)
        if ((whole = whole * 10 + (*p - '0')) > largest_ms / unit_ms)
            return false;
    if (p == text)
        return false;
    if (*p == '.')
        for (p++; *p >= '0' && *p <= '9'; p++)
            if (scale < 1000000) {
                fraction = fraction * 10 + (*p - '0');
                scale *= 10;
            }
    *ms = whole * unit_ms + fraction * unit_ms / scale;
    *rest = p;
    return true;
}

static bool parse_ms(const char *text, int64_t now_ms, int64_t *at)
{
    const char *rest;
    int64_t ms;

    if (!parse_number(text, 1, &ms, &rest) || *rest != '\0')
        return false;
    *at = now_ms + ms;
    return true;
}

/* "6m0s", "1h2m3.5s", "350ms"; a number alone is seconds. */
static bool parse_duration(const char *text, int64_t now_ms, int64_t *at)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = {
        {"ms", 1}, {"s", 1000}, {"m", 60 * 1000}, {"h", 3600 * 1000}, {"d", 24 * 3600 * 1000},
        {"", 1000}};
    int64_t ms;

    *at = now_ms;
    do {
        const char *unit;
        size_t len, i = 0;

        if (!parse_number(text, 1, &ms, &unit))
            return false;
        len = strspn(unit, "abcdefghijklmnopqrstuvwxyz");
        while (i < ARRAY_LEN(units) &&
               (strlen(units[i].name) != len || strncmp(unit, units[i].name, len) != 0))
            i++;
        if (i == ARRAY_LEN(units) || !parse_number(text, units[i].ms, &ms, &unit))
            return false;
        *at += ms;
        text = unit + len;
    } while (*text != '\0');
    return true;
}

/* Retry-After of RFC 9110 10.2.3, and decimals, which are seen too. */
static bool parse_seconds_or_date(const char *text, int64_t now_ms, int64_t *at)
{
    return parse_duration(text, now_ms, at) || clock_parse_http_date(text, at) ||
           clock_parse_iso(text, at);
}

/* Seconds or milliseconds since the epoch, told apart by their size; small ones are seconds from
 * now. */
static bool parse_epoch(const char *text, int64_t now_ms, int64_t *at)
{
    static const int64_t least_epoch_s = 1000000000, least_epoch_ms = 100000000000;
    const char *rest;
    int64_t number;

    if (!parse_number(text, 1, &number, &rest) || *rest != '\0')
        return parse_seconds_or_date(text, now_ms, at);
    if (number >= least_epoch_ms)
        *at = number;
    else if (number >= least_epoch_s)
        *at = number * second_ms;
    else
        return parse_duration(text, now_ms, at);
    return true;
}

/* ---- places where it stands ---- */

typedef bool parse_fn(const char *text, int64_t now_ms, int64_t *at);

/* The order is that of trust. A header that says when a limit is reset counts only if the one
 * beside it does not say that something remains: then this limit is not the one that was hit. */
static const struct header_source {
    const char *name, *remaining;
    parse_fn *parse;
} header_sources[] = {
    {"retry-after-ms", NULL, parse_ms},
    {"x-ms-retry-after-ms", NULL, parse_ms},
    {"retry-after", NULL, parse_seconds_or_date},
    {"x-ratelimit-reset-requests", "x-ratelimit-remaining-requests", parse_epoch},
    {"x-ratelimit-reset-tokens", "x-ratelimit-remaining-tokens", parse_epoch},
    {"x-ratelimit-reset", "x-ratelimit-remaining", parse_epoch},
    {"anthropic-ratelimit-unified-reset", NULL, parse_epoch},
    {"anthropic-ratelimit-requests-reset", "anthropic-ratelimit-requests-remaining", parse_epoch},
    {"anthropic-ratelimit-tokens-reset", "anthropic-ratelimit-tokens-remaining", parse_epoch},
    {"anthropic-ratelimit-input-tokens-reset", "anthropic-ratelimit-input-tokens-remaining",
     parse_epoch},
    {"anthropic-ratelimit-output-tokens-reset", "anthropic-ratelimit-output-tokens-remaining",
     parse_epoch},
};

static const struct body_source {
    const char *path;
    parse_fn *parse;
} body_sources[] = {
    {"error.metadata.resets_at", parse_epoch},
    {"error.availability.retry_after", parse_seconds_or_date},
};

enum { VALUE_BYTES = 48 };

/* Values found in the body; "" when not there. OpenRouter repeats its headers in error.metadata. */
struct body_values {
    char sources[ARRAY_LEN(body_sources)][VALUE_BYTES];
    char headers[ARRAY_LEN(header_sources)][VALUE_BYTES];
};

static void gather_value(void *arg, const struct jscan_value *v)
{
    struct body_values *b = arg;

    if ((v->type != JSCAN_STRING && v->type != JSCAN_NUMBER) || v->text_len >= VALUE_BYTES)
        return;
    for (size_t i = 0; i < ARRAY_LEN(body_sources); i++)
        if (jscan_path_is(v, body_sources[i].path))
            snprintf(b->sources[i], VALUE_BYTES, "%s", v->text);
    if (v->depth != 4 || strcmp(v->path[0], "error") != 0 || strcmp(v->path[1], "metadata") != 0 ||
        strcmp(v->path[2], "headers") != 0)
        return;
    for (size_t i = 0; i < ARRAY_LEN(header_sources); i++)
        if (strcasecmp(v->path[3], header_sources[i].name) == 0)
            snprintf(b->headers[i], VALUE_BYTES, "%s", v->text);
}

/* A time that has passed is now: clocks differ. */
static bool accept(parse_fn *parse, const char *text, int64_t now_ms, int64_t *at)
{
    text += strspn(text, " \t");
    if (!parse(text, now_ms, at) || *at > now_ms + longest_ms || *at < now_ms - longest_ms)
        return false;
    if (*at < now_ms)
        *at = now_ms;
    return true;
}

static const char *get_header(const struct answer *a, const char *name)
{
    return name != NULL && a->header != NULL ? a->header(a->header_arg, name) : NULL;
}

static bool accept_header(const struct answer *a, const struct header_source *source, int64_t *at)
{
    const char *text = get_header(a, source->remaining);

    if (text != NULL && strspn(text, "0. ") != strlen(text))
        return false;
    text = get_header(a, source->name);
    return text != NULL && accept(source->parse, text, a->now_ms, at);
}

const char *classify_json(const struct answer *a)
{
    return a->body_len > 0 ? memchr(a->body, '{', a->body_len) : NULL;
}

static bool accept_body(const struct answer *a, int64_t *at)
{
    const char *json = classify_json(a);
    struct body_values body = {0};
    struct jscan scan;

    if (json == NULL)
        return false;
    jscan_init(&scan, JSCAN_PATH_LEVELS, gather_value, &body);
    jscan_feed(&scan, json, (size_t)(a->body + a->body_len - json));
    for (size_t i = 0; i < ARRAY_LEN(body_sources); i++)
        if (accept(body_sources[i].parse, body.sources[i], a->now_ms, at))
            return true;
    for (size_t i = 0; i < ARRAY_LEN(header_sources); i++)
        if (accept(header_sources[i].parse, body.headers[i], a->now_ms, at))
            return true;
    return false;
}

int64_t classify_retry_at(const struct answer *a)
{
    int64_t at;

    for (size_t i = 0; i < ARRAY_LEN(header_sources); i++)
        if (accept_header(a, &header_sources[i], &at))
            return at;
    return accept_body(a, &at) ? at : 0;
}
