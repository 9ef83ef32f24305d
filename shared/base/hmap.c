/* A hash map with open addressing: linear probing, and backward shift instead of tombstones. */
#include "base/hmap.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/mem.h"

enum { HMAP_FIRST_ROOM = 16 };

void hmap_done(struct hmap *m)
{
    free(m->slots);
    *m = (struct hmap){0};
}

static size_t hmap_find(const struct hmap *m, uint64_t hash, hmap_eq *eq, const void *key)
{
    size_t mask = m->room - 1;

    if (m->room == 0)
        return SIZE_MAX;
    for (size_t i = hash & mask; m->slots[i].item != NULL; i = (i + 1) & mask)
        if (m->slots[i].hash == hash && eq(m->slots[i].item, key))
            return i;
    return SIZE_MAX;
}

void *hmap_get(const struct hmap *m, uint64_t hash, hmap_eq *eq, const void *key)
{
    size_t i = hmap_find(m, hash, eq, key);

    return i == SIZE_MAX ? NULL : m->slots[i].item;
}

static void hmap_place(struct hmap *m, uint64_t hash, void *item)
{
    size_t mask = m->room - 1, i = hash & mask;

    while (m->slots[i].item != NULL)
        i = (i + 1) & mask;
    m->slots[i] = (struct hmap_slot){hash, item};
}

static void hmap_grow(struct hmap *m)
{
    struct hmap old = *m;

    m->room = old.room ? old.room * 2 : HMAP_FIRST_ROOM;
    m->slots = mem_array(m->room, sizeof(*m->slots));
    for (size_t i = 0; i < old.room; i++)
        if (old.slots[i].item != NULL)
            hmap_place(m, old.slots[i].hash, old.slots[i].item);
    free(old.slots);
}

void hmap_put(struct hmap *m, uint64_t hash, void *item)
{
    if ((m->count + 1) * 4 > m->room * 3)
        hmap_grow(m);
    hmap_place(m, hash, item);
    m->count++;
}

void *hmap_del(struct hmap *m, uint64_t hash, hmap_eq *eq, const void *key)
{
    size_t i = hmap_find(m, hash, eq, key), mask = m->room - 1;
    void *item;

    if (i == SIZE_MAX)
        return NULL;
    item = m->slots[i].item;
    /* Whatever follows and could stand in the hole moves into it, so that no probe stops early. */
    for (size_t k = (i + 1) & mask; m->slots[k].item != NULL; k = (k + 1) & mask) {
        size_t home = m->slots[k].hash & mask;

        if (((k - home) & mask) >= ((k - i) & mask)) {
            m->slots[i] = m->slots[k];
            i = k;
        }
    }
    m->slots[i].item = NULL;
    m->count--;
    return item;
}

void *hmap_next(const struct hmap *m, size_t *at)
{
    while (*at < m->room) {
        void *item = m->slots[(*at)++].item;

        if (item != NULL)
            return item;
    }
    return NULL;
}

static uint64_t sip_key[2];

static void sip_seed(void)
{
    if (getrandom(sip_key, sizeof(sip_key), 0) != (ssize_t)sizeof(sip_key))
        abort();
}

static inline uint64_t rotl(uint64_t x, int b)
{
    return (x << b) | (x >> (64 - b));
}

static inline void sip_round(uint64_t v[4])
{
    v[0] += v[1], v[1] = rotl(v[1], 13), v[1] ^= v[0], v[0] = rotl(v[0], 32);
    v[2] += v[3], v[3] = rotl(v[3], 16), v[3] ^= v[2];
    v[0] += v[3], v[3] = rotl(v[3], 21), v[3] ^= v[0];
    v[2] += v[1], v[1] = rotl(v[1], 17), v[1] ^= v[2], v[2] = rotl(v[2], 32);
}

/* Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012), with 1 and 3 rounds. */
uint64_t hash_bytes(const void *data, size_t len)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    const unsigned char *p = data;
    uint64_t v[4], word = 0;
    size_t whole = len & ~(size_t)7;

    pthread_once(&once, sip_seed);
    v[0] = sip_key[0] ^ 0x736f6d6570736575u;
    v[1] = sip_key[1] ^ 0x646f72616e646f6du;
    v[2] = sip_key[0] ^ 0x6c7967656e657261u;
    v[3] = sip_key[1] ^ 0x7465646279746573u;
    for (size_t i = 0; i < whole; i += 8) {
        memcpy(&word, p + i, 8);
        v[3] ^= word;
        sip_round(v);
        v[0] ^= word;
    }
    word = (uint64_t)len << 56;
    for (size_t i = whole; i < len; i++)
        word |= (uint64_t)p[i] << (8 * (i - whole));
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
    v[2] ^= 0xff;
    for (int i = 0; i < 3; i++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}
