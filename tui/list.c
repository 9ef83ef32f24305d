/* A view that is a table of rows: how it comes by them. */
#include "list.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "base/clock.h"
#include "view/field.h"

enum { LIST_SOON_MS = 400, LIST_RETRY_MS = 3000, LIST_OLD_MS = 2000, LIST_BLINK_MS = 500 };

static void *list_make(struct app *app, const struct view_def *def)
{
    struct list_view *l = mem_zalloc(sizeof(*l));
    struct err e;

    l->app = app;
    l->def = def;
    if (query_parse(def, "", &l->query, &e) != ERR_OK)
        abort(); /* nothing typed cannot be wrong */
    rows_init(&l->rows, def);
    columns_init(&l->columns, def->resource, def->columns);
    l->wants_all = true;
    list_recall(l);
    return l;
}

static void list_free(void *self)
{
    struct list_view *l = self;

    rows_done(&l->rows);
    marks_clear(&l->marks);
    query_free(l->query);
    free(l);
}

const json_t *list_row(struct list_view *l)
{
    return rows_at(&l->rows, l->cursor);
}

const json_t *list_rows(const struct list_view *l)
{
    return l->rows.whole;
}

/* ---- where one is ------------------------------------------------------------------------------
 */

void list_settle(struct list_view *l)
{
    const json_t *row;

    if (l->cursor >= l->rows.total)
        l->cursor = l->rows.total > 0 ? l->rows.total - 1 : 0;
    if (l->cursor < l->top)
        l->top = l->cursor;
    if (l->height > 0 && l->cursor >= l->top + l->height)
        l->top = l->cursor - l->height + 1;
    if (l->height > 0 && l->top + l->height > l->rows.total)
        l->top = l->rows.total > l->height ? l->rows.total - l->height : 0;
    row = list_row(l);
    if (row != NULL && l->shown == l->generation) /* else it is a row of what was wanted before */
        snprintf(l->id, sizeof(l->id), "%s", rows_id(&l->rows, row));
}

/* The row under the cursor may have gone elsewhere: the cursor goes along, and so does the part of
 * the list that is seen; but who sees its beginning wants to see what comes there. */
static void follow(struct list_view *l)
{
    size_t at = l->id[0] != '\0' ? rows_find(&l->rows, l->id, l->cursor) : SIZE_MAX;

    if (at != SIZE_MAX && at != l->cursor) {
        size_t above = l->cursor - l->top;

        l->cursor = at;
        l->top = l->top > 0 && at > above ? at - above : 0;
    }
    list_settle(l);
}

void list_arrange(struct list_view *l)
{
    const struct rows_order order = {
        .query = l->query,
        .sort = l->sort,
        .down = l->down,
        .utf8 = paint_utf8(),
        .now_ms = l->app->now_ms,
    };

    rows_arrange(&l->rows, &order);
    follow(l);
}

/* ---- asking ------------------------------------------------------------------------------------
 */

static void take_page(struct list_view *l, const struct fetch *job, const json_t *answer)
{
    json_t *rows = json_object_get(answer, l->def->member);

    if (l->shown != job->generation)
        rows_forget(&l->rows);
    l->shown = job->generation;
    rows_put_page(&l->rows, job->page, rows,
                  (size_t)json_integer_value(json_object_get(answer, "total")));
    follow(l);
}

static void take(struct list_view *l, const struct fetch *job, const json_t *answer)
{
    l->got_ms = l->app->mono_ms;
    if (l->def->source == VIEW_PAGED) {
        take_page(l, job, answer);
    } else {
        rows_put_whole(&l->rows, json_object_get(answer, l->def->member));
        list_arrange(l);
    }
}

static void ask(struct list_view *l);

static void on_rows(void *arg, const struct fetch *job, const json_t *answer, const struct err *e)
{
    struct list_view *l = arg;

    l->asking--;
    gauge_heard(l->app, e);
    l->app->dirty = true;
    if (job->generation == l->generation) {
        snprintf(l->error, sizeof(l->error), "%s", e->code != ERR_OK ? e->text : "");
        l->retry_ms = e->code != ERR_OK ? l->app->mono_ms + LIST_RETRY_MS : 0;
        if (answer != NULL)
            take(l, job, answer);
    }
    ask(l);
}

struct fetch *list_page_call(struct list_view *l, size_t page, fetch_fn *done)
{
    struct fetch *job = fetch_new(l->def->route, done, l);
    char number[24], size[24];

    job->generation = l->generation;
    job->page = page;
    snprintf(number, sizeof(number), "%zu", page + 1);
    snprintf(size, sizeof(size), "%d", ROWS_PAGE);
    fetch_param(job, "page", number);
    fetch_param(job, "pageSize", size);
    if (l->sort != NULL)
        fetch_param(job, "sort", l->sort->json);
    fetch_param(job, "order", l->down ? "desc" : "asc");
    query_add_params(l->query, job);
    return job;
}

