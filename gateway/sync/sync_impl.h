/* What the files of gateway/sync share. */
#ifndef SYNC_SYNC_IMPL_H
#define SYNC_SYNC_IMPL_H

#include <pthread.h>

#include "store/share.h"
#include "sync/sync.h"

/* Keys that are read and put in force at a time: other jobs of the store thread come between. */
enum { SYNC_STEP_KEYS = 500, SYNC_GONE_MS = 60 * 1000 }; /* unseen for so long, a gateway is gone */

/* Keys of a provider that changed, until they are in force. */
struct sync_keys {
    int64_t seq;
    enum store_change_kind kind;
    int provider;
    uint64_t *ids; /* owned */
    size_t len, at;
};

/* Everything is read again, provider by provider, a step at a time. */
struct sync_full {
    bool running;
    int provider;   /* -1: none is left */
    bool begun;     /* with this provider */
    int64_t place;  /* up to here its keys were read */
    bool read;      /* all of them were */
    uint64_t *ids;  /* the keys that the pool had at the beginning, sorted; owned */
    bool *seen;     /* which of these were read; owned */
    size_t len, at; /* at: up to here those that were not seen are done */
};

/* The store thread's, but for what says otherwise. */
struct sync {
    struct gateway *gw;
    const struct store_share_ops *ops;
    struct store_watch *watch; /* the sync thread's */
    pthread_t thread;
    int wake_fd; /* constant */
    bool started;
    atomic_bool stopping, posted;
    struct store_job job;
    int64_t read; /* the last change that was taken note of */
    struct sync_keys *keys;
    size_t keys_len, keys_at, keys_room;
    bool providers_due; /* they are to be read again before anything else */
    struct sync_full full;
    bool stumbled; /* the last step failed */
    bool failed;   /* and that was said */
    uint64_t seen_ms, pruned_ms;
    /* For any thread. */
    _Atomic int64_t applied, waiting;
    _Atomic uint64_t heard_ms, fulls;
};

/* sync_keys.c: the keys of one change, from ids + at; at most SYNC_STEP_KEYS of them. */
enum err_code sync_keys_step(struct sync *y, struct store *s, struct sync_keys *k,
                             struct err *e) MUST_CHECK;
/* A key as the store has it: new here, or different from what it was. */
void sync_key_row(struct sync *y, int provider, const struct store_key *row);
enum err_code sync_totals(struct sync *y, struct store *s, int provider, struct err *e) MUST_CHECK;

/* sync_rest.c: the others. Each is short. */
enum err_code sync_providers(struct sync *y, struct store *s, struct err *e) MUST_CHECK;
enum err_code sync_admins(struct sync *y, struct store *s, struct err *e) MUST_CHECK;
enum err_code sync_tokens(struct sync *y, struct store *s, int provider, const uint64_t *ids,
                          size_t len, struct err *e) MUST_CHECK;
enum err_code sync_all_tokens(struct sync *y, struct store *s, int provider,
                              struct err *e) MUST_CHECK;
enum err_code sync_job(struct sync *y, struct store *s, const char *id, struct err *e) MUST_CHECK;
enum err_code sync_audit(struct sync *y, struct store *s, int64_t seq, struct err *e) MUST_CHECK;
/* Jobs of gateways that are there no more are over. */
enum err_code sync_orphans(struct sync *y, struct store *s, struct err *e) MUST_CHECK;

/* sync_seen.c: this gateway is there; and, at its start, is not alone, perhaps. */
enum err_code sync_seen(struct sync *y, struct store *s, struct err *e) MUST_CHECK;
enum err_code sync_seen_first(struct sync *y, struct err *e) MUST_CHECK;
/* It is not any more. What fails here is said by the flush or the job, which fail as well. */
void sync_gone(struct sync *y, struct store *s);

/* sync.c: what waits is not applied any more: everything is read again. */
void sync_keys_drop(struct sync *y);

/* sync_full.c */
enum err_code sync_full_begin(struct sync *y, struct store *s, const char *reason,
                              struct err *e) MUST_CHECK;
enum err_code sync_full_step(struct sync *y, struct store *s, struct err *e) MUST_CHECK;
void sync_full_end(struct sync *y);

#endif
