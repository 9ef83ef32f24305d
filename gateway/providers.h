/* The upstream services: those of providers.def, and those that were added while the gateway ran.
 */
#ifndef GATEWAY_PROVIDERS_H
#define GATEWAY_PROVIDERS_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/conf.h"
#include "store/store.h"

/* A provider's number is its place: those of the table first, in its order. A place is not used
 * again before a restart, as calls that began earlier may still count for it. */
enum provider_id {
#define PROVIDER(ID, ...) PROVIDER_##ID,
#include "api/providers.def"
#undef PROVIDER
    PROVIDER_BUILTINS
};
enum { PROVIDERS_MAX = STORE_PROVIDERS_MAX, PROVIDER_NAME_MAX = 24, PROVIDER_NAMES_BYTES = 1024 };

/* How a key is shown to an upstream: NAME, header, text in front of the key. */
#define PROVIDER_AUTHS(X)                                                                          \
    X(bearer, "Authorization", "Bearer ")                                                          \
    X(x_api_key, "x-api-key", "")                                                                  \
    X(api_key, "api-key", "")

/* Never changed once it is published, and good until the process ends. */
struct provider_info {
    const char *name, *prefix, *probe_method, *probe_path, *models_path;
    const char *base_url, *probe_model; /* of an added one; else the settings below have them */
    const char *auth, *auth_header, *auth_scheme;
    size_t prefix_len;
    size_t base_url_at, off_at, probe_model_at; /* offsets in struct conf */
    int64_t created_at;
    bool inject_usage;
    bool builtin;
    bool switched_off; /* by the operator, while the gateway ran */
    bool removed;      /* it has no name any more; kept for what still runs */
};

/* All from any thread, but for those that change something: these are the store thread's, or main's
 * while booting. */

/* NULL: the place is free. */
const struct provider_info *provider_at(int provider);
/* The first place that has a provider in use, from this one on; -1: none has. */
int provider_next(int provider);
#define providers_each(p) for (int p = provider_next(0); p >= 0; p = provider_next(p + 1))
int provider_by_name(const char *name); /* -1: none */
/* "ollama, openrouter": for messages. */
const char *provider_names(char out[PROVIDER_NAMES_BYTES]);

const char *provider_base_url(const struct conf *c, int provider);
const char *provider_probe_model(const struct conf *c, int provider);
bool provider_off(const struct conf *c, int provider);
/* Off by a setting, which no switch overrules. */
bool provider_off_by_setting(const struct conf *c, int provider);

/* Whether the name may be given to a new provider: NULL, or why not. */
const char *provider_name_flaw(const char *name);
bool provider_auth_known(const char *auth);
const char *provider_auth_names(char out[PROVIDER_NAMES_BYTES]);
/* A free place, or -1. */
int provider_place(void);
/* Puts what the row says in force: a new provider at a free place, or another form of the one
 * there.
 */
void provider_publish(int provider, const struct store_provider *row);
void provider_remove(int provider);
/* Forgets all but the table; when no other thread runs. */
void providers_reset(void);

#endif
