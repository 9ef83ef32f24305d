/* Tests of the pool's alarm clock, against a plain array that is searched from end to end. */
#include "pool_fixture.h"

enum { SLOTS = 500, STEPS = 20000 };

static uint64_t next_random(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}

static void time__is_over_when_it_comes(void **state)
{
    struct dues d = {0};
    uint32_t slot = 0;

    (void)state;
    assert_false(dues_over(&d, INT64_MAX, &slot));
    assert_int_equal(dues_of(&d, 7), 0);
    dues_set(&d, 7, T0);
    assert_int_equal(dues_of(&d, 7), T0);
    assert_false(dues_over(&d, T0 - 1, &slot));
    assert_true(dues_over(&d, T0, &slot));
    assert_int_equal(slot, 7);
    dues_done(&d);
}

static void time_that_is_moved__stands_once(void **state)
{
    struct dues d = {0};
    uint32_t slot = 0;

    (void)state;
    dues_set(&d, 1, T0 + 10);
    dues_set(&d, 2, T0 + 20);
    dues_set(&d, 1, T0 + 30);
    assert_int_equal(d.len, 2);
    assert_true(dues_over(&d, T0 + 40, &slot));
    assert_int_equal(slot, 2);
    dues_set(&d, 2, 0);
    dues_set(&d, 2, 0);
    assert_true(dues_over(&d, T0 + 40, &slot));
    assert_int_equal(slot, 1);
    dues_set(&d, 1, 0);
    assert_int_equal(d.len, 0);
    dues_done(&d);
}

/* Descending, ascending and all the same: the shapes in which a heap goes wrong first. */
static void any_order__comes_out_sorted(void **state)
{
    static const int steps[] = {-1, 0, 1};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        struct dues d = {0};
        int64_t last = 0;
        uint32_t slot = 0;

        for (uint32_t n = 0; n < SLOTS; n++)
            dues_set(&d, n, T0 + steps[i] * (int64_t)n);
        for (size_t left = SLOTS; left > 0; left--) {
            assert_true(dues_over(&d, INT64_MAX, &slot));
            assert_true(dues_of(&d, slot) >= last);
            last = dues_of(&d, slot);
            dues_set(&d, slot, 0);
            assert_int_equal(d.len, left - 1);
        }
        dues_done(&d);
    }
}

static void random_changes__agree_with_an_array(void **state)
{
    int64_t times[SLOTS] = {0};
    uint64_t seed = 88172645463325252u;
    struct dues d = {0};

    (void)state;
    for (int step = 0; step < STEPS; step++) {
        uint32_t slot = (uint32_t)(next_random(&seed) % SLOTS), first = 0;
        int64_t at = next_random(&seed) % 3 == 0 ? 0 : T0 + (int64_t)(next_random(&seed) % 1000);
        int64_t soonest = 0;
        size_t len = 0;

        times[slot] = at;
        dues_set(&d, slot, at);
        for (size_t i = 0; i < SLOTS; i++) {
            len += times[i] != 0;
            if (times[i] != 0 && (soonest == 0 || times[i] < soonest))
                soonest = times[i];
        }
        assert_int_equal(d.len, len);
        assert_int_equal(dues_of(&d, slot), at);
        if (len > 0) {
            assert_true(dues_over(&d, soonest, &first));
            assert_int_equal(times[first], soonest);
            assert_false(dues_over(&d, soonest - 1, &first));
        }
    }
    dues_done(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time__is_over_when_it_comes),
        cmocka_unit_test(time_that_is_moved__stands_once),
        cmocka_unit_test(any_order__comes_out_sorted),
        cmocka_unit_test(random_changes__agree_with_an_array),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
