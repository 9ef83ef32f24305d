/* Counters in SQLite: loading them, and adding what was counted since the last flush. */
#include <string.h>

#include "base/clock.h"
#include "store/sqlite_db.h"

enum err_code sqlite_global_load(void *db, int provider, struct store_tally *out, struct err *e)
{
    struct sqlite_call c;

    *out = (struct store_tally){0};
    sqlite_call(&c, db, provider, SQL_GLOBAL_LOAD, "loading the totals");
    if (sqlite_step(&c))
        sqlite_take_tally(&c, out);
    return sqlite_done(&c, e);
}

enum err_code sqlite_models_load(void *db, int provider, store_model_fn *fn, void *arg,
                                 struct err *e)
{
    struct sqlite_call c;
    struct store_model m;

    sqlite_call(&c, db, provider, SQL_MODELS_LOAD, "loading the models");
    while (sqlite_step(&c)) {
        m.model = sqlite_take_text(&c);
        sqlite_take_tally(&c, &m.tally);
        m.last_used = sqlite_take_int(&c);
        if (!fn(arg, &m))
            break;
    }
    return sqlite_done(&c, e);
}

static bool tally_is_zero(const struct store_tally *t)
{
    static const struct store_tally zero;

    return memcmp(t, &zero, sizeof(zero)) == 0; /* there is no padding among int64_t */
}

/* A key that was deleted meanwhile is found by neither statement: what it counted goes with it. */
static enum err_code flush_key(struct sqlite_db *db, int provider, const struct store_delta *d,
                               struct err *e)
{
    enum err_code rc = ERR_OK;

    if (!tally_is_zero(&d->tally) || d->last_used != 0 || d->last_success != 0 ||
        d->last_failure != 0) {
        struct sqlite_call c;

        sqlite_call(&c, db, provider, SQL_KEY_COUNT, "adding to the counters of keys");
        sqlite_give_tally(&c, &d->tally);
        sqlite_give_time(&c, d->last_used);
        sqlite_give_time(&c, d->last_success);
        sqlite_give_time(&c, d->last_failure);
        sqlite_give_id(&c, 'k', d->id);
        rc = sqlite_run(&c, e);
    }
    if (rc == ERR_OK && d->state != NULL)
        rc = sqlite_key_put_state(db, provider, d->id, d->state, e);
    return rc;
}

static enum err_code flush_token(struct sqlite_db *db, int provider, const struct store_delta *d,
                                 struct err *e)
{
    struct sqlite_call c;

    sqlite_call(&c, db, provider, SQL_TOKEN_COUNT, "adding to the counters of tokens");
    sqlite_give_tally(&c, &d->tally);
    sqlite_give_time(&c, d->last_used);
    sqlite_give_id(&c, 't', d->id);
    return sqlite_run(&c, e);
}

static enum err_code flush_model(struct sqlite_db *db, int provider, const struct store_hour *d,
                                 int64_t now_ms, struct err *e)
{
    struct sqlite_call c;

    if (d->nameless)
        return ERR_OK;
    sqlite_call(&c, db, provider, SQL_MODEL_COUNT, "adding to the counters of models");
    sqlite_give_text(&c, d->name);
    sqlite_give_tally(&c, &d->tally);
    sqlite_give_time(&c, now_ms);
    return sqlite_run(&c, e);
}

static enum err_code flush_global(struct sqlite_db *db, int provider, const struct store_tally *t,
                                  int64_t now_ms, struct err *e)
{
    struct sqlite_call c;

    if (tally_is_zero(t))
        return ERR_OK;
    sqlite_call(&c, db, provider, SQL_GLOBAL_COUNT, "adding to the totals");
    sqlite_give_tally(&c, t);
    sqlite_give_time(&c, now_ms);
    return sqlite_run(&c, e);
}

static enum err_code flush_provider(struct sqlite_db *db, const struct store_flush *f,
                                    int64_t now_ms, struct err *e)
{
    enum err_code rc = flush_global(db, f->provider, &f->global, now_ms, e);

    for (size_t i = 0; i < f->keys_len && rc == ERR_OK; i++)
        rc = flush_key(db, f->provider, &f->keys[i], e);
    for (size_t i = 0; i < f->tokens_len && rc == ERR_OK; i++)
        rc = flush_token(db, f->provider, &f->tokens[i], e);
    for (size_t i = 0; i < f->models_len && rc == ERR_OK; i++)
        rc = flush_model(db, f->provider, &f->models[i], now_ms, e);
    for (size_t i = 0; i < f->models_len && rc == ERR_OK; i++)
        rc = sqlite_hour_add(db, f->provider, STORE_HOURS_MODELS, &f->models[i], e);
    for (size_t i = 0; i < f->token_hours_len && rc == ERR_OK; i++)
        rc = sqlite_hour_add(db, f->provider, STORE_HOURS_TOKENS, &f->token_hours[i], e);
    return rc;
}

enum err_code sqlite_flush(void *db, const struct store_flush *flushes, size_t len, struct err *e)
{
    int64_t now_ms = clock_wall_ms();
    enum err_code rc = sqlite_begin(db, e);

    if (rc != ERR_OK)
        return rc;
    for (size_t i = 0; i < len && rc == ERR_OK; i++)
        rc = flush_provider(db, &flushes[i], now_ms, e);
    return sqlite_end(db, rc, e);
}
