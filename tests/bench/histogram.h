/* A histogram of durations that takes any, in fixed memory. */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

/* Times in ns by magnitude: 256 steps per power of two, so within 0.4 %. */
#define HISTOGRAM_BITS  8
#define HISTOGRAM_STEPS (1 << HISTOGRAM_BITS)
struct histogram {
    uint64_t count;
    uint64_t max;
    uint64_t buckets[60 * HISTOGRAM_STEPS];
};

static inline void histogram_add(struct histogram *h, uint64_t ns)
{
    unsigned power = 63 - (unsigned)__builtin_clzll(ns | HISTOGRAM_STEPS);
    unsigned shift = power - HISTOGRAM_BITS;
    size_t at = (size_t)shift * HISTOGRAM_STEPS + (size_t)(ns >> shift);

    h->buckets[at]++;
    h->count++;
    if (ns > h->max)
        h->max = ns;
}

/* In µs, the middle of the bucket. */
static inline double histogram_us(const struct histogram *h, double quantile)
{
    uint64_t want = (uint64_t)(quantile * (double)h->count), seen = 0;

    if (h->count == 0)
        return 0;
    for (size_t at = 0; at < sizeof(h->buckets) / sizeof(h->buckets[0]); at++) {
        seen += h->buckets[at];
        if (seen > want || seen == h->count) {
            size_t shift = at < 2 * HISTOGRAM_STEPS ? 0 : at / HISTOGRAM_STEPS - 1;
            uint64_t low = (uint64_t)(at - shift * HISTOGRAM_STEPS) << shift;

            return ((double)low + (double)(1ull << shift) / 2) / 1000;
        }
    }
    return (double)h->max / 1000;
}

#endif
