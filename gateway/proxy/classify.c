/* What an upstream's answer means: reads the table of rules, and works out how long a key rests. */
#include "proxy/classify.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/intl.h"
#include "base/mem.h"
#include "json/jscan.h"

/* What rules may ask for besides the status and the text. */
enum class_field {
    FIELD_NONE,
    FIELD_HTML,         /* the body is a web page, or the answer says it is a challenge */
    FIELD_LIMIT_SOURCE, /* the rest: OpenRouter's typed details */
    FIELD_PROVIDER,
    FIELD_FLAGGED,
    FIELD_PATTERNS,
    FIELD_COUNT
};

static const struct {
    const char *path;
    enum class_field field;
} field_paths[] = {
    {"error.metadata.limit_source", FIELD_LIMIT_SOURCE},
    {"error.metadata.provider_name", FIELD_PROVIDER},
    {"error.metadata.provider_code", FIELD_PROVIDER},
    {"error.metadata.flagged_input", FIELD_FLAGGED},
    {"error.metadata.reasons", FIELD_FLAGGED},
    {"error.metadata.patterns", FIELD_PATTERNS},
};

struct rule {
    const char *name, *provider;
    int first, last;
    const char *text;
    enum class_field field;
    const char *value;
    enum class_scope scope;
    enum class_action action;
    enum class_effect effect;
    enum class_window window;
    bool limit;
    const char *sentence;
};

static const struct rule rules[] = {
#define RULE(name, provider, first, last, text, field, value, scope, action, effect, window,       \
             limit, sentence)                                                                      \
    {name,                                                                                         \
     provider,                                                                                     \
     first,                                                                                        \
     last,                                                                                         \
     text,                                                                                         \
     FIELD_##field,                                                                                \
     value,                                                                                        \
     SCOPE_##scope,                                                                                \
     ACTION_##action,                                                                              \
     EFFECT_##effect,                                                                              \
     WINDOW_##window,                                                                              \
     limit,                                                                                        \
     sentence},
#include "proxy/classify.def"
#undef RULE
};

/* ---- matching ---- */

enum { TEXT_BYTES = 16 * 1024, FIELD_BYTES = 64 };

/* What the rules look at, gathered once. */
struct facts {
    bool gathered;
    char text[TEXT_BYTES]; /* the body in lower case */
    size_t text_len;
    char fields[FIELD_COUNT][FIELD_BYTES]; /* lower case; "" when not there */
};

static void lower(char *to, const char *from, size_t len)
{
    for (size_t i = 0; i < len; i++)
        to[i] = (char)tolower((unsigned char)from[i]);
}

static void gather_field(void *arg, const struct jscan_value *v)
{
    struct facts *f = arg;
    bool list = v->type == JSCAN_ARRAY || v->type == JSCAN_OBJECT;
    size_t len = v->text_len < FIELD_BYTES - 1 ? v->text_len : FIELD_BYTES - 1;

    for (size_t i = 0; i < ARRAY_LEN(field_paths); i++) {
        char *field = f->fields[field_paths[i].field];

        if (!jscan_path_is(v, field_paths[i].path))
            continue;
        if (len > 0) {
            lower(field, v->text, len);
            field[len] = '\0';
        } else if (list && v->children > 0) {
            snprintf(field, FIELD_BYTES, "list");
        }
    }
}

static bool is_html(const struct answer *a, const struct facts *f)
{
    size_t at = 0;

    if (strcasestr(a->content_type, "text/html") != NULL ||
        (a->header != NULL && a->header(a->header_arg, "cf-mitigated") != NULL))
        return true;
    while (at < f->text_len && isspace((unsigned char)f->text[at]))
        at++;
    return f->text_len - at > 5 &&
           (strncmp(f->text + at, "<html", 5) == 0 || strncmp(f->text + at, "<!doc", 5) == 0);
}

static void gather(const struct answer *a, struct facts *f)
{
    const char *json = classify_json(a);

    f->gathered = true;
    memset(f->fields, 0, sizeof(f->fields));
    f->text_len = a->body_len < TEXT_BYTES ? a->body_len : TEXT_BYTES;
    lower(f->text, a->body, f->text_len);
    if (json != NULL) {
        struct jscan scan;

        jscan_init(&scan, JSCAN_PATH_LEVELS, gather_field, f);
        jscan_feed(&scan, json, (size_t)(a->body + a->body_len - json));
    }
    if (is_html(a, f))
        snprintf(f->fields[FIELD_HTML], FIELD_BYTES, "html");
}

/* True when the body holds one of the words of the group, which ends at '&' or NUL. */
static bool group_fits(const char *group, const struct facts *f)
{
    for (;; group++) {
        size_t len = strcspn(group, "|&");

        if (memmem(f->text, f->text_len, group, len) != NULL)
            return true;
        group += len;
        if (*group != '|')
            return false;
    }
}

static bool text_fits(const char *groups, const struct facts *f)
{
    for (const char *group = groups; group != NULL; group = strchr(group, '&')) {
        group += *group == '&';
        if (!group_fits(group, f))
            return false;
    }
    return true;
}

static bool status_fits(const struct rule *r, const struct answer *a)
{
    return a->status >= r->first && a->status <= r->last &&
           (strcmp(r->provider, "*") == 0 || strcmp(r->provider, a->provider) == 0);
}

