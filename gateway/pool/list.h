/* Lists of keys: which, in what order, and what they are like at the moment. */
#ifndef POOL_LIST_H
#define POOL_LIST_H

#include "pool/bits.h"
#include "pool/pool.h"
#include "pool/profile.h"
#include "pool/recent.h"

/* All of these from the thread that adds, edits and removes keys, and no other at a time. The
 * pool's lock is held for a moment now and then, however many keys there are. */

/* Which keys are meant: those that fit all that is given. */
struct key_filter {
    unsigned statuses; /* 1 << KEY_ACTIVE | …; 0: any */
    const char
        *search; /* in the user name, a tag or the note; or the beginning of an id, or a key */
    const char *tag, *category;
    const char *model;    /* keys that are known to have it */
    const char *username; /* the whole of it */
};

/* Orders that the server knows: a field of KEY in resources.def each. LASTING ones change by edits
 * alone, COUNTED ones by requests, STATE ones are made of the key's state. The least value first,
 * and keys without one before it; keys that are equal in the order in which they were added. */
#define KEY_SORTS(LASTING, COUNTED, STATE)                                                         \
    LASTING(ID, id)                                                                                \
    LASTING(USERNAME, username)                                                                    \
    STATE(STATUS, status)                                                                          \
    LASTING(CATEGORY, category)                                                                    \
    LASTING(CREATED_AT, created_at)                                                                \
    LASTING(EXPIRES_AT, expires_at)                                                                \
    LASTING(CHECKED_AT, checked_at)                                                                \
    STATE(UNTIL, until)                                                                            \
    COUNTED(LAST_USED, last_used)                                                                  \
    COUNTED(LAST_SUCCESS, last_success)                                                            \
    COUNTED(LAST_FAILURE, last_failure)                                                            \
    COUNTED(TOTAL_REQUESTS, total_requests)                                                        \
    COUNTED(SUCCESS_COUNT, success_count)                                                          \
    COUNTED(FAILURE_COUNT, failure_count)                                                          \
    COUNTED(SUCCESS_RATE, success_rate)                                                            \
    STATE(CONSECUTIVE_FAILURES, consecutive_failures)                                              \
    COUNTED(PROMPT_TOKENS, prompt_tokens)                                                          \
    COUNTED(COMPLETION_TOKENS, completion_tokens)                                                  \
    COUNTED(BYTES_IN, bytes_in)                                                                    \
    COUNTED(BYTES_OUT, bytes_out)                                                                  \
    COUNTED(AVG_TTFB_MS, avg_ttfb_ms)                                                              \
    COUNTED(AVG_DURATION_MS, avg_duration_ms)
enum key_sort {
    SORT_ADDED, /* no order asked for: that in which they were added */
#define X(ID, name) SORT_##ID,
    KEY_SORTS(X, X, X)
#undef X
        KEY_SORT_COUNT
};
const char *key_sort_name(enum key_sort sort); /* "" for SORT_ADDED */

/* The slots of the keys that fit; found is the caller's, and done by it. Returns how many. */
size_t pool_select(struct pool *p, const struct key_filter *f, int64_t now_ms, struct bits *found);
/* Of the found, in this order, those after the first `skip`: their slots, at most max. */
size_t pool_page(struct pool *p, const struct bits *found, enum key_sort sort, bool descending,
                 size_t skip, uint32_t *slots, size_t max);

/* A key as it is at a moment. What it points to is good until a key is edited or removed. */
struct key_look {
    const struct pool_key *key;
    const struct profile *profile;
    const struct recent *recent; /* for recent_read(), and the hour that runs */
    uint32_t hour;
    struct store_key_state state;
    enum key_status status;
    bool trial; /* active, and a request is finding out whether that is so */
};
void pool_look(struct pool *p, const uint32_t *slots, size_t len, int64_t now_ms,
               struct key_look *out);
/* The slot of the key with this id; false: there is none. */
bool pool_slot(struct pool *p, uint64_t id, uint32_t *slot);
/* What the key did in this hour, see recent_hour(). A key that is out of the pool is passed over.
 */
void pool_count_recent(struct pool *p, const struct pool_key *k, uint32_t hour, int64_t requests,
                       int64_t failures);
/* When a key with this state and status comes back by itself; 0: it does not, or is not out. */
int64_t key_until(const struct store_key_state *s, enum key_status status);

/* The slots of the keys whose turn comes next for the model ("": any), in order, without moving it.
 */
size_t pool_preview(struct pool *p, const char *model, int64_t now_ms, uint32_t *slots, size_t max);
/* Until when a key may not serve the model, or 0. */
int64_t pool_blocked_until(struct pool *p, uint32_t slot, const char *model, int64_t now_ms);

#endif
