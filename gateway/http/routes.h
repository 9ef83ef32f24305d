/* Which handler answers which path, from routes.def. */
#ifndef HTTP_ROUTES_H
#define HTTP_ROUTES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct http_req;

enum route_id {
#define ROUTE(ID, ...) ROUTE_##ID,
#define PROXY(ID, ...) ROUTE_##ID,
#include "api/routes.def"
#undef ROUTE
#undef PROXY
    ROUTE_COUNT
};
/* In order: whoever may do something may do what stands before it among the roles of admins. */
enum route_who { WHO_PUBLIC, WHO_CLIENT, WHO_USER, WHO_READ, WHO_OPERATE, WHO_OWN };
enum route_body {
#define BODY(KIND, bytes, words) BODY_##KIND,
#include "api/bodies.def"
#undef BODY
};
enum route_dialect {
    DIALECT_NONE,
    DIALECT_CHAT,
    DIALECT_COMPLETION,
    DIALECT_EMBED,
    DIALECT_RESPONSES,
    DIALECT_MESSAGES,
    DIALECT_NATIVE,
    DIALECT_PLAIN
};

struct route {
    enum route_id id;
    const char *method, *path;
    enum route_who who;
    enum route_body body;
    enum route_dialect dialect;
    int only_provider; /* -1: any */
    void (*handle)(struct http_req *r);
};

extern const struct route routes[ROUTE_COUNT];

/* Finds the row for a method and a decoded path. On success *provider is the one whose prefix the
 * path has, and *rest the path behind it. Errors: ERR_NO_ROUTE; ERR_METHOD, with the allowed ones,
 * as "GET, POST", in allow. HEAD is served as GET. */
enum err_code route_find(const char *method, const char *path, const struct route **out,
                         int *provider, const char **rest, char allow[48]) MUST_CHECK;
/* Fills *e for a decoded path that ERR_NO_ROUTE was found for: with the path that was meant, where
 * that can be told. Nothing of the path itself is repeated. */
void route_missing(const char *path, struct err *e);
/* What stands in the place of {id} or {rest}; "" when the route has none. Owned by the caller. */
char *route_param(const struct http_req *r);

/* Every handler that the table names. */
#define PROXY(...)
#define ROUTE(ID, method, path, who, body, handler, text) void handler(struct http_req *r);
#include "api/routes.def"
#undef ROUTE
#undef PROXY
void proxy_handle(struct http_req *r);

#endif
