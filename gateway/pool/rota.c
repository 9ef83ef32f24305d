/* Whose turn it is: a set of slots that gives its members out in a circle. */
#include "pool/rota.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { ROTA_FIRST_SLOTS = 64 };

static size_t level_words(size_t slots, int level)
{
    size_t words = slots;

    for (int i = 0; i <= level; i++)
        words = (words + 63) / 64;
    return words;
}

void rota_done(struct rota *r)
{
    for (int i = 0; i < ROTA_LEVELS; i++)
        free(r->level[i]);
    *r = (struct rota){0};
}

static void rota_grow(struct rota *r, size_t slot)
{
    size_t slots = r->slots ? r->slots : ROTA_FIRST_SLOTS;

    while (slots <= slot)
        slots *= 2;
    if (r->slots == 0)
        r->last = ROTA_NONE;
    for (int i = 0; i < ROTA_LEVELS; i++) {
        size_t old = r->slots ? level_words(r->slots, i) : 0, words = level_words(slots, i);

        r->level[i] = mem_resize(r->level[i], words, sizeof(uint64_t));
        memset(r->level[i] + old, 0, (words - old) * sizeof(uint64_t));
    }
    r->slots = slots;
}

bool rota_has(const struct rota *r, size_t slot)
{
    return slot < r->slots && (r->level[0][slot / 64] >> (slot % 64) & 1);
}

void rota_put(struct rota *r, size_t slot, bool member)
{
    if (slot >= r->slots)
        rota_grow(r, slot);
    if (rota_has(r, slot) == member)
        return;
    r->ahead_known = false;
    r->count += member ? 1 : (size_t)-1;
    for (int i = 0; i < ROTA_LEVELS; i++, slot /= 64) {
        uint64_t bit = (uint64_t)1 << (slot % 64);
        uint64_t *word = &r->level[i][slot / 64];
        bool was_empty = *word == 0;

        *word = member ? *word | bit : *word & ~bit;
        /* The summary changes only when this word became empty or stopped being so. */
        if (member ? !was_empty : *word != 0)
            return;
    }
}

/* The first member at or after slot, without going round. */
static int64_t rota_from(const struct rota *r, size_t slot)
{
    int level = 0;
    size_t at = slot;

    /* Up, until a word has something at or behind the place looked for. */
    for (;; level++, at = at / 64 + 1) {
        uint64_t rest;

        if (level == ROTA_LEVELS || at / 64 >= level_words(r->slots, level))
            return ROTA_NONE;
        rest = r->level[level][at / 64] >> (at % 64);
        if (rest != 0) {
            at += (size_t)__builtin_ctzll(rest);
            break;
        }
    }
    /* Down again, to the first member under it. */
    for (; level > 0; level--)
        at = at * 64 + (size_t)__builtin_ctzll(r->level[level - 1][at]);
    return (int64_t)at;
}

int64_t rota_after(const struct rota *r, int64_t slot)
{
    int64_t next;

    if (r->count == 0)
        return ROTA_NONE;
    next = rota_from(r, (size_t)(slot + 1));
    return next != ROTA_NONE ? next : rota_from(r, 0);
}

int64_t rota_next(const struct rota *r, int64_t slot)
{
    return r->ahead_known && slot == r->last ? r->ahead[0] : rota_after(r, slot);
}

void rota_give(struct rota *r, int64_t slot)
{
    bool as_foreseen = r->ahead_known && r->ahead[0] == slot;

    r->last = slot;
    r->ahead[0] = as_foreseen ? r->ahead[1] : rota_after(r, slot);
    r->ahead[1] = rota_after(r, r->ahead[0]);
    r->ahead_known = true;
}

void rota_without(struct rota *r, const uint64_t *words, size_t words_len)
{
    size_t len = r->slots ? level_words(r->slots, 0) : 0;

    r->ahead_known = false;
    for (size_t i = 0; i < len && i < words_len; i++) {
        uint64_t gone = r->level[0][i] & words[i];

        if (gone == 0)
            continue;
        r->count -= (size_t)__builtin_popcountll(gone);
        r->level[0][i] &= ~gone;
        if (r->level[0][i] != 0)
            continue;
        /* The word became empty: so may be what stands above it. */
        for (size_t level = 1, at = i; level < ROTA_LEVELS; level++, at /= 64) {
            r->level[level][at / 64] &= ~((uint64_t)1 << (at % 64));
            if (r->level[level][at / 64] != 0)
                break;
        }
    }
}

void rota_copy(struct rota *to, const struct rota *from)
{
    rota_done(to);
    if (from->slots == 0)
        return;
    rota_grow(to, from->slots - 1);
    for (int i = 0; i < ROTA_LEVELS; i++)
        memcpy(to->level[i], from->level[i], level_words(from->slots, i) * sizeof(uint64_t));
    to->count = from->count;
    to->last = from->last;
}
