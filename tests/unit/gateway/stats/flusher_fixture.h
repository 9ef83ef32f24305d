/* A gateway around the flusher, with keys and tokens of two providers and a store in memory. */
#ifndef STATS_FLUSHER_FIXTURE_H
#define STATS_FLUSHER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "fake_store.h"
#include "stats/flusher.h"

enum { KEYS = 5, TOKENS = 4, MODELS = 3, HOUR_MS = 3600 * 1000 };
static const int64_t HOUR0 = 472222ll * HOUR_MS;

struct fixture {
    struct gateway gw;
    struct flusher *flusher;
    struct pool_key *keys[PROVIDER_BUILTINS][KEYS];
    struct token *tokens[PROVIDER_BUILTINS][TOKENS];
};

static inline void fixture_fill(struct fixture *f, int p)
{
    f->gw.pools[p] = pool_new();
    for (int i = 0; i < KEYS; i++) {
        struct store_key row = {
            .id = (uint64_t)i + 1, .username = "", .tally = {.requests = 7, .success = 7}};

        assert_true(pool_add(f->gw.pools[p], &row, "ollama-0123456789abcdef", clock_wall_ms()));
        f->keys[p][i] = pool_find(f->gw.pools[p], row.id);
    }
    for (int i = 0; i < TOKENS; i++) {
        struct store_token row = {
            .id = (uint64_t)(p * 100 + i + 1), .name = "", .hint = "", .tally = {.requests = 9}};

        tokens_add(f->gw.tokens, p, &row);
        f->tokens[p][i] = tokens_find(f->gw.tokens, row.id);
    }
}

static inline int setup(void **state)
{
    struct fixture *f = mem_zalloc(sizeof(*f));
    struct err e = {0};

    memset(&db, 0, sizeof(db));
    log_configure(LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
    f->gw.store.ops = &fake_ops;
    f->gw.tokens = tokens_new();
    for (int p = 0; p < PROVIDER_BUILTINS; p++)
        fixture_fill(f, p);
    if (flusher_new(&f->gw, &f->flusher, &e) != ERR_OK)
        return 1;
    *state = f;
    return 0;
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;

    flusher_free(f->flusher);
    for (int p = 0; p < PROVIDER_BUILTINS; p++) {
        for (int i = 0; i < KEYS; i++)
            subject_unref(&f->keys[p][i]->subject);
        for (int i = 0; i < TOKENS; i++)
            subject_unref(&f->tokens[p][i]->subject);
        pool_free(f->gw.pools[p]);
    }
    tokens_free(f->gw.tokens);
    free(f);
    return 0;
}

static inline void flush(struct fixture *f)
{
    flusher_flush(f->flusher, &f->gw.store);
}

static inline void give_model(struct fixture *f, int provider, const char *model, int64_t hour_ms,
                              const struct store_tally *t)
{
    struct ledger *l = ledger_new();

    ledger_count(l, &(struct ledger_request){.provider = provider,
                                             .model = model,
                                             .token = 102,
                                             .now_ms = hour_ms,
                                             .tally = t,
                                             .outcome = OUTCOME_OK});
    ledger_attempt(l, provider, "success");
    flusher_give(f->flusher, l);
}

static inline int64_t stored_requests(const struct stored *rows, size_t len, int provider,
                                      uint64_t id)
{
    for (size_t i = 0; i < len; i++)
        if (rows[i].provider == provider && rows[i].id == id)
            return rows[i].tally.requests;
    return 0;
}

static inline int64_t stored_model(int provider, const char *model, int64_t hour)
{
    for (size_t i = 0; i < db.models_len; i++)
        if (db.models[i].provider == provider && db.models[i].hour == hour &&
            strcmp(db.models[i].model, model) == 0)
            return db.models[i].tally.requests;
    return 0;
}

#endif
