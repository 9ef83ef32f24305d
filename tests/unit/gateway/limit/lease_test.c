/* Tests of requests that are taken from a shared bucket in advance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "limit/lease.h"

enum { HASH = 12345 };
static const int64_t MS = 1000000, NOW = 5000000000;
static const struct limit_rate rate = {60000, 60000}; /* a millisecond each */

static int setup(void **state)
{
    *state = leases_new();
    return 0;
}

static int teardown(void **state)
{
    leases_free(*state);
    return 0;
}

static bool take(struct leases *l, int64_t now_ns, int64_t *want)
{
    struct limit_result r;

    return lease_take(l, HASH, &rate, now_ns, &r, want);
}

static void slow_client__asks_for_each(void **state)
{
    int64_t want;

    for (int i = 0; i < 10; i++) {
        int64_t now = NOW + i * (LEASE_MS + 1) * MS;

        assert_false(take(*state, now, &want));
        assert_int_equal(want, 1);
        lease_fill(*state, HASH, &rate, now, want, 1, 0);
    }
}

/* One that has used up what it had within its time gets twice as much, up to a bound; and gets no
 * more than was leased. */
static void quick_client__asks_seldom(void **state)
{
    int64_t want, size = 1;

    for (int round = 0; round < 14; round++) {
        assert_false(take(*state, NOW, &want));
        assert_int_equal(want, size);
        lease_fill(*state, HASH, &rate, NOW, want, want, 0);
        for (int64_t i = 1; i < size; i++)
            assert_true(take(*state, NOW, &want));
        size = size < LEASE_MAX ? size * 2 : size;
    }
    assert_int_equal(size, LEASE_MAX);
}

/* While one asks for many, others ask for themselves. */
static void asking__is_for_one_only(void **state)
{
    int64_t want;

    assert_false(take(*state, NOW, &want));
    lease_fill(*state, HASH, &rate, NOW, 1, 1, 0);
    assert_false(take(*state, NOW, &want));
    assert_int_equal(want, 2);
    for (int i = 0; i < 5; i++) {
        assert_false(take(*state, NOW, &want));
        assert_int_equal(want, 1);
    }
    for (int i = 0; i < 5; i++)
        lease_fill(*state, HASH, &rate, NOW, 1, 1, 0);
    assert_false(take(*state, NOW, &want));
    lease_fill(*state, HASH, &rate, NOW, 2, 2, 0);
    assert_true(take(*state, NOW, &want));
    assert_false(take(*state, NOW, &want));
    assert_int_equal(want, 4);
}

static void refused__leaves_nothing_behind(void **state)
{
    int64_t want;

    assert_false(take(*state, NOW, &want));
    lease_fill(*state, HASH, &rate, NOW, want, 0, 60000 * MS);
    assert_false(take(*state, NOW, &want));
    assert_int_equal(want, 1);
}

static void what_is_left__ends_with_its_time(void **state)
{
    int64_t want;

    assert_false(take(*state, NOW, &want));
    lease_fill(*state, HASH, &rate, NOW, want, 10, 0);
    assert_true(take(*state, NOW + LEASE_MS * MS - 1, &want));
    assert_false(take(*state, NOW + LEASE_MS * MS, &want));
    assert_int_equal(want, 1);
    lease_fill(*state, HASH, &rate, NOW + LEASE_MS * MS, want, 1, 0);
    assert_false(take(*state, NOW + LEASE_MS * MS, &want)); /* the nine are lost */
}

static void given_back__is_there_again(void **state)
{
    int64_t want;

    assert_false(take(*state, NOW, &want));
    lease_fill(*state, HASH, &rate, NOW, want, 2, 0);
    assert_true(take(*state, NOW, &want));
    lease_give_back(*state, HASH, NOW);
    assert_true(take(*state, NOW, &want));
    assert_false(take(*state, NOW, &want));
}

/* What is leased and not used counts as not used. */
static void headers__tell_of_the_bucket(void **state)
{
    struct limit_result r;
    int64_t want;

    assert_false(lease_take(*state, HASH, &rate, NOW, &r, &want));
    lease_fill(*state, HASH, &rate, NOW, want, 10, 1000 * MS);
    for (int i = 1; i < 10; i++) {
        assert_true(lease_take(*state, HASH, &rate, NOW, &r, &want));
        assert_true(r.allowed);
        assert_int_equal(r.remaining, 60000 - 1000 - 1 - i);
    }
}

#define LEASE_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEASE_TEST(slow_client__asks_for_each),       LEASE_TEST(quick_client__asks_seldom),
        LEASE_TEST(asking__is_for_one_only),          LEASE_TEST(refused__leaves_nothing_behind),
        LEASE_TEST(what_is_left__ends_with_its_time), LEASE_TEST(given_back__is_there_again),
        LEASE_TEST(headers__tell_of_the_bucket),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
