/* The keys of one provider: their states, and whose turn it is. */
#ifndef POOL_POOL_H
#define POOL_POOL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/hmap.h"
#include "pool/rota.h"
#include "proxy/classify.h"
#include "stats/subject.h"
#include "store/store.h"

/* The states of a key. What a key is in follows from the clock and from struct store_key_state
 * alone: active    in the rota, or on trial cooling   rests until a time because of a limit or
 * quota; not a failure disabled  out until a time or for good: by hand, or by failures (auto)
 * expired   past its expires_at deleted   out of the pool; freed when the last request that holds
 * it ends */
#define KEY_STATES(X)                                                                              \
    X(ACTIVE, "active") X(COOLING, "cooling") X(DISABLED, "disabled") X(EXPIRED, "expired")
enum key_status {
#define X(name, text) KEY_##name,
    KEY_STATES(X)
#undef X
        KEY_STATUS_COUNT
};
const char *key_status_name(enum key_status s);
bool key_status_parse(const char *name, enum key_status *out);

enum {
    POOL_FAILURES_OUT = 3,     /* failures in a row that put a key out … */
    POOL_OUT_MS = 3600 * 1000, /* … for this long */
    POOL_BACKOFF_FIRST_MS = 1000,
    POOL_BACKOFF_MAX_MS = 30 * 60 * 1000,
    POOL_HOST_SUSPECT_KEYS =
        3,                /* different keys failing in a row: the host is at fault, not they */
    POOL_MODELS_MAX = 64, /* models for which some key is blocked */
};

/* What is known of one key alone. */
struct key_about {
    int64_t checked_at; /* when a check last told something; 0: never */
    char note[];
};

struct pool_key {
    struct subject subject; /* its references are the key's references */
    uint64_t id;            /* constant from here … */
    char *secret;
    char masked[32];
    int64_t created_at; /* … to here */
    /* Changed by pool_edit() alone, under the lock; read without it by the thread that edits. */
    char *username;
    int64_t expires_at;
    struct key_about *about;      /* NULL: nothing is known */
    struct store_key_state state; /* pool's lock, from here on */
    enum key_status status;
    uint32_t limit_streak; /* limits in a row: how long the next rest is */
    uint32_t slot;
    uint32_t trial; /* the ticket of the request that tries it; 0: none does */
    int8_t set;     /* of sets.h: the models that it has */
    bool deleted;
    atomic_bool state_dirty; /* the store has an older state; any thread */
};

struct pool;

struct pool *pool_new(void);
void pool_free(struct pool *p);

/* Keys of a pool, by state, and when the next one comes back (wall ms, 0: unknown). */
struct pool_outlook {
    size_t total, by_status[KEY_STATUS_COUNT];
    size_t limited; /* cooling because of limits */
    int64_t soonest_at;
};
void pool_outlook(struct pool *p, int64_t now_ms, struct pool_outlook *out);
/* When the first of the active keys that may not serve the model may do so again; 0: one may now.
 */
int64_t pool_model_return(struct pool *p, const char *model);

/* Whether there are keys, and all are known not to have the model. */
bool pool_lacks_model(struct pool *p, const char *model);

/* All of these from any thread, but adding, removing, editing and what list.h has from one at a
 * time: the store's. Each holds the pool's lock for a time that does not grow with the number of
 * keys. now_ms is the wall clock. */

/* The next key in turn that may serve the model ("" for any) and is not among tried; NULL: none.
 * The caller gets a reference and gives it back with subject_unref(&key->subject). Each key that
 * was given must be answered for, with pool_report() or pool_release().
 *
 * A key that was out, because of a limit or by failures, and whose time is over is on trial: one
 * request tries it, and until that one has told, others get it only where there is nothing else.
 * Then *trial is a ticket to be handed on; else 0. */
struct pool_key *pool_pick(struct pool *p, const char *model, struct pool_key *const *tried,
                           size_t tried_len, int64_t now_ms, uint32_t *trial);
/* What an attempt with the key told. Marks its state_dirty when that may have changed. A success
 * ends a key's trial well, a failure or a limit puts it out again; what tells nothing of the key
 * gives it to the next one to try. */
void pool_report(struct pool *p, struct pool_key *k, uint32_t trial, const struct verdict *v,
                 const char *model, int64_t now_ms);
/* An attempt ended before it told anything. */
void pool_release(struct pool *p, struct pool_key *k, uint32_t trial, int64_t now_ms);
/* Adds a key; takes ownership of nothing. false: it is there already. */
bool pool_add(struct pool *p, const struct store_key *row, const char *secret, int64_t now_ms);
struct pool_key *pool_find(struct pool *p, uint64_t id); /* with a reference, or NULL */
bool pool_remove(struct pool *p, uint64_t id);
/* Ids of all keys, in no order that matters. Owned. For the thread that adds keys. */
uint64_t *pool_ids(struct pool *p, size_t *len);
/* Turns begin at any key and not at the first: another gateway gives out the same keys. Boot. */
void pool_spread(struct pool *p);
/* The state with which a key would be put in or out by hand, for the store to keep first. */
void pool_state_enabled(struct store_key_state *s);
void pool_state_disabled(struct store_key_state *s, int64_t until_ms);
/* The state of a key that the upstream refuses: out for an hour, then tried again. */
void pool_state_refused(struct store_key_state *s, const char *rule, int64_t now_ms);
/* Makes the changes that the store has made, here or through another gateway. Ids that are not
 * there are passed over. The lock is let go now and then: requests meet some keys as they were and
 * some as they are. */
void pool_edit(struct pool *p, const struct store_key_edit *edits, size_t len, int64_t now_ms);
/* false: the key was deleted. */
bool pool_get_state(struct pool *p, struct pool_key *k, int64_t now_ms, struct store_key_state *s,
                    enum key_status *status);

#endif
