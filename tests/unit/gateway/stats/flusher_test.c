/* Tests of the flusher against a store in memory that fails now and then. */
#include <pthread.h>

#include "flusher_fixture.h"
#include "pool/list.h"

/* ---- one thread ---- */

static const struct store_tally one = {.requests = 1, .success = 1, .prompt_tokens = 5};

static void only_differences__are_written(void **state)
{
    struct fixture *f = *state;

    flush(f);
    assert_int_equal(db.keys_len + db.tokens_len + db.models_len, 0);
    subject_count(&f->keys[0][2]->subject, &one, 42, &f->flusher->keys[0]);
    subject_count(&f->tokens[1][1]->subject, &one, 43, &f->flusher->tokens[1]);
    give_model(f, 1, "m", HOUR0, &one);
    flush(f);
    assert_int_equal(db.keys_len, 1);
    assert_int_equal(stored_requests(db.keys, db.keys_len, 0, 3), 1);
    assert_int_equal(db.keys[0].last_used, 42);
    assert_int_equal(db.keys[0].last_success, 42);
    assert_int_equal(db.keys[0].last_failure, 0);
    assert_int_equal(db.keys[0].states, 0);
    assert_int_equal(db.tokens_len, 1);
    assert_int_equal(stored_requests(db.tokens, db.tokens_len, 1, 102), 1);
    assert_int_equal(db.tokens[0].tally.prompt_tokens, 5);
    assert_int_equal(stored_model(1, "m", HOUR0), 1);
    assert_int_equal(db.global[0].requests, 0);
    assert_int_equal(db.global[1].requests, 1);
    flush(f);
    flush(f);
    assert_int_equal(stored_requests(db.keys, db.keys_len, 0, 3), 1);
    assert_int_equal(db.global[1].requests, 1);
}

static bool fail_first(int call)
{
    return call == 0;
}

static void what_failed__is_written_the_next_time(void **state)
{
    struct fixture *f = *state;

    db.fails = fail_first;
    subject_count(&f->keys[0][0]->subject, &one, 1, &f->flusher->keys[0]);
    subject_count(&f->tokens[0][0]->subject, &one, 1, &f->flusher->tokens[0]);
    give_model(f, 0, "m", HOUR0, &one);
    assert_true(flusher_healthy(f->flusher));
    flush(f);
    assert_false(flusher_healthy(f->flusher));
    assert_int_equal(db.keys_len, 0);
    subject_count(&f->keys[0][0]->subject, &one, 2, &f->flusher->keys[0]);
    give_model(f, 0, "m", HOUR0, &one);
    flush(f);
    assert_true(flusher_healthy(f->flusher));
    assert_int_equal(stored_requests(db.keys, db.keys_len, 0, 1), 2);
    assert_int_equal(stored_requests(db.tokens, db.tokens_len, 0, 1), 1);
    assert_int_equal(stored_model(0, "m", HOUR0), 2);
    assert_int_equal(db.global[0].requests, 2);
}

static void hours_of_keys__are_counted_once_when_the_store_fails(void **state)
{
    struct fixture *f = *state;
    static const struct store_tally failed = {.requests = 1, .failure = 1};
    struct recent_count hours[RECENT_HOURS];
    struct key_look look;
    uint32_t slot, hour, requests = 0, failures = 0;

    db.fails = fail_first;
    for (int i = 0; i < 4; i++) {
        subject_count(&f->keys[0][0]->subject, i < 3 ? &one : &failed, 1, &f->flusher->keys[0]);
        flush(f);
    }
    flush(f);
    assert_true(pool_slot(f->gw.pools[0], 1, &slot));
    pool_look(f->gw.pools[0], &slot, 1, clock_wall_ms(), &look);
    hour = recent_hour(clock_wall_ms());
    assert_true(recent_read(look.recent, hour, hours));
    for (int i = 0; i < RECENT_HOURS; i++) {
        requests += hours[i].requests;
        failures += hours[i].failures;
    }
    assert_int_equal(requests, 4);
    assert_int_equal(failures, 1);
}

static void requests_without_a_model__have_no_total_of_their_own(void **state)
{
    struct fixture *f = *state;

    give_model(f, 0, "", HOUR0, &one);
    give_model(f, 0, "m", HOUR0, &one);
    flush(f);
    assert_int_equal(stored_model(0, LEDGER_NONE, HOUR0), 1);
    assert_int_equal(stored_model(0, "", HOUR0), 2);
    for (size_t i = 0; i < db.models_len; i++)
        assert_int_equal(db.models[i].nameless, strcmp(db.models[i].model, "m") != 0);
}

static void hours_of_tokens__are_written_with_the_hour_of_all(void **state)
{
    struct fixture *f = *state;

    db.fails = fail_first;
    give_model(f, 1, "m", HOUR0, &one);
    flush(f);
    give_model(f, 1, "n", HOUR0, &one);
    flush(f);
    assert_int_equal(db.hours_len, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(db.hours[i].hour, HOUR0);
        assert_int_equal(db.hours[i].tally.requests, 2);
        if (db.hours[i].model[0] != '\0')
            assert_string_equal(db.hours[i].model, "t_0000000000000066");
    }
}

