/* Which handler answers which path, from routes.def. */
#include "http/routes.h"

#include <string.h>

#include "gateway.h"
#include "http/http.h"

enum { PROVIDER_ALL = -1 };

const struct route routes[ROUTE_COUNT] = {
#define PATH(p)                                                                                    \
    .path = p, .path_len = sizeof(p) - 1 - (p[sizeof(p) - 2] == '}' ? PARAM_LEN(p) : 0),           \
    .open_end = p[sizeof(p) - 2] == '}',                                                           \
    .to_end = p[sizeof(p) - 2] == '}' && p[sizeof(p) - 3] == 't'
#define PARAM_LEN(p) (p[sizeof(p) - 3] == 't' ? sizeof("{rest}") - 1 : sizeof("{id}") - 1)
#define ROUTE(ID, method_, path_, who_, body_, handler, text)                                      \
    [ROUTE_##ID] = {.id = ROUTE_##ID,                                                              \
                    .method = #method_,                                                            \
                    PATH(path_),                                                                   \
                    .who = WHO_##who_,                                                             \
                    .body = BODY_##body_,                                                          \
                    .only_provider = PROVIDER_ALL,                                                 \
                    .handle = handler},
#define PROXY(ID, method_, path_, providers_, dialect_, text)                                      \
    [ROUTE_##ID] = {.id = ROUTE_##ID,                                                              \
                    .method = #method_,                                                            \
                    PATH(path_),                                                                   \
                    .who = WHO_CLIENT,                                                             \
                    .body = BODY_CALL,                                                             \
                    .dialect = DIALECT_##dialect_,                                                 \
                    .only_provider = PROVIDER_##providers_,                                        \
                    .handle = proxy_handle},
#include "api/routes.def"
#undef ROUTE
#undef PROXY
};

static bool route_has_path(const struct route *r, const char *path)
{
    const char *param;

    if (strncmp(r->path, path, r->path_len) != 0)
        return false;
    param = path + r->path_len;
    if (!r->open_end)
        return *param == '\0';
    return *param != '\0' && (r->to_end || strchr(param, '/') == NULL);
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

const char *route_param(const struct http_req *r)
{
    return r->route->open_end ? r->path + r->route->path_len : "";
}
