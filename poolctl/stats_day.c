/* What the last 24 hours were like, in a few lines. */
#include "stats_day.h"

#include <stdlib.h>
#include <string.h>

#include "base/sentence.h"
#include "term/chart.h"
#include "term/units.h"
#include "view/cell.h"
#include "view/steps.h"

enum { DAY_HOURS = 24 };

/* A gateway that does not tell its hours is none the worse for it. */
static void print_hours(struct ctl *c)
{
    const struct api_param params[] = {{"by", "provider"}, {"step", "hour"}, {NULL, NULL}};
    const struct api_request request = {.route = API_STATS_SERIES, .params = params};
    struct err ignored;
    struct buf line;
    json_t *answer;
    double *values;
    size_t len;

    if (ctl_call(c, &request, &answer, &ignored) != ERR_OK)
        return;
    values = steps_read(answer, NULL, "total_requests", &len);
    buf_init(&line, 1024);
    chart_spark(&line, values, len, DAY_HOURS, c->term.utf8);
    printf("  %s%s%s", c->term.colour_out ? "\033[36m" : "", line.data ? line.data : "",
           c->term.colour_out ? TERM_RESET : "");
    buf_done(&line);
    free(values);
    json_decref(answer);
}

/* "  limited 3, timeout 1": how those ended that did not end well. */
static void print_failures(const json_t *outcomes)
{
    const char *name;
    json_t *value;
    bool first = true;

    json_object_foreach((json_t *)(uintptr_t)outcomes, name, value)
    {
        if (strcmp(name, "ok") == 0 || json_integer_value(value) == 0)
            continue;
        printf("%s%s %" JSON_INTEGER_FORMAT, first ? "          " : ", ", _(name),
               json_integer_value(value));
        first = false;
    }
    if (!first)
        putchar('\n');
}

static void print_times(const json_t *window)
{
    static const struct {
        const char *p50, *p99, *text;
    } times[] = {{"ttfb_p50_ms", "ttfb_p99_ms",
                  N_("          half within {1}, 99% within {2} to the first byte")},
                 {"duration_p50_ms", "duration_p99_ms",
                  N_("          half within {1}, 99% within {2} in all")}};
    char a[UNITS_TEXT], b[UNITS_TEXT], *line;

    for (size_t i = 0; i < ARRAY_LEN(times); i++) {
        const json_t *p50 = json_object_get(window, times[i].p50);

        if (!json_is_number(p50))
            continue;
        line = SENTENCE(_(times[i].text), units_ms(cell_number(p50), a),
                        units_ms(cell_number(json_object_get(window, times[i].p99)), b));
        puts(line);
        free(line);
    }
}

void stats_day_print(struct ctl *c, const json_t *window)
{
    double requests = cell_number(json_object_get(window, "total_requests"));
    char count[UNITS_TEXT], percent[UNITS_TEXT];

    if (requests < 1)
        return;
    printf(_("24 hours  %s, %s ok"), units_count((int64_t)requests, count),
           units_percent(cell_number(json_object_get(window, "success_rate")), percent));
    print_hours(c);
    putchar('\n');
    print_failures(json_object_get(window, "outcomes"));
    print_times(window);
}