/* Whatever the store does, once and no more. */
static void since_the_start__is_counted_once(void **state)
{
    struct fixture *f = *state;
    struct ledger *l = ledger_new();
    struct ledger_row *row;

    db.fails = fail_first;
    give_model(f, 1, "m", HOUR0, &one);
    flush(f);
    give_model(f, 1, "m", HOUR0 + HOUR_MS, &one);
    flush(f);
    flusher_since_start(f->flusher, l);
    assert_int_equal(l->totals[1].requests, 2);
    assert_int_equal(l->rows.count, 2); /* the model and the rule */
    for (size_t at = 0; (row = ledger_next(l, &at)) != NULL;) {
        assert_int_equal(row->tally.requests, 2);
        assert_int_equal(row->hour_ms, 0);
        if (row->kind == LEDGER_MODEL)
            assert_int_equal(row->spread->outcomes[OUTCOME_OK], 2);
    }
    ledger_free(l);
}

static void totals__are_since_ever(void **state)
{
    struct fixture *f = *state;
    struct store_tally t;

    flusher_totals(f->flusher, 1, &t);
    assert_int_equal(t.requests, 2000);
    db.fails = fail_first;
    for (int i = 0; i < 3; i++) {
        give_model(f, 1, "m", HOUR0, &one);
        flush(f);
    }
    flusher_totals(f->flusher, 1, &t);
    assert_int_equal(t.requests, 2003);
    flusher_totals(f->flusher, 0, &t);
    assert_int_equal(t.requests, 1000);
}

static void state_of_a_key__is_written(void **state)
{
    static const struct verdict bad = {.rule = "key_invalid", .effect = EFFECT_HARD};
    struct fixture *f = *state;
    struct pool_key *k = f->keys[1][4];
    int64_t now_ms = clock_wall_ms();

    db.fails = fail_first;
    pool_report(f->gw.pools[1], k, 0, &bad, "m", now_ms);
    subject_count(&k->subject, &one, 1, &f->flusher->keys[1]);
    flush(f);
    assert_int_equal(db.keys_len, 0);
    flush(f);
    assert_int_equal(db.keys_len, 1);
    assert_int_equal(db.keys[0].id, 5);
    assert_int_equal(db.keys[0].states, 1);
    assert_true(db.keys[0].state.disabled && db.keys[0].state.disabled_auto);
    assert_int_equal(db.keys[0].state.disabled_until, now_ms + POOL_OUT_MS);
    assert_string_equal(db.keys[0].state.reason, "key_invalid");
    subject_count(&k->subject, &one, 2, &f->flusher->keys[1]);
    flush(f);
    assert_int_equal(db.keys[0].states, 1); /* not again without a change */
}

/* A key that was deleted and added again is new: what the old one did must not put it out. */
static void state_of_a_removed_key__is_not_written(void **state)
{
    static const struct verdict bad = {.rule = "key_invalid", .effect = EFFECT_HARD};
    struct fixture *f = *state;
    struct pool_key *k = f->keys[0][0];

    pool_report(f->gw.pools[0], k, 0, &bad, "m", clock_wall_ms());
    subject_count(&k->subject, &one, 1, &f->flusher->keys[0]);
    assert_true(pool_remove(f->gw.pools[0], k->id));
    flush(f);
    assert_int_equal(db.keys_len > 0 ? db.keys[0].states : 0, 0);
}

static void names_of_models__have_an_end(void **state)
{
    struct fixture *f = *state;
    int64_t sum = 0;
    char name[32];

    for (int i = 0; i < LEDGER_NAMES_MAX + 500; i++) {
        snprintf(name, sizeof(name), "made-up-%d", i);
        give_model(f, 0, name, HOUR0, &one);
        if (i % 100 == 0)
            flush(f);
    }
    give_model(f, 0, "known", HOUR0, &one);
    give_model(f, 0, "made-up-3", HOUR0, &one);
    give_model(f, 1, "of-the-other-provider", HOUR0, &one);
    flush(f);
    for (size_t i = 0; i < db.models_len; i++)
        sum += db.models[i].provider == 0 && db.models[i].model[0] != '\0'
                   ? db.models[i].tally.requests
                   : 0;
    assert_int_equal(sum, LEDGER_NAMES_MAX + 502);
    assert_in_range(db.models_len, LEDGER_NAMES_MAX, LEDGER_NAMES_MAX + 4);
    assert_int_equal(stored_model(0, "", HOUR0), LEDGER_NAMES_MAX + 502);
    assert_int_equal(stored_model(0, LEDGER_OTHER, HOUR0), 501); /* one place was known's */
    assert_int_equal(stored_model(0, "known", HOUR0), 1);
    assert_int_equal(stored_model(0, "made-up-3", HOUR0), 2);
    assert_int_equal(stored_model(1, "of-the-other-provider", HOUR0), 1);
}

