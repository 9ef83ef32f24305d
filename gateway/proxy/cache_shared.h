/* Answers that are kept in Redis, for all gateways. */
#ifndef PROXY_CACHE_SHARED_H
#define PROXY_CACHE_SHARED_H

#include "base/buf.h"
#include "proxy/cache.h"
#include "store/redis.h"

/* r is not NULL in all of these. */

/* The names of what belongs to one answer; owned. */
struct shared_names {
    char *begin, *name, *answer, *ends, *sizes, *counts;
};
/* provider -1 and key NULL: of none. */
void shared_names_make(struct redis *r, int provider, const struct digest *key,
                       struct shared_names *out);
void shared_names_done(struct shared_names *n);

/* The command that looks for an answer; the names have to live until it is posted. */
void shared_answer_words(struct redis *r, const struct shared_names *n, struct redis_words *w);
/* Keeps a copy of an answer; does not wait. */
void shared_answer_put(struct redis *r, int provider, const struct digest *key,
                       const struct cached_answer *a, int64_t ttl_ms, size_t cap_bytes);
/* An answer as it is kept, and back; what is read points into text. Pure. */
void shared_answer_write(const struct cached_answer *a, struct buf *out);
bool shared_answer_read(char *text, size_t len, struct cached_answer *out) MUST_CHECK;

/* These wait, so not for workers. false: Redis is away. */
bool shared_answers_stats(struct redis *r, struct response_cache_stats *out) MUST_CHECK;
/* Forgets those of a provider (-1: all); *count becomes how many. */
bool shared_answers_clear(struct redis *r, int provider, bool drop, size_t *count) MUST_CHECK;

#endif
