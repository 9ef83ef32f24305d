/* Counters in PostgreSQL: loading them, and adding what was counted since the last flush. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/pg_db.h"

enum err_code pg_global_load(void *db, int provider, struct store_tally *out, struct err *e)
{
    struct pg_call c;

    *out = (struct store_tally){0};
    pg_call(&c, db, provider, PG_GLOBAL_LOAD, "loading the totals");
    if (pg_step(&c))
        pg_take_tally(&c, out);
    return pg_done(&c, e);
}

enum err_code pg_models_load(void *db, int provider, store_model_fn *fn, void *arg, struct err *e)
{
    struct store_model m;
    struct pg_call c;

    pg_call(&c, db, provider, PG_MODELS_LOAD, "loading the models");
    while (pg_step(&c)) {
        m.model = pg_take_text(&c);
        pg_take_tally(&c, &m.tally);
        m.last_used = pg_take_int(&c);
        if (!fn(arg, &m))
            break;
    }
    return pg_done(&c, e);
}

/* ---- adding ---- */

static bool tally_is_zero(const struct store_tally *t)
{
    static const struct store_tally zero;

    return memcmp(t, &zero, sizeof(zero)) == 0; /* there is no padding among int64_t */
}

static bool counts(const struct store_delta *d)
{
    return !tally_is_zero(&d->tally) || d->last_used != 0 || d->last_success != 0 ||
           d->last_failure != 0;
}

/* A key that was deleted meanwhile is found by no statement: what it counted goes with it. */
static enum err_code count_keys(struct pg_db *db, int provider, const struct store_delta *rows,
                                size_t len, struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, provider, PG_KEYS_COUNT, "adding to the counters of keys");
    pg_rows(&c);
    for (const struct store_delta *d = rows; d < rows + len; d++) {
        if (!counts(d))
            continue;
        pg_give_tally(&c, &d->tally);
        pg_give_time(&c, d->last_used);
        pg_give_time(&c, d->last_success);
        pg_give_time(&c, d->last_failure);
        pg_give_id(&c, 'k', d->id);
        pg_next(&c);
    }
    return pg_queue_rows(&c, e);
}

static enum err_code put_states(struct pg_db *db, int provider, const struct store_delta *rows,
                                size_t len, struct err *e)
{
    struct pg_call c;

    int64_t now_ms = clock_wall_ms();

    pg_call(&c, db, provider, PG_KEYS_REPORT, "changing the state of keys");
    pg_rows(&c);
    for (const struct store_delta *d = rows; d < rows + len; d++) {
        if (d->state == NULL)
            continue;
        pg_give_state(&c, d->state);
        pg_give_id(&c, 'k', d->id);
        pg_give_when(&c, now_ms);
        pg_next(&c);
    }
    return pg_queue_rows(&c, e);
}

static enum err_code count_tokens(struct pg_db *db, int provider, const struct store_delta *rows,
                                  size_t len, struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, provider, PG_TOKENS_COUNT, "adding to the counters of tokens");
    pg_rows(&c);
    for (const struct store_delta *d = rows; d < rows + len; d++) {
        pg_give_tally(&c, &d->tally);
        pg_give_time(&c, d->last_used);
        pg_give_id(&c, 't', d->id);
        pg_next(&c);
    }
    return pg_queue_rows(&c, e);
}

typedef enum err_code deltas_fn(struct pg_db *db, int provider, const struct store_delta *rows,
                                size_t len, struct err *e);

static enum err_code each_delta(struct pg_db *db, int provider, const struct store_delta *rows,
                                size_t len, deltas_fn *fn, struct err *e)
{
    uint64_t *ids = mem_array(len, sizeof(*ids));
    enum err_code rc = ERR_OK;
    size_t most;

    for (size_t i = 0; i < len; i++)
        ids[i] = rows[i].id;
    most = pg_rows_at_once(ids, len);
    free(ids);
    for (size_t i = 0; i < len && rc == ERR_OK; i += most)
        rc = fn(db, provider, rows + i, len - i < most ? len - i : most, e);
    return rc;
}

static enum err_code count_models(struct pg_db *db, const struct store_flush *f, int64_t now_ms,
                                  struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, f->provider, PG_MODELS_COUNT, "adding to the counters of models");
    pg_rows(&c);
    for (const struct store_hour *h = f->models; h < f->models + f->models_len; h++) {
        if (h->nameless)
            continue;
        pg_give_text(&c, h->name);
        pg_give_tally(&c, &h->tally);
        pg_give_when(&c, now_ms);
        pg_next(&c);
    }
    return pg_queue_rows(&c, e);
}

static enum err_code count_global(struct pg_db *db, int provider, const struct store_tally *t,
                                  int64_t now_ms, struct err *e)
{
    struct pg_call c;

    if (tally_is_zero(t))
        return ERR_OK;
    pg_call(&c, db, provider, PG_GLOBAL_COUNT, "adding to the totals");
    pg_give_tally(&c, t);
    pg_give_when(&c, now_ms);
    return pg_queue(&c, e);
}

static enum err_code flush_provider(struct pg_db *db, const struct store_flush *f, int64_t now_ms,
                                    struct err *e)
{
    enum err_code rc = count_global(db, f->provider, &f->global, now_ms, e);

