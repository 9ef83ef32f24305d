/* The words by which keys are searched for, side by side in memory. */
#include "pool/texts.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { BLOCK_SLOTS = 1024, BLOCK_FIRST_BYTES = 1024 };

struct texts_block {
    char *text;
    size_t len, room;
    uint32_t records; /* of the slots from the block's first one on */
    bool stale;       /* a key's texts have changed: to be written anew */
    uint32_t begin[BLOCK_SLOTS + 1];
};

static void block_free(struct texts_block *b)
{
    free(b->text);
    free(b);
}

void texts_done(struct texts *t)
{
    for (size_t i = 0; i < t->len; i++)
        block_free(t->blocks[i]);
    free(t->blocks);
    t->blocks = NULL;
    t->len = 0;
}

/* Written last: the one that texts_add() adds to. */
static struct texts_block *texts_open(struct texts *t, uint32_t slot)
{
    size_t at = slot / BLOCK_SLOTS;

    while (t->len > at + 1) /* keys at the end were removed */
        block_free(t->blocks[--t->len]);
    while (t->len <= at) {
        t->blocks = mem_resize(t->blocks, t->len + 1, sizeof(struct texts_block *));
        t->blocks[t->len++] = mem_zalloc(sizeof(struct texts_block));
    }
    return t->blocks[at];
}

static void block_add(struct texts_block *b, const char *text)
{
    size_t len = strlen(text) + 1;

    if (b->len + len > b->room) {
        b->room = b->room ? b->room : BLOCK_FIRST_BYTES;
        while (b->room < b->len + len)
            b->room += b->room / 2;
        b->text = mem_resize(b->text, b->room, 1);
    }
    memcpy(b->text + b->len, text, len);
    b->len += len;
}

void texts_add(struct texts *t, const char *text)
{
    block_add(t->blocks[t->len - 1], text);
}

/* Slots without a key, in front of this one, have empty records. */
static void block_record(struct texts *t, struct texts_block *b, uint32_t slot)
{
    uint32_t i = slot % BLOCK_SLOTS;

    for (; b->records < i; b->records++)
        b->begin[b->records + 1] = (uint32_t)b->len;
    b->records = i + 1;
    t->write(t, t->arg, slot);
    b->begin[i + 1] = (uint32_t)b->len;
}

void texts_append(struct texts *t, uint32_t slot)
{
    struct texts_block *b = texts_open(t, slot);

    if (slot % BLOCK_SLOTS < b->records) { /* a slot that was used and given back */
        b->records = slot % BLOCK_SLOTS;
        b->len = b->begin[b->records];
    }
    block_record(t, b, slot);
    if (b->records == BLOCK_SLOTS) { /* it grows no more */
        b->text = mem_resize(b->text, b->len, 1);
        b->room = b->len;
    }
}

void texts_change(struct texts *t, uint32_t slot)
{
    if (slot / BLOCK_SLOTS < t->len)
        t->blocks[slot / BLOCK_SLOTS]->stale = true;
}

static void block_renew(struct texts *t, size_t at)
{
    struct texts_block *b = t->blocks[at];
    size_t len = t->len;
    uint32_t records = b->records;

    t->len = at + 1; /* so that texts_add() adds to this one */
    b->len = 0;
    b->records = 0;
    for (uint32_t i = 0; i < records; i++)
        block_record(t, b, (uint32_t)(at * BLOCK_SLOTS) + i);
    t->len = len;
    b->stale = false;
}

typedef unsigned char lanes __attribute__((vector_size(16)));

/* The place in a word of the first byte that is not zero, and how far its bits are up in the word.
 */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
static inline size_t first_lane(uint64_t word)
{
    return (size_t)__builtin_ctzll(word) / 8;
}

static inline size_t lane_shift(size_t lane)
{
    return lane * 8;
}
#else
static inline size_t first_lane(uint64_t word)
{
    return (size_t)__builtin_clzll(word) / 8;
}

static inline size_t lane_shift(size_t lane)
{
    return 56 - lane * 8;
}
#endif

/* A byte of the text and where it stands in it; small and large letters differ in one bit. */
struct probe {
    unsigned char byte, bit;
    size_t at;
};

static struct probe probe_at(const char *text, size_t at)
{
    unsigned char c = (unsigned char)text[at];
    unsigned char bit = (c | 0x20) >= 'a' && (c | 0x20) <= 'z' ? 0x20 : 0;

