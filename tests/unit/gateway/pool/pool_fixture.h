/* What the pool's suites share: keys to add, verdicts to report, and a recount by hand. */
#ifndef POOL_FIXTURE_H
#define POOL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "pool/pool_impl.h"

/* The tests choose the time: any start will do, and none of them waits. */
static const int64_t T0 = 1700000000000;
enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, HOUR_MS = 60 * MINUTE_MS };

/* Ids that are spread as those of real keys are. */
static inline uint64_t fixture_id(uint64_t n)
{
    return (n + 1) * 0x9E3779B97F4A7C15u;
}

static inline bool fixture_add_expiring(struct pool *p, uint64_t n, int64_t expires_at,
                                        int64_t now_ms)
{
    struct store_key row = {.id = fixture_id(n),
                            .username = "someone@example.com",
                            .created_at = T0 + (int64_t)n,
                            .expires_at = expires_at};

    return pool_add(p, &row, "ollama-0123456789abcdef0123456789abcdef", now_ms);
}

/* A pool with keys 0 to len - 1. */
static inline struct pool *fixture_pool(uint64_t len)
{
    struct pool *p = pool_new();

    for (uint64_t n = 0; n < len; n++)
        assert_true(fixture_add_expiring(p, n, 0, T0));
    return p;
}

/* The key with its number, borrowed: the pool keeps it alive. */
static inline struct pool_key *fixture_key(struct pool *p, uint64_t n)
{
    struct pool_key *k = pool_find(p, fixture_id(n));

    assert_non_null(k);
    subject_unref(&k->subject);
    return k;
}

static inline bool fixture_has(struct pool *p, uint64_t n)
{
    struct pool_key *k = pool_find(p, fixture_id(n));

    if (k != NULL)
        subject_unref(&k->subject);
    return k != NULL;
}

/* The key whose turn it is, borrowed; NULL: none. */
static inline struct pool_key *fixture_pick(struct pool *p, const char *model, int64_t now_ms)
{
    uint32_t trial;
    struct pool_key *k = pool_pick(p, model, NULL, 0, now_ms, &trial);

    if (k != NULL) {
        pool_release(p, k, trial, now_ms);
        subject_unref(&k->subject);
    }
    return k;
}

/* Whether the key is given to anyone in as many picks as there are keys, and a few more. */
static inline bool fixture_serves(struct pool *p, uint64_t n, const char *model, int64_t now_ms)
{
    for (size_t i = 0; i < p->slots + 2; i++) {
        const struct pool_key *k = fixture_pick(p, model, now_ms);

        if (k != NULL && k->id == fixture_id(n))
            return true;
    }
    return false;
}

static inline void fixture_report(struct pool *p, uint64_t n, enum class_effect effect,
                                  int64_t now_ms)
{
    struct verdict v = {.rule = "some_rule", .effect = effect};

    pool_report(p, fixture_key(p, n), 0, &v, "", now_ms);
}

static inline void fixture_cool(struct pool *p, uint64_t n, int64_t until_ms, int64_t now_ms)
{
    struct verdict v = {
        .rule = "some_limit", .effect = EFFECT_COOL, .limit = true, .until_ms = until_ms};

    pool_report(p, fixture_key(p, n), 0, &v, "", now_ms);
}

static inline void fixture_back_off(struct pool *p, uint64_t n, int64_t now_ms)
{
    struct verdict v = {
        .rule = "some_limit", .effect = EFFECT_COOL, .limit = true, .backoff = true};

    pool_report(p, fixture_key(p, n), 0, &v, "", now_ms);
}

static inline void fixture_block(struct pool *p, uint64_t n, const char *model, int64_t until_ms,
                                 int64_t now_ms)
{
    struct verdict v = {.rule = "some_model", .effect = EFFECT_MODEL, .until_ms = until_ms};

    pool_report(p, fixture_key(p, n), 0, &v, model, now_ms);
}

static inline void fixture_set_state(struct pool *p, uint64_t n, const struct store_key_state *s,
                                     int64_t now_ms)
{
    struct store_key_edit edit = {.id = fixture_id(n), .parts = EDIT_STATE, .state = s};

    pool_edit(p, &edit, 1, now_ms);
}

static inline void fixture_disable(struct pool *p, uint64_t n, int64_t until_ms, int64_t now_ms)
{
    struct pool_key *k = fixture_key(p, n);
    struct store_key_state s;
    enum key_status status;

    pool_get_state(p, k, now_ms, &s, &status);
    pool_state_disabled(&s, until_ms);
    fixture_set_state(p, n, &s, now_ms);
}

static inline void fixture_enable(struct pool *p, uint64_t n, int64_t now_ms)
{
    struct store_key_state s;

    pool_state_enabled(&s);
    fixture_set_state(p, n, &s, now_ms);
}

static inline struct store_key_state fixture_state(struct pool *p, uint64_t n, int64_t now_ms)
{
    struct store_key_state s;
    enum key_status status;

    pool_get_state(p, fixture_key(p, n), now_ms, &s, &status);
    return s;
}

static inline enum key_status fixture_status(struct pool *p, uint64_t n, int64_t now_ms)
{
    struct store_key_state s;
    enum key_status status;

    pool_get_state(p, fixture_key(p, n), now_ms, &s, &status);
    return status;
}

/* The pool's counts against those of a walk over its keys. */
static inline void fixture_check_counts(struct pool *p, int64_t now_ms)
{
    struct pool_outlook told, counted = {0};

    pool_outlook(p, now_ms, &told);
    for (size_t slot = 0; slot < p->slots; slot++) {
        const struct pool_key *k = p->keys[slot];
        enum key_status status = k != NULL ? pool_status_at(k, now_ms) : KEY_ACTIVE;

        for (int i = 0; i < KEY_STATUS_COUNT; i++)
            assert_int_equal(bits_has(&p->in_status[i], slot),
                             k != NULL && status == (enum key_status)i);
        if (k == NULL)
            continue;
        counted.total++;
        counted.by_status[status]++;
        counted.limited += status == KEY_COOLING && k->state.limited;
    }
    assert_int_equal(told.total, counted.total);
    assert_int_equal(told.limited, counted.limited);
    for (int i = 0; i < KEY_STATUS_COUNT; i++)
        assert_int_equal(told.by_status[i], counted.by_status[i]);
}

static inline int64_t fixture_soonest(struct pool *p, int64_t now_ms)
{
    struct pool_outlook o;

    pool_outlook(p, now_ms, &o);
    return o.soonest_at;
}

#endif
