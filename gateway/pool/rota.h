/* Whose turn it is: a set of slots that gives its members out in a circle. */
#ifndef POOL_ROTA_H
#define POOL_ROTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A bitmap with summaries above it (a bit for 64 of the level below), so that the next member is
 * found in a few steps whether it has ten slots or a million, one in ten of them usable or all. The
 * caller locks. Zeroed: empty. */
enum { ROTA_LEVELS = 5, ROTA_NONE = -1 }; /* 64^5 slots */

struct rota {
    int64_t ahead[2]; /* the two members after last, if ahead_known: to be fetched into the cache
                         early */
    bool ahead_known;
    uint64_t *level[ROTA_LEVELS];
    size_t slots; /* room */
    size_t count; /* members */
    int64_t last; /* the slot whose turn was last */
};

void rota_done(struct rota *r);
void rota_put(struct rota *r, size_t slot, bool member); /* grows as needed */
bool rota_has(const struct rota *r, size_t slot);
/* The first member after the slot, round the end; ROTA_NONE when empty. */
int64_t rota_after(const struct rota *r, int64_t slot);
/* The same for a slot whose turn was just before, from memory when it is known. */
int64_t rota_next(const struct rota *r, int64_t slot);
void rota_give(struct rota *r, int64_t slot); /* it is the member's turn: last, and looks ahead */
/* Takes those of a bitmap out, word by word: in a time that depends on the slots, not on how many
 * go. */
void rota_without(struct rota *r, const uint64_t *words, size_t words_len);
void rota_copy(struct rota *to, const struct rota *from); /* to is done first */

#endif