/* ---- four threads ---- */

enum { THREADS = 4, COUNTS = 50000 };

struct counter {
    pthread_t thread;
    struct fixture *f;
};

static atomic_int running;

/* Counts as a worker does, and hands over now and then. */
static void *counter_run(void *arg)
{
    static const char *const names[MODELS] = {"known", "big", "small"};
    struct counter *c = arg;
    struct flusher *flusher = c->f->flusher;
    struct ledger *l = ledger_new();

    for (int i = 0; i < COUNTS; i++) {
        int p = i % PROVIDER_BUILTINS;

        subject_count(&c->f->keys[p][i % KEYS]->subject, &one, i + 1, &flusher->keys[p]);
        subject_count(&c->f->tokens[p][i % TOKENS]->subject, &one, i + 1, &flusher->tokens[p]);
        ledger_count(l, &(struct ledger_request){.provider = p,
                                                 .model = names[i % MODELS],
                                                 .token = (uint64_t)(i % TOKENS) + 1,
                                                 .now_ms = HOUR0 + i % 7 / 6 * HOUR_MS,
                                                 .tally = &one,
                                                 .outcome = i % OUTCOME_COUNT});
        if (i % 97 == 0) {
            flusher_give(flusher, l);
            l = ledger_new();
        }
    }
    flusher_give(flusher, l);
    atomic_fetch_sub(&running, 1);
    return NULL;
}

static bool fail_often(int call)
{
    return call % 3 == 1;
}

static int64_t sum_requests(const struct stored *rows, size_t len)
{
    int64_t sum = 0;

    for (size_t i = 0; i < len; i++) {
        sum += rows[i].tally.requests;
        assert_int_equal(rows[i].tally.prompt_tokens, 5 * rows[i].tally.requests);
    }
    return sum;
}

static void counts_of_four_threads__are_exact(void **state)
{
    struct fixture *f = *state;
    struct counter counters[THREADS];

    db.fails = fail_often;
    atomic_init(&running, THREADS);
    for (int i = 0; i < THREADS; i++) {
        counters[i] = (struct counter){.f = f};
        assert_int_equal(pthread_create(&counters[i].thread, NULL, counter_run, &counters[i]), 0);
    }
    while (atomic_load(&running) > 0) {
        flush(f);
        usleep(300);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(counters[i].thread, NULL);
    assert_true(db.failures > 0);
    db.fails = NULL;
    flush(f);
    assert_int_equal(db.keys_len, 2 * KEYS);
    assert_int_equal(sum_requests(db.keys, db.keys_len), THREADS * COUNTS);
    for (size_t i = 0; i < db.keys_len; i++)
        assert_int_equal(db.keys[i].tally.requests, THREADS * COUNTS / (2 * KEYS));
    assert_int_equal(sum_requests(db.tokens, db.tokens_len), THREADS * COUNTS);
    assert_int_equal(db.models_len, 2 * 2 * (MODELS + 1));
    assert_int_equal(sum_requests(db.models, db.models_len), 2 * THREADS * COUNTS);
    assert_int_equal(db.hours_len, 2 * 2 * (TOKENS / 2 + 1)); /* each token calls one provider */
    assert_int_equal(sum_requests(db.hours, db.hours_len), 2 * THREADS * COUNTS);
    for (int o = 0; o < OUTCOME_COUNT; o++)
        assert_int_equal(db.spread.outcomes[o], 2 * THREADS * COUNTS / OUTCOME_COUNT);
    assert_int_equal(histogram_count(db.spread.buckets[SPREAD_DURATION]), 2 * THREADS * COUNTS);
    assert_int_equal(db.global[0].requests, THREADS * COUNTS / 2);
    assert_int_equal(db.global[1].requests, THREADS * COUNTS / 2);
    for (int i = 0; i < KEYS; i++)
        assert_int_equal(atomic_load(&f->keys[0][i]->subject.refs), 2);
}

#define FLUSHER_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLUSHER_TEST(only_differences__are_written),
        FLUSHER_TEST(what_failed__is_written_the_next_time),
        FLUSHER_TEST(hours_of_keys__are_counted_once_when_the_store_fails),
        FLUSHER_TEST(requests_without_a_model__have_no_total_of_their_own),
        FLUSHER_TEST(hours_of_tokens__are_written_with_the_hour_of_all),
        FLUSHER_TEST(since_the_start__is_counted_once),
        FLUSHER_TEST(totals__are_since_ever),
        FLUSHER_TEST(state_of_a_key__is_written),
        FLUSHER_TEST(state_of_a_removed_key__is_not_written),
        FLUSHER_TEST(names_of_models__have_an_end),
        FLUSHER_TEST(counts_of_four_threads__are_exact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
