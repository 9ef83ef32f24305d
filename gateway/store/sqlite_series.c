/* Counters by hour in SQLite: adding to them, reading them, and forgetting old ones. */
#include <string.h>

#include "store/sqlite_db.h"

enum { DAY_MS = 24 * 3600 * 1000 };

/* Numbers in the column metric: outcomes, and behind them each of the times. */
enum { METRIC_OUTCOME, METRIC_TIMES };

static const struct {
    enum sqlite_statement count, rank, load;
} hours_of[] = {
    [STORE_HOURS_MODELS] = {SQL_MODEL_HOUR_COUNT, SQL_MODELS_RANK, SQL_MODEL_HOURS},
    [STORE_HOURS_TOKENS] = {SQL_TOKEN_HOUR_COUNT, SQL_TOKENS_RANK, SQL_TOKEN_HOURS},
};

static int64_t day_of(int64_t wall_ms)
{
    return wall_ms - (wall_ms % DAY_MS + DAY_MS) % DAY_MS;
}

/* ---- adding ---- */

static enum err_code count_one(struct sqlite_db *db, int provider, const struct store_hour *h,
                               int metric, int bucket, int64_t n, struct err *e)
{
    struct sqlite_call c;

    if (n == 0)
        return ERR_OK;
    sqlite_call(&c, db, provider, SQL_SPREAD_COUNT, "adding to the spreads of models");
    sqlite_give_text(&c, h->name);
    sqlite_give_int(&c, h->hour);
    sqlite_give_int(&c, metric);
    sqlite_give_int(&c, bucket);
    sqlite_give_int(&c, n);
    return sqlite_run(&c, e);
}

static enum err_code count_spread(struct sqlite_db *db, int provider, const struct store_hour *h,
                                  struct err *e)
{
    const struct spread *s = h->spread;
    enum err_code rc = ERR_OK;

    for (int o = 0; o < OUTCOME_COUNT && rc == ERR_OK; o++)
        rc = count_one(db, provider, h, METRIC_OUTCOME, o, s->outcomes[o], e);
    for (int t = 0; t < SPREAD_TIME_COUNT; t++)
        for (int b = 0; b < HISTOGRAM_BUCKETS && rc == ERR_OK; b++)
            rc = count_one(db, provider, h, METRIC_TIMES + t, b, s->buckets[t][b], e);
    return rc;
}

enum err_code sqlite_hour_add(struct sqlite_db *db, int provider, enum store_hours of,
                              const struct store_hour *h, struct err *e)
{
    struct sqlite_call c;
    enum err_code rc;

    sqlite_call(&c, db, provider, hours_of[of].count, "adding to the counters of hours");
    sqlite_give_int(&c, h->hour);
    sqlite_give_text(&c, h->name);
    sqlite_give_tally(&c, &h->tally);
    rc = sqlite_run(&c, e);
    if (rc == ERR_OK && h->name[0] != '\0') {
        sqlite_call(&c, db, provider, SQL_RANKING_COUNT, "adding to the counters of days");
        sqlite_give_int(&c, day_of(h->hour));
        sqlite_give_int(&c, of);
        sqlite_give_text(&c, h->name);
        sqlite_give_int(&c, h->tally.requests);
        rc = sqlite_run(&c, e);
    }
    if (rc == ERR_OK && h->spread != NULL)
        rc = count_spread(db, provider, h, e);
    return rc;
}

/* ---- reading ---- */

enum err_code sqlite_hours_rank(void *db, int provider, const struct store_range *r, int64_t limit,
                                store_rank_fn *fn, void *arg, struct err *e)
{
    int64_t first_day = day_of(r->from + DAY_MS - 1), end_day = day_of(r->to);
    struct sqlite_call c;

    if (first_day >= end_day) /* no whole day: by hours alone */
        first_day = end_day = r->to;
    sqlite_call(&c, db, provider, hours_of[r->of].rank, "looking for the busiest");
    sqlite_give_int(&c, r->of);
    sqlite_give_int(&c, r->from);
    sqlite_give_int(&c, first_day);
    sqlite_give_int(&c, end_day);
    sqlite_give_int(&c, r->to);
    sqlite_give_int(&c, limit);
    while (sqlite_step(&c)) {
        const char *name = sqlite_take_text(&c);

        fn(arg, name, sqlite_take_int(&c));
    }
    return sqlite_done(&c, e);
}

