/* Tests of what a key did in each of the last hours. */
#include "pool_fixture.h"

enum { H = 500000 }; /* any hour */

static struct recent_count at(const struct recent *r, uint32_t hour, int ago)
{
    struct recent_count all[RECENT_HOURS];

    recent_read(r, hour, all);
    return all[RECENT_HOURS - 1 - ago];
}

static uint32_t all_requests(const struct recent *r, uint32_t hour)
{
    struct recent_count all[RECENT_HOURS];
    uint32_t sum = 0;

    assert_true(recent_read(r, hour, all));
    for (int i = 0; i < RECENT_HOURS; i++)
        sum += all[i].requests;
    return sum;
}

static void hours__are_counted_each_by_itself(void **state)
{
    struct recent *r = recent_add(NULL, H, 3, 1);

    (void)state;
    r = recent_add(r, H, 2, 0);
    r = recent_add(r, H + 1, 7, 7);
    r = recent_add(r, H + 23, 1, 0);
    assert_int_equal(at(r, H + 23, 23).requests, 5);
    assert_int_equal(at(r, H + 23, 23).failures, 1);
    assert_int_equal(at(r, H + 23, 22).failures, 7);
    assert_int_equal(at(r, H + 23, 0).requests, 1);
    assert_int_equal(all_requests(r, H + 23), 13);
    assert_int_equal(all_requests(r, H + 24), 8);
    free(r);
}

static void hours__that_are_over_are_forgotten(void **state)
{
    struct recent_count all[RECENT_HOURS];
    struct recent *r = recent_add(NULL, H, 3, 1);

    (void)state;
    assert_false(recent_read(NULL, H, all));
    assert_true(recent_read(r, H + 23, all));
    assert_false(recent_read(r, H + 24, all));
    r = recent_add(r, H + 1000, 2, 0);
    assert_int_equal(all_requests(r, H + 1000), 2);
    free(r);
}

static void counts__are_exact_however_many(void **state)
{
    struct recent *r = recent_add(NULL, H, 255, 255);

    (void)state;
    r = recent_add(r, H + 1, 255, 0);
    r = recent_add(r, H + 1, 1, 0);
    r = recent_add(r, H + 2, 4000000000, 70000);
    assert_int_equal(at(r, H + 2, 2).requests, 255);
    assert_int_equal(at(r, H + 2, 2).failures, 255);
    assert_int_equal(at(r, H + 2, 1).requests, 256);
    assert_int_equal(at(r, H + 2, 0).failures, 70000);
    r = recent_add(r, H + 2, 4000000000, 0);
    assert_int_equal(at(r, H + 2, 0).requests, UINT32_MAX);
    free(r);
}

static void clock__that_is_set_back_forgets_what_lies_ahead(void **state)
{
    struct recent *r = recent_add(NULL, H, 1, 0);

    (void)state;
    r = recent_add(r, H + 5, 10, 0);
    r = recent_add(r, H + 2, 100, 0);
    assert_int_equal(all_requests(r, H + 2), 101);
    assert_int_equal(all_requests(r, H + 5), 101);
    r = recent_add(r, H - 500, 1, 0);
    assert_int_equal(all_requests(r, H - 500), 1);
    free(r);
}

/* ---- of a pool ---- */

static const struct recent *recent_of(struct pool *p, uint64_t n)
{
    struct key_look look;
    uint32_t slot;

    assert_true(pool_slot(p, fixture_id(n), &slot));
    pool_look(p, &slot, 1, T0, &look);
    return look.recent;
}

static void key__that_was_not_used_takes_no_memory(void **state)
{
    struct pool *p = fixture_pool(3);

    (void)state;
    assert_null(p->index.recents);
    pool_count_recent(p, fixture_key(p, 1), H, 0, 0); /* a state alone has changed */
    assert_null(p->index.recents);
    pool_count_recent(p, fixture_key(p, 1), H, 2, 1);
    assert_null(recent_of(p, 0));
    assert_int_equal(all_requests(recent_of(p, 1), H), 2);
    pool_free(p);
}

static void key__that_goes_takes_its_hours_along(void **state)
{
    struct pool *p = fixture_pool(2);
    struct pool_key *gone = pool_find(p, fixture_id(1));

    (void)state;
    pool_count_recent(p, gone, H, 2, 1);
    pool_remove(p, fixture_id(1));
    pool_count_recent(p, gone, H, 2, 1); /* a call that ends later */
    assert_true(fixture_add_expiring(p, 1, 0, T0));
    pool_count_recent(p, gone, H, 2, 1);
    assert_null(recent_of(p, 1));
    subject_unref(&gone->subject);
    for (uint64_t n = 2; n < 500; n++) {
        assert_true(fixture_add_expiring(p, n, 0, T0));
        pool_count_recent(p, fixture_key(p, n), H, (int64_t)n, 0);
    }
    assert_int_equal(all_requests(recent_of(p, 2), H), 2);
    assert_int_equal(all_requests(recent_of(p, 499), H), 499);
    pool_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hours__are_counted_each_by_itself),
        cmocka_unit_test(hours__that_are_over_are_forgotten),
        cmocka_unit_test(counts__are_exact_however_many),
        cmocka_unit_test(clock__that_is_set_back_forgets_what_lies_ahead),
        cmocka_unit_test(key__that_was_not_used_takes_no_memory),
        cmocka_unit_test(key__that_goes_takes_its_hours_along),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
