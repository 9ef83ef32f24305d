/* The whole process: what its threads share. */
#ifndef GATEWAY_GATEWAY_H
#define GATEWAY_GATEWAY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "auth/tokens.h"
#include "conf/conf.h"
#include "pool/pool.h"
#include "providers.h"
#include "store/store.h"
#include "store/store_thread.h"

struct worker;
struct admins;
struct limiter;
struct flusher;
struct models_cache;
struct response_cache;
struct public_cache;
struct jobs;
struct archive;
struct events;
struct redis;
struct reloads;
struct sealer;
struct master;
struct users;
struct user_system;
struct sync;
struct mailer;

/* Made by main before the workers start, and taken down after they ended. */
struct gateway {
    _Atomic(const struct conf *) conf; /* a new one at a reload; the old ones are kept by reloads */
    struct reloads *reloads;
    struct admins *admins;
    struct sealer *sealer;             /* main while booting, then the store thread */
    struct master *master;             /* likewise */
    struct pool *pools[PROVIDERS_MAX]; /* of free places as well: they are empty */
    struct tokens *tokens;
    struct users *users;
    struct user_system *user_system;
    struct store store;
    struct store_thread *store_thread;
    struct redis *redis; /* NULL: there is none */
    struct flusher *flusher;
    struct limiter *limiter;
    struct models_cache *models;
    struct response_cache *responses;
    struct public_cache *public_stats;
    struct jobs *jobs;
    struct archive *archive;
    struct events *events;
    struct sync *sync;       /* NULL: the store is not shared with other gateways */
    char id[DIGEST_ID_TEXT]; /* "g_…": lasts as long as STATE_DIR */
    int id_fd;               /* identity.c's; 0: not open */
    struct mailer *mailer;
    struct worker **workers;
    size_t workers_len;
    char address[80]; /* "127.0.0.1:8787", as bound */
    int64_t started_at;
    atomic_bool draining;
    atomic_uint connections;
};

static inline const struct conf *gateway_conf(struct gateway *gw)
{
    return atomic_load_explicit(&gw->conf, memory_order_acquire);
}

#endif
