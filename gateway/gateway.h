/* The whole process: what its threads share. */
#ifndef GATEWAY_GATEWAY_H
#define GATEWAY_GATEWAY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "auth/tokens.h"
#include "conf/conf.h"
#include "crypto/digest.h"
#include "pool/pool.h"
#include "store/store.h"
#include "store/store_thread.h"

struct worker;
struct limiter;
struct flusher;
struct models_cache;
struct sealer;

enum provider_id {
#define PROVIDER(ID, ...) PROVIDER_##ID,
#include "api/providers.def"
#undef PROVIDER
    PROVIDER_COUNT
};

/* A row of providers.def. */
struct provider_info {
    const char *name, *prefix, *probe_method, *probe_path, *models_path;
    bool inject_usage;
    size_t prefix_len;
    size_t base_url_at, off_at, probe_model_at; /* offsets in struct conf */
};
extern const struct provider_info providers[PROVIDER_COUNT];
const char *provider_base_url(const struct conf *c, int provider);
const char *provider_probe_model(const struct conf *c, int provider);
bool provider_off(const struct conf *c, int provider);
int provider_by_name(const char *name); /* -1: none */

/* Made by main before the workers start, and taken down after they ended. */
struct gateway {
    _Atomic(const struct conf *) conf; /* a new one at SIGHUP; the old ones are freed at the end */
    struct digest admin_token;
    struct sealer *sealer; /* main while booting, then the store thread */
    struct pool *pools[PROVIDER_COUNT];
    struct tokens *tokens;
    struct store store;
    struct store_thread *store_thread;
    struct flusher *flusher;
    struct limiter *limiter;
    struct models_cache *models;
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
