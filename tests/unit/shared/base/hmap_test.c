/* Tests of the hash map: against a plain array, with chosen collisions, and of its hash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hmap.h"
#include "base/mem.h"

enum { ITEMS = 600, STEPS = 200000 };

struct item {
    int key;
    uint64_t hash;
    bool in;
};

static struct item items[ITEMS];

static bool item_equal(const void *item, const void *key)
{
    return ((const struct item *)item)->key == *(const int *)key;
}

/* xorshift64: the same steps in every run. */
static uint64_t next_random(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}

static void check_walk(const struct hmap *m)
{
    size_t at = 0, found = 0, expected = 0;
    struct item *item;

    while ((item = hmap_next(m, &at)) != NULL) {
        assert_true(item->in);
        found++;
    }
    for (size_t i = 0; i < ITEMS; i++)
        expected += items[i].in;
    assert_int_equal(found, expected);
    assert_int_equal(m->count, expected);
}

/* hashes: how many different ones there are; few make long chains that wrap around the end. */
static void run_random(uint64_t hashes)
{
    struct hmap m = {0};
    uint64_t seed = 88172645463325252u;

    for (int i = 0; i < ITEMS; i++)
        items[i] =
            (struct item){i, hashes ? UINT64_MAX - (uint64_t)i % hashes : (uint64_t)i, false};
    for (int step = 0; step < STEPS; step++) {
        struct item *item = &items[next_random(&seed) % ITEMS];
        struct item *got = hmap_get(&m, item->hash, item_equal, &item->key);

        assert_ptr_equal(got, item->in ? item : NULL);
        if (!item->in)
            hmap_put(&m, item->hash, item);
        else
            assert_ptr_equal(hmap_del(&m, item->hash, item_equal, &item->key), item);
        item->in = !item->in;
        if (step % 1000 == 0)
            check_walk(&m);
    }
    for (int i = 0; i < ITEMS; i++)
        assert_ptr_equal(hmap_get(&m, items[i].hash, item_equal, &items[i].key),
                         items[i].in ? &items[i] : NULL);
    hmap_done(&m);
    assert_int_equal(m.count, 0);
    assert_null(hmap_get(&m, 0, item_equal, &items[0].key));
}

static void map__random_puts_and_dels__agrees_with_an_array(void **state)
{
    (void)state;
    run_random(0);
    run_random(64);
    run_random(3);
}

static void map__empty__finds_nothing(void **state)
{
    struct hmap m = {0};
    size_t at = 0;
    int key = 1;

    (void)state;
    assert_null(hmap_get(&m, 1, item_equal, &key));
    assert_null(hmap_del(&m, 1, item_equal, &key));
    assert_null(hmap_next(&m, &at));
    hmap_done(&m);
}

static void hash__same_bytes_same_hash__others_differ(void **state)
{
    unsigned char bytes[64];
    uint64_t all[64 * 8 + 1];
    size_t len = 0;

    (void)state;
    memset(bytes, 0, sizeof(bytes));
    /* Every length, and every single bit. */
    for (size_t i = 0; i <= 16; i++)
        all[len++] = hash_bytes(bytes, i);
    for (size_t bit = 0; bit < 16 * 8; bit++) {
        bytes[bit / 8] = (unsigned char)(1u << (bit % 8));
        all[len++] = hash_bytes(bytes, 16);
        bytes[bit / 8] = 0;
    }
    for (size_t i = 0; i < len; i++)
        for (size_t k = i + 1; k < len; k++)
            assert_true(all[i] != all[k]);
    assert_true(hash_bytes("abc", 3) == hash_bytes("abcd", 3));
}

static void hash__low_bits__are_spread(void **state)
{
    size_t counts[64] = {0};

    (void)state;
    for (uint32_t i = 0; i < 64 * 256; i++)
        counts[hash_bytes(&i, sizeof(i)) % 64]++;
    for (size_t i = 0; i < 64; i++)
        assert_in_range(counts[i], 128, 384); /* 256 each, and 8 standard deviations */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(map__random_puts_and_dels__agrees_with_an_array),
        cmocka_unit_test(map__empty__finds_nothing),
        cmocka_unit_test(hash__same_bytes_same_hash__others_differ),
        cmocka_unit_test(hash__low_bits__are_spread),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
