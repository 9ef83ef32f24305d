/* A queue of bytes in chunks of one size, recycled through a pool of spares. */
#ifndef BASE_CHUNKQ_H
#define BASE_CHUNKQ_H

#include <stdbool.h>
#include <stddef.h>

enum {
    CHUNK_BYTES = 16 * 1024 - 32, /* a slice of libcurl's mostly fits one chunk */
    CHUNK_SPARES = 64,
};

struct chunk {
    struct chunk *next;
    size_t begin, end; /* what is queued is data[begin, end) */
    char data[CHUNK_BYTES];
};

/* Shared by the queues of one thread. Zeroed: empty. */
struct chunk_spares {
    struct chunk *first;
    size_t count;
};
void chunk_spares_done(struct chunk_spares *s);

/* An empty queue holds no memory. The caller bounds len_bytes: a queue never refuses. */
struct chunkq {
    struct chunk *first, *last;
    size_t len_bytes;
    struct chunk_spares *spares; /* borrowed */
};

void chunkq_init(struct chunkq *q, struct chunk_spares *spares);
void chunkq_clear(struct chunkq *q);
void chunkq_add(struct chunkq *q, const void *data, size_t len);
/* Moves up to max bytes out; returns how many. */
size_t chunkq_take(struct chunkq *q, void *out, size_t max);
/* All of it in one piece: NULL when it spans chunks (or is empty). Borrowed until the next change.
 */
const char *chunkq_flat(const struct chunkq *q);
/* Copies up to max bytes without taking them; returns how many. */
size_t chunkq_peek(const struct chunkq *q, void *out, size_t max);

#endif
