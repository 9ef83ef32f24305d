/* Tests of Prometheus's text format. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "admin/metrics.h"

static const struct metric one = {"x_total", "a,b", "What it is.", METRIC_COUNTER, NULL};
static const struct metric bare = {"y", "", "Without labels.", METRIC_GAUGE, NULL};
static const struct metric times = {"z", "a", "Times.", METRIC_HISTOGRAM, NULL};

static void begin(struct metrics *m, struct buf *out, const struct metric *family)
{
    buf_init(out, 1 << 20);
    *m = (struct metrics){.out = out, .family = family};
    metrics_head(m);
}

static void samples__have_their_labels(void **state)
{
    const char *const values[] = {"v", "w"};
    struct metrics m;
    struct buf out;

    (void)state;
    begin(&m, &out, &one);
    metrics_sample(&m, "", values, NULL, 3);
    assert_string_equal(out.data, "# HELP x_total What it is.\n# TYPE x_total counter\n"
                                  "x_total{a=\"v\",b=\"w\"} 3\n");
    buf_done(&out);
    begin(&m, &out, &bare);
    metrics_sample(&m, "", NULL, NULL, 0.25);
    metrics_sample(&m, "", NULL, NULL, -1);
    metrics_sample(&m, "", NULL, NULL, 1795250140.125);
    metrics_sample(&m, "", NULL, NULL, 123456789012345.0);
    assert_string_equal(out.data, "# HELP y Without labels.\n# TYPE y gauge\n"
                                  "y 0.25\ny -1\ny 1795250140.125\ny 123456789012345\n");
    buf_done(&out);
}

/* Names of models are clients' words: none may end a label or a line. */
static void values__are_escaped(void **state)
{
    const char *const values[] = {"a\"b\\c", "d\ne\rf\x7f\xc3\xa4"};
    struct metrics m;
    struct buf out;

    (void)state;
    begin(&m, &out, &one);
    metrics_sample(&m, "", values, NULL, 1);
    assert_non_null(strstr(out.data, "{a=\"a\\\"b\\\\c\",b=\"d?e?f?\xc3\xa4\"} 1\n"));
    buf_done(&out);
}

static void histogram__adds_up(void **state)
{
    const char *const values[] = {"v"};
    int64_t buckets[HISTOGRAM_BUCKETS] = {[0] = 1, [2] = 2, [HISTOGRAM_BUCKETS - 1] = 4};
    struct metrics m;
    struct buf out;

    (void)state;
    begin(&m, &out, &times);
    metrics_histogram(&m, values, buckets, 12.5);
    assert_non_null(strstr(out.data, "z_bucket{a=\"v\",le=\"0.001\"} 1\n"
                                     "z_bucket{a=\"v\",le=\"0.001414\"} 1\n"
                                     "z_bucket{a=\"v\",le=\"0.002\"} 3\n"));
    assert_non_null(strstr(out.data, "z_bucket{a=\"v\",le=\"+Inf\"} 7\n"
                                     "z_sum{a=\"v\"} 12.5\nz_count{a=\"v\"} 7\n"));
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples__have_their_labels),
        cmocka_unit_test(values__are_escaped),
        cmocka_unit_test(histogram__adds_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
