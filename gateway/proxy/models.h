/* The list of models, in OpenAI's form. */
#ifndef PROXY_MODELS_H
#define PROXY_MODELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

struct gateway;
struct http_req;
struct models_cache;

/* One per process, shared by the workers; main makes it and takes it down. */
struct models_cache *models_cache_new(void);
void models_cache_free(struct models_cache *c);

/* Ollama's own list, without what the token's owner may not use. A request that was admitted. */
void models_tags(struct http_req *r);

/* The lists are in Redis when there is one; what is kept here stands in while it is away. Not for
 * workers, as these wait. false: Redis is away. */
bool models_cache_entries(struct gateway *gw, size_t *count) MUST_CHECK;
/* provider -1: of all; drop: or only count them. */
bool models_cache_clear(struct gateway *gw, int provider, bool drop, size_t *count) MUST_CHECK;

#endif
