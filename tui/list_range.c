/* Ranges of rows that are marked: what is not here is asked for, page by page. */
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "base/intl.h"
#include "list.h"
#include "text.h"

static size_t first_of(const struct list_view *l)
{
    return l->range < l->cursor ? l->range : l->cursor;
}

static size_t last_of(const struct list_view *l)
{
    return l->range < l->cursor ? l->cursor : l->range;
}

/* Marks what is here of rows from l->range on, up to the first one that is not. */
static void mark_here(struct list_view *l)
{
    const json_t *row;

    while (l->range <= l->range_end && (row = rows_at(&l->rows, l->range)) != NULL) {
        marks_set(&l->marks, rows_id(&l->rows, row), true);
        l->range++;
    }
}

static void ask(struct list_view *l);

static void on_page(void *arg, const struct fetch *job, const json_t *answer, const struct err *e)
{
    struct list_view *l = arg;
    const json_t *rows = json_object_get(answer, l->def->member);
    size_t size = json_array_size(rows);

    gauge_heard(l->app, e);
    l->app->dirty = true;
    if (!l->marking || job->generation != l->generation || job->page != l->range / ROWS_PAGE)
        return; /* it was given up meanwhile */
    if (answer == NULL) {
        l->marking = false;
        app_complain(l->app, e->text);
        return;
    }
    for (; l->range <= l->range_end && l->range / ROWS_PAGE == job->page; l->range++)
        if (l->range % ROWS_PAGE < size)
            marks_set(&l->marks, rows_id(&l->rows, json_array_get(rows, l->range % ROWS_PAGE)),
                      true);
    if (size < ROWS_PAGE) /* there are fewer rows than there were */
        l->range = l->range_end + 1;
    ask(l);
}

/* What is left of the range. */
static void ask(struct list_view *l)
{
    char number[TEXT_NUMBER_BYTES], total[TEXT_NUMBER_BYTES];
    bool asked = l->marking;

    mark_here(l);
    l->marking = l->range <= l->range_end;
    text_number((int64_t)l->marks.ids.count, number);
    if (l->marking) {
        app_say(l->app, _("%s marked, and %s to go. Esc ends it."), number,
                text_number((int64_t)(l->range_end - l->range + 1), total));
        fetcher_ask(l->app->lists, list_page_call(l, l->range / ROWS_PAGE, on_page));
    } else if (asked) {
        app_say(l->app, _("%s marked."), number);
    }
}

/* All that the filter finds need not be asked for. */
static bool is_all(const struct list_view *l)
{
    return l->def->source == VIEW_PAGED && first_of(l) == 0 && last_of(l) + 1 == l->rows.total &&
           l->rows.total > ROWS_PAGE;
}

void list_range(struct list_view *l)
{
    size_t first = first_of(l), last = last_of(l);

    if (l->rows.total == 0)
        return;
    if (!l->ranging) {
        l->marks.all = l->marking = false;
        l->ranging = true;
        l->range = l->cursor;
        app_say(l->app, "%s", _("A range begins here: go to its end, and press v again."));
        return;
    }
    l->ranging = false;
    if (is_all(l)) {
        marks_clear(&l->marks);
        l->marks.all = true;
        return;
    }
    l->range = first;
    l->range_end = last < l->rows.total ? last : l->rows.total - 1;
    ask(l);
}
