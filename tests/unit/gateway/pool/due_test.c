/* Tests of the pool's alarm clock, against a list that is searched from end to end. */
#include "pool_fixture.h"

static uint64_t next_random(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}

static void one__comes_back_as_it_was(void **state)
{
    struct due_heap h = {0};
    struct due d;

    (void)state;
    due_push(&h, (struct due){.at_ms = T0, .slot = 7, .model = 3});
    assert_int_equal(h.len, 1);
    d = due_pop(&h);
    assert_int_equal(h.len, 0);
    assert_int_equal(d.at_ms, T0);
    assert_int_equal(d.slot, 7);
    assert_int_equal(d.model, 3);
    free(h.items);
}

/* Descending, ascending and all the same: the shapes in which a heap goes wrong first. */
static void any_order__comes_out_sorted(void **state)
{
    static const int steps[] = {-1, 0, 1};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        struct due_heap h = {0};
        int64_t last = 0;

        for (uint32_t n = 0; n < 1000; n++)
            due_push(&h, (struct due){.at_ms = T0 + steps[i] * (int64_t)n, .slot = n});
        for (size_t left = 1000; left > 0; left--) {
            struct due d = due_pop(&h);

            assert_true(d.at_ms >= last);
            assert_int_equal(h.len, left - 1);
            last = d.at_ms;
        }
        free(h.items);
    }
}

enum { NAIVE_MAX = 4000 };

struct naive {
    struct due items[NAIVE_MAX];
    size_t len;
};

static int64_t naive_soonest(const struct naive *n)
{
    int64_t at = INT64_MAX;

    for (size_t i = 0; i < n->len; i++)
        if (n->items[i].at_ms < at)
            at = n->items[i].at_ms;
    return at;
}

/* Takes exactly this one out; false: it was not there, or was given before. */
static bool naive_take(struct naive *n, struct due d)
{
    for (size_t i = 0; i < n->len; i++) {
        const struct due *it = &n->items[i];

        if (it->at_ms == d.at_ms && it->slot == d.slot && it->model == d.model) {
            n->items[i] = n->items[--n->len];
            return true;
        }
    }
    return false;
}

/* Each slot is pushed once, so that no rule about two times of one slot is touched. */
static void pushes_and_pops__agree_with_a_list(void **state)
{
    static struct naive n;
    struct due_heap h = {0};
    uint64_t seed = 7;
    uint32_t slot = 0;

    (void)state;
    for (int step = 0; step < 20000; step++) {
        bool grow = next_random(&seed) % 100 < (step / 4000 % 2 == 0 ? 70 : 30);

        if (grow && n.len < NAIVE_MAX) {
            struct due d = {.at_ms = T0 + (int64_t)(next_random(&seed) % 500),
                            .slot = slot++,
                            .model = (uint16_t)(next_random(&seed) % 3)};

            n.items[n.len++] = d;
            due_push(&h, d);
        } else if (n.len > 0) {
            int64_t soonest = naive_soonest(&n);
            struct due d = due_pop(&h);

            assert_int_equal(d.at_ms, soonest);
            assert_true(naive_take(&n, d));
        }
        assert_int_equal(h.len, n.len);
    }
    free(h.items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one__comes_back_as_it_was),
        cmocka_unit_test(any_order__comes_out_sorted),
        cmocka_unit_test(pushes_and_pops__agree_with_a_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
