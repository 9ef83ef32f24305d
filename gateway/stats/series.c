/* What was counted over a time, by hours, by days or in all. */
#include "stats/series.h"

#include <stdlib.h>
#include <string.h>

#include "stats/ledger.h"
#include "stats/subject.h"

static const int days_max[][2] = {
#define X(ID, name, days, name_days) [SERIES_##ID] = {(days), (name_days)},
    SERIES_STEPS(X)
#undef X
};

int series_days_max(enum series_step step, size_t names)
{
    int most = days_max[step][1] / (int)names;

    return most < days_max[step][0] ? most : days_max[step][0];
}

static enum zone_span span_of(enum series_step step)
{
    return step == SERIES_DAY ? ZONE_DAY : ZONE_HOUR;
}

void series_align(enum series_step step, int64_t *from, int64_t *to)
{
    enum zone_span span = span_of(step);

    *from = zone_start(span, *from);
    if (zone_start(span, *to) != *to)
        *to = zone_next(span, *to);
}

int64_t series_span_start(enum series_step step, int64_t now_ms, int64_t span_ms)
{
    return zone_next(span_of(step), now_ms - span_ms);
}

/* ---- reading ---- */

struct reading {
    const struct series_query *q;
    struct store *s;
    struct store_range range;
    int64_t *starts;
    size_t steps, at; /* at: the step of the row that came last */
    struct series_cell *cells, *rest;
    char **names; /* the busiest */
    size_t names_len, names_seen;
    series_fn *fn;
    void *arg;
};

static void reading_starts(struct reading *r)
{
    int64_t at = r->q->from;
    size_t room = 0;

    do {
        if (r->steps == room) {
            room = room > 0 ? 2 * room : 32;
            r->starts = mem_resize(r->starts, room, sizeof(*r->starts));
        }
        r->starts[r->steps++] = at;
        at = zone_next(span_of(r->q->step), at);
    } while (r->q->step != SERIES_TOTAL && at < r->q->to);
    r->cells = mem_array(r->steps, sizeof(*r->cells));
    r->rest = mem_array(r->steps, sizeof(*r->rest));
}

static void reading_done(struct reading *r)
{
    for (size_t i = 0; i < r->names_len; i++)
        free(r->names[i]);
    free(r->names);
    free(r->starts);
    free(r->cells);
    free(r->rest);
}

/* Rows come in order of time. */
static struct series_cell *cell_of(struct reading *r, int64_t hour)
{
    while (r->at + 1 < r->steps && hour >= r->starts[r->at + 1])
        r->at++;
    return &r->cells[r->at];
}

static void add_hour(void *arg, int64_t hour, const struct store_tally *t)
{
    tally_add(&cell_of(arg, hour)->tally, t);
}

static void add_place(void *arg, int64_t hour, size_t place, int64_t n)
{
    ((int64_t *)&cell_of(arg, hour)->spread)[place] += n;
}

/* Fills the cells. */
static enum err_code read_name(struct reading *r, const char *name, struct err *e)
{
    const struct store_ops *ops = r->s->ops;
    enum err_code rc;

    memset(r->cells, 0, r->steps * sizeof(*r->cells));
    r->at = 0;
    rc = ops->hours_load(r->s->db, r->q->provider, &r->range, name, add_hour, r, e);
    r->at = 0;
    if (rc == ERR_OK && r->q->of == STORE_HOURS_MODELS)
        rc = ops->spreads_load(r->s->db, r->q->provider, &r->range, name, add_place, r, e);
    return rc;
}

static void tell(const struct reading *r, const char *name, const struct series_cell *cells)
{
    for (size_t i = 0; i < r->steps; i++)
        if (cells[i].tally.requests > 0)
            r->fn(r->arg, name, r->starts[i], &cells[i]);
}

static void add_name(void *arg, const char *name, int64_t requests)
{
    struct reading *r = arg;

    (void)requests;
    r->names_seen++;
    if (r->names_len < r->q->limit && strcmp(name, LEDGER_OTHER) != 0)
        r->names[r->names_len++] = mem_strdup(name);
}

/* What was counted in all, without those that were told. */
static enum err_code read_rest(struct reading *r, struct err *e)
{
    enum err_code rc = read_name(r, "", e);

    if (rc != ERR_OK)
        return rc;
    for (size_t i = 0; i < r->steps; i++) {
        tally_add(&r->rest[i].tally, &r->cells[i].tally);
        spread_add(&r->rest[i].spread, &r->cells[i].spread);
    }
    tell(r, LEDGER_OTHER, r->rest);
    return ERR_OK;
}

static enum err_code read_busiest(struct reading *r, struct err *e)
{
    enum err_code rc;

    r->names = mem_array(r->q->limit, sizeof(*r->names));
    /* Two more than are told: a further one, and one that is the rest by name. */
    rc = r->s->ops->hours_rank(r->s->db, r->q->provider, &r->range, (int64_t)r->q->limit + 2,
                               add_name, r, e);
    for (size_t n = 0; n < r->names_len && rc == ERR_OK; n++) {
        rc = read_name(r, r->names[n], e);
        if (rc != ERR_OK)
            break;
        tell(r, r->names[n], r->cells);
        for (size_t i = 0; i < r->steps; i++) {
            tally_sub(&r->rest[i].tally, &r->cells[i].tally);
            spread_sub(&r->rest[i].spread, &r->cells[i].spread);
        }
    }
    if (rc == ERR_OK && r->names_seen > r->names_len)
        rc = read_rest(r, e);
    return rc;
}

enum err_code series_read(const struct series_query *q, struct store *s, series_fn *fn, void *arg,
                          struct err *e)
{
    struct reading r = {.q = q, .s = s, .range = {q->of, q->from, q->to}, .fn = fn, .arg = arg};
    enum err_code rc;

    if (q->from >= q->to)
        return ERR_OK;
    reading_starts(&r);
    if (q->name == NULL) {
        rc = read_busiest(&r, e);
    } else {
        rc = read_name(&r, q->name, e);
        if (rc == ERR_OK)
            tell(&r, q->name, r.cells);
    }
    reading_done(&r);
    return rc;
}
