/* The HTTP API of the gateway as seen by a program: one call, one answer, errors as struct err. */
#ifndef API_CLIENT_H
#define API_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "api/lines.h"
#include "api/stop.h"
#include "base/err.h"

/* One for each ROUTE of routes.def. */
enum api_route {
#define PROXY(id, method, path, providers, dialect, text)
#define ROUTE(id, method, path, who, body, handler, text) API_##id,
#include "api/routes.def"
#undef PROXY
#undef ROUTE
    API_ROUTES
};

struct api_client;

/* Texts are copied. program names the caller to the gateway ("poolctl"). url is where the gateway
 * is, as http(s)://host:port and perhaps a path before its own; provider goes along with every call
 * of the admin API, and so does token, unless it is NULL. */
struct api_client_conf {
    const char *program, *url, *token, *provider;
};

/* Owned; one thread at a time. Refuses a URL that is not http(s) or holds credentials. */
enum err_code api_client_new(const struct api_client_conf *conf, struct api_client **out,
                             struct err *e) MUST_CHECK;
void api_client_free(struct api_client *c); /* wipes the token; NULL is allowed */

struct api_param {
    const char *name;  /* NULL ends the parameters */
    const char *value; /* NULL: left out */
};

/* Called now and then while the call runs; total < 0: not known. */
typedef void api_progress_fn(void *arg, int64_t sent, int64_t total);

/* All borrowed for the call. At most one of json and upload. */
struct api_request {
    enum api_route route;
    const char *id; /* for {id} in the path */
    const struct api_param *params;
    bool any_provider; /* say nothing of the provider */
    const json_t *json;
    FILE *upload;         /* sent as text/plain, from where it stands to its end */
    bool upload_binary;   /* not as text: as application/octet-stream */
    FILE *download;       /* a good answer is written here as it comes, and is no JSON */
    int64_t upload_bytes; /* -1: not known */
    api_progress_fn *progress;
    void *progress_arg;
    lines_fn *line; /* gets a good answer as it comes, line by line; false ends the call */
    void *line_arg;
    unsigned silence_s;    /* how long the gateway may say nothing; 0: a minute */
    unsigned timeout_ms;   /* for the whole call, the connection included; 0: no such limit */
    struct api_stop *stop; /* lets another thread end the call; outlives the client; or NULL */
};

/* Makes the call, which with line lasts as long as the gateway goes on. *out (NULL: the answer is
 * of no interest) becomes the answer's JSON, to be released with json_decref(); NULL on error. An
 * error of the gateway comes with its own code and message; ERR_UNREACHABLE names the URL and the
 * remedy. Never follows redirects, never uses a proxy. */
enum err_code api_call(struct api_client *c, const struct api_request *r, json_t **out,
                       struct err *e) MUST_CHECK;
/* X-Request-Id of the last answer, or "". Valid until the next call. */
const char *api_client_request_id(const struct api_client *c);
const char *api_client_url(const struct api_client *c);

#endif
