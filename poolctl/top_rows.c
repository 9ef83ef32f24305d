/* The rows of `poolctl top`: models and keys, with what each did in the last minutes. */
#include "top_rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "view/cell.h"

static bool is_named(const void *item, const void *name)
{
    return strcmp(((const struct top_row *)item)->name, name) == 0;
}

static void row_free(struct top_row *row)
{
    free(row->name);
    free(row->label);
    free(row);
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = name ? json_string_value(json_object_get(object, name)) : NULL;

    return text ? text : "";
}

static struct top_row *row_of(struct top_rows *rows, const char *name, const char *label)
{
    uint64_t hash = hash_bytes(name, strlen(name));
    struct top_row *row = hmap_get(&rows->by_name, hash, is_named, name);

    if (row != NULL)
        return row;
    row = mem_zalloc(sizeof(*row));
    row->name = mem_strdup(name);
    row->label = *label ? mem_printf("%s %s", name, label) : mem_strdup(cell_name(name));
    hmap_put(&rows->by_name, hash, row);
    rows->list = mem_resize(rows->list, rows->len + 1, sizeof(struct top_row *));
    rows->list[rows->len++] = row;
    return row;
}

static double rate(int64_t before, int64_t now, double seconds)
{
    return seconds > 0 && now > before ? (double)(now - before) / seconds : 0;
}

static int64_t number(const json_t *object, const char *name)
{
    return (int64_t)cell_number(json_object_get(object, name));
}

static void row_update(struct top_row *row, const json_t *from, double seconds)
{
    int64_t requests = number(from, "total_requests"), failure = number(from, "failure_count");
    int64_t tokens = number(from, "prompt_tokens") + number(from, "completion_tokens");

    seconds = row->known ? seconds : 0;
    row->by[TOP_BY_RATE] = rate(row->requests, requests, seconds);
    row->by[TOP_BY_FAILURES] = rate(row->failure, failure, seconds);
    row->by[TOP_BY_TOKENS] = rate(row->tokens, tokens, seconds);
    row->by[TOP_BY_REQUESTS] = (double)requests;
    row->requests = requests;
    row->success = number(from, "success_count");
    row->failure = failure;
    row->tokens = tokens;
    row->ok_percent = requests > 0 ? 100.0 * (double)row->success / (double)requests : NAN;
    memmove(row->history, row->history + 1, sizeof(row->history) - sizeof(row->history[0]));
    row->history[TOP_HISTORY - 1] = row->by[TOP_BY_RATE];
    snprintf(row->status, sizeof(row->status), "%s", text_of(from, "status"));
    row->known = row->present = true;
}

static void drop_absent(struct top_rows *rows)
{
    size_t kept = 0;

    for (size_t i = 0; i < rows->len; i++) {
        struct top_row *row = rows->list[i];

        if (row->present) {
            rows->list[kept++] = row;
            continue;
        }
        hmap_del(&rows->by_name, hash_bytes(row->name, strlen(row->name)), is_named, row->name);
        row_free(row);
    }
    rows->len = kept;
}

void top_rows_update(struct top_rows *rows, const json_t *array, const char *name_field,
                     const char *label_field, double seconds)
{
    for (size_t i = 0; i < rows->len; i++)
        rows->list[i]->present = false;
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *from = json_array_get(array, i);

        row_update(row_of(rows, text_of(from, name_field), text_of(from, label_field)), from,
                   seconds);
    }
    drop_absent(rows);
}

static int compare(const void *a, const void *b, void *by)
{
    const struct top_row *x = *(struct top_row *const *)a, *y = *(struct top_row *const *)b;
    enum top_sort sort = *(const enum top_sort *)by;

    if (x->by[sort] != y->by[sort])
        return x->by[sort] < y->by[sort] ? 1 : -1;
    if (x->requests != y->requests)
        return x->requests < y->requests ? 1 : -1;
    return strcmp(x->name, y->name);
}

void top_rows_sort(struct top_rows *rows, enum top_sort by)
{
    if (rows->len > 0)
        qsort_r(rows->list, rows->len, sizeof(struct top_row *), compare, &by);
}

void top_rows_done(struct top_rows *rows)
{
    for (size_t i = 0; i < rows->len; i++)
        row_free(rows->list[i]);
    free(rows->list);
    hmap_done(&rows->by_name);
    *rows = (struct top_rows){.list = NULL};
}
