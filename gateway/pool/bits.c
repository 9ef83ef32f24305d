/* A set of slots as a plain bitmap: for lists and for what keys have in common. */
#include "pool/bits.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { BITS_FIRST_WORDS = 4 };

void bits_done(struct bits *b)
{
    free(b->words);
    *b = (struct bits){0};
}

void bits_room(struct bits *b, size_t words)
{
    if (words <= b->len)
        return;
    b->words = mem_resize(b->words, words, sizeof(*b->words));
    memset(b->words + b->len, 0, (words - b->len) * sizeof(*b->words));
    b->len = words;
}

void bits_put(struct bits *b, size_t at, bool on)
{
    uint64_t bit = (uint64_t)1 << (at % 64);

    if (at / 64 >= b->len) {
        size_t words = b->len ? b->len : BITS_FIRST_WORDS;

        if (!on)
            return;
        while (words <= at / 64)
            words *= 2;
        bits_room(b, words);
    }
    b->words[at / 64] = on ? b->words[at / 64] | bit : b->words[at / 64] & ~bit;
}

size_t bits_count(const struct bits *b)
{
    size_t count = 0;

    for (size_t i = 0; i < b->len; i++)
        count += (size_t)__builtin_popcountll(b->words[i]);
    return count;
}

void bits_copy(struct bits *to, const struct bits *from)
{
    bits_room(to, from->len);
    if (from->len > 0)
        memcpy(to->words, from->words, from->len * sizeof(*to->words));
    for (size_t i = from->len; i < to->len; i++)
        to->words[i] = 0;
}

void bits_or(struct bits *to, const struct bits *with)
{
    bits_room(to, with->len);
    for (size_t i = 0; i < with->len; i++)
        to->words[i] |= with->words[i];
}

void bits_and(struct bits *to, const struct bits *with)
{
    for (size_t i = 0; i < to->len; i++)
        to->words[i] &= i < with->len ? with->words[i] : 0;
}
