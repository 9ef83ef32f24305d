/* Prometheus's text format, version 0.0.4. */
#include <string.h>

#include "admin/metrics.h"

static const char *const types[] = {
    [METRIC_COUNTER] = "counter", [METRIC_GAUGE] = "gauge", [METRIC_HISTOGRAM] = "histogram"};

void metrics_head(struct metrics *m)
{
    buf_addf(m->out, "# HELP %s %s\n# TYPE %s %s\n", m->family->name, m->family->text,
             m->family->name, types[m->family->type]);
}

/* Control characters are of no use in a name, and some readers choke on them. */
static void add_value(struct buf *out, const char *value)
{
    for (; *value != '\0'; value++) {
        if (*value == '\\' || *value == '"')
            buf_addc(out, '\\');
        buf_addc(out, (unsigned char)*value < 0x20 || *value == 0x7f ? '?' : *value);
    }
}

static void add_label(struct buf *out, const char *name, size_t len, const char *value, bool first)
{
    buf_addf(out, "%s%.*s=\"", first ? "{" : ",", (int)len, name);
    add_value(out, value);
    buf_addc(out, '"');
}

static void add_number(struct buf *out, double value)
{
    if (value > -1e15 && value < 1e15 && (double)(int64_t)value == value)
        buf_addf(out, " %lld\n", (long long)value);
    else
        buf_addf(out, " %.15g\n", value);
}

void metrics_sample(struct metrics *m, const char *suffix, const char *const *values,
                    const char *le, double value)
{
    bool first = true;

    buf_addf(m->out, "%s%s", m->family->name, suffix);
    for (const char *name = m->family->labels; *name != '\0'; values++) {
        size_t len = strcspn(name, ",");

        add_label(m->out, name, len, *values, first);
        first = false;
        name += len + (name[len] == ',');
    }
    if (le != NULL)
        add_label(m->out, "le", 2, le, first);
    if (!first || le != NULL)
        buf_addc(m->out, '}');
    add_number(m->out, value);
}

/* Each bucket holds those before it as well. */
void metrics_histogram(struct metrics *m, const char *const *values,
                       const int64_t buckets[HISTOGRAM_BUCKETS], double sum_s)
{
    int64_t below = 0;
    char le[32] = "+Inf";

    for (int b = 0; b < HISTOGRAM_BUCKETS; b++) {
        below += buckets[b];
        if (b < HISTOGRAM_BUCKETS - 1)
            snprintf(le, sizeof(le), "%.9g", (double)histogram_end_us(b) / 1e6);
        else
            snprintf(le, sizeof(le), "+Inf");
        metrics_sample(m, "_bucket", values, le, (double)below);
    }
    metrics_sample(m, "_sum", values, NULL, sum_s);
    metrics_sample(m, "_count", values, NULL, (double)below);
}
