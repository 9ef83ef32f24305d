/* The rows of a list: a window of pages, or all of them in an order of our own. */
#include "rows.h"

#include <stdlib.h>
#include <string.h>

#include "view/cell.h"

void rows_init(struct rows *r, const struct view_def *def)
{
    *r = (struct rows){.def = def};
    if (def->source == VIEW_LIVE) {
        r->whole = json_array();
        r->known = true;
    }
}

void rows_forget(struct rows *r)
{
    for (size_t i = 0; i < ROWS_PAGES; i++) {
        json_decref(r->pages[i].rows);
        r->pages[i] = (struct rows_page){.rows = NULL};
    }
}

void rows_done(struct rows *r)
{
    rows_forget(r);
    json_decref(r->whole);
    free(r->order);
}

const char *rows_id(const struct rows *r, const json_t *row)
{
    const json_t *id = cell_get(row, resource_of(r->def->resource)->name_field);

    return json_is_string(id) ? json_string_value(id) : "";
}

/* Names are text here, also where they are numbers to the gateway. */
static void name_rows(const struct rows *r, json_t *rows)
{
    const char *field = resource_of(r->def->resource)->name_field;
    json_t *row;
    size_t i;

    json_array_foreach(rows, i, row)
    {
        const json_t *id = json_object_get(row, field);

        if (json_is_integer(id))
            json_object_set_new(row, field,
                                json_sprintf("%" JSON_INTEGER_FORMAT, json_integer_value(id)));
    }
}

static struct rows_page *find_page(struct rows *r, size_t index)
{
    for (size_t i = 0; i < ROWS_PAGES; i++)
        if (r->pages[i].rows != NULL && r->pages[i].index == index)
            return &r->pages[i];
    return NULL;
}

const json_t *rows_at(struct rows *r, size_t i)
{
    struct rows_page *page;

    if (i >= r->total)
        return NULL;
    if (r->def->source != VIEW_PAGED)
        return json_array_get(r->whole, r->order[i]);
    page = find_page(r, i / ROWS_PAGE);
    if (page == NULL)
        return NULL;
    page->used = ++r->clock;
    return json_array_get(page->rows, i % ROWS_PAGE);
}

static bool is_called(const struct rows *r, const json_t *row, const char *id)
{
    return row != NULL && strcmp(rows_id(r, row), id) == 0;
}

static size_t find_in_whole(struct rows *r, const char *id)
{
    for (size_t i = 0; i < r->total; i++)
        if (is_called(r, rows_at(r, i), id))
            return i;
    return SIZE_MAX;
}

size_t rows_find(struct rows *r, const char *id, size_t near)
{
    size_t first = near / ROWS_PAGE > 0 ? near / ROWS_PAGE - 1 : 0;

    if (is_called(r, rows_at(r, near), id))
        return near;
    if (r->def->source != VIEW_PAGED)
        return find_in_whole(r, id);
    for (size_t page = first; page < first + 3; page++) {
        const struct rows_page *p = find_page(r, page);

        for (size_t i = 0; p != NULL && i < json_array_size(p->rows); i++)
            if (is_called(r, json_array_get(p->rows, i), id))
                return page * ROWS_PAGE + i;
    }
    return SIZE_MAX;
}

/* ---- pages -------------------------------------------------------------------------------------
 */

void rows_stale(struct rows *r)
{
    for (size_t i = 0; i < ROWS_PAGES; i++)
        r->pages[i].stale = true;
}

bool rows_wants(const struct rows *r, size_t from, size_t to, size_t *page)
{
    size_t last = to > from ? (to - 1) / ROWS_PAGE : from / ROWS_PAGE;

    for (*page = from / ROWS_PAGE; *page <= last; (*page)++) {
        const struct rows_page *p = find_page((struct rows *)(uintptr_t)r, *page);

        if (p == NULL || p->stale)
            return true;
    }
    return false;
}

/* A free page, else the one that was not used for the longest time. */
static struct rows_page *oldest_page(struct rows *r)
{
    struct rows_page *best = &r->pages[0];

    for (size_t i = 0; i < ROWS_PAGES; i++) {
        if (r->pages[i].rows == NULL)
            return &r->pages[i];
        if (r->pages[i].used < best->used)
            best = &r->pages[i];
    }
    return best;
}

void rows_put_page(struct rows *r, size_t page, json_t *rows, size_t total)
{
    struct rows_page *p = find_page(r, page);

    if (p == NULL)
        p = oldest_page(r);
    name_rows(r, rows);
    json_decref(p->rows);
    *p = (struct rows_page){.rows = json_incref(rows), .index = page, .used = ++r->clock};
    r->total = r->all = total;
    r->known = true;
}

/* ---- all of them -------------------------------------------------------------------------------
 */

void rows_put_whole(struct rows *r, json_t *rows)
{
    name_rows(r, rows);
    json_decref(r->whole);
    r->whole = json_incref(rows);
    r->known = true;
}

void rows_add(struct rows *r, const json_t *row)
{
    json_array_insert(r->whole, 0, (json_t *)(uintptr_t)row);
    if (json_array_size(r->whole) > ROWS_LIVE)
        json_array_remove(r->whole, ROWS_LIVE);
}

struct sorting {
    const struct rows *rows;
    const struct rows_order *order;
};

static int compare(const void *a, const void *b, void *arg)
{
    const struct sorting *s = arg;
    size_t i = *(const size_t *)a, j = *(const size_t *)b;
    int order = cell_order(s->order->sort, json_array_get(s->rows->whole, i),
                           json_array_get(s->rows->whole, j));

    if (order == 0)
        return (i > j) - (i < j);
    return s->order->down ? -order : order;
}

void rows_arrange(struct rows *r, const struct rows_order *order)
{
    struct sorting sorting = {r, order};

    r->all = json_array_size(r->whole);
    r->order = mem_resize(r->order, r->all + 1, sizeof(*r->order));
    r->total = 0;
    for (size_t i = 0; i < r->all; i++)
        if (query_takes(order->query, json_array_get(r->whole, i), order->utf8, order->now_ms))
            r->order[r->total++] = i;
    if (order->sort != NULL)
        qsort_r(r->order, r->total, sizeof(*r->order), compare, &sorting);
    else if (order->down)
        for (size_t i = 0; i < r->total / 2; i++) {
            size_t other = r->order[r->total - 1 - i];

            r->order[r->total - 1 - i] = r->order[i];
            r->order[i] = other;
        }
}
