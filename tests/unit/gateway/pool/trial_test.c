/* Tests of keys on trial: one request at a time finds out whether a key is good again. */
#include "pool_fixture.h"

#include <pthread.h>
#include <sched.h>

static const struct verdict success = {.rule = "success", .effect = EFFECT_SUCCESS};
static const struct verdict soft = {.rule = "server_error", .effect = EFFECT_SOFT};
static const struct verdict hard = {.rule = "key_invalid", .effect = EFFECT_HARD};
static const struct verdict limit = {
    .rule = "some_limit", .effect = EFFECT_COOL, .limit = true, .backoff = true};
static const struct verdict nothing = {.rule = "bad_request", .effect = EFFECT_NONE};

struct taken {
    struct pool_key *key;
    uint32_t trial;
};

static struct taken take(struct pool *p, const char *model, int64_t now_ms)
{
    struct taken t;

    t.key = pool_pick(p, model, NULL, 0, now_ms, &t.trial);
    return t;
}

static void answer(struct pool *p, struct taken t, const struct verdict *v, int64_t now_ms)
{
    if (v != NULL)
        pool_report(p, t.key, t.trial, v, "m", now_ms);
    else
        pool_release(p, t.key, t.trial, now_ms);
    subject_unref(&t.key->subject);
}

/* Key 0 was cooling until T0 + a minute; key 1 is good. Now it is that minute. */
static const int64_t LATER = T0 + MINUTE_MS;
static struct pool *pool_with_trial(void)
{
    struct pool *p = fixture_pool(2);

    fixture_cool(p, 0, LATER, T0);
    return p;
}

/* Takes keys until it is the turn of key 0; the others are given back. */
static struct taken take_first(struct pool *p, int64_t now_ms)
{
    for (int i = 0; i < 4; i++) {
        struct taken t = take(p, "", now_ms);

        assert_non_null(t.key);
        if (t.key->id == fixture_id(0))
            return t;
        answer(p, t, &success, now_ms);
    }
    fail_msg("%s", "it is never its turn");
    return (struct taken){0};
}

static bool on_trial(struct pool *p, int64_t now_ms)
{
    return pool_on_trial(fixture_key(p, 0), now_ms);
}

static bool shown_as_trial(struct pool *p, int64_t now_ms)
{
    struct key_look look;
    uint32_t slot;

    assert_true(pool_slot(p, fixture_id(0), &slot));
    pool_look(p, &slot, 1, now_ms, &look);
    assert_true(look.status == KEY_ACTIVE || !look.trial);
    return look.trial;
}

static void key__whose_time_is_over__is_tried_by_one(void **state)
{
    struct pool *p = pool_with_trial();
    struct taken t;

    (void)state;
    assert_false(on_trial(p, T0));
    assert_true(on_trial(p, LATER) && !shown_as_trial(p, LATER));
    t = take_first(p, LATER);
    assert_int_not_equal(t.trial, 0);
    for (int i = 0; i < 10; i++) {
        struct taken other = take(p, "", LATER);

        assert_int_equal(other.key->id, fixture_id(1));
        assert_int_equal(other.trial, 0);
        answer(p, other, &success, LATER);
    }
    fixture_check_counts(p, LATER); /* it counts as active meanwhile */
    assert_true(shown_as_trial(p, LATER));
    assert_true(on_trial(p, LATER));
    answer(p, t, &success, LATER);
    assert_false(on_trial(p, LATER) || shown_as_trial(p, LATER));
    assert_int_equal(fixture_state(p, 0, LATER).cooling_until, 0);
    assert_string_equal(fixture_state(p, 0, LATER).reason, "");
    t = take_first(p, LATER);
    assert_int_equal(t.trial, 0);
    answer(p, t, NULL, LATER);
    pool_free(p);
}

static void trial__that_fails__puts_the_key_out_for_longer(void **state)
{
    static const struct verdict *const failures[] = {&soft, &limit, &hard};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
        struct pool *p = fixture_pool(2);
        int64_t now_ms = T0, rest_ms = 0;

        fixture_back_off(p, 0, T0);
        for (int round = 0; round < 5; round++) {
            struct store_key_state s = fixture_state(p, 0, now_ms);
            int64_t until = s.disabled ? s.disabled_until : s.cooling_until;

            assert_true(until - now_ms > rest_ms);
            rest_ms = s.disabled ? 0 : until - now_ms;
            now_ms = until;
            answer(p, take_first(p, now_ms), failures[i], now_ms);
            answer(p, take(p, "", now_ms), &success, now_ms);
            assert_false(fixture_serves(p, 0, "", now_ms));
            assert_string_equal(fixture_state(p, 0, now_ms).reason, failures[i]->rule);
        }
        fixture_check_counts(p, now_ms);
        pool_free(p);
    }
}

