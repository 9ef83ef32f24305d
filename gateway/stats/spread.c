/* How requests ended and how long they took: counts by outcome, and a histogram for each time. */
#include "stats/spread.h"

#include <stddef.h>

#include "base/intl.h"

/* The length of the first bucket, and the same times the square root of two. */
enum { FIRST_US = 1000, FIRST_ROOT_US = 1414 };

static const char *const outcome_names[OUTCOME_COUNT] = {
#define OUTCOME(ID, name, text) [OUTCOME_##ID] = name,
#define OUTCOME_OF_STATUS(first, last, ID)
#define OUTCOME_OF_END(ERR, ID)
#include "stats/outcomes.def"
#undef OUTCOME
#undef OUTCOME_OF_STATUS
#undef OUTCOME_OF_END
};

/* One more than the outcome, so that 0 is none. */
static const unsigned char outcomes_of_ends[ERR_COUNT] = {
#define OUTCOME(ID, name, text)
#define OUTCOME_OF_STATUS(first, last, ID)
#define OUTCOME_OF_END(ERR, ID) [ERR_##ERR] = OUTCOME_##ID + 1,
#include "stats/outcomes.def"
#undef OUTCOME
#undef OUTCOME_OF_STATUS
#undef OUTCOME_OF_END
};

static const struct {
    int first, last;
    enum outcome outcome;
} outcomes_of_statuses[] = {
#define OUTCOME(ID, name, text)
#define OUTCOME_OF_STATUS(first, last, ID) {first, last, OUTCOME_##ID},
#define OUTCOME_OF_END(ERR, ID)
#include "stats/outcomes.def"
#undef OUTCOME
#undef OUTCOME_OF_STATUS
#undef OUTCOME_OF_END
};

static const char *const time_names[SPREAD_TIME_COUNT] = {
#define X(ID, name) name,
    SPREAD_TIMES(X)
#undef X
};

const char *outcome_name(enum outcome o)
{
    return outcome_names[o];
}

const char *spread_time_name(enum spread_time t)
{
    return time_names[t];
}

enum outcome outcome_of(enum err_code end, int status)
{
    if (end != ERR_OK)
        return outcomes_of_ends[end] > 0 ? (enum outcome)(outcomes_of_ends[end] - 1)
                                         : OUTCOME_OTHER;
    for (size_t i = 0; i < ARRAY_LEN(outcomes_of_statuses); i++)
        if (status >= outcomes_of_statuses[i].first && status <= outcomes_of_statuses[i].last)
            return outcomes_of_statuses[i].outcome;
    return OUTCOME_OTHER;
}

static void spread_add_times(struct spread *to, const struct spread *s, int64_t times)
{
    for (int o = 0; o < OUTCOME_COUNT; o++)
        to->outcomes[o] += times * s->outcomes[o];
    for (int t = 0; t < SPREAD_TIME_COUNT; t++)
        for (int b = 0; b < HISTOGRAM_BUCKETS; b++)
            to->buckets[t][b] += times * s->buckets[t][b];
}

void spread_add(struct spread *to, const struct spread *s)
{
    spread_add_times(to, s, 1);
}

void spread_sub(struct spread *from, const struct spread *s)
{
    spread_add_times(from, s, -1);
}

int64_t histogram_end_us(int bucket)
{
    if (bucket >= HISTOGRAM_BUCKETS - 1)
        return INT64_MAX;
    return (int64_t)(bucket % 2 ? FIRST_ROOT_US : FIRST_US) << (bucket / 2);
}

int histogram_bucket(int64_t us)
{
    int octave, bucket;

    if (us <= FIRST_US)
        return 0;
    /* The power of two that us is above of; one step, or two, lead to the end of its bucket. */
    octave = 63 - __builtin_clzll((unsigned long long)(us - 1) / FIRST_US);
    if (octave >= HISTOGRAM_BUCKETS / 2)
        return HISTOGRAM_BUCKETS - 1;
    bucket = 2 * octave + 1;
    return us <= histogram_end_us(bucket) ? bucket : bucket + 1;
}

int64_t histogram_count(const int64_t buckets[HISTOGRAM_BUCKETS])
{
    int64_t n = 0;

    for (int b = 0; b < HISTOGRAM_BUCKETS; b++)
        n += buckets[b];
    return n;
}

bool histogram_percentile_us(const int64_t buckets[HISTOGRAM_BUCKETS], double percent, double *us)
{
    double rank = percent / 100.0 * (double)histogram_count(buckets), below = 0;

    for (int b = 0; b < HISTOGRAM_BUCKETS; b++) {
        double begin = b > 0 ? (double)histogram_end_us(b - 1) : 0, n = (double)buckets[b];

        if (buckets[b] > 0 && below + n >= rank) {
            *us = begin;
            if (b < HISTOGRAM_BUCKETS - 1)
                *us += ((double)histogram_end_us(b) - begin) * (rank - below) / n;
            return true;
        }
        below += n;
    }
    return false;
}
