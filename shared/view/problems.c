/* What went wrong in a job: keys that are not good, and lines of an import without one. */
#include "view/problems.h"

#include <stdlib.h>

#include "base/intl.h"
#include "base/mem.h"

static json_int_t line_of(const json_t *problem)
{
    return json_integer_value(json_object_get(problem, "line"));
}

static int by_line(const void *a, const void *b)
{
    json_int_t x = line_of(*(json_t *const *)a), y = line_of(*(json_t *const *)b);

    return (x > y) - (x < y);
}

static int64_t omitted(const json_t *job)
{
    return json_integer_value(json_object_get(job, "errors_omitted")) +
           json_integer_value(json_object_get(job, "problems_omitted"));
}

json_t *problems_of_job(const json_t *job, size_t most, int64_t *more)
{
    const json_t *parts[] = {json_object_get(job, "errors"), json_object_get(job, "problems")};
    size_t keys = json_array_size(parts[0]), all = keys + json_array_size(parts[1]);
    json_t **sorted = mem_array(all, sizeof(json_t *)), *list = json_array();

    for (size_t i = 0; i < all; i++)
        sorted[i] = json_array_get(parts[i >= keys], i >= keys ? i - keys : i);
    if (json_array_size(parts[1]) > 0)
        qsort(sorted, all, sizeof(json_t *), by_line);
    for (size_t i = 0; i < all && i < most; i++) {
        const char *reason = json_string_value(json_object_get(sorted[i], "reason"));
        json_t *row = json_copy(sorted[i]);

        json_object_set_new(row, "reason", json_string(reason != NULL ? _(reason) : ""));
        json_array_append_new(list, row);
    }
    free(sorted);
    *more = omitted(job) + (int64_t)(all - json_array_size(list));
    return list;
}
