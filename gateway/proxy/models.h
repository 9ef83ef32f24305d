/* The list of models, in OpenAI's form. */
#ifndef PROXY_MODELS_H
#define PROXY_MODELS_H

struct models_cache;

/* One per process, shared by the workers; main makes it and takes it down. */
struct models_cache *models_cache_new(void);
void models_cache_free(struct models_cache *c);

#endif
