/* Tests of the set of slots that gives its members out in a circle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "pool/rota.h"

static void nothing__is_an_empty_rota(void **state)
{
    struct rota r = {0};

    (void)state;
    assert_int_equal(rota_after(&r, ROTA_NONE), ROTA_NONE);
    assert_int_equal(rota_after(&r, 0), ROTA_NONE);
    assert_int_equal(rota_after(&r, 1000000), ROTA_NONE);
    assert_false(rota_has(&r, 0));
    assert_false(rota_has(&r, 1000000));
    rota_done(&r);
}

static void members__come_in_a_circle(void **state)
{
    static const size_t slots[] = {0, 5, 63, 64, 4095, 4096, 262143, 262144};
    struct rota r = {0};
    int64_t at = ROTA_NONE;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(slots); i++)
        rota_put(&r, slots[i], true);
    for (size_t i = 0; i < 3 * ARRAY_LEN(slots); i++) {
        at = rota_after(&r, at);
        assert_int_equal(at, slots[i % ARRAY_LEN(slots)]);
    }
    rota_done(&r);
}

static void only_member__follows_itself(void **state)
{
    static const size_t slots[] = {0, 1, 63, 64, 65, 127, 4095, 4096, 70000, 262143, 262144};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(slots); i++) {
        struct rota r = {0};

        rota_put(&r, slots[i], true);
        assert_int_equal(r.count, 1);
        assert_int_equal(rota_after(&r, ROTA_NONE), slots[i]);
        assert_int_equal(rota_after(&r, (int64_t)slots[i]), slots[i]);
        assert_int_equal(rota_after(&r, (int64_t)slots[i] + 1), slots[i]);
        assert_int_equal(rota_after(&r, (int64_t)slots[i] - 1), slots[i]);
        assert_int_equal(rota_after(&r, 99999999), slots[i]);
        rota_put(&r, slots[i], false);
        assert_int_equal(r.count, 0);
        assert_int_equal(rota_after(&r, 0), ROTA_NONE);
        rota_done(&r);
    }
}

static void put_twice__counts_once(void **state)
{
    struct rota r = {0};

    (void)state;
    rota_put(&r, 7, true);
    rota_put(&r, 7, true);
    assert_int_equal(r.count, 1);
    rota_put(&r, 9, false);
    assert_int_equal(r.count, 1);
    rota_put(&r, 500000, false); /* never was one, and is beyond the room */
    assert_int_equal(r.count, 1);
    assert_int_equal(rota_after(&r, 7), 7);
    rota_put(&r, 7, false);
    rota_put(&r, 7, false);
    assert_int_equal(r.count, 0);
    rota_done(&r);
}

/* Growing must keep what the upper levels say of the lower ones. */
static void growth__keeps_the_members(void **state)
{
    struct rota r = {0};

    (void)state;
    rota_put(&r, 3, true);
    for (size_t slot = 64; slot < 3000000; slot *= 2) {
        rota_put(&r, slot, true);
        assert_int_equal(rota_after(&r, (int64_t)slot), 3);
        assert_int_equal(rota_after(&r, (int64_t)slot - 1), slot);
        assert_int_equal(rota_after(&r, 3), 64);
    }
    rota_done(&r);
}

static void copy__is_independent(void **state)
{
    struct rota a = {0}, b = {0};

    (void)state;
    rota_copy(&b, &a);
    assert_int_equal(rota_after(&b, 0), ROTA_NONE);
    for (size_t slot = 0; slot < 10000; slot += 7)
        rota_put(&a, slot, true);
    a.last = 70;
    rota_put(&b, 123456, true); /* forgotten by the copy */
    rota_copy(&b, &a);
    assert_int_equal(b.count, a.count);
    assert_int_equal(b.last, 70);
    assert_int_equal(rota_after(&b, 9996), 0);
    rota_put(&b, 14, false);
    rota_put(&a, 21, false);
    assert_int_equal(rota_after(&a, 7), 14);
    assert_int_equal(rota_after(&b, 7), 21);
    rota_done(&a);
    rota_done(&b);
}

/* ---- against a plain array of flags ---- */

struct naive {
    bool *has;
    size_t slots, count;
};

