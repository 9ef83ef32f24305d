/* Prints JSON objects of a resource in the form that -o asks for. */
#include "out.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "out_impl.h"

static const struct out_form *const forms[] = {
    [OUT_TABLE] = &out_form_table, [OUT_WIDE] = &out_form_table, [OUT_JSON] = &out_form_json,
    [OUT_JSONL] = &out_form_jsonl, [OUT_YAML] = &out_form_yaml,  [OUT_CSV] = &out_form_csv,
    [OUT_NAME] = &out_form_name,
};

/* ---- columns and members -----------------------------------------------------------------------
 */

static bool is_column(const struct out *o, const struct field *f)
{
    switch (o->ctl->format) {
    case OUT_TABLE:
        return f->flags & F_LIST;
    case OUT_WIDE:
        return f->flags & (F_LIST | F_WIDE);
    case OUT_NAME:
        return strcmp(f->json, resource_of(o->resource)->name_field) == 0;
    default:
        return true;
    }
}

static bool is_own(const struct out *o)
{
    return o->resource == ctl_resource(o->ctl);
}

const struct field **out_chosen(const struct out *o)
{
    return is_own(o) ? o->ctl->columns : NULL;
}

static void choose_columns(struct out *o)
{
    size_t count, n = 0;
    const struct field *fields = resource_fields(o->resource, &count);

    if (out_chosen(o) != NULL) {
        o->columns = out_chosen(o);
        return;
    }
    o->columns = o->own_columns = mem_array(count + 1, sizeof(struct field *));
    for (size_t i = 0; i < count; i++)
        if (is_column(o, &fields[i]))
            o->columns[n++] = &fields[i];
}

/* What the table does not know comes behind, as it was sent. */
static json_t *in_order(const struct out *o, const json_t *row)
{
    json_t *copy = json_object();
    size_t count;
    const struct field *fields = resource_fields(o->resource, &count);

    for (size_t i = 0; i < count; i++) {
        char name[64];
        json_t *member;

        snprintf(name, sizeof(name), "%.*s", (int)strcspn(fields[i].json, "."), fields[i].json);
        member = json_object_get(row, name);
        if (member != NULL && json_object_get(copy, name) == NULL)
            json_object_set(copy, name, member);
    }
    json_object_update_missing(copy, (json_t *)row);
    return copy;
}

json_t *out_pick(const struct out *o, const json_t *row)
{
    json_t *copy;

    if (out_chosen(o) == NULL)
        return in_order(o, row);
    copy = json_object();
    for (const struct field **f = o->columns; *f != NULL; f++) {
        const json_t *value = cell_get(row, (*f)->json);

        json_object_set_new(copy, (*f)->json, value ? json_incref((json_t *)value) : json_null());
    }
    return copy;
}

/* ---- rows --------------------------------------------------------------------------------------
 */

static struct out *out_new(const struct ctl *c, enum resource_id resource, bool bare)
{
    struct out *o = mem_zalloc(sizeof(*o));

    o->ctl = c;
    o->resource = resource;
    o->bare = bare;
    o->style = (struct cell_style){
        .human = out_is_table(c->format) && c->term.out_tty,
        .utf8 = c->term.utf8,
        .said = out_is_table(c->format),
        .empty = forms[c->format]->empty,
        .now_ms = clock_wall_ms(),
    };
    choose_columns(o);
    return o;
}

struct out *out_begin_in_order(const struct ctl *c, enum resource_id resource)
{
    return out_new(c, resource, false);
}

struct out *out_begin(const struct ctl *c, enum resource_id resource)
{
    struct out *o = out_new(c, resource, false);

    if ((c->sort != NULL || c->reverse) && is_own(o))
        o->unsorted = json_array();
    return o;
}

static void begin(struct out *o)
{
    if (!o->begun)
        forms[o->ctl->format]->begin(o);
    o->begun = true;
}

static bool is_full(const struct out *o)
{
    return o->ctl->limit > 0 && o->rows == o->ctl->limit;
}

bool out_wants_more(const struct out *o)
{
    return o->unsorted != NULL || !is_full(o);
}

static void put(struct out *o, const json_t *row)
{
    if (is_full(o))
        return;
    begin(o);
    forms[o->ctl->format]->line(o, row);
    o->rows++;
}

void out_row(struct out *o, const json_t *row)
{
    if (is_own(o) && !o->bare && !filter_takes(o->ctl->filter, row, o->style.now_ms))
        return;
    if (o->unsorted != NULL)
        json_array_append(o->unsorted, (json_t *)row);
    else
        put(o, row);
}

/* Numbers by size, the rest as text; what is empty comes first. */
static int compare(const void *a, const void *b, void *arg)
{
    const struct ctl *c = arg;
    int order = cell_order(c->sort, *(json_t *const *)a, *(json_t *const *)b);

    return c->sort_down ? -order : order;
}

static void put_sorted(struct out *o)
{
    size_t count = json_array_size(o->unsorted);
    json_t **rows = mem_array(count, sizeof(*rows));

    for (size_t i = 0; i < count; i++)
        rows[i] = json_array_get(o->unsorted, o->ctl->reverse ? count - 1 - i : i);
    if (o->ctl->sort != NULL)
        qsort_r(rows, count, sizeof(*rows), compare, (void *)o->ctl);
    for (size_t i = 0; i < count; i++)
        put(o, rows[i]);
    free(rows);
}

static void finish(struct out *o)
{
    if (o->begun)
        forms[o->ctl->format]->finish(o);
    json_decref(o->unsorted);
    free(o->own_columns);
    free(o);
}

size_t out_end(struct out *o, bool whole)
{
    size_t rows;

    if (o->unsorted != NULL)
        put_sorted(o);
    if (whole)
        begin(o);
    rows = o->rows;
    finish(o);
    return rows;
}

size_t out_list(const struct ctl *c, enum resource_id resource, const json_t *array)
{
    struct out *o = out_begin(c, resource);

    for (size_t i = 0; i < json_array_size(array); i++)
        out_row(o, json_array_get(array, i));
    return out_end(o, true);
}

void out_one(const struct ctl *c, enum resource_id resource, const json_t *object)
{
    struct out *o = out_new(c, resource, true);

    put(o, object);
    finish(o);
}
