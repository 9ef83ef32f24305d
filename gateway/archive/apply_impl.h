/* What the files of the applying share: records on their way between the two threads. */
#ifndef ARCHIVE_APPLY_IMPL_H
#define ARCHIVE_APPLY_IMPL_H

#include <pthread.h>

#include "archive/apply.h"

enum { APPLY_BATCH = 2000 };

/* Records with all that they need; keys are sealed for this gateway. */
struct apply_batch {
    struct arena arena;
    struct record rows[APPLY_BATCH];
    size_t len;
};

/* Two batches: one is filled while the other is written. */
struct apply_feed {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    struct apply_batch *full; /* NULL: none waits */
    bool no_more;             /* the feeder is done; failed: or gave up */
    bool given_up, over;
    enum err_code rc; /* the writer's */
    struct err *e;
};

/* A provider of what is brought. */
struct apply_provider {
    char name[PROVIDER_NAME_MAX + 1];
    int place;
    bool added;                /* in this transaction */
    struct store_provider row; /* texts in the arena; name NULL: none was brought */
};

/* The transaction, on the store thread. */
struct apply_tx {
    const struct apply *a;
    struct gateway *gw;
    struct store *s;
    struct arena arena;
    struct apply_provider providers[STORE_PROVIDERS_MAX];
    int providers_len;
    struct err *e;
};

/* Writes a batch; see there. */
enum err_code apply_write(struct apply_tx *tx, struct apply_batch *b) MUST_CHECK;
/* The place of a provider, or -1 and an error. */
int apply_place(struct apply_tx *tx, const char *name);

#endif
