/* Cross-origin calls: which web pages may read answers. */
#include "http/cors.h"

#include <string.h>

/* Whether a comma-separated list names the origin; "*" names all. */
static bool listed(const char *list, const char *origin)
{
    while (*list != '\0') {
        size_t len = strcspn(list, ", ");

        if ((len == 1 && *list == '*') ||
            (len == strlen(origin) && strncmp(list, origin, len) == 0))
            return true;
        list += len;
        list += strspn(list, ", ");
    }
    return false;
}

static void add(struct http_req *r, const char *name, const char *value)
{
    if (r->extra_len < ARRAY_LEN(r->extra))
        r->extra[r->extra_len++] = (struct http_header){name, value};
}

static bool allow(struct http_req *r, const struct route *route)
{
    const struct conf *conf = gateway_conf(r->w->gw);
    const char *origin = http_header(r, "Origin");
    const char *list = route->who >= WHO_READ ? conf->admin_cors_origins : conf->cors_origins;

    if (origin == NULL || !listed(list, origin))
        return false;
    add(r, "Access-Control-Allow-Origin", strcmp(list, "*") == 0 ? "*" : origin);
    add(r, "Vary", "Origin");
    return true;
}

void cors_allow(struct http_req *r)
{
    if (allow(r, r->route))
        add(r, "Access-Control-Expose-Headers", "X-Request-Id, Retry-After, X-Cache");
}

static void preflight_answer(struct http_req *r)
{
    struct http_answer a = {.status = 204};

    http_send(r, &a);
}

static const struct route preflight_route = {
    .path = "", .who = WHO_PUBLIC, .body = BODY_NONE, .handle = preflight_answer};

bool cors_preflight(struct http_req *r, const char *path, const char *method)
{
    const char *wanted = http_header(r, "Access-Control-Request-Method");
    const struct route *route;
    char methods[48];

    if (strcmp(method, "OPTIONS") != 0 || wanted == NULL ||
        route_find(wanted, path, &route, &r->provider, &r->path, methods) != ERR_OK ||
        !allow(r, route))
        return false;
    add(r, "Access-Control-Allow-Methods", route->method);
    add(r, "Access-Control-Allow-Headers", "Authorization, Content-Type, X-Api-Key");
    add(r, "Access-Control-Max-Age", "600");
    r->route = &preflight_route;
    return true;
}
