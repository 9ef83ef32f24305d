/* The list of models, in OpenAI's form. */
#ifndef PROXY_MODELS_H
#define PROXY_MODELS_H

struct models_cache;

/* One per process, shared by the workers; main makes it and takes it down. */
struct models_cache *models_cache_new(void);
void models_cache_free(struct models_cache *c);

size_t models_cache_entries(struct models_cache *c, int64_t now_ms);
size_t models_cache_clear(struct models_cache *c, int provider); /* -1: all */

#endif
