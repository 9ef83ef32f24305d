/* Finds token counts, errors and ends in answers of every dialect, whole or streamed. */
#ifndef PROXY_USAGE_H
#define PROXY_USAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json/jscan.h"

/* The last value seen wins; -1 means not seen. Sources: chat/completions/embeddings `usage`
 * {prompt_tokens, completion_tokens}; Responses `response.usage` or `usage` {input_tokens,
 * output_tokens}; Messages `message.usage` and `usage` {input_tokens, output_tokens} (cumulative);
 * Ollama `prompt_eval_count`, `eval_count`. */
struct usage {
    int64_t prompt_tokens, completion_tokens;
};

/* What one JSON value of an answer told. */
struct usage_found {
    bool has_usage;     /* a usage object with counts */
    bool choices_empty; /* "choices": [] : with has_usage, the chunk that include_usage adds */
    bool done;          /* Ollama's "done": true */
    /* A top-level "error" that says something (so not null, false or ""), or the type "error" or
     * "response.failed". Only then do the next two mean anything. */
    bool has_error;
    int error_status; /* a number in error.code or error.status between 400 and 599, else 0 */
    /* error.code or else error.type as text, "" when none: for classify_error_status(), when
     * error_status is 0. */
    char error_code[64];
};

/* A whole answer, fed as it comes. Once it turns out not to be JSON, nothing more is found. Not to
 * be moved or copied once begun. */
struct usage_scan {
    struct jscan json;
    struct usage *usage; /* borrowed; updated as values end */
    struct usage_found found;
    unsigned code_rank; /* how good the source of error_code was */
};
void usage_scan_init(struct usage_scan *s, struct usage *usage);
void usage_scan_feed(struct usage_scan *s, const char *data, size_t len);

/* One event's data. Cheap when it cannot hold what is looked for (a memmem for a few words first).
 * *found is set anew; *usage keeps what this event does not tell. */
void usage_scan_event(const char *data, size_t len, struct usage *usage, struct usage_found *found);

#endif
