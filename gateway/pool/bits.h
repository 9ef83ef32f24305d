/* A set of slots as a plain bitmap: for lists and for what keys have in common. */
#ifndef POOL_BITS_H
#define POOL_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What lies beyond len words is not in the set. Zeroed: empty. The caller locks. */
struct bits {
    uint64_t *words;
    size_t len;
};

void bits_done(struct bits *b);
void bits_put(struct bits *b, size_t at, bool on); /* grows as needed */
size_t bits_count(const struct bits *b);
/* Room for so many more words, all of them empty; what is there stays. */
void bits_room(struct bits *b, size_t words);
void bits_copy(struct bits *to, const struct bits *from);
void bits_or(struct bits *to, const struct bits *with);
void bits_and(struct bits *to, const struct bits *with);

static inline bool bits_has(const struct bits *b, size_t at)
{
    return at / 64 < b->len && (b->words[at / 64] >> (at % 64) & 1);
}

#endif
