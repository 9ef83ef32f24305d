/* What the files of the pool share: its inside. */
#ifndef POOL_POOL_IMPL_H
#define POOL_POOL_IMPL_H

#include "base/list.h"
#include "pool/bits.h"
#include "pool/list.h"
#include "pool/pool.h"
#include "pool/profile.h"
#include "pool/recent.h"
#include "pool/sets.h"
#include "pool/texts.h"

/* Times by slot, the soonest first: a binary heap that knows where each slot stands, so that a time
 * is moved or taken out, and never left behind. */
struct due {
    int64_t at_ms;
    uint32_t slot;
};
struct dues {
    struct due *items;
    size_t len, room;
    uint32_t *place; /* by slot: the index in items, + 1; 0: not there */
    size_t places;
};
void dues_set(struct dues *d, uint32_t slot, int64_t at_ms); /* 0: takes it out */
int64_t dues_of(const struct dues *d, uint32_t slot);        /* 0: not there */
/* The slot whose time is the soonest, if it has come; false: none has. */
bool dues_over(const struct dues *d, int64_t now_ms, uint32_t *slot);
void dues_done(struct dues *d);

/* A model that some keys may not serve for a while: a rota of those that may, and when blocks end.
 */
struct model_block {
    char *name;
    uint64_t lacks; /* the sets of keys that do not have it */
    struct rota usable;
    struct dues ends;
};

/* The keys that a filter finds, whatever their status; true until the next change. */
struct pool_found {
    char *filter; /* its parts as one text; NULL: free */
    uint64_t edition, used;
    struct bits slots;
};
/* All keys in one order; true until the next change, and for a while if it is made of what requests
 * change. */
struct pool_order {
    enum key_sort sort;
    uint64_t edition, used;
    uint64_t made_ms; /* monotonic; 0: free */
    uint32_t *slots;
    size_t len;
};

enum {
    POOL_WAKE_BATCH = 64, /* keys woken for a choice: no request pays for a crowd that comes back */
    POOL_FOUND_KEPT = 4,
    POOL_ORDERS_KEPT = 4,
};

/* What lists and edits work on: the store thread's, without the lock. */
struct pool_index {
    uint64_t *ids;         /* by slot */
    uint32_t *profiles_of; /* by slot: the number of the key's profile */
    struct profiles profiles;
    struct texts texts;
    struct recent **recents; /* by slot; NULL: it was not used. There when any key was used. */
    size_t recents_room;
    uint64_t edition; /* counts keys added, removed and edited */
    uint64_t uses;
    struct pool_found found[POOL_FOUND_KEPT];
    struct pool_order orders[POOL_ORDERS_KEPT];
};

struct pool {
    pthread_mutex_t lock;
    atomic_int waiting; /* requests that wait for the lock: see pool_lock() */
    /* By slot, in the order in which they were added. A slot in the middle is not used again, which
     * keeps that order and costs a few bytes for each key that was ever deleted. */
    struct pool_key **keys; /* NULL: deleted */
    size_t slots, slots_room;
    struct hmap by_id;
    struct rota usable;
    struct model_block models[POOL_MODELS_MAX];
    size_t models_len;
    struct dues changes; /* when the clock alone changes a key's status */
    struct dues returns; /* when a key that is out is usable again */
    size_t by_status[KEY_STATUS_COUNT], limited;
    struct sets sets;
    struct rota trials; /* active keys that a request is trying */
    uint32_t tickets;
    struct bits in_status[KEY_STATUS_COUNT];
    struct pool_index index;
    bool spread;                        /* turns begin anywhere */
    const struct pool_key *last_failed; /* compared only, never followed */
    unsigned failing_keys;              /* different keys that failed softly in a row */
};

/* The lock, for requests. Whoever takes it again and again lets them go first with pool_pause(),
 * without the lock: a thread that has just let go would get it before one that has to wake up. */
void pool_lock(struct pool *p);
void pool_pause(struct pool *p);

/* With the lock held. */
enum key_status pool_status_at(const struct pool_key *k, int64_t now_ms);
bool pool_on_trial(const struct pool_key *k, int64_t now_ms);
/* Whether the key is for anyone to have. */
static inline bool pool_usable(const struct pool_key *k)
{
    return k->status == KEY_ACTIVE && k->trial == 0;
}
/* The key that was chosen, if it is on trial, is tried now: returns the ticket, or 0. */
uint32_t pool_try(struct pool *p, struct pool_key *k, int64_t now_ms);
/* A key that is being tried, where there is nothing else for this request. */
struct pool_key *pool_tried_key(struct pool *p, const char *model, const struct model_block *block,
                                struct pool_key *const *tried, size_t tried_len, int64_t now_ms);
bool pool_key_among(const struct pool_key *k, struct pool_key *const *keys, size_t len);
/* A change to a key's state: unsettle, change, settle. That keeps rotas, counts and dues true. */
void pool_unsettle(struct pool *p, const struct pool_key *k);
void pool_settle(struct pool *p, struct pool_key *k, int64_t now_ms);
/* Settles keys whose time has come, max of them at most; true: there may be more. */
bool pool_wake_due(struct pool *p, int64_t now_ms, size_t max);
/* The same without the lock: takes it, and has it when it is done, with none left. */
void pool_lock_awake(struct pool *p, int64_t now_ms);
struct pool_key *pool_get(struct pool *p, uint64_t id);
static inline struct profile *pool_profile(struct pool *p, uint32_t slot)
{
    return p->index.profiles.items[p->index.profiles_of[slot]];
}
struct model_block *pool_model(struct pool *p, const char *model);
bool pool_model_wake_due(struct pool *p, struct model_block *m, int64_t now_ms, size_t max);
void pool_block_model(struct pool *p, struct pool_key *k, const char *model, int64_t until_ms,
                      int64_t now_ms);
void pool_model_settle(struct model_block *m, const struct pool_key *k, int64_t now_ms);
void pool_models_drop_slot(struct pool *p, uint32_t slot);
/* The keys that may serve the model, by what is known of it. */
struct rota *pool_turns(struct pool *p, const char *model, struct model_block **block);
/* A set of keys with other models is there, or one is there no more. */
void pool_models_follow(struct pool *p);
void pool_models_done(struct pool *p);

/* ---- the index; see there ---- */
void index_init(struct pool *p);
void index_done(struct pool *p);
void index_room(struct pool *p); /* as many slots as there is room for */
void index_add(struct pool *p, struct pool_key *k, const struct store_key *row);
void index_remove(struct pool *p, struct pool_key *k);
/* The key with what it has in common with others, and what is its own, replaced as told. */
void index_edit(struct pool *p, struct pool_key *k, const struct store_key_edit *edit);

#endif
