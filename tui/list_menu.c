/* Popups of a table: what to sort by, which columns. */
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "base/intl.h"
#include "detail.h"
#include "list.h"
#include "popup.h"

static void add_field(struct menu *m, const struct columns *c, size_t i, bool on)
{
    char *label = mem_strdup(_(c->fields[i].header)), *text = mem_strdup(_(c->fields[i].text));
    const struct menu_item item = {.label = label, .text = text, .value = (int)i, .on = on};

    menu_add(m, &item);
    free(label);
    free(text);
}

static void on_sort(struct app *app, void *arg, struct menu_item *item)
{
    struct list_view *l = arg;
    const struct field *field = &l->columns.fields[item->value];

    (void)app;
    list_sort_by(l, field, field == l->sort ? !l->down : cell_is_number(field));
}

void list_choose_sort(struct list_view *l)
{
    struct menu *m = menu_new(_("Sort by"), false, on_sort, l);
    unsigned flag = l->def->source == VIEW_PAGED ? F_ORDER : F_SORT;

    for (size_t i = 0; i < l->columns.count; i++)
        if ((l->columns.fields[i].flags & flag) || l->def->source == VIEW_LIVE)
            add_field(m, &l->columns, i, &l->columns.fields[i] == l->sort);
    menu_push(l->app, m);
}

static void on_column(struct app *app, void *arg, struct menu_item *item)
{
    struct list_view *l = arg;

    (void)app;
    columns_toggle(&l->columns, &l->columns.fields[item->value]);
    item->on = l->columns.shown[item->value];
}

void list_choose_columns(struct list_view *l)
{
    struct menu *m = menu_new(_("Columns"), true, on_column, l);

    for (size_t i = 0; i < l->columns.count; i++)
        add_field(m, &l->columns, i, columns_has(&l->columns, &l->columns.fields[i]));
    menu_push(l->app, m);
}

void list_detail(struct list_view *l)
{
    const json_t *row = list_row(l);

    if (row != NULL)
        detail_push(l->app, l->def->resource, row);
}