static int64_t naive_after(const struct naive *n, int64_t slot)
{
    for (size_t i = 1; i <= n->slots; i++) {
        size_t at = ((size_t)(slot + (int64_t)i)) % n->slots;

        if (n->has[at])
            return (int64_t)at;
    }
    return ROTA_NONE;
}

/* Marsaglia's xorshift: the same numbers in each run. */
static uint64_t next_random(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}

static void rota_compare(struct rota *r, const struct naive *n, uint64_t *seed, int queries)
{
    assert_int_equal(r->count, n->count);
    for (int i = 0; i < queries; i++) {
        size_t slot = next_random(seed) % n->slots;

        assert_int_equal(rota_has(r, slot), n->has[slot]);
        assert_int_equal(rota_after(r, (int64_t)slot), naive_after(n, (int64_t)slot));
    }
    assert_int_equal(rota_after(r, ROTA_NONE), naive_after(n, ROTA_NONE));
}

static void naive_put(struct naive *n, struct rota *r, size_t slot, bool member)
{
    if (n->has[slot] != member)
        n->count += member ? 1 : (size_t)-1;
    n->has[slot] = member;
    rota_put(r, slot, member);
}

/* One set of a size and a density, filled, thinned out and emptied. */
static void rota_try(size_t slots, unsigned one_in, uint64_t *seed)
{
    struct naive n = {mem_zalloc(slots * sizeof(bool)), slots, 0};
    struct rota r = {0};

    for (size_t i = 0; i < slots; i++)
        if (next_random(seed) % one_in == 0)
            naive_put(&n, &r, i, true);
    rota_compare(&r, &n, seed, 200);
    for (int i = 0; i < 3000; i++)
        naive_put(&n, &r, next_random(seed) % slots, next_random(seed) % one_in == 0);
    rota_compare(&r, &n, seed, 200);
    for (size_t i = 0; i < slots; i++)
        if (i != slots / 3)
            naive_put(&n, &r, i, false);
    rota_compare(&r, &n, seed, 5);
    naive_put(&n, &r, slots / 3, false);
    rota_compare(&r, &n, seed, 2);
    rota_done(&r);
    free(n.has);
}

static void random_sets__agree_with_an_array(void **state)
{
    static const size_t sizes[] = {1, 2, 63, 64, 65, 1000, 4096, 4097, 50000, 262145, 300000};
    static const unsigned densities[] = {1, 2, 10, 1000, 100000};
    uint64_t seed = 20240229;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
        for (size_t k = 0; k < ARRAY_LEN(densities); k++)
            rota_try(sizes[i], densities[k], &seed);
}

/* Words that become empty, and what stands above them, at each level. */
static void without__takes_out_what_the_bitmap_has(void **state)
{
    enum { SLOTS = 64 * 64 * 3 + 70, WORDS = SLOTS / 64 + 1 };
    static const struct {
        size_t from, to, step;
    } gone[] = {{0, SLOTS, 1}, {64, 128, 1}, {64, 64 * 65, 1}, {0, SLOTS, 3}, {5, 6, 1}, {0, 0, 1}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(gone); i++) {
        struct rota r = {.slots = 0}, want = {.slots = 0};
        uint64_t words[WORDS] = {0};

        for (size_t slot = 0; slot < SLOTS; slot += 1 + slot % 2)
            rota_put(&r, slot, true);
        rota_copy(&want, &r);
        for (size_t slot = gone[i].from; slot < gone[i].to; slot += gone[i].step) {
            words[slot / 64] |= (uint64_t)1 << (slot % 64);
            rota_put(&want, slot, false);
        }
        rota_give(&r, rota_after(&r, -1));
        rota_without(&r, words, i == 1 ? 2 : WORDS); /* a short bitmap has no more */
        assert_int_equal(r.count, want.count);
        for (int64_t slot = -1; slot < SLOTS; slot++)
            assert_int_equal(rota_next(&r, slot), rota_after(&want, slot));
        rota_done(&r);
        rota_done(&want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without__takes_out_what_the_bitmap_has),
        cmocka_unit_test(nothing__is_an_empty_rota),
        cmocka_unit_test(members__come_in_a_circle),
        cmocka_unit_test(only_member__follows_itself),
        cmocka_unit_test(put_twice__counts_once),
        cmocka_unit_test(growth__keeps_the_members),
        cmocka_unit_test(copy__is_independent),
        cmocka_unit_test(random_sets__agree_with_an_array),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
