/* What the files of the pool share: its inside. */
#ifndef POOL_POOL_IMPL_H
#define POOL_POOL_IMPL_H

#include "base/list.h"
#include "pool/pool.h"

/* When a key, or a block of a model, is due to be looked at again. */
struct due {
    int64_t at_ms;
    uint32_t slot;
    uint16_t model; /* index + 1 in models, or 0 for the key itself */
};

/* A binary min-heap. Entries may be stale: whoever is woken looks at the clock and its own state.
 */
struct due_heap {
    struct due *items;
    size_t len, room;
};
void due_push(struct due_heap *h, struct due d);
struct due due_pop(struct due_heap *h);

/* A model that some keys may not serve for a while: a rota of those that may. */
struct model_block {
    char *name;
    struct rota usable;
    size_t blocked;
    int64_t *until; /* by slot; 0: not blocked */
    size_t until_len;
};

struct pool {
    pthread_mutex_t lock;
    struct pool_key **keys; /* by slot; NULL: free */
    size_t slots, slots_room;
    uint32_t *free_slots;
    size_t free_len;
    struct hmap by_id;
    struct rota usable;
    struct model_block models[POOL_MODELS_MAX];
    size_t models_len;
    struct due_heap dues;
    size_t by_status[KEY_STATUS_COUNT], limited;
    const struct pool_key *last_failed; /* compared only, never followed */
    unsigned failing_keys;              /* different keys that failed softly in a row */
};

/* With the lock held. */
enum key_status pool_status_at(const struct pool_key *k, int64_t now_ms);
void pool_settle(struct pool *p, struct pool_key *k,
                 int64_t now_ms); /* state → rota, counts, heap */
void pool_wake_due(struct pool *p, int64_t now_ms);
struct model_block *pool_model(struct pool *p, const char *model);
void pool_block_model(struct pool *p, struct pool_key *k, const char *model, int64_t until_ms);
void pool_model_drop_slot(struct pool *p, uint32_t slot);

#endif
