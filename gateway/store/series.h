/* How counters by hour lie in the tables of the backends that speak SQL. */
#ifndef STORE_SERIES_H
#define STORE_SERIES_H

#include "store/store.h"

enum { SERIES_DAY_MS = 24 * 3600 * 1000 };

/* Numbers in the column metric: outcomes, and behind them each of the times. */
enum { SERIES_OUTCOME, SERIES_TIMES };

/* When the day (of UTC) began. */
static inline int64_t series_day_of(int64_t wall_ms)
{
    return wall_ms - (wall_ms % SERIES_DAY_MS + SERIES_DAY_MS) % SERIES_DAY_MS;
}

/* The whole days of a range; when there is none, both are its end: it is read by hours alone. */
static inline void series_whole_days(const struct store_range *r, int64_t *first, int64_t *end)
{
    *first = series_day_of(r->from + SERIES_DAY_MS - 1);
    *end = series_day_of(r->to);
    if (*first >= *end)
        *first = *end = r->to;
}

/* Where in a spread a row counts; SIZE_MAX: nowhere that this program knows. */
static inline size_t series_place_of(int64_t metric, int64_t bucket)
{
    const size_t times = offsetof(struct spread, buckets) / sizeof(int64_t);

    if (metric == SERIES_OUTCOME)
        return bucket >= 0 && bucket < OUTCOME_COUNT ? (size_t)bucket : SIZE_MAX;
    metric -= SERIES_TIMES;
    if (metric < 0 || metric >= SPREAD_TIME_COUNT || bucket < 0 || bucket >= HISTOGRAM_BUCKETS)
        return SIZE_MAX;
    return times + (size_t)(metric * HISTOGRAM_BUCKETS + bucket);
}

#endif