    return (struct probe){.byte = c | bit, .bit = bit, .at = at};
}

static inline lanes probe_fits(const struct probe *probe, const char *in)
{
    lanes l;

    memcpy(&l, in + probe->at, sizeof(l));
    return (lanes)((l | probe->bit) == probe->byte);
}

/* What is searched for, made ready once. */
struct needle {
    const char *text;
    size_t len;
    struct probe first, second, third, last;
};

static struct needle needle_of(const char *text, size_t len)
{
    return (struct needle){.text = text,
                           .len = len,
                           .first = probe_at(text, 0),
                           .second = probe_at(text, len / 3),
                           .third = probe_at(text, len * 2 / 3),
                           .last = probe_at(text, len - 1)};
}

/* Mostly so, where the probes fit: no call is worth while for so few bytes. */
static inline bool needle_stands(const struct needle *n, const char *in)
{
    for (size_t i = 0; i < n->len; i++) {
        unsigned char differ = (unsigned char)(in[i] ^ n->text[i]);
        unsigned char small = (unsigned char)(in[i] | 0x20);

        if (differ != 0 && (differ != 0x20 || small < 'a' || small > 'z'))
            return false;
    }
    return true;
}

/* Sixteen places at a time: those where four bytes of the text fit are compared. The C library's
 * memmem() takes twice as long (docs/internals/pool.md), and knows no small and large letters. */
static const char *needle_find(const struct needle *n, const char *in, size_t len)
{
    size_t at = 0;

    for (; at + n->len - 1 + sizeof(lanes) <= len; at += sizeof(lanes)) {
        lanes fits = probe_fits(&n->first, in + at) & probe_fits(&n->second, in + at) &
                     probe_fits(&n->third, in + at) & probe_fits(&n->last, in + at);
        uint64_t words[2];

        memcpy(words, &fits, sizeof(words));
        if ((words[0] | words[1]) == 0)
            continue;
        for (size_t half = 0; half < 2; half++)
            while (words[half] != 0) {
                size_t lane = first_lane(words[half]);

                if (needle_stands(n, in + at + half * 8 + lane))
                    return in + at + half * 8 + lane;
                words[half] &= ~((uint64_t)0xff << lane_shift(lane));
            }
    }
    for (; at + n->len <= len; at++)
        if (needle_stands(n, in + at))
            return in + at;
    return NULL;
}

const char *texts_find(const char *in, size_t len, const char *text, size_t text_len)
{
    const struct needle n = needle_of(text, text_len);

    return needle_find(&n, in, len);
}

/* One place in a record is enough. There is room in found. */
static void block_search(const struct texts_block *b, size_t slot, const char *text,
                         size_t text_len, struct bits *found)
{
    const struct needle n = needle_of(text, text_len);
    const char *at = b->text, *end = b->text + b->len;
    const uint32_t *next = b->begin + 1;

    for (; at < end && (at = needle_find(&n, at, (size_t)(end - at))) != NULL;
         at = b->text + *next) {
        size_t place = (size_t)(at - b->text), record;

        while (*next <= place)
            next++;
        record = slot + (size_t)(next - b->begin) - 1;
        found->words[record / 64] |= (uint64_t)1 << (record % 64);
    }
}

static void block_match(const struct texts_block *b, size_t slot, const char *text, size_t text_len,
                        struct bits *found)
{
    for (uint32_t i = 0; i < b->records; i++)
        if (b->begin[i + 1] - b->begin[i] > text_len &&
            memcmp(b->text + b->begin[i], text, text_len + 1) == 0)
            bits_put(found, slot + i, true);
}

static void texts_each(struct texts *t, const char *text, struct bits *found,
                       void (*look)(const struct texts_block *b, size_t slot, const char *text,
                                    size_t text_len, struct bits *found))
{
    bits_room(found, t->len * BLOCK_SLOTS / 64);
    for (size_t i = 0; i < t->len; i++) {
        if (t->blocks[i]->stale)
            block_renew(t, i);
        if (t->blocks[i]->len > 0)
            look(t->blocks[i], i * BLOCK_SLOTS, text, strlen(text), found);
    }
}

void texts_search(struct texts *t, const char *text, struct bits *found)
{
    texts_each(t, text, found, block_search);
}

void texts_match(struct texts *t, const char *text, struct bits *found)
{
    texts_each(t, text, found, block_match);
}
