/* A hash map from a caller's key to a caller's item; the item holds its own key. */
#ifndef BASE_HMAP_H
#define BASE_HMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrows its items. Not thread-safe. A zeroed map is an empty one. */
struct hmap_slot {
    uint64_t hash;
    void *item; /* NULL: free */
};
struct hmap {
    struct hmap_slot *slots;
    size_t count, room; /* room is 0 or a power of two */
};

typedef bool hmap_eq(const void *item, const void *key);

void hmap_done(struct hmap *m);
/* The item that eq() accepts among those with this hash, or NULL. */
void *hmap_get(const struct hmap *m, uint64_t hash, hmap_eq *eq, const void *key);
/* Adds; the caller has made sure that no equal item is there. */
void hmap_put(struct hmap *m, uint64_t hash, void *item);
/* Takes the item out and returns it, or NULL. */
void *hmap_del(struct hmap *m, uint64_t hash, hmap_eq *eq, const void *key);
/* Walks all items in no order: start with *at = 0; NULL at the end. No change while walking. */
void *hmap_next(const struct hmap *m, size_t *at);

/* SipHash-1-3 with a key drawn at start, so that no client can choose collisions. */
uint64_t hash_bytes(const void *data, size_t len);

#endif