/* One failure is enough for a key that was put out by failures. */
static void trial_after_failures__needs_one_more(void **state)
{
    struct pool *p = fixture_pool(2);
    int64_t now_ms = T0 + HOUR_MS;

    (void)state;
    fixture_report(p, 0, EFFECT_HARD, T0);
    assert_true(on_trial(p, now_ms));
    answer(p, take_first(p, now_ms), &soft, now_ms);
    assert_int_equal(fixture_status(p, 0, now_ms), KEY_DISABLED);
    assert_int_equal(fixture_state(p, 0, now_ms).disabled_until, now_ms + HOUR_MS);
    now_ms += HOUR_MS;
    answer(p, take_first(p, now_ms), &success, now_ms);
    assert_false(fixture_state(p, 0, now_ms).disabled);
    assert_false(on_trial(p, now_ms));
    pool_free(p);
}

static void key_disabled_by_hand__comes_back_without_a_trial(void **state)
{
    struct pool *p = fixture_pool(2);
    struct taken t;

    (void)state;
    fixture_disable(p, 0, LATER, T0);
    assert_false(on_trial(p, LATER));
    t = take_first(p, LATER);
    assert_int_equal(t.trial, 0);
    answer(p, t, NULL, LATER);
    pool_free(p);
}

static void trial__that_tells_nothing__goes_to_the_next(void **state)
{
    static const struct verdict block = {
        .rule = "subscription", .effect = EFFECT_MODEL, .until_ms = INT64_MAX};
    static const struct verdict *const none[] = {NULL, &nothing, &block};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(none); i++) {
        struct pool *p = pool_with_trial();

        for (int round = 0; round < 3; round++) {
            struct taken t = take_first(p, LATER);

            assert_int_not_equal(t.trial, 0);
            answer(p, t, none[i], LATER);
            assert_true(on_trial(p, LATER));
        }
        pool_free(p);
    }
}

/* There is nothing else: the others get it too, and what they tell counts. */
static void only_key__is_had_by_all_at_once(void **state)
{
    struct pool *p = fixture_pool(1);
    struct taken first, second, third;

    (void)state;
    fixture_cool(p, 0, LATER, T0);
    assert_null(take(p, "", LATER - 1).key);
    first = take(p, "", LATER);
    second = take(p, "", LATER);
    third = take(p, "m", LATER);
    assert_int_not_equal(first.trial, 0);
    assert_true(second.key == first.key && second.trial == 0);
    assert_true(third.key == first.key && third.trial == 0);
    assert_null(pool_pick(p, "", &first.key, 1, LATER, &(uint32_t){0}));
    answer(p, third, &nothing, LATER);
    assert_true(p->trials.count == 1); /* it was not its trial */
    answer(p, second, &success, LATER);
    assert_false(on_trial(p, LATER));
    answer(p, first, &success, LATER);
    assert_true(p->trials.count == 0 && p->usable.count == 1);
    pool_free(p);
}

static void key_being_tried__is_not_had_for_a_model_it_may_not_serve(void **state)
{
    struct pool *p = fixture_pool(1);
    struct store_key_edit models = {
        .id = fixture_id(0), .parts = EDIT_MODELS, .models = "[\"a\",\"b\"]"};
    struct taken t;

    (void)state;
    pool_edit(p, &models, 1, T0);
    fixture_block(p, 0, "b", T0 + HOUR_MS, T0);
    fixture_cool(p, 0, LATER, T0);
    t = take(p, "a", LATER);
    assert_int_not_equal(t.trial, 0);
    assert_null(take(p, "b", LATER).key);
    assert_null(take(p, "c", LATER).key);
    answer(p, take(p, "a", LATER), &nothing, LATER);
    answer(p, t, NULL, LATER);
    pool_free(p);
}

/* What is decided by hand while the trial is under way stands, whatever the trial tells. */
static void trial__that_is_overtaken__changes_nothing(void **state)
{
    struct pool *p = pool_with_trial();
    struct taken t = take_first(p, LATER), second;

    (void)state;
    fixture_disable(p, 0, 0, LATER);
    answer(p, t, NULL, LATER);
    assert_false(fixture_serves(p, 0, "", LATER));
    fixture_enable(p, 0, LATER);
    assert_true(fixture_serves(p, 0, "", LATER));

    fixture_cool(p, 0, LATER + 1, LATER);
    t = take_first(p, LATER + 1);
    fixture_enable(p, 0, LATER + 1);
    fixture_cool(p, 0, LATER + 2, LATER + 1);
    second = take_first(p, LATER + 2);
    assert_true(second.trial != 0 && second.trial != t.trial);
    answer(p, t, &nothing, LATER + 2); /* of the trial before: this one goes on */
    assert_int_equal(p->trials.count, 1);
    answer(p, second, NULL, LATER + 2);

    t = take_first(p, LATER + 2);
    assert_true(pool_remove(p, fixture_id(0)));
    assert_int_equal(p->trials.count, 0);
    answer(p, t, &success, LATER + 2);
    fixture_check_counts(p, LATER + 2);
    pool_free(p);
}

