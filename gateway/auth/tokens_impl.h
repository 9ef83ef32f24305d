/* Client tokens in memory: what the parts of auth/tokens share. */
#ifndef AUTH_TOKENS_IMPL_H
#define AUTH_TOKENS_IMPL_H

#include <pthread.h>

#include "auth/tokens_list.h"
#include "base/hmap.h"

enum {
#define X(ID, field) LASTING_##ID,
#define NONE(ID, field)
    TOKEN_SORTS(X, NONE)
#undef NONE
#undef X
        TOKENS_LASTING
};

struct tokens {
    pthread_rwlock_t lock;
    struct hmap by_id;
    /* The same side by side, in no order, so that lists come by them quickly. */
    struct token **all; /* owned */
    size_t len, room;
    uint64_t edition; /* another one when any came, went, or changed its name */
    /* Orders that last, kept for the lists that follow. They are made with the lock held for
     * reading, and good for as long as it is. */
    pthread_mutex_t kept_lock;
    struct token_order {
        uint32_t *places; /* in all; owned, or NULL */
        uint64_t edition;
    } kept[TOKENS_LASTING];
};

#endif