static void ask_page(struct list_view *l, size_t page)
{
    l->asking++;
    l->asked_ms = l->app->mono_ms;
    fetcher_ask(l->app->lists, list_page_call(l, page, on_rows));
}

static void ask_whole(struct list_view *l)
{
    struct fetch *job = fetch_new(l->def->route, on_rows, l);
    size_t len = strcspn(l->def->filters, "=");

    job->generation = l->generation;
    l->asking++;
    l->asked_ms = l->app->mono_ms;
    if (len > 0) {
        char *name = mem_strndup(l->def->filters, len);

        fetch_param(job, name, l->def->filters + len + 1);
        free(name);
    }
    l->wants_all = false;
    fetcher_ask(l->app->lists, job);
}

/* Asks for what is seen and is missing or old: of pages one after the other, so that one that is
 * scrolled by is never asked for. */
static void ask_pages(struct list_view *l)
{
    size_t page, from = l->top, to = l->top + (l->height > 0 ? l->height : 1);
    bool other = l->shown != l->generation;

    if (l->asking > 0)
        return;
    if (l->rows.known && !other && to > l->rows.total)
        to = l->rows.total > from ? l->rows.total : from + 1;
    if (other)
        ask_page(l, l->top / ROWS_PAGE);
    else if (rows_wants(&l->rows, from, to, &page))
        ask_page(l, page);
}

static void ask(struct list_view *l)
{
    if (l->app->gauge.lost || l->app->gauge.refused || l->def->source == VIEW_LIVE ||
        l->app->mono_ms < l->retry_ms)
        return;
    if (l->def->source == VIEW_PAGED)
        ask_pages(l);
    else if (l->wants_all && l->asking == 0)
        ask_whole(l);
}

void list_again(struct list_view *l)
{
    l->cursor = l->top = 0;
    l->id[0] = '\0';
    l->ranging = l->marking = false;
    l->app->dirty = true;
    if (l->def->source == VIEW_PAGED) {
        l->generation++;
        l->again_ms = l->app->mono_ms;
        ask(l);
    } else {
        list_arrange(l);
    }
}

bool list_waits(const struct list_view *l)
{
    return l->rows.known && l->shown != l->generation &&
           l->app->mono_ms - l->again_ms > LIST_BLINK_MS;
}

static void list_refresh(void *self)
{
    struct list_view *l = self;

    rows_stale(&l->rows);
    l->wants_all = true;
    l->due_ms = 0;
    l->retry_ms = 0;
    ask(l);
}

static void list_show(void *self)
{
    struct list_view *l = self;

    if (l->got_ms == 0 || l->app->mono_ms - l->got_ms > LIST_OLD_MS || l->error[0] != '\0')
        list_refresh(l);
}

static void list_tick(void *self, uint64_t now_ms)
{
    struct list_view *l = self;
    bool old = l->def->refresh_s > 0 && now_ms - l->asked_ms >= l->def->refresh_s * 1000;

    if ((l->due_ms != 0 && now_ms >= l->due_ms) || old)
        list_refresh(l);
    else
        ask(l);
}

static bool tells(const struct view_def *def, const char *kind)
{
    size_t len = strlen(kind);

    for (const char *at = def->events; *at != '\0'; at += strspn(at, ",")) {
        size_t own = strcspn(at, ",");

        if (own == len && memcmp(at, kind, len) == 0)
            return true;
        at += own;
    }
    return false;
}

static void list_event(void *self, const json_t *event)
{
    struct list_view *l = self;
    const char *kind = json_string_value(json_object_get(event, "event"));

    if (kind == NULL)
        return;
    if (l->def->source == VIEW_LIVE && strcmp(kind, l->def->member) == 0) {
        if (l->cursor == 0 && l->top == 0)
            l->id[0] = '\0'; /* who looks at the latest wants to see the latest */
        rows_add(&l->rows, event);
        list_arrange(l);
        l->app->dirty = true;
    } else if (tells(l->def, kind) && l->due_ms == 0) {
        l->due_ms = l->app->mono_ms + LIST_SOON_MS;
    }
}

static const char *list_filter_text(void *self)
{
    const struct list_view *l = self;

    return query_text(l->query);
}

const struct view_ops list_ops = {
    .make = list_make,
    .free = list_free,
    .show = list_show,
    .refresh = list_refresh,
    .tick = list_tick,
    .draw = list_draw,
    .act = list_act,
    .click = list_click,
    .wheel = list_wheel,
    .event = list_event,
    .select = list_select,
    .unmark = list_unmark,
    .filter = list_filter,
    .filter_text = list_filter_text,
};