/* ---- many threads ---- */

enum { THREADS = 8, CROWD_KEYS = 12, TURNS = 4000 };

struct crowd {
    struct pool *p;
    atomic_int under_way[CROWD_KEYS], tries, overlaps;
    atomic_uint seed;
    atomic_llong now_ms;
};

static void *try_in_vain(void *arg)
{
    struct crowd *c = arg;

    for (int i = 0; i < TURNS; i++) {
        struct taken t = take(c->p, "", LATER);
        size_t n = 0;

        while (fixture_id(n) != t.key->id)
            n++;
        if (t.trial != 0) {
            atomic_fetch_add(&c->overlaps, atomic_fetch_add(&c->under_way[n], 1));
            atomic_fetch_add(&c->tries, 1);
            sched_yield();
            atomic_fetch_sub(&c->under_way[n], 1);
        }
        answer(c->p, t, i % 2 ? &nothing : NULL, LATER);
    }
    return NULL;
}

static void run_crowd(struct crowd *c, void *(*run)(void *))
{
    pthread_t threads[THREADS];

    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run, c), 0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

static void many_threads__try_a_key_one_at_a_time(void **state)
{
    struct crowd c = {.p = fixture_pool(CROWD_KEYS)};

    (void)state;
    for (uint64_t n = 0; n < CROWD_KEYS; n++)
        fixture_cool(c.p, n, LATER, T0);
    run_crowd(&c, try_in_vain);
    assert_int_equal(atomic_load(&c.overlaps), 0);
    assert_true(atomic_load(&c.tries) > TURNS / 2);
    assert_int_equal(c.p->trials.count, 0);
    assert_int_equal(c.p->usable.count, CROWD_KEYS);
    pool_free(c.p);
}

static void *live(void *arg)
{
    static const struct verdict *const verdicts[] = {&success, &success, &soft,
                                                     &limit,   &nothing, NULL};
    struct crowd *c = arg;
    unsigned seed = atomic_fetch_add(&c->seed, 12345) + 1;

    for (int i = 0; i < TURNS; i++) {
        int64_t now_ms = atomic_fetch_add(&c->now_ms, 50);
        struct taken t = take(c->p, "", now_ms);

        seed = seed * 1103515245u + 12345u;
        if (t.key != NULL)
            answer(c->p, t, verdicts[seed / 65536 % ARRAY_LEN(verdicts)], now_ms);
        else
            sched_yield();
    }
    return NULL;
}

static void *edit_meanwhile(void *arg)
{
    struct crowd *c = arg;

    for (uint64_t i = 0; i < TURNS / 4; i++) {
        int64_t now_ms = atomic_load(&c->now_ms);
        uint64_t n = i * 7 % CROWD_KEYS;

        if (i % 5 == 0) {
            pool_remove(c->p, fixture_id(n));
            fixture_add_expiring(c->p, n, 0, now_ms);
        } else if (i % 5 < 3) {
            fixture_disable(c->p, n, i % 2 ? 0 : now_ms + SECOND_MS, now_ms);
        } else {
            fixture_enable(c->p, n, now_ms);
        }
        sched_yield();
    }
    return NULL;
}

static void whatever_happens__no_key_is_left_out_for_ever(void **state)
{
    struct crowd c = {.p = fixture_pool(CROWD_KEYS), .now_ms = T0};
    pthread_t editor;
    int64_t end_ms;

    (void)state;
    assert_int_equal(pthread_create(&editor, NULL, edit_meanwhile, &c), 0);
    run_crowd(&c, live);
    pthread_join(editor, NULL);
    end_ms = atomic_load(&c.now_ms) + 10ll * HOUR_MS;
    assert_int_equal(c.p->trials.count, 0);
    fixture_check_counts(c.p, end_ms);
    for (uint64_t n = 0; n < CROWD_KEYS; n++) {
        struct store_key_state s = fixture_state(c.p, n, end_ms);

        assert_int_equal(fixture_serves(c.p, n, "", end_ms), !s.disabled || s.disabled_until != 0);
    }
    pool_free(c.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key__whose_time_is_over__is_tried_by_one),
        cmocka_unit_test(trial__that_fails__puts_the_key_out_for_longer),
        cmocka_unit_test(trial_after_failures__needs_one_more),
        cmocka_unit_test(key_disabled_by_hand__comes_back_without_a_trial),
        cmocka_unit_test(trial__that_tells_nothing__goes_to_the_next),
        cmocka_unit_test(only_key__is_had_by_all_at_once),
        cmocka_unit_test(key_being_tried__is_not_had_for_a_model_it_may_not_serve),
        cmocka_unit_test(trial__that_is_overtaken__changes_nothing),
        cmocka_unit_test(many_threads__try_a_key_one_at_a_time),
        cmocka_unit_test(whatever_happens__no_key_is_left_out_for_ever),
    };

    return cmocka_run_group_tests_name("trial", tests, NULL, NULL);
}
