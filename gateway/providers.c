/* The upstream services: those of providers.def, and those that were added while the gateway ran.
 */
#include "providers.h"

#include <ctype.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "base/mem.h"

static const struct provider_info builtin[PROVIDER_BUILTINS] = {
#define PROVIDER(ID, name_, prefix_, table, base_url, off, probe_model, method, path, models,      \
                 inject)                                                                           \
    [PROVIDER_##ID] = {.name = name_,                                                              \
                       .prefix = prefix_,                                                          \
                       .probe_method = method,                                                     \
                       .probe_path = path,                                                         \
                       .models_path = models,                                                      \
                       .auth = "bearer",                                                           \
                       .auth_header = "Authorization",                                             \
                       .auth_scheme = "Bearer ",                                                   \
                       .inject_usage = inject,                                                     \
                       .builtin = true,                                                            \
                       .prefix_len = sizeof(prefix_) - 1,                                          \
                       .base_url_at = offsetof(struct conf, base_url),                             \
                       .off_at = offsetof(struct conf, off),                                       \
                       .probe_model_at = offsetof(struct conf, probe_model)},
#include "api/providers.def"
#undef PROVIDER
};

static const struct {
    const char *name, *header, *scheme;
} auths[] = {
#define X(name, header, scheme) {#name, header, scheme},
    PROVIDER_AUTHS(X)
#undef X
};

/* First segments of paths that stand without a prefix, so that no provider may have them. */
static const char *const reserved[] = {
    "v1",
    "api",
#define PROXY(...)
#define ROUTE(ID, method, path, ...) path,
#include "api/routes.def"
#undef ROUTE
#undef PROXY
};

/* A published record, and what it stands on. */
struct record {
    struct provider_info info;
    struct record *older;
    char *name, *prefix, *base_url, *probe_path, *models_path, *probe_model;
};

static _Atomic(const struct provider_info *) places[PROVIDERS_MAX] = {
#define PROVIDER(ID, ...) [PROVIDER_##ID] = &builtin[PROVIDER_##ID],
#include "api/providers.def"
#undef PROVIDER
};
static struct record *records; /* all that were ever published */

const struct provider_info *provider_at(int provider)
{
    return atomic_load_explicit(&places[provider], memory_order_acquire);
}

int provider_next(int provider)
{
    for (; provider < PROVIDERS_MAX; provider++) {
        const struct provider_info *p = provider_at(provider);

        if (p != NULL && !p->removed)
            return provider;
    }
    return -1;
}

int provider_by_name(const char *name)
{
    providers_each (p)
        if (strcmp(provider_at(p)->name, name) == 0)
            return p;
    return -1;
}

const char *provider_names(char out[PROVIDER_NAMES_BYTES])
{
    size_t used = 0;

    out[0] = '\0';
    providers_each (p)
        used += (size_t)snprintf(out + used, PROVIDER_NAMES_BYTES - used, "%s%s", used ? ", " : "",
                                 provider_at(p)->name);
    return out;
}

const char *provider_base_url(const struct conf *c, int provider)
{
    const struct provider_info *p = provider_at(provider);

    return p->builtin ? *(char *const *)((const char *)c + p->base_url_at) : p->base_url;
}

const char *provider_probe_model(const struct conf *c, int provider)
{
    const struct provider_info *p = provider_at(provider);

    return p->builtin ? *(char *const *)((const char *)c + p->probe_model_at) : p->probe_model;
}

bool provider_off_by_setting(const struct conf *c, int provider)
{
    const struct provider_info *p = provider_at(provider);

    return p->builtin && *(const bool *)((const char *)c + p->off_at);
}

bool provider_off(const struct conf *c, int provider)
{
    const struct provider_info *p = provider_at(provider);

    return p->switched_off || p->removed || provider_off_by_setting(c, provider);
}

static bool name_reserved(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(reserved); i++) {
        const char *first = reserved[i] + (reserved[i][0] == '/');
        size_t len = strcspn(first, "/");

        if (strlen(name) == len && strncmp(name, first, len) == 0)
            return true;
    }
    return false;
}

const char *provider_name_flaw(const char *name)
{
    size_t len = strlen(name);

    if (len < 2 || len > PROVIDER_NAME_MAX || !islower((unsigned char)name[0]) ||
        name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] != '\0')
        return N_("a name has 2 to 24 small letters, digits and hyphens, a letter first");
    if (name_reserved(name))
        return N_("this name is the first part of a path of the gateway's own");
    return NULL;
}

bool provider_auth_known(const char *auth)
{
    for (size_t i = 0; i < ARRAY_LEN(auths); i++)
        if (strcmp(auths[i].name, auth) == 0)
            return true;
    return false;
}

const char *provider_auth_names(char out[PROVIDER_NAMES_BYTES])
{
    size_t used = 0;

    for (size_t i = 0; i < ARRAY_LEN(auths); i++)
        used += (size_t)snprintf(out + used, PROVIDER_NAMES_BYTES - used, "%s%s", i ? ", " : "",
                                 auths[i].name);
    return out;
}

int provider_place(void)
{
    for (int p = PROVIDER_BUILTINS; p < PROVIDERS_MAX; p++)
        if (provider_at(p) == NULL)
            return p;
    return -1;
}

static void record_publish(int provider, struct record *r)
{
    r->older = records;
    records = r;
    atomic_store_explicit(&places[provider], &r->info, memory_order_release);
}

static void record_added(struct record *r, const struct store_provider *row)
{
    struct provider_info *p = &r->info;

    p->name = r->name = mem_strdup(row->name);
    p->prefix = r->prefix = mem_printf("/%s", row->name);
    p->prefix_len = strlen(p->prefix);
    p->base_url = r->base_url = mem_strdup(row->base_url);
    p->probe_method = "GET";
    p->probe_path = r->probe_path = mem_strdup(row->probe_path);
    p->models_path = r->models_path = mem_strdup(row->models_path);
    p->probe_model = r->probe_model = mem_strdup(row->probe_model);
    p->inject_usage = row->inject_usage;
    p->created_at = row->created_at;
    for (size_t i = 0; i < ARRAY_LEN(auths); i++) {
        if (strcmp(auths[i].name, row->auth) != 0)
            continue;
        p->auth = auths[i].name;
        p->auth_header = auths[i].header;
        p->auth_scheme = auths[i].scheme;
    }
}

void provider_publish(int provider, const struct store_provider *row)
{
    struct record *r = mem_zalloc(sizeof(*r));

    if (provider < PROVIDER_BUILTINS)
        r->info = builtin[provider];
    else
        record_added(r, row);
    r->info.switched_off = !row->enabled;
    record_publish(provider, r);
}

void provider_remove(int provider)
{
    struct record *r = mem_zalloc(sizeof(*r));

    r->info = *provider_at(provider); /* its strings belong to an older record */
    r->info.removed = true;
    record_publish(provider, r);
}

void providers_reset(void)
{
    for (int p = 0; p < PROVIDERS_MAX; p++)
        atomic_store(&places[p], p < PROVIDER_BUILTINS ? &builtin[p] : NULL);
    while (records != NULL) {
        struct record *r = records;

        records = r->older;
        free(r->name);
        free(r->prefix);
        free(r->base_url);
        free(r->probe_path);
        free(r->models_path);
        free(r->probe_model);
        free(r);
    }
}
