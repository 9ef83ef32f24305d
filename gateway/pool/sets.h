/* Which models keys are known to have, in sets of keys that have the same ones. */
#ifndef POOL_SETS_H
#define POOL_SETS_H

#include "base/hmap.h"
#include "pool/bits.h"
#include "pool/profile.h"
#include "pool/rota.h"

enum {
    SETS_MAX = 64,  /* a bit each in a mask; a key of one set more counts as one with any model */
    SETS_NONE = -1, /* the key's models are not known */
    SETS_MEMO = 64,
    SETS_MEMO_NAME = 48,
    SETS_VIEWS = 16, /* as many different lists of usable keys are kept, the last used ones */
};

struct sets_view {
    uint64_t lacks; /* the sets that are left out; 0: free */
    uint64_t used;
    struct rota usable;
};

/* The pool's lock guards it. Zeroed: empty. */
struct sets {
    struct {
        struct words *models; /* NULL: free */
        struct bits keys;
        size_t len; /* keys in it */
    } items[SETS_MAX];
    uint64_t known;    /* those that have keys */
    struct hmap names; /* of models: which sets have each */
    struct sets_view views[SETS_VIEWS];
    uint64_t uses;
    uint64_t edition; /* counts sets that came and went */
    /* What sets_lacking() told last, by a few letters of the name. */
    struct {
        uint64_t lacks, edition; /* edition 0: nothing yet */
        char model[SETS_MEMO_NAME];
    } memo[SETS_MEMO];
    bool told_full;
};

void sets_done(struct sets *s);
/* The key at the slot has these models from now on; NULL: not known. Returns its set. */
int sets_join(struct sets *s, uint32_t slot, struct words *models);
void sets_leave(struct sets *s, uint32_t slot, int set);
/* The sets without the model. */
uint64_t sets_lacking(struct sets *s, const char *model);
size_t sets_keys(const struct sets *s, uint64_t mask); /* how many keys these have */
/* Those of usable that are in none of the sets, which are some: kept for the next time. */
struct rota *sets_view(struct sets *s, uint64_t lacks, const struct rota *usable);
/* Takes the keys of the sets out. */
void sets_exclude(const struct sets *s, uint64_t lacks, struct rota *from);
/* Whether a key of the set is among those that have all but the sets in the mask. */
static inline bool sets_allow(int set, uint64_t lacks)
{
    return set == SETS_NONE || !(lacks >> set & 1);
}
/* The key at the slot became usable or stopped being so. */
void sets_settle(struct sets *s, uint32_t slot, int set, bool usable);

#endif
