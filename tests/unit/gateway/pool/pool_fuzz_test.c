/* Random operations on a pool and on a plain array of keys that is searched from end to end: both
 * must tell the same at each step. */
#include "pool_fixture.h"

enum { KEYS = 40, MODELS = 3, STEPS = 6000 };
static const char *const model_names[MODELS] = {"big", "small", "odd"};

/* What the rules say of a key, without any index. */
struct plain_key {
    bool there;
    int64_t expires_at, disabled_until, cooling_until, blocked_until[MODELS];
    bool disabled, by_hand, limited;
    int failures;
};

struct plain {
    struct plain_key keys[KEYS];
    int last_failed, failing; /* soft failures of different keys without a success */
};

struct run {
    struct pool *p;
    struct plain plain;
    uint64_t seed;
    int64_t now_ms;
};

static uint64_t run_random(struct run *r, uint64_t below)
{
    r->seed ^= r->seed << 13;
    r->seed ^= r->seed >> 7;
    r->seed ^= r->seed << 17;
    return (r->seed >> 11) % below;
}

static enum key_status plain_status(const struct plain_key *k, int64_t now_ms)
{
    if (k->expires_at != 0 && k->expires_at <= now_ms)
        return KEY_EXPIRED;
    if (k->disabled && (k->disabled_until == 0 || k->disabled_until > now_ms))
        return KEY_DISABLED;
    return k->cooling_until > now_ms ? KEY_COOLING : KEY_ACTIVE;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* When a key that is not active will be, or 0 for never. */
static int64_t plain_recovery(const struct plain_key *k, int64_t now_ms)
{
    int64_t at = k->cooling_until;

    if (plain_status(k, now_ms) == KEY_EXPIRED || plain_status(k, now_ms) == KEY_ACTIVE)
        return 0;
    if (k->disabled && k->disabled_until == 0)
        return 0;
    if (k->disabled)
        at = later(at, k->disabled_until);
    return k->expires_at != 0 && k->expires_at <= at ? 0 : at;
}

static bool plain_serves(const struct plain_key *k, int model, int64_t now_ms)
{
    return k->there && plain_status(k, now_ms) == KEY_ACTIVE &&
           (model < 0 || k->blocked_until[model] <= now_ms);
}

/* ---- comparing ---- */

static void run_check_outlook(struct run *r)
{
    struct pool_outlook o, want = {0};

    for (int i = 0; i < KEYS; i++) {
        const struct plain_key *k = &r->plain.keys[i];
        enum key_status s = plain_status(k, r->now_ms);
        int64_t at = plain_recovery(k, r->now_ms);

        if (!k->there)
            continue;
        want.total++;
        want.by_status[s]++;
        want.limited += s == KEY_COOLING && k->limited;
        if (at != 0 && (want.soonest_at == 0 || at < want.soonest_at))
            want.soonest_at = at;
    }
    pool_outlook(r->p, r->now_ms, &o);
    assert_int_equal(o.total, want.total);
    assert_int_equal(o.limited, want.limited);
    assert_int_equal(o.soonest_at, want.soonest_at);
    for (int i = 0; i < KEY_STATUS_COUNT; i++)
        assert_int_equal(o.by_status[i], want.by_status[i]);
}

static void run_check_key(struct run *r, int n)
{
    const struct plain_key *k = &r->plain.keys[n];
    struct store_key_state s;

    assert_int_equal(fixture_has(r->p, (uint64_t)n), k->there);
    if (!k->there)
        return;
    s = fixture_state(r->p, (uint64_t)n, r->now_ms);
    assert_int_equal(fixture_status(r->p, (uint64_t)n, r->now_ms), plain_status(k, r->now_ms));
    assert_int_equal(s.cooling_until, k->cooling_until);
    assert_int_equal(s.consecutive_failures, k->failures);
    assert_int_equal(s.disabled, k->disabled);
    if (k->disabled) {
        assert_int_equal(s.disabled_until, k->disabled_until);
        assert_int_equal(s.disabled_auto, !k->by_hand);
    }
}

/* ---- operations ---- */

static int64_t run_time(struct run *r)
{
    static const int64_t spans[] = {1, SECOND_MS, MINUTE_MS, HOUR_MS, 30ll * HOUR_MS};

    return r->now_ms + 1 + (int64_t)run_random(r, (uint64_t)spans[run_random(r, ARRAY_LEN(spans))]);
}

static void op_add(struct run *r, int n)
{
    struct plain_key *k = &r->plain.keys[n];
    int64_t expires_at = run_random(r, 3) == 0 ? run_time(r) : 0;

    assert_int_equal(fixture_add_expiring(r->p, (uint64_t)n, expires_at, r->now_ms), !k->there);
    if (!k->there)
        *k = (struct plain_key){.there = true, .expires_at = expires_at};
}

static void op_remove(struct run *r, int n)
{
    assert_int_equal(pool_remove(r->p, fixture_id((uint64_t)n)), r->plain.keys[n].there);
    if (r->plain.last_failed == n)
        r->plain.last_failed = -1;
    r->plain.keys[n].there = false;
}

static void plain_put_out(struct plain_key *k, int64_t now_ms)
{
    bool decided = k->disabled && k->by_hand &&
                   (k->disabled_until == 0 || k->disabled_until > now_ms + HOUR_MS);

    if (decided)
        return;
    k->disabled = true;
    k->by_hand = false;
    k->disabled_until = now_ms + HOUR_MS;
}

static void plain_soft(struct plain *p, int n, int64_t now_ms)
{
    if (p->last_failed != n) {
        p->last_failed = n;
        p->failing++;
    }
    if (p->failing < POOL_HOST_SUSPECT_KEYS && ++p->keys[n].failures >= POOL_FAILURES_OUT)
        plain_put_out(&p->keys[n], now_ms);
}

static void plain_report(struct plain *p, int n, int model, const struct verdict *v, int64_t now_ms)
{
    struct plain_key *k = &p->keys[n];

    switch (v->effect) {
    case EFFECT_NONE:
        break;
    case EFFECT_SUCCESS:
        p->last_failed = -1;
        p->failing = 0;
        k->failures = 0;
        if (plain_status(k, now_ms) == KEY_ACTIVE) { /* what was, is over */
            k->disabled = k->limited = false;
            k->disabled_until = k->cooling_until = 0;
        }
        break;
    case EFFECT_SOFT:
        plain_soft(p, n, now_ms);
        break;
    case EFFECT_HARD:
        k->failures++;
        plain_put_out(k, now_ms);
        break;
    case EFFECT_COOL:
        if (v->until_ms > k->cooling_until) {
            k->cooling_until = v->until_ms;
            k->limited = v->limit;
        }
        break;
    case EFFECT_MODEL:
        k->blocked_until[model] = later(k->blocked_until[model], v->until_ms);
        break;
    }
}

static void op_report(struct run *r, int n)
{
    struct verdict v = {.rule = "some_rule",
                        .effect = (enum class_effect)run_random(r, EFFECT_MODEL + 1),
                        .limit = run_random(r, 2) == 0};
    int model = (int)run_random(r, MODELS);

    if (!r->plain.keys[n].there)
        return;
    v.until_ms = run_time(r);
    plain_report(&r->plain, n, model, &v, r->now_ms);
    pool_report(r->p, fixture_key(r->p, (uint64_t)n), 0, &v, model_names[model], r->now_ms);
}

static void op_disable(struct run *r, int n)
{
    struct plain_key *k = &r->plain.keys[n];
    int64_t until_ms = run_random(r, 2) == 0 ? 0 : run_time(r);

    if (!k->there)
        return;
    fixture_disable(r->p, (uint64_t)n, until_ms, r->now_ms);
    k->disabled = k->by_hand = true;
    k->disabled_until = until_ms;
}

static void op_enable(struct run *r, int n)
{
    struct plain_key *k = &r->plain.keys[n];

    if (!k->there)
        return;
    fixture_enable(r->p, (uint64_t)n, r->now_ms);
    k->disabled = k->limited = false;
    k->disabled_until = k->cooling_until = 0;
    k->failures = 0;
}

static int plain_number(const struct pool_key *k)
{
    for (int n = 0; n < KEYS; n++)
        if (fixture_id((uint64_t)n) == k->id)
            return n;
    return -1;
}

/* As many keys as a request may try, and none of them twice. */
static void op_pick(struct run *r, int n)
{
    int model = (int)run_random(r, MODELS + 1) - 1, usable = 0;
    struct pool_key *tried[KEYS + 1];
    uint32_t trials[KEYS + 2];
    size_t len = 0, most = 1 + run_random(r, KEYS + 1);
    bool used[KEYS] = {false};

    (void)n;
    for (int i = 0; i < KEYS; i++)
        usable += plain_serves(&r->plain.keys[i], model, r->now_ms);
    while (len < most) {
        struct pool_key *k = pool_pick(r->p, model < 0 ? "" : model_names[model], tried, len,
                                       r->now_ms, &trials[len]);
        int number = k != NULL ? plain_number(k) : -1;

        if (k == NULL)
            break;
        assert_true(plain_serves(&r->plain.keys[number], model, r->now_ms));
        assert_false(used[number]);
        used[number] = true;
        tried[len++] = k;
    }
    for (size_t i = 0; i < len; i++) {
        pool_release(r->p, tried[i], trials[i], r->now_ms);
        subject_unref(&tried[i]->subject);
    }
    assert_int_equal(len, (size_t)usable < most ? (size_t)usable : most);
}

static void op_wait(struct run *r, int n)
{
    (void)n;
    r->now_ms = run_time(r);
}

static void (*const ops[])(struct run *r, int n) = {
    op_add,    op_add,    op_remove, op_disable, op_enable, op_enable, op_report,
    op_report, op_report, op_report, op_pick,    op_pick,   op_wait,
};

static void run_all(uint64_t seed)
{
    struct run r = {.p = pool_new(), .plain.last_failed = -1, .seed = seed, .now_ms = T0};

    for (int step = 0; step < STEPS; step++) {
        int n = (int)run_random(&r, KEYS);

        ops[run_random(&r, ARRAY_LEN(ops))](&r, n);
        run_check_key(&r, n);
        run_check_outlook(&r);
    }
    pool_free(r.p);
}

static void random_operations__agree_with_the_rules(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++)
        run_all(seed * 0x9E3779B97F4A7C15u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_operations__agree_with_the_rules),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
