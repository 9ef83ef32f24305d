/* The words by which keys are searched for, side by side in memory. */
#ifndef POOL_TEXTS_H
#define POOL_TEXTS_H

#include "pool/bits.h"

/* Records in the order of slots, in blocks, so that a search reads memory from end to end and
 * touches no key. A record is its texts, each closed by a NUL. Used by one thread at a time.
 * Zeroed: empty. */
struct texts_block;
struct texts {
    struct texts_block **blocks;
    size_t len;
    /* Adds the texts of the slot's key with texts_add(), as often as there are texts. */
    void (*write)(struct texts *t, void *arg, uint32_t slot);
    void *arg;
};

void texts_done(struct texts *t);
/* There is a new key at the slot, which is behind all others. */
void texts_append(struct texts *t, uint32_t slot);
/* The texts of the slot's key are others now. */
void texts_change(struct texts *t, uint32_t slot);
void texts_add(struct texts *t, const char *text);
/* Puts the slots whose record holds the text into found, small and large letters of ASCII being the
 * same. */
void texts_search(struct texts *t, const char *text, struct bits *found);
/* The same for slots whose first text is this one, to the letter. */
void texts_match(struct texts *t, const char *text, struct bits *found);
/* Where the text stands in len bytes; NULL: nowhere. As in texts_search(). */
const char *texts_find(const char *in, size_t len, const char *text, size_t text_len);

#endif
