/* Lists of models that are kept for an hour. */
#ifndef PROXY_MODELS_CACHE_H
#define PROXY_MODELS_CACHE_H

#include "proxy/models.h"

struct http_req;

/* Calls found() with the list of the request's provider, borrowed for the call, or with NULL when
 * none is kept: now, or when Redis has answered. The worker's thread. */
typedef void models_found_fn(struct http_req *r, const char *json);
void models_cache_get(struct http_req *r, models_found_fn *found);
/* Keeps a copy. Any thread. */
void models_cache_put(struct gateway *gw, int provider, const char *json);

#endif