    if (rc == ERR_OK)
        rc = each_delta(db, f->provider, f->keys, f->keys_len, count_keys, e);
    if (rc == ERR_OK)
        rc = each_delta(db, f->provider, f->keys, f->keys_len, put_states, e);
    if (rc == ERR_OK)
        rc = each_delta(db, f->provider, f->tokens, f->tokens_len, count_tokens, e);
    if (rc == ERR_OK)
        rc = count_models(db, f, now_ms, e);
    if (rc == ERR_OK)
        rc = pg_hours_count(db, f->provider, STORE_HOURS_MODELS, f->models, f->models_len, e);
    if (rc == ERR_OK)
        rc = pg_hours_count(db, f->provider, STORE_HOURS_TOKENS, f->token_hours, f->token_hours_len,
                            e);
    return rc;
}

/* ---- once ---- */

/* With leading zeros they sort as numbers do. */
static char *number_text(uint64_t number, char out[24])
{
    snprintf(out, 24, "%020llu", (unsigned long long)number);
    return out;
}

/* The answer to a commit may be lost, and what was sent may even be carried out later than it is
 * sent again. So the transaction says its number first, and the server takes no number twice. */
static enum err_code give_number(struct pg_db *db, uint64_t number, struct err *e)
{
    char name[32], value[24];
    struct pg_call c;

    if (number == 0)
        return ERR_OK;
    snprintf(name, sizeof(name), "flush-%016llx", (unsigned long long)db->flushes);
    pg_call(&c, db, 0, PG_FLUSH_NUMBER, "adding to the counters");
    pg_give_text(&c, name);
    pg_give_text(&c, number_text(number, value));
    return pg_queue(&c, e);
}

enum err_code pg_flushes_forget(struct pg_db *db, uint64_t before, struct err *e)
{
    char value[24];
    struct pg_call c;

    pg_call(&c, db, 0, PG_FLUSH_FORGET, "forgetting old flushes");
    pg_give_text(&c, number_text(before, value));
    return pg_run(&c, e);
}

/* ---- telling the others ---- */

/* Ids of those for which it holds; returns how many. */
static size_t take_ids(const struct store_delta *rows, size_t len,
                       bool (*holds)(const struct store_delta *d), uint64_t *ids)
{
    size_t n = 0;

    for (const struct store_delta *d = rows; d < rows + len; d++)
        if (holds(d))
            ids[n++] = d->id;
    return n;
}

static bool has_state(const struct store_delta *d)
{
    return d->state != NULL;
}

/* A provider's totals count as changed with its keys, and when nothing else did. */
static enum err_code tell_provider(struct pg_db *db, const struct store_flush *f, struct err *e)
{
    size_t most = f->keys_len > f->tokens_len ? f->keys_len : f->tokens_len, len;
    uint64_t *ids = mem_array(most, sizeof(*ids));
    enum err_code rc = ERR_OK;

    len = take_ids(f->keys, f->keys_len, counts, ids);
    if (len > 0)
        rc = pg_tell(db, CHANGE_COUNTS, f->provider, 'k', ids, len, e);
    else if (!tally_is_zero(&f->global))
        rc = pg_tell_text(db, CHANGE_COUNTS, f->provider, "", e);
    len = take_ids(f->keys, f->keys_len, has_state, ids);
    if (rc == ERR_OK && len > 0)
        rc = pg_tell(db, CHANGE_STATES, f->provider, 'k', ids, len, e);
    len = take_ids(f->tokens, f->tokens_len, counts, ids);
    if (rc == ERR_OK && len > 0)
        rc = pg_tell(db, CHANGE_TOKEN_COUNTS, f->provider, 't', ids, len, e);
    free(ids);
    return rc;
}

/* At first it waits for no import. ERR_CONFLICT: it was added when its answer was lost. */
static enum err_code flush_once(struct pg_db *db, const struct store_flush *flushes, size_t len,
                                int tries, struct err *e)
{
    int64_t now_ms = clock_wall_ms();
    enum err_code rc = tries > 0 ? pg_keys_begin(db, tries, e) : pg_batch_begin(db, e);

    db->repeats = true;
    if (rc == ERR_OK)
        rc = pg_queue_word(db, PG_LOCK_COUNTS, "taking the lock of the counters", e);
    if (rc == ERR_OK && len > 0)
        rc = give_number(db, flushes[0].number, e);
    for (size_t i = 0; i < len && rc == ERR_OK; i++)
        rc = flush_provider(db, &flushes[i], now_ms, e);
    for (size_t i = 0; i < len && rc == ERR_OK; i++)
        rc = tell_provider(db, &flushes[i], e);
    if (rc == ERR_OK)
        rc = pg_batch_end(db, e);
    db->repeats = false;
    return rc;
}

enum err_code pg_flush(void *db, const struct store_flush *flushes, size_t len, struct err *e)
{
    struct err why = {0};
    enum err_code rc;
    int tries = 0;

    do {
        rc = flush_once(db, flushes, len, tries, &why);
    } while (pg_again(db, rc, &tries, &why));
    if (rc == ERR_CONFLICT)
        return ERR_OK;
    if (rc != ERR_OK && e != NULL)
        *e = why;
    return rc;
}
