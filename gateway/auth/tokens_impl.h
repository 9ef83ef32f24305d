/* Client tokens in memory: what the parts of auth/tokens share. */
#ifndef AUTH_TOKENS_IMPL_H
#define AUTH_TOKENS_IMPL_H

#include <pthread.h>

#include "auth/tokens.h"
#include "base/hmap.h"

struct tokens {
    pthread_rwlock_t lock;
    struct hmap by_id;
    /* The same side by side, in no order, so that lists come by them quickly. */
    struct token **all; /* owned */
    size_t len, room;
    uint64_t edition; /* another one when any came or went */
    /* Places in the order of names, as all has them: kept, as many texts take long to compare. */
    pthread_mutex_t names_lock; /* taken with the lock held */
    uint32_t *names;            /* owned, or NULL */
    uint64_t names_edition;
};

#endif
