/* What several gateways on one database tell each other through it. */
#ifndef STORE_SHARE_H
#define STORE_SHARE_H

#include "store/store.h"

/* What may have changed: NAME, name in the store. A change names rows; who hears of it reads them
 * again, so it is the same to hear of one twice, or late. */
#define STORE_CHANGES(X)                                                                           \
    X(KEYS, "keys")           /* added, edited or deleted by hand; ids of keys */                  \
    X(STATES, "states")       /* states that came of requests; ids of keys */                      \
    X(COUNTS, "counts")       /* counters of keys, and the provider's totals; ids of keys */       \
    X(TOKENS, "tokens")       /* made or deleted; ids of tokens */                                 \
    X(TOKEN_COUNTS, "usage")  /* counters of tokens; ids of tokens */                              \
    X(ADMINS, "admins")       /* any of the admin tokens */                                        \
    X(PROVIDERS, "providers") /* any of the providers */                                           \
    X(JOBS, "jobs")           /* records of jobs; ids of jobs */                                   \
    X(CANCEL, "cancel")       /* a job is to end: its owner sees to that; ids of jobs */           \
    X(USERS, "users")         /* or their sessions, or the time of their tokens; ids of users */   \
    X(AUDIT, "audit")         /* a record of the audit log; its number */                          \
    X(ALL, "all")             /* the whole pool: everything is to be read again */
enum store_change_kind {
#define X(NAME, name) CHANGE_##NAME,
    STORE_CHANGES(X)
#undef X
        CHANGE_KINDS
};

enum { STORE_CHANGE_IDS = 1000 }; /* ids that a change names at most */

struct store_change {
    int64_t seq;
    enum store_change_kind kind; /* CHANGE_KINDS: one that this program does not know */
    int provider;                /* -1: none, or one that is not open here */
    bool own;        /* by this gateway; of these, only states name ids: they may be others than it
                        wrote, where another gateway had written as well */
    const char *ids; /* with blanks between them */
};

/* A gateway that runs, or ran a short while ago. */
struct store_gateway {
    const char *id, *address, *version;
    int64_t started_at;
    int64_t unseen_ms; /* since it was last there, by the database's clock */
};

/* Counters of a key, as they are in the store. */
struct store_totals {
    uint64_t id;
    struct store_tally tally;
    int64_t last_used, last_success, last_failure;
};

/* As in store.h: borrowed for the call; false stops. */
typedef bool store_change_fn(void *arg, const struct store_change *change);
typedef bool store_totals_fn(void *arg, const struct store_totals *totals);
typedef bool store_gateway_fn(void *arg, const struct store_gateway *gateway);

struct store_watch;

/* Threads, errors and transactions as in struct store_ops, unless it says otherwise. Every write
 * there tells of itself. */
struct store_share_ops {
    /* The number of the last change. */
    enum err_code (*last)(void *db, int64_t *seq, struct err *e);
    /* The changes after one, in order, limit at most. *cut: some of them are not there any more. */
    enum err_code (*changes)(void *db, int64_t after, int64_t limit, store_change_fn *fn, void *arg,
                             bool *cut, struct err *e);
    /* Forgets changes that are older than that, by the database's clock, but not the last one. */
    enum err_code (*prune)(void *db, int64_t keep_ms, struct err *e);
    /* Those of these keys that are there. */
    enum err_code (*keys_some)(void *db, int provider, const uint64_t *ids, size_t len,
                               store_key_fn *fn, void *arg, struct err *e);
    /* Those of these keys that were ever used. */
    enum err_code (*keys_totals)(void *db, int provider, const uint64_t *ids, size_t len,
                                 store_totals_fn *fn, void *arg, struct err *e);
    /* Another gateway removed it: its number means nothing any more. */
    void (*provider_close)(void *db, int provider);
    enum err_code (*tokens_some)(void *db, int provider, const uint64_t *ids, size_t len,
                                 store_token_fn *fn, void *arg, struct err *e);
    enum err_code (*job_find)(void *db, const char *id, store_job_fn *fn, void *arg, struct err *e);
    enum err_code (*job_cancel)(void *db, const char *id, struct err *e);
    /* This gateway is there; it is not any more. */
    enum err_code (*seen)(void *db, const struct store_gateway *g, struct err *e);
    enum err_code (*gone)(void *db, const char *id, struct err *e);
    enum err_code (*gateways)(void *db, store_gateway_fn *fn, void *arg, struct err *e);
    /* Something that waits for changes on a connection of its own, for a thread of its own; it
     * outlives nothing of db. */
    struct store_watch *(*watch_new)(void *db);
    void (*watch_free)(struct store_watch *w);
    /* Returns when there may be changes, when wake_fd is readable, and after a while in any case:
     * soon, where nothing tells of changes. */
    void (*watch_wait)(struct store_watch *w, int wake_fd);
};

#endif