/* Gathers the facts when the first rule asks: successes, which are most answers, never do. */
static bool facts_fit(const struct rule *r, const struct answer *a, struct facts *f)
{
    const char *field;

    if (r->text == NULL && r->field == FIELD_NONE)
        return true;
    if (!f->gathered)
        gather(a, f);
    field = f->fields[r->field];
    if (r->field != FIELD_NONE && (*field == '\0' || strstr(field, r->value) == NULL))
        return false;
    return text_fits(r->text, f);
}

/* ---- how long a key rests ---- */

enum { SECOND_MS = 1000, HOUR_MS = 3600 * 1000, DAY_MS = 24 * HOUR_MS };

static int64_t next_multiple(int64_t now_ms, int64_t period_ms, int64_t offset_ms)
{
    return ((now_ms - offset_ms) / period_ms + 1) * period_ms + offset_ms;
}

static int64_t next_month(int64_t now_ms)
{
    time_t now = (time_t)(now_ms / SECOND_MS);
    struct tm tm;

    if (gmtime_r(&now, &tm) == NULL)
        return now_ms + HOUR_MS;
    tm = (struct tm){.tm_year = tm.tm_year, .tm_mon = tm.tm_mon + 1, .tm_mday = 1};
    return (int64_t)timegm(&tm) * SECOND_MS;
}

static int64_t window_end(enum class_window window, int64_t now_ms)
{
    switch (window) {
    case WINDOW_SHORT:
        return now_ms + 5 * (int64_t)SECOND_MS;
    case WINDOW_HOURLY:
        return next_multiple(now_ms, HOUR_MS, 0);
    case WINDOW_SESSION:
        return next_multiple(now_ms, 5 * (int64_t)HOUR_MS, 0);
    case WINDOW_WEEKLY: /* the epoch began on a Thursday */
        return next_multiple(now_ms, 7 * (int64_t)DAY_MS, 4 * (int64_t)DAY_MS);
    case WINDOW_MONTHLY:
        return next_month(now_ms);
    case WINDOW_CREDITS:
        return now_ms + HOUR_MS;
    case WINDOW_MODEL:
        return now_ms + 12 * (int64_t)HOUR_MS;
    case WINDOW_NONE:
    case WINDOW_BACKOFF:
        break;
    }
    return 0;
}

static void set_rest(struct verdict *v, const struct rule *r, const struct answer *a)
{
    int64_t named_ms = classify_retry_at(a), least_ms = a->now_ms + SECOND_MS;

    if (named_ms != 0) {
        v->from_upstream = true;
        v->until_ms = named_ms > least_ms ? named_ms : least_ms;
        return;
    }
    v->backoff = r->window == WINDOW_BACKOFF;
    v->until_ms = window_end(r->window, a->now_ms);
}

struct verdict classify_answer(const struct answer *a)
{
    const struct rule *r = rules;
    struct verdict v = {0};
    struct facts facts;

    facts.gathered = false;
    while (!status_fits(r, a) || !facts_fit(r, a, &facts))
        r++; /* the last row fits everything */
    v = (struct verdict){.rule = r->name,
                         .sentence = r->sentence,
                         .scope = r->scope,
                         .action = r->action,
                         .effect = r->effect,
                         .limit = r->limit};
    if (v.effect == EFFECT_COOL || v.effect == EFFECT_MODEL)
        set_rest(&v, r, a);
    return v;
}

/* ---- errors inside of a 200 ---- */

/* OpenAI's codes and types, Anthropic's types, OpenRouter's error_type and availability codes. */
static const struct {
    const char *code;
    int status;
} error_codes[] = {
    {"rate_limit_exceeded", 429},
    {"rate_limit_error", 429},
    {"rate_limited", 429},
    {"insufficient_quota", 429},
    {"credit_balance_exhausted", 429},
    {"capacity_exhausted", 429},
    {"resource_exhausted", 429},
    {"slow_down", 429},
    {"too_many_requests", 429},
    {"authentication", 401},
    {"authentication_error", 401},
    {"invalid_api_key", 401},
    {"unauthenticated", 401},
    {"unauthorized", 401},
    {"payment_required", 402},
    {"billing_error", 402},
    {"permission_denied", 403},
    {"permission_error", 403},
    {"content_policy_violation", 403},
    {"content_filter", 403},
    {"region_restricted", 403},
    {"not_found", 404},
    {"not_found_error", 404},
    {"model_not_found", 404},
    {"no_endpoints", 404},
    {"model_deprecated", 404},
    {"privacy_restricted", 404},
    {"free_variant_ended", 404},
    {"invalid_request", 400},
    {"invalid_request_error", 400},
    {"invalid_argument", 400},
    {"invalid_prompt", 400},
    {"context_length_exceeded", 400},
    {"request_too_large", 413},
    {"timeout", 408},
    {"server_is_overloaded", 503},
    {"provider_overloaded", 503},
    {"temporarily_unavailable", 503},
    {"provider_unavailable", 502},
    {"overloaded", 500},
    {"overloaded_error", 500},
    {"server", 500},
    {"server_error", 500},
    {"api_error", 500},
    {"internal_error", 500},
};

int classify_error_status(const char *code_text)
{
    char *end;
    long number = strtol(code_text, &end, 10);

    if (*end == '\0' && number >= 400 && number <= 599)
        return (int)number;
    for (size_t i = 0; i < ARRAY_LEN(error_codes); i++)
        if (strcasecmp(code_text, error_codes[i].code) == 0)
            return error_codes[i].status;
    return 500;
}