static void call_range(struct sqlite_call *c, const struct store_range *r, const char *name)
{
    sqlite_give_text(c, name);
    sqlite_give_int(c, r->from);
    sqlite_give_int(c, r->to);
}

enum err_code sqlite_hours_load(void *db, int provider, const struct store_range *r,
                                const char *name, store_hour_fn *fn, void *arg, struct err *e)
{
    struct sqlite_call c;

    sqlite_call(&c, db, provider, hours_of[r->of].load, "reading the counters of hours");
    call_range(&c, r, name);
    while (sqlite_step(&c)) {
        int64_t hour = sqlite_take_int(&c);
        struct store_tally t;

        sqlite_take_tally(&c, &t);
        fn(arg, hour, &t);
    }
    return sqlite_done(&c, e);
}

/* Where in a spread a row counts; SIZE_MAX: nowhere that this program knows. */
static size_t place_of(int64_t metric, int64_t bucket)
{
    const size_t times = offsetof(struct spread, buckets) / sizeof(int64_t);

    if (metric == METRIC_OUTCOME)
        return bucket >= 0 && bucket < OUTCOME_COUNT ? (size_t)bucket : SIZE_MAX;
    metric -= METRIC_TIMES;
    if (metric < 0 || metric >= SPREAD_TIME_COUNT || bucket < 0 || bucket >= HISTOGRAM_BUCKETS)
        return SIZE_MAX;
    return times + (size_t)(metric * HISTOGRAM_BUCKETS + bucket);
}

enum err_code sqlite_spreads_load(void *db, int provider, const struct store_range *r,
                                  const char *name, store_spread_fn *fn, void *arg, struct err *e)
{
    struct sqlite_call c;

    sqlite_call(&c, db, provider, SQL_MODEL_SPREADS, "reading the spreads of models");
    call_range(&c, r, name);
    while (sqlite_step(&c)) {
        int64_t hour = sqlite_take_int(&c), metric = sqlite_take_int(&c);
        size_t place = place_of(metric, sqlite_take_int(&c));

        if (place != SIZE_MAX)
            fn(arg, hour, place, sqlite_take_int(&c));
    }
    return sqlite_done(&c, e);
}

/* ---- forgetting ---- */

static enum err_code prune(struct sqlite_db *db, int provider, enum sqlite_statement which,
                           int64_t before_ms, int64_t limit, int64_t *gone, struct err *e)
{
    struct sqlite_call c;
    enum err_code rc;

    sqlite_call(&c, db, provider, which, "forgetting old hours");
    sqlite_give_int(&c, before_ms);
    if (limit > 0)
        sqlite_give_int(&c, limit);
    rc = sqlite_run(&c, e);
    *gone = sqlite3_changes64(db->handle);
    return rc;
}

/* Spreads are found through the hours that they belong to, so these go last. */
enum err_code sqlite_hours_prune(void *opaque, int provider, int64_t before_ms, int64_t limit,
                                 bool *more, struct err *e)
{
    struct sqlite_db *db = opaque;
    int64_t gone, models = 0, tokens = 0;
    enum err_code rc = sqlite_begin(db, e);

    *more = false;
    if (rc != ERR_OK)
        return rc;
    rc = prune(db, provider, SQL_SPREADS_PRUNE, before_ms, limit, &gone, e);
    if (rc == ERR_OK)
        rc = prune(db, provider, SQL_MODEL_HOURS_PRUNE, before_ms, limit, &models, e);
    if (rc == ERR_OK)
        rc = prune(db, provider, SQL_TOKEN_HOURS_PRUNE, before_ms, limit, &tokens, e);
    if (rc == ERR_OK)
        rc = prune(db, provider, SQL_RANKING_PRUNE, day_of(before_ms), 0, &gone, e);
    *more = models == limit || tokens == limit;
    return sqlite_end(db, rc, e);
}
