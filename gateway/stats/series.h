/* What was counted over a time, by hours, by days or in all. */
#ifndef STATS_SERIES_H
#define STATS_SERIES_H

#include <stdbool.h>

#include "stats/zone.h"
#include "store/store.h"

/* X(ID, name, days that may be asked for at most, days times names): hours are many rows. */
#define SERIES_STEPS(X)                                                                            \
    X(HOUR, "hour", 32, 208) X(DAY, "day", 3700, 96200) X(TOTAL, "total", 3700, 96200)
enum series_step {
#define X(ID, name, days, many_days) SERIES_##ID,
    SERIES_STEPS(X)
#undef X
};

struct series_query {
    int provider;
    enum store_hours of;
    const char *name; /* of a model, id of a token; "" for all together; NULL: the busiest ones */
    size_t limit;     /* of these; what is left stands together as LEDGER_OTHER */
    enum series_step step;
    int64_t from, to; /* see series_align() */
};

/* What was counted in one step; tokens have no spread. */
struct series_cell {
    struct store_tally tally;
    struct spread spread;
};

/* Widens a range to whole steps (of a total: to whole hours). Those of a span that ends now are as
 * many as it has, the one that runs included: 24 hours, seven days. */
void series_align(enum series_step step, int64_t *from, int64_t *to);
int64_t series_span_start(enum series_step step, int64_t now_ms, int64_t span_ms);
/* The longest range that may be asked for, in days, of so many names, all others together being
 * one.
 */
int series_days_max(enum series_step step, size_t names);

/* Calls fn for each step in which there were requests, name after name, the busiest first, the rest
 * last; each in order of time. Names and cells are borrowed for the call. Store thread. */
typedef void series_fn(void *arg, const char *name, int64_t start, const struct series_cell *c);
enum err_code series_read(const struct series_query *q, struct store *s, series_fn *fn, void *arg,
                          struct err *e) MUST_CHECK;

#endif
