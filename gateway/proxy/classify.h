/* What an upstream's answer means: whose fault it is, what to do next, how long a key rests. */
#ifndef PROXY_CLASSIFY_H
#define PROXY_CLASSIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whose fault. Decides what is held against what. */
enum class_scope { SCOPE_NONE, SCOPE_REQUEST, SCOPE_KEY_MODEL, SCOPE_KEY, SCOPE_HOST };
/* What happens to the request. */
enum class_action {
    ACTION_PASS,      /* give the client this answer */
    ACTION_NEXT,      /* try another key; nothing was spent */
    ACTION_NEXT_ONCE, /* try one other key, once per request; then give the client this answer */
    ACTION_STOP,      /* no other try; answer with an error of our own */
};
/* What happens to the key. */
enum class_effect {
    EFFECT_NONE,
    EFFECT_SUCCESS, /* resets its count of failures */
    EFFECT_SOFT,    /* one failure in a row more */
    EFFECT_HARD,    /* one failure in a row more, and out at once */
    EFFECT_COOL,    /* rests; not a failure */
    EFFECT_MODEL,   /* rests for this model only */
};
/* For EFFECT_COOL and EFFECT_MODEL, how long when the answer itself names no time. */
enum class_window {
    WINDOW_NONE,
    WINDOW_BACKOFF, /* 1 s, doubled with each in a row, up to 30 min, jitter 10 % */
    WINDOW_SHORT,   /* five seconds: concurrency slots */
    WINDOW_HOURLY,  /* the next full hour */
    WINDOW_SESSION, /* the next 5-hour block since the epoch */
    WINDOW_WEEKLY,  /* Monday 00:00 UTC */
    WINDOW_MONTHLY, /* the first of next month, 00:00 UTC */
    WINDOW_CREDITS, /* an hour, then it is tried again */
    WINDOW_MODEL,   /* twelve hours */
};

/* What is known of an answer. body may be cut (only its first 16 KiB are looked at for the rule),
 * and may be an event of a stream as it came: what is JSON in it begins at the first brace. Headers
 * are looked up by lower-case name. For an error object inside a 200, status is the error's. */
struct answer {
    int status;
    const char *provider; /* "ollama", "openrouter", … */
    const char *body;
    size_t body_len;
    const char *content_type; /* "" when none */
    /* The value of a response header, or NULL; need not outlive the next call. May itself be NULL.
     */
    const char *(*header)(void *arg, const char *name);
    void *header_arg;
    int64_t now_ms; /* wall clock */
};

struct verdict {
    const char *rule;     /* its name in classify.def, for logs: "quota_weekly" */
    const char *sentence; /* what that means, for people */
    enum class_scope scope;
    enum class_action action;
    enum class_effect effect;
    bool limit;         /* the reason is a limit or spent quota, not health */
    bool from_upstream; /* until_ms came from the answer (a floor), not from a window */
    bool backoff;       /* WINDOW_BACKOFF and no time named: the pool applies the growing rest */
    int64_t until_ms;   /* wall clock, for COOL and MODEL when not backoff; else 0 */
};

/* Pure. The rules are the table classify.def, first match wins; every status has a last row. */
struct verdict classify_answer(const struct answer *a);

/* When the answer says to come back, wall ms, or 0. In this order: retry-after-ms,
 * x-ms-retry-after-ms, retry-after (seconds, decimals, HTTP date),
 * x-ratelimit-reset-requests/-tokens ("6m0s", "350ms"), x-ratelimit-reset (epoch s or ms),
 * anthropic-ratelimit-*-reset (RFC 3339); then in the body error.metadata.resets_at,
 * error.availability.retry_after and error.metadata.headers. A reset header whose -remaining says
 * that something is left is passed over. Times more than 31 days away are ignored; one that has
 * just passed is now. */
int64_t classify_retry_at(const struct answer *a);

/* Where the body's JSON begins, or NULL. */
const char *classify_json(const struct answer *a);

/* The status for an error object inside a 200 that has no number: what its code or type amounts to,
 * such as "rate_limit_exceeded" or "429"; 500 when unknown. */
int classify_error_status(const char *code_text);

#endif
