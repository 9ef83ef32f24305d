/* The rows of an answer of /admin/stats/series as a number for each step of its time. */
#include "view/steps.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "view/cell.h"

enum { HOUR_MS = 3600 * 1000, DAY_HOURS = 24, STEPS_MOST = 100000 };

static int64_t moment(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    int64_t ms = 0;

    return text != NULL && clock_parse_iso(text, &ms) ? ms : 0;
}

/* Days may have an hour more or less where clocks go forward and back, so steps are counted by
 * their middle. */
double *steps_read(const json_t *answer, const char *name, const char *field, size_t *len)
{
    const json_t *rows = json_object_get(answer, "rows");
    const char *step = json_string_value(json_object_get(answer, "step"));
    int64_t step_ms =
        step != NULL && strcmp(step, "day") == 0 ? DAY_HOURS * (int64_t)HOUR_MS : HOUR_MS;
    int64_t from = moment(answer, "from"), to = moment(answer, "to");
    int64_t steps = to > from ? (to - from + step_ms / 2) / step_ms : 0;
    double *values;

    *len = steps > STEPS_MOST ? STEPS_MOST : (size_t)steps;
    values = mem_array(*len, sizeof(*values));
    for (size_t i = 0; i < *len; i++)
        values[i] = 0;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *own = json_string_value(json_object_get(row, "name"));
        int64_t at = (moment(row, "start") - from + step_ms / 2) / step_ms;

        if ((name == NULL || (own != NULL && strcmp(own, name) == 0)) && at >= 0 &&
            (size_t)at < *len)
            values[at] += cell_number(json_object_get(row, field));
    }
    return values;
}
