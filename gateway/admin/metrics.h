/* GET /metrics: samples of metrics.def in Prometheus's text format. */
#ifndef ADMIN_METRICS_H
#define ADMIN_METRICS_H

#include "base/buf.h"
#include "gateway.h"
#include "stats/ledger.h"

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

struct metrics;

/* A row of metrics.def. */
struct metric {
    const char *name, *labels, *text;
    enum metric_type type;
    void (*source)(struct metrics *m); /* puts its samples */
};

/* One answer in the making; a worker's. */
struct metrics {
    struct gateway *gw;
    struct buf *out;
    const struct metric *family; /* that is being written */
    struct ledger *since;        /* what was counted since the process started */
};

/* All families of metrics.def. */
void metrics_write(struct metrics *m);
/* metrics_text.c: the head of a family; and a sample of it with a value for each label. suffix: ""
 * but for parts of histograms; le: NULL, or a bucket's end. */
void metrics_head(struct metrics *m);
void metrics_sample(struct metrics *m, const char *suffix, const char *const *values,
                    const char *le, double value);
void metrics_histogram(struct metrics *m, const char *const *values,
                       const int64_t buckets[HISTOGRAM_BUCKETS], double sum_s);

#define METRIC(name, type, labels, source, text) void metrics_##source(struct metrics *m);
#include "stats/metrics.def"
#undef METRIC

#endif
