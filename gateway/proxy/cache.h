/* Answers that are kept for a while: whole ones, for the token that asked, and for the very same
 * body. */
#ifndef PROXY_CACHE_H
#define PROXY_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "crypto/digest.h"

struct http_req;
struct response_cache;

enum { CACHE_ANSWER_BYTES = 1024 * 1024 }; /* larger answers are not kept */

struct response_cache *response_cache_new(void);
void response_cache_free(struct response_cache *c);

/* All from any thread. */

/* With a Redis, this cache only stands in while that is away, for one outage: what it holds of
 * another is forgotten, as it may have been cleared meanwhile. */
void response_cache_stand_in(struct response_cache *c, unsigned outage);

/* What the answer to a call depends on: provider, token, path, query, body. */
void response_cache_key(const struct http_req *r, struct digest *out);

struct cached_answer {
    int status;
    const char *type; /* Content-Type */
    const char *body;
    size_t body_len;
};
/* false: there is none. Else copies of it in the arena. */
bool response_cache_get(struct response_cache *c, const struct digest *key, int64_t now_ms,
                        struct arena *arena, struct cached_answer *out);
/* Keeps a copy until until_ms. What was used least recently gives way when all is above cap_bytes.
 */
void response_cache_put(struct response_cache *c, const struct digest *key, int provider,
                        const struct cached_answer *a, int64_t until_ms, size_t cap_bytes);

struct response_cache_stats {
    uint64_t hits, misses;
    size_t entries, bytes;
};
void response_cache_stats(struct response_cache *c, struct response_cache_stats *out);
/* Forgets those of a provider (-1: all); returns how many. */
size_t response_cache_clear(struct response_cache *c, int provider, bool drop);

#endif
