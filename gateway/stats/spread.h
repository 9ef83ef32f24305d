/* How requests ended and how long they took: counts by outcome, and a histogram for each time. */
#ifndef STATS_SPREAD_H
#define STATS_SPREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum outcome {
#define OUTCOME(ID, name, text) OUTCOME_##ID,
#define OUTCOME_OF_STATUS(first, last, ID)
#define OUTCOME_OF_END(ERR, ID)
#include "stats/outcomes.def"
#undef OUTCOME
#undef OUTCOME_OF_STATUS
#undef OUTCOME_OF_END
    OUTCOME_COUNT
};

/* The times that are measured, as members of JSON call them. The store keeps their numbers. */
#define SPREAD_TIMES(X) X(TTFB, "ttfb") X(DURATION, "duration")
enum spread_time {
#define X(ID, name) SPREAD_##ID,
    SPREAD_TIMES(X)
#undef X
        SPREAD_TIME_COUNT
};

/* Buckets grow by the square root of two: the first is up to 1 ms, the last but one reaches past
 * ten minutes, the last has no end. The store keeps their numbers. */
enum { HISTOGRAM_BUCKETS = 41 };

/* All zero is an empty one. There is no padding. */
struct spread {
    int64_t outcomes[OUTCOME_COUNT];
    int64_t buckets[SPREAD_TIME_COUNT][HISTOGRAM_BUCKETS];
};

/* Pure, all of them. */
const char *outcome_name(enum outcome o);
/* What became of a request that ended like this, with this status towards the client. */
enum outcome outcome_of(enum err_code end, int status);
const char *spread_time_name(enum spread_time t);
void spread_add(struct spread *to, const struct spread *s);
void spread_sub(struct spread *from, const struct spread *s);

/* The bucket of a time; and where a bucket ends, that time included (the last: INT64_MAX). */
int histogram_bucket(int64_t us);
int64_t histogram_end_us(int bucket);
int64_t histogram_count(const int64_t buckets[HISTOGRAM_BUCKETS]);
/* The time that percent of 100 took at most, as if times were even inside a bucket; the last
 * bucket's are taken for its beginning. false: nothing was counted. */
bool histogram_percentile_us(const int64_t buckets[HISTOGRAM_BUCKETS], double percent, double *us);

#endif
