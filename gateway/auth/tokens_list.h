/* Lists of client tokens: which, in what order, and what state they are in. */
#ifndef AUTH_TOKENS_LIST_H
#define AUTH_TOKENS_LIST_H

#include "auth/tokens.h"

/* As with users: a token of a disabled user is refused, however long it is good for. */
#define TOKEN_STATES(X) X(ACTIVE, "active") X(DISABLED, "disabled") X(EXPIRED, "expired")
enum token_status {
#define X(NAME, name) TOKEN_##NAME,
    TOKEN_STATES(X)
#undef X
        TOKEN_STATUS_COUNT
};
const char *token_status_name(enum token_status status);
enum token_status token_status_at(const struct token *t, int64_t now_ms);

/* Orders of a list: a field of TOKEN in resources.def each. LASTING ones, which come first, change
 * only when a token comes, goes or is renamed, PASSING ones by themselves. The least value first,
 * and tokens without one before it; equal ones by their ids. */
#define TOKEN_SORTS(LASTING, PASSING)                                                              \
    LASTING(CREATED, createdAt)                                                                    \
    LASTING(ID, id)                                                                                \
    LASTING(NAME, name)                                                                            \
    PASSING(STATUS, status)                                                                        \
    PASSING(EXPIRES, expires_at)                                                                   \
    PASSING(LAST_USED, last_used)                                                                  \
    PASSING(TOTAL_REQUESTS, total_requests)                                                        \
    PASSING(SUCCESS_COUNT, success_count)                                                          \
    PASSING(FAILURE_COUNT, failure_count)                                                          \
    PASSING(SUCCESS_RATE, success_rate)                                                            \
    PASSING(PROMPT_TOKENS, prompt_tokens)                                                          \
    PASSING(COMPLETION_TOKENS, completion_tokens)                                                  \
    PASSING(BYTES_IN, bytes_in)                                                                    \
    PASSING(BYTES_OUT, bytes_out)                                                                  \
    PASSING(AVG_TTFB_MS, avg_ttfb_ms)                                                              \
    PASSING(AVG_DURATION_MS, avg_duration_ms)
enum token_sort {
#define X(ID, field) TOKENS_BY_##ID,
    TOKEN_SORTS(X, X)
#undef X
        TOKEN_SORT_COUNT
};
extern const char *const token_sort_names[TOKEN_SORT_COUNT];

/* Whose tokens: anybody's, no user's, some user's, or one user's. */
enum token_owner { OWNER_ANY, OWNER_NONE, OWNER_USER, OWNER_ONE };
/* Tokens that fit all of it. */
struct token_filter {
    int provider;
    unsigned statuses;  /* 1 << TOKEN_ACTIVE | …; 0: any */
    const char *search; /* in the name, whatever the case of ASCII letters; or the beginning of an
                           id or of the masked form; "": any */
    enum token_owner owner;
    uint64_t owner_id; /* of OWNER_ONE */
    int64_t now_ms;    /* by which a token has expired */
};
/* A part of them, in an order. */
struct token_part {
    enum token_sort sort;
    bool down;
    size_t skip, max;
};

/* The tokens of a part, each with a reference that the caller lets go of by token_refs_done();
 * owned. *total becomes the number of all that fit. Any thread that may wait, so no worker. */
struct token_refs {
    struct token **list;
    size_t len;
};
void tokens_part(struct tokens *t, const struct token_filter *f, const struct token_part *p,
                 struct token_refs *out, size_t *total);
void token_refs_done(struct token_refs *refs);

#endif
