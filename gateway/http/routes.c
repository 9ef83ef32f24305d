/* Which handler answers which path, from routes.def. */
#include "http/routes.h"

#include <string.h>

#include "base/mem.h"
#include "gateway.h"
#include "http/http.h"

enum { PROVIDER_ALL = -1 };

const struct route routes[ROUTE_COUNT] = {
#define ROUTE(ID, method_, path_, who_, body_, handler, text)                                      \
    [ROUTE_##ID] = {.id = ROUTE_##ID,                                                              \
                    .method = #method_,                                                            \
                    .path = path_,                                                                 \
                    .who = WHO_##who_,                                                             \
                    .body = BODY_##body_,                                                          \
                    .only_provider = PROVIDER_ALL,                                                 \
                    .handle = handler},
#define PROXY(ID, method_, path_, providers_, dialect_, text)                                      \
    [ROUTE_##ID] = {.id = ROUTE_##ID,                                                              \
                    .method = #method_,                                                            \
                    .path = path_,                                                                 \
                    .who = WHO_CLIENT,                                                             \
                    .body = BODY_CALL,                                                             \
                    .dialect = DIALECT_##dialect_,                                                 \
                    .only_provider = PROVIDER_##providers_,                                        \
                    .handle = proxy_handle},
#include "api/routes.def"
#undef ROUTE
#undef PROXY
};

/* How much of the path stands in the place of what is open there, at the row's '{'. */
static size_t param_len(const char *open, const char *path)
{
    return strcmp(open, "{rest}") == 0 ? strlen(path) : strcspn(path, "/");
}

static bool route_has_path(const struct route *r, const char *path)
{
    const char *row = r->path;
    size_t len;

    for (; *row != '\0' && *row != '{'; row++, path++)
        if (*row != *path)
            return false;
    if (*row == '\0')
        return *path == '\0';
    len = param_len(row, path);
    return len > 0 && (path[len] == '\0' ? strchr(row, '}')[1] == '\0'
                                         : strcmp(row + strlen("{id}"), path + len) == 0);
}

/* Only calls that go to a provider stand behind its prefix. */
static int path_provider(const char *path, const char **rest)
{
    providers_each (i) {
        const struct provider_info *p = provider_at(i);
        size_t len = p->prefix_len;

        if (len > 0 && strncmp(path, p->prefix, len) == 0 && path[len] == '/') {
            *rest = path + len;
            return i;
        }
    }
    *rest = path;
    return PROVIDER_OLLAMA;
}

static bool route_serves(const struct route *r, int provider, const char *path, const char *rest)
{
    if (rest != path && r->who != WHO_CLIENT)
        return false;
    if (r->only_provider != PROVIDER_ALL && r->only_provider != provider)
        return false;
    return route_has_path(r, rest);
}

enum err_code route_find(const char *method, const char *path, const struct route **out,
                         int *provider, const char **rest, char allow[48])
{
    size_t used = 0;

    *provider = path_provider(path, rest);
    if (strcmp(method, "HEAD") == 0)
        method = "GET";
    allow[0] = '\0';
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        const struct route *r = &routes[i];

        if (!route_serves(r, *provider, path, *rest))
            continue;
        if (strcmp(r->method, method) == 0) {
            *out = r;
            return ERR_OK;
        }
        if (used + strlen(r->method) + 3 < 48)
            used += (size_t)snprintf(allow + used, 48 - used, "%s%s", used ? ", " : "", r->method);
    }
    return used > 0 ? ERR_METHOD : ERR_NO_ROUTE;
}

static bool same(const char *row, const char *path, size_t len)
{
    return strlen(row) == len && memcmp(row, path, len) == 0;
}

/* A base_url without its end, or with it twice, and a provider that there is not: what clients are
 * mostly set up wrong with. */
static bool missing_call(const struct route *r, int provider, const char *rest, size_t len,
                         struct err *e)
{
    const char *tail = strchr(r->path + 1, '/');
    size_t row_len = strlen(r->path);
    bool served = r->only_provider == PROVIDER_ALL || r->only_provider == provider;

    if (served && (same(tail, rest, len) || same(r->path, rest, len)))
        err_set(e, ERR_NO_ROUTE, "There is nothing at this path; did you mean %s%s?",
                provider_at(provider)->prefix, r->path);
    else if (same(r->path, rest, len))
        err_set(e, ERR_NO_ROUTE, "There is nothing at this path: %s is of %s alone.", r->path,
                provider_at(r->only_provider)->name);
    else if (len > row_len && memcmp(rest + len - row_len, r->path, row_len) == 0)
        err_set(e, ERR_NO_ROUTE,
                "There is nothing at this path: what stands before %s is no provider's prefix.",
                r->path);
    else
        return false;
    return true;
}

void route_missing(const char *path, struct err *e)
{
    const char *rest;
    int provider = path_provider(path, &rest);
    size_t len = strlen(rest);

    while (len > 1 && rest[len - 1] == '/')
        len--;
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        const struct route *r = &routes[i];

        if (r->who == WHO_CLIENT && strchr(r->path, '{') == NULL &&
            missing_call(r, provider, rest, len, e))
            return;
    }
    err_set(e, ERR_NO_ROUTE,
            "There is nothing at this path. GET /openapi.json lists what there is.");
}

char *route_param(const struct http_req *r)
{
    const char *open = strchr(r->route->path, '{'), *at;

    if (open == NULL)
        return mem_strdup("");
    at = r->path + (open - r->route->path);
    return mem_strndup(at, param_len(open, at));
}
