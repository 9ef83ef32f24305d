/* A store in memory for the flusher's suite: it keeps what it is given, and fails when it is told
 * to. */
#ifndef STATS_FAKE_STORE_H
#define STATS_FAKE_STORE_H

#include <string.h>

#include "base/mem.h"
#include "gateway.h"
#include "stats/subject.h"

enum { FAKE_ROWS = 64, FAKE_MODELS = 4000 };

/* A row of the store: whatever has this number and this name or id. */
struct stored {
    int provider;
    uint64_t id;
    char model[40];
    int64_t hour;
    bool nameless;
    struct store_tally tally;
    int64_t last_used, last_success, last_failure;
    struct store_key_state state;
    int states; /* how often one was written */
};

static struct {
    struct stored keys[FAKE_ROWS], tokens[FAKE_ROWS], models[FAKE_MODELS], hours[FAKE_ROWS];
    size_t keys_len, tokens_len, models_len, hours_len;
    struct spread spread; /* of all models and hours */
    struct store_tally global[PROVIDER_BUILTINS];
    uint64_t number; /* of the last flush */
    int calls, failures;
    bool (*fails)(int call); /* NULL: never */
} db;

static inline struct stored *stored_get(struct stored *rows, size_t *len, const struct stored *like)
{
    for (size_t i = 0; i < *len; i++)
        if (rows[i].provider == like->provider && rows[i].id == like->id &&
            rows[i].hour == like->hour && strcmp(rows[i].model, like->model) == 0)
            return &rows[i];
    rows[*len] = *like;
    return &rows[(*len)++];
}

static inline void fake_put(struct stored *rows, size_t *len, int provider,
                            const struct store_delta *d)
{
    struct stored *row = stored_get(rows, len, &(struct stored){.provider = provider, .id = d->id});

    tally_add(&row->tally, &d->tally);
    row->last_used = d->last_used ? d->last_used : row->last_used;
    row->last_success = d->last_success ? d->last_success : row->last_success;
    row->last_failure = d->last_failure ? d->last_failure : row->last_failure;
    if (d->state != NULL) {
        row->state = *d->state;
        row->states++;
    }
}

static inline void fake_put_hour(struct stored *rows, size_t *len, int provider,
                                 const struct store_hour *h)
{
    struct stored like = {.provider = provider, .hour = h->hour, .nameless = h->nameless};

    snprintf(like.model, sizeof(like.model), "%s", h->name);
    tally_add(&stored_get(rows, len, &like)->tally, &h->tally);
}

static inline void fake_put_all(const struct store_flush *f)
{
    for (size_t i = 0; i < f->keys_len; i++)
        fake_put(db.keys, &db.keys_len, f->provider, &f->keys[i]);
    for (size_t i = 0; i < f->tokens_len; i++)
        fake_put(db.tokens, &db.tokens_len, f->provider, &f->tokens[i]);
    for (size_t i = 0; i < f->models_len; i++) {
        fake_put_hour(db.models, &db.models_len, f->provider, &f->models[i]);
        spread_add(&db.spread, f->models[i].spread);
    }
    for (size_t i = 0; i < f->token_hours_len; i++)
        fake_put_hour(db.hours, &db.hours_len, f->provider, &f->token_hours[i]);
    tally_add(&db.global[f->provider], &f->global);
}

/* Of the calls that fail, every other one did its work: only its answer is lost. */
static inline enum err_code fake_flush(void *unused, const struct store_flush *flushes, size_t len,
                                       struct err *e)
{
    int call = db.calls++;
    bool fails = db.fails != NULL && db.fails(call);

    (void)unused;
    db.failures += fails;
    if (fails && call % 2 == 0)
        return err_set(e, ERR_STORE, "The disk is full.");
    for (size_t i = 0; i < len && flushes[0].number > db.number; i++)
        fake_put_all(&flushes[i]);
    db.number = flushes[0].number;
    return fails ? err_set(e, ERR_STORE, "The answer is lost.") : ERR_OK;
}

static inline enum err_code fake_ping(void *unused, struct err *e)
{
    (void)unused, (void)e;
    return ERR_OK;
}

static inline enum err_code fake_global(void *unused, int provider, struct store_tally *out,
                                        struct err *e)
{
    (void)unused;
    (void)e;
    *out = (struct store_tally){.requests = 1000 * (provider + 1)};
    return ERR_OK;
}

static inline enum err_code fake_models(void *unused, int provider, store_model_fn *fn, void *arg,
                                        struct err *e)
{
    const struct store_model row = {.model = "known"};

    (void)unused;
    (void)e;
    if (provider == PROVIDER_OLLAMA)
        fn(arg, &row);
    return ERR_OK;
}

static const struct store_ops fake_ops = {.name = "fake",
                                          .ping = fake_ping,
                                          .global_load = fake_global,
                                          .models_load = fake_models,
                                          .flush = fake_flush};

#endif
