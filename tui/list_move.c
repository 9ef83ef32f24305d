/* Keys and clicks in a table: the cursor, marks, order, filter. */
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "base/intl.h"
#include "clip.h"
#include "list.h"
#include "prompt.h"

enum { LIST_WHEEL = 3, LIST_COPY_BYTES = 1 << 20 };

static void move_to(struct list_view *l, size_t to)
{
    l->cursor = to;
    l->id[0] = '\0';
    list_settle(l);
    l->app->dirty = true;
    list_ops.tick(l, l->app->mono_ms);
}

static void move_by(struct list_view *l, long by)
{
    if (by < 0 && (size_t)-by > l->cursor)
        move_to(l, 0);
    else
        move_to(l, l->cursor + (size_t)by);
}

/* A screenful, with one row that was seen before: what is seen moves along. */
static void move_page(struct list_view *l, bool down)
{
    size_t by = l->height > 1 ? l->height - 1 : 1;

    if (down)
        l->top += by;
    else
        l->top -= l->top > by ? by : l->top;
    move_by(l, down ? (long)by : -(long)by);
}

static bool act_move(struct list_view *l, enum action action)
{
    switch (action) {
    case ACTION_UP:
        move_by(l, -1);
        return true;
    case ACTION_DOWN:
        move_by(l, 1);
        return true;
    case ACTION_PAGE_UP:
        move_page(l, false);
        return true;
    case ACTION_PAGE_DOWN:
        move_page(l, true);
        return true;
    case ACTION_FIRST:
        move_to(l, 0);
        return true;
    case ACTION_LAST:
        move_to(l, l->rows.total > 0 ? l->rows.total - 1 : 0);
        return true;
    case ACTION_LEFT:
        columns_scroll(&l->columns, -1);
        return true;
    case ACTION_RIGHT:
        columns_scroll(&l->columns, 1);
        return true;
    default:
        return false;
    }
}

/* ---- marks -------------------------------------------------------------------------------------
 */

static void mark(struct list_view *l)
{
    const json_t *row = list_row(l);

    if (l->marks.all)
        marks_clear(&l->marks);
    if (row != NULL) {
        const char *id = rows_id(&l->rows, row);

        marks_set(&l->marks, id, !marks_has(&l->marks, id));
    }
    move_by(l, 1);
}

void list_unmark(void *self)
{
    struct list_view *l = self;

    marks_clear(&l->marks);
    l->ranging = l->marking = false;
}

static void mark_all(struct list_view *l)
{
    list_unmark(l);
    if (l->def->source == VIEW_PAGED) {
        l->marks.all = true;
        return;
    }
    for (size_t i = 0; i < l->rows.total; i++)
        marks_set(&l->marks, rows_id(&l->rows, rows_at(&l->rows, i)), true);
}

/* The ids of what is marked, or of the row under the cursor, a line each. */
static void copy(struct list_view *l)
{
    struct selection what = {.count = 0};
    struct buf text;

    list_select(l, false, &what);
    buf_init(&text, LIST_COPY_BYTES);
    for (size_t i = 0; i < what.ids.len; i++)
        buf_addf(&text, "%s%s", i > 0 ? "\n" : "", what.ids.list[i]);
    if (what.unsure)
        app_complain(l->app, _("Rows are still being marked; Esc ends that."));
    else if (l->marks.all)
        app_complain(l->app, _("All is marked, seen or not: mark what is to be copied."));
    else if (text.len > 0)
        clip_copy(l->app, text.data);
    else
        app_complain(l->app, _("There is nothing to do this with."));
    buf_done(&text);
    selection_done(&what);
}

static bool act_mark(struct list_view *l, enum action action)
{
    switch (action) {
    case ACTION_MARK:
        mark(l);
        return true;
    case ACTION_RANGE:
        list_range(l);
        return true;
    case ACTION_MARK_ALL:
        mark_all(l);
        return true;
    case ACTION_UNMARK:
        list_unmark(l);
        return true;
    case ACTION_COPY:
        copy(l);
        return true;
    default:
        return false;
    }
}

