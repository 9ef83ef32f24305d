/* Finds token counts, errors and ends in answers of every dialect, whole or streamed. */
#include "proxy/usage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
    COUNT_DIGITS = 15, /* more tokens than that nobody has */
    MAX_DEPTH = 3, /* of the paths below; the numbers of an embedding lie deeper, and are many */
};

/* Where counts stand: prompt or completion. */
static const struct count_path {
    const char *path;
    bool prompt;
} count_paths[] = {
    {"usage.prompt_tokens", true},         {"usage.completion_tokens", false},
    {"usage.input_tokens", true},          {"usage.output_tokens", false},
    {"response.usage.input_tokens", true}, {"response.usage.output_tokens", false},
    {"message.usage.input_tokens", true},  {"message.usage.output_tokens", false},
    {"prompt_eval_count", true},           {"eval_count", false},
};

/* Where an error's code stands, the better source with the higher rank. A text from a better source
 * replaces one from a worse; a status may come from any of them. */
static const struct code_path {
    const char *path;
    unsigned rank;
} code_paths[] = {
    {"error.code", 5},   {"response.error.code", 5},
    {"error.type", 4},   {"error.metadata.error_type", 3},
    {"error.status", 2}, {"code", 1},
};

/* Types of events that are errors: OpenAI Responses and Anthropic Messages. */
static const char *const error_types[] = {"error", "response.failed"};

/* The words one of which a value must hold to be worth scanning; Ollama's counts come with "done".
 */
static const char *const words[] = {"usage", "error", "\"done\""};

static void find_count(struct usage_scan *s, const struct jscan_value *v)
{
    if (v->type != JSCAN_NUMBER || v->text_len > COUNT_DIGITS ||
        strspn(v->text, "0123456789") != v->text_len)
        return;
    for (size_t i = 0; i < ARRAY_LEN(count_paths); i++) {
        int64_t *count =
            count_paths[i].prompt ? &s->usage->prompt_tokens : &s->usage->completion_tokens;

        if (!jscan_path_is(v, count_paths[i].path))
            continue;
        *count = strtoll(v->text, NULL, 10);
        s->found.has_usage = true;
    }
}

static void find_code(struct usage_scan *s, const struct jscan_value *v)
{
    if ((v->type != JSCAN_NUMBER && v->type != JSCAN_STRING) || v->text_len == 0)
        return;
    for (size_t i = 0; i < ARRAY_LEN(code_paths); i++) {
        bool numeric = v->text_len == 3 && strspn(v->text, "0123456789") == 3;
        long number = numeric ? strtol(v->text, NULL, 10) : 0;

        if (!jscan_path_is(v, code_paths[i].path))
            continue;
        if (number >= 400 && number <= 599) {
            s->found.error_status = (int)number;
        } else if (v->type == JSCAN_STRING && code_paths[i].rank > s->code_rank) {
            snprintf(s->found.error_code, sizeof(s->found.error_code), "%s", v->text);
            s->code_rank = code_paths[i].rank;
        }
    }
}

static void find_error(struct usage_scan *s, const struct jscan_value *v)
{
    bool empty = v->type == JSCAN_NULL || v->type == JSCAN_FALSE ||
                 (v->type == JSCAN_STRING && v->text_len == 0);

    if (!empty && jscan_path_is(v, "error"))
        s->found.has_error = true;
    if (v->type != JSCAN_STRING || !jscan_path_is(v, "type"))
        return;
    for (size_t i = 0; i < ARRAY_LEN(error_types); i++)
        if (strcmp(v->text, error_types[i]) == 0)
            s->found.has_error = true;
}

/* Most values are none of ours, and their first key's first byte tells. */
static bool may_matter(const struct jscan_value *v)
{
    switch (v->path[0][0]) {
    case 'e': /* error, eval_count */
        return true;
    case 'u': /* usage */
    case 'r': /* response */
    case 'm': /* message */
        return v->depth > 1;
    case 'p': /* prompt_eval_count */
    case 'c': /* choices, code */
    case 't': /* type */
    case 'd': /* done */
        return v->depth == 1;
    default:
        return false;
    }
}

static void find_any(void *arg, const struct jscan_value *v)
{
    struct usage_scan *s = arg;

    if (v->depth == 0 || !may_matter(v))
        return;
    find_count(s, v);
    find_code(s, v);
    find_error(s, v);
    if (v->type == JSCAN_ARRAY && v->children == 0 && jscan_path_is(v, "choices"))
        s->found.choices_empty = true;
    if (v->type == JSCAN_TRUE && jscan_path_is(v, "done"))
        s->found.done = true;
}

void usage_scan_init(struct usage_scan *s, struct usage *usage)
{
    jscan_init(&s->json, MAX_DEPTH, find_any, s);
    s->usage = usage;
    s->found = (struct usage_found){0};
    s->code_rank = 0;
}

void usage_scan_feed(struct usage_scan *s, const char *data, size_t len)
{
    jscan_feed(&s->json, data, len);
}

void usage_scan_event(const char *data, size_t len, struct usage *usage, struct usage_found *found)
{
    struct usage_scan s;
    bool worth = false;

    *found = (struct usage_found){0};
    for (size_t i = 0; i < ARRAY_LEN(words) && !worth; i++)
        worth = memmem(data, len, words[i], strlen(words[i])) != NULL;
    if (!worth)
        return;
    usage_scan_init(&s, usage);
    usage_scan_feed(&s, data, len);
    *found = s.found;
}
