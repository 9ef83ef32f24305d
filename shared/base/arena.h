/* Memory that is handed out piece by piece and given back all at once. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

/* What an arena hands out lives until arena_reset() or arena_done(). Not thread-safe. A zeroed
 * arena is an empty one. Sizes are ours or bounded by the caller: running out of memory aborts. */
struct arena_block;
struct arena {
    struct arena_block *blocks;
    char *at;
    size_t left;
};

void *arena_alloc(struct arena *a, size_t size) __attribute__((returns_nonnull));
char *arena_strndup(struct arena *a, const char *s, size_t len) __attribute__((returns_nonnull));
/* The texts one after the other; NULL ends them. */
char *arena_join(struct arena *a, ...) __attribute__((sentinel, returns_nonnull));
void arena_reset(struct arena *a); /* keeps one block, for the next user */
void arena_done(struct arena *a);

#endif