void list_select(void *self, bool one, struct selection *out)
{
    struct list_view *l = self;
    const json_t *row = list_row(l);

    out->unsure = !one && l->marking;
    if (!one && l->marks.all) {
        query_add_options(l->query, &out->which);
        out->count = l->rows.total;
        return;
    }
    if (!one)
        marks_list(&l->marks, &out->ids);
    if (out->ids.len == 0 && row != NULL && *rows_id(&l->rows, row) != '\0')
        words_add(&out->ids, rows_id(&l->rows, row));
    out->count = out->ids.len;
    if (out->count == 1 && row != NULL && strcmp(out->ids.list[0], rows_id(&l->rows, row)) == 0)
        out->row = json_incref((json_t *)(uintptr_t)row);
}

/* ---- order and filter --------------------------------------------------------------------------
 */

void list_sort_by(struct list_view *l, const struct field *sort, bool down)
{
    l->sort = sort;
    l->down = down;
    list_keep(l);
    if (l->def->source == VIEW_PAGED) {
        list_again(l);
    } else {
        list_arrange(l);
        move_to(l, 0);
    }
}

bool list_can_sort(const struct list_view *l, const struct field *field)
{
    unsigned flag = l->def->source == VIEW_PAGED ? F_ORDER : F_SORT;

    return (field->flags & flag) != 0 || l->def->source == VIEW_LIVE;
}

/* By the next column that is shown, as far as there is one. */
static void sort_beside(struct list_view *l, long by)
{
    long n = (long)l->columns.len, at = by > 0 ? -1 : n;

    for (long i = 0; i < n; i++)
        if (l->columns.list[i].field == l->sort)
            at = i;
    for (at += by; at >= 0 && at < n; at += by)
        if (list_can_sort(l, l->columns.list[at].field)) {
            list_sort_by(l, l->columns.list[at].field, cell_is_number(l->columns.list[at].field));
            return;
        }
}

void list_filter(void *self, const char *text)
{
    struct list_view *l = self;
    struct query *query;
    struct err e;

    if (query_parse(l->def, text, &query, &e) != ERR_OK) {
        app_complain(l->app, e.text);
        return;
    }
    query_free(l->query);
    l->query = query;
    marks_clear(&l->marks);
    list_again(l);
}

/* Takes back what was done last of all that hides or marks rows. */
static bool back(struct list_view *l)
{
    if (l->ranging || l->marking)
        l->ranging = l->marking = false;
    else if (l->marks.all || l->marks.ids.count > 0)
        list_unmark(l);
    else if (*query_text(l->query) != '\0')
        list_filter(l, "");
    else
        return false;
    return true;
}

static bool act_order(struct list_view *l, enum action action)
{
    switch (action) {
    case ACTION_SORT:
        list_choose_sort(l);
        return true;
    case ACTION_SORT_NEXT:
        sort_beside(l, 1);
        return true;
    case ACTION_SORT_PREVIOUS:
        sort_beside(l, -1);
        return true;
    case ACTION_SORT_REVERSE:
        list_sort_by(l, l->sort, !l->down);
        return true;
    case ACTION_COLUMNS:
        list_choose_columns(l);
        return true;
    case ACTION_DEFAULTS:
        list_defaults(l);
        return true;
    case ACTION_OPEN:
        list_detail(l);
        return true;
    case ACTION_FILTER:
        prompt_filter(l->app);
        return true;
    case ACTION_BACK:
        return back(l);
    default:
        return false;
    }
}

bool list_act(void *self, enum action action)
{
    struct list_view *l = self;

    l->app->dirty = true;
    return act_move(l, action) || act_mark(l, action) || act_order(l, action);
}

/* ---- mouse -------------------------------------------------------------------------------------
 */

void list_click(void *self, const struct area *a, int y, int x)
{
    struct list_view *l = self;
    size_t row = l->top + (size_t)(y - a->y - 1);

    if (y > a->y && row < l->rows.total) {
        if (row == l->cursor)
            list_detail(l);
        else
            move_to(l, row);
        return;
    }
    for (size_t i = 0; y == a->y && i < l->columns.len; i++) {
        const struct column *c = &l->columns.list[i];

        if (c->w > 0 && x >= c->x && x < c->x + c->w && list_can_sort(l, c->field))
            list_sort_by(l, c->field, c->field == l->sort ? !l->down : cell_is_number(c->field));
    }
}

void list_wheel(void *self, int turns)
{
    move_by(self, turns * LIST_WHEEL);
}
