/* What a gateway reads of what another one changed in PostgreSQL, and what comes of what both
 * write. */
#include "pg_two.h"

#include "base/buf.h"

/* ---- what a change names ---- */

static bool count_key(void *arg, const struct store_key *k)
{
    size_t *n = arg;

    assert_in_range(k->id, K1, K3);
    (*n)++;
    return true;
}

static bool first_key(void *arg, const struct store_key *k)
{
    *(int64_t *)arg = k->place;
    assert_int_equal(k->id, K1);
    return false;
}

static bool sum_totals(void *arg, const struct store_totals *t)
{
    *(int64_t *)arg += t->tally.requests;
    assert_int_equal(t->id, K1);
    assert_int_equal(t->last_used, T0);
    return true;
}

static void keys__by_id_and_by_page__are_those_that_are_there(void **state)
{
    static const uint64_t ids[] = {K3, 0x99, K1};
    const struct store_delta used = {.id = K1, .tally = {.requests = 7}, .last_used = T0};
    const struct store_flush flush = {.provider = FIRST, .keys = &used, .keys_len = 1};
    struct two t = two_open(state);
    struct store *s = &t.f->store;
    int64_t place = 0, requests = 0;
    size_t n = 0;

    add_keys(s);
    CHECK(s->ops->flush(s->db, &flush, 1, e));
    CHECK(share(&t)->keys_some(t.other.db, FIRST, ids, ARRAY_LEN(ids), count_key, &n, e));
    assert_int_equal(n, 2);
    CHECK(t.other.ops->keys_after(t.other.db, FIRST, 0, 10, first_key, &place, e));
    n = 0;
    CHECK(t.other.ops->keys_after(t.other.db, FIRST, place, 10, count_key, &n, e));
    assert_int_equal(n, 2);
    CHECK(share(&t)->keys_totals(t.other.db, FIRST, ids, ARRAY_LEN(ids), sum_totals, &requests, e));
    assert_int_equal(requests, 7);
    two_close(&t);
}

/* ---- states of two gateways ---- */

static bool take_state(void *arg, const struct store_key *k)
{
    *(struct store_key_state *)arg = k->state;
    return true;
}

/* Puts a state by hand, has requests report another, and returns what comes of it. */
static struct store_key_state merged(struct store *s, const struct store_key_state *there,
                                     const struct store_key_state *told)
{
    static const uint64_t id = K1;
    const struct store_key_edit edit = {.id = K1, .parts = EDIT_STATE, .state = there};
    const struct store_delta delta = {.id = K1, .state = told};
    const struct store_flush flush = {.provider = FIRST, .keys = &delta, .keys_len = 1};
    struct store_key_state out = {0};

    CHECK(s->ops->keys_edit(s->db, FIRST, &edit, 1, e));
    CHECK(s->ops->flush(s->db, &flush, 1, e));
    CHECK(s->ops->share->keys_some(s->db, FIRST, &id, 1, take_state, &out, e));
    return out;
}

static void states__told_by_requests__undo_no_hand_and_no_longer_rest(void **state)
{
    const int64_t later = INT64_C(4000000000000), latest = later + 1000; /* in 2096 */
    const struct store_key_state fine = {.consecutive_failures = 0},
                                 failing = {.consecutive_failures = 2};
    const struct store_key_state by_hand = {.disabled = true, .reason = "manual"};
    const struct store_key_state hand_over = {
        .disabled = true, .disabled_until = T0, .reason = "manual"};
    const struct store_key_state out = {
        .disabled = true, .disabled_auto = true, .disabled_until = later, .reason = "key_invalid"};
    const struct store_key_state rest = {
        .cooling_until = later, .reason = "rate_limit", .limited = true};
    const struct store_key_state longer = {
        .cooling_until = latest, .reason = "quota", .limited = true};
    struct two t = two_open(state);
    struct store *s = &t.f->store;
    struct store_key_state got;

    add_keys(s);
    got = merged(s, &by_hand, &rest);
    assert_true(got.disabled && !got.disabled_auto);
    assert_string_equal(got.reason, "manual");
    assert_int_equal(got.cooling_until, 0);
    got = merged(s, &hand_over, &fine); /* its time is over, and a success says so */
    assert_false(got.disabled);
    got = merged(s, &out, &fine);
    assert_true(got.disabled && got.disabled_auto);
    assert_int_equal(got.disabled_until, later);
    assert_string_equal(got.reason, "key_invalid");
    got = merged(s, &longer, &rest);
    assert_int_equal(got.cooling_until, latest);
    got = merged(s, &rest, &longer);
    assert_int_equal(got.cooling_until, latest);
    assert_string_equal(got.reason, "quota");
    got = merged(s, &rest, &fine);
    assert_int_equal(got.cooling_until, later);
    assert_true(got.limited);
    got = merged(s, &fine, &failing);
    assert_int_equal(got.consecutive_failures, 2);
    got = merged(s, &failing, &fine);
    assert_int_equal(got.consecutive_failures, 0);
    two_close(&t);
}

/* ---- named values, gateways ---- */

static void meta_add__first_one__stays(void **state)
{
    struct two t = two_open(state);
    struct store *s = &t.f->store;
    char value[16];

    CHECK(s->ops->meta_add(s->db, "check", "one", e));
    CHECK(t.other.ops->meta_add(t.other.db, "check", "two", e));
    CHECK(t.other.ops->meta_get(t.other.db, "check", value, sizeof(value), e));
    assert_string_equal(value, "one");
    two_close(&t);
}

static bool name_gateway(void *arg, const struct store_gateway *g)
{
    buf_addf(arg, "%s %s;", g->id, g->address);
    assert_in_range(g->unseen_ms, 0, 60 * 1000);
    return true;
}

static void gateways__seen_and_gone__are_listed(void **state)
{
    struct store_gateway a = {.id = "g_1", .address = "one", .version = "1", .started_at = T0};
    struct store_gateway b = {.id = "g_2", .address = "two", .version = "1", .started_at = T0 + 1};
    struct two t = two_open(state);
    struct store *s = &t.f->store;
    struct buf names;

    buf_init(&names, 1000);
    CHECK(s->ops->share->seen(s->db, &a, e));
    CHECK(share(&t)->seen(t.other.db, &b, e));
    a.address = "moved";
    CHECK(s->ops->share->seen(s->db, &a, e));
    CHECK(s->ops->share->gateways(s->db, name_gateway, &names, e));
    CHECK(s->ops->share->gone(s->db, "g_2", e));
    CHECK(s->ops->share->gateways(s->db, name_gateway, &names, e));
    assert_string_equal(names.data, "g_1 moved;g_2 two;g_1 moved;");
    buf_done(&names);
    two_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PG_TEST(keys__by_id_and_by_page__are_those_that_are_there),
        PG_TEST(states__told_by_requests__undo_no_hand_and_no_longer_rest),
        PG_TEST(meta_add__first_one__stays),
        PG_TEST(gateways__seen_and_gone__are_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
