/* Counters by hour in PostgreSQL: adding to them, reading them, and forgetting old ones. */
#include <string.h>

#include "store/pg_db.h"
#include "store/series.h"

static const struct {
    enum pg_statement count, rank, load;
} hours_of[] = {
    [STORE_HOURS_MODELS] = {PG_MODEL_HOURS_COUNT, PG_MODELS_RANK, PG_MODEL_HOURS},
    [STORE_HOURS_TOKENS] = {PG_TOKEN_HOURS_COUNT, PG_TOKENS_RANK, PG_TOKEN_HOURS},
};

/* ---- adding ---- */

static void give_count(struct pg_call *c, const struct store_hour *h, int metric, int bucket,
                       int64_t n)
{
    if (n == 0)
        return;
    pg_give_text(c, h->name);
    pg_give_when(c, h->hour);
    pg_give_int(c, metric);
    pg_give_int(c, bucket);
    pg_give_int(c, n);
    pg_next(c);
}

static enum err_code count_spreads(struct pg_db *db, int provider, const struct store_hour *rows,
                                   size_t len, struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, provider, PG_SPREADS_COUNT, "adding to the spreads of models");
    pg_rows(&c);
    for (const struct store_hour *h = rows; h < rows + len; h++) {
        if (h->spread == NULL)
            continue;
        for (int o = 0; o < OUTCOME_COUNT; o++)
            give_count(&c, h, SERIES_OUTCOME, o, h->spread->outcomes[o]);
        for (int t = 0; t < SPREAD_TIME_COUNT; t++)
            for (int b = 0; b < HISTOGRAM_BUCKETS; b++)
                give_count(&c, h, SERIES_TIMES + t, b, h->spread->buckets[t][b]);
    }
    return pg_queue_rows(&c, e);
}

static enum err_code count_days(struct pg_db *db, int provider, enum store_hours of,
                                const struct store_hour *rows, size_t len, struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, provider, PG_RANKING_COUNT, "adding to the counters of days");
    pg_rows(&c);
    for (const struct store_hour *h = rows; h < rows + len; h++) {
        if (h->name[0] == '\0')
            continue;
        pg_give_when(&c, series_day_of(h->hour));
        pg_give_int(&c, of);
        pg_give_text(&c, h->name);
        pg_give_int(&c, h->tally.requests);
        pg_next(&c);
    }
    return pg_queue_rows(&c, e);
}

enum err_code pg_hours_count(struct pg_db *db, int provider, enum store_hours of,
                             const struct store_hour *rows, size_t len, struct err *e)
{
    struct pg_call c;
    enum err_code rc;

    pg_call(&c, db, provider, hours_of[of].count, "adding to the counters of hours");
    pg_rows(&c);
    for (const struct store_hour *h = rows; h < rows + len; h++) {
        pg_give_when(&c, h->hour);
        pg_give_text(&c, h->name);
        pg_give_tally(&c, &h->tally);
        pg_next(&c);
    }
    rc = pg_queue_rows(&c, e);
    if (rc == ERR_OK)
        rc = count_days(db, provider, of, rows, len, e);
    return rc == ERR_OK ? count_spreads(db, provider, rows, len, e) : rc;
}

/* ---- reading ---- */

enum err_code pg_hours_rank(void *db, int provider, const struct store_range *r, int64_t limit,
                            store_rank_fn *fn, void *arg, struct err *e)
{
    int64_t first_day, end_day;
    struct pg_call c;

    series_whole_days(r, &first_day, &end_day);
    pg_call(&c, db, provider, hours_of[r->of].rank, "looking for the busiest");
    pg_give_int(&c, r->of);
    pg_give_when(&c, r->from);
    pg_give_when(&c, first_day);
    pg_give_when(&c, end_day);
    pg_give_when(&c, r->to);
    pg_give_int(&c, limit);
    while (pg_step(&c)) {
        const char *name = pg_take_text(&c);

        fn(arg, name, pg_take_int(&c));
    }
    return pg_done(&c, e);
}

static void give_range(struct pg_call *c, const struct store_range *r, const char *name)
{
    pg_give_text(c, name);
    pg_give_when(c, r->from);
    pg_give_when(c, r->to);
}

enum err_code pg_hours_load(void *db, int provider, const struct store_range *r, const char *name,
                            store_hour_fn *fn, void *arg, struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, provider, hours_of[r->of].load, "reading the counters of hours");
    give_range(&c, r, name);
    while (pg_step(&c)) {
        int64_t hour = pg_take_int(&c);
        struct store_tally t;

        pg_take_tally(&c, &t);
        fn(arg, hour, &t);
    }
    return pg_done(&c, e);
}

enum err_code pg_spreads_load(void *db, int provider, const struct store_range *r, const char *name,
                              store_spread_fn *fn, void *arg, struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, provider, PG_MODEL_SPREADS, "reading the spreads of models");
    give_range(&c, r, name);
    while (pg_step(&c)) {
        int64_t hour = pg_take_int(&c), metric = pg_take_int(&c);
        size_t place = series_place_of(metric, pg_take_int(&c));

        if (place != SIZE_MAX)
            fn(arg, hour, place, pg_take_int(&c));
    }
    return pg_done(&c, e);
}

/* ---- forgetting ---- */

static enum err_code queue_prune(struct pg_db *db, int provider, enum pg_statement which,
                                 int64_t before_ms, int64_t limit, int64_t *gone, struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, provider, which, "forgetting old hours");
    c.changes = gone;
    pg_give_when(&c, before_ms);
    if (limit > 0)
        pg_give_int(&c, limit);
    return pg_queue(&c, e);
}

/* Spreads are found through the hours that they belong to, so these go last. */
enum err_code pg_hours_prune(void *db, int provider, int64_t before_ms, int64_t limit, bool *more,
                             struct err *e)
{
    int64_t models = 0, tokens = 0;
    enum err_code rc = pg_batch_begin(db, e);

    *more = false;
    if (rc == ERR_OK)
        rc = pg_queue_word(db, PG_LOCK_COUNTS, "taking the lock of the counters", e);
    if (rc == ERR_OK)
        rc = queue_prune(db, provider, PG_SPREADS_PRUNE, before_ms, limit, NULL, e);
    if (rc == ERR_OK)
        rc = queue_prune(db, provider, PG_MODEL_HOURS_PRUNE, before_ms, limit, &models, e);
    if (rc == ERR_OK)
        rc = queue_prune(db, provider, PG_TOKEN_HOURS_PRUNE, before_ms, limit, &tokens, e);
    if (rc == ERR_OK)
        rc = queue_prune(db, provider, PG_RANKING_PRUNE, series_day_of(before_ms), 0, NULL, e);
    if (rc == ERR_OK)
        rc = pg_batch_end(db, e);
    *more = rc == ERR_OK && (models == limit || tokens == limit);
    return rc;
}
