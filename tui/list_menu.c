/* Popups of a table: what to sort by, which columns. */
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "base/intl.h"
#include "detail.h"
#include "job_page.h"
#include "list.h"
#include "popup.h"

static void add_field(struct menu *m, const struct columns *c, size_t i, bool on, const char *key)
{
    const struct menu_item item = {.key = (char *)(uintptr_t)key,
                                   .label = (char *)(uintptr_t)_(c->fields[i].header),
                                   .text = (char *)(uintptr_t)_(c->fields[i].text),
                                   .value = (int)i,
                                   .on = on};

    menu_add(m, &item);
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
            add_field(m, &l->columns, i, &l->columns.fields[i] == l->sort, NULL);
    menu_push(l->app, m);
}

/* ---- columns -----------------------------------------------------------------------------------
 */

static void on_column(struct app *app, void *arg, struct menu_item *item)
{
    struct list_view *l = arg;

    (void)app;
    columns_toggle(&l->columns, &l->columns.fields[item->value]);
    item->on = l->columns.shown[item->value];
    list_keep(l);
}

/* What stands before the column: how wide it is to be. */
static char *width_text(const struct columns *c, size_t i)
{
    return c->set[i] > 0 ? mem_printf("%d", c->set[i]) : mem_strdup(_("auto"));
}

static enum menu_turn resize(struct list_view *l, struct menu_item *item, int by)
{
    columns_resize(&l->columns, &l->columns.fields[item->value], by);
    free(item->key);
    item->key = width_text(&l->columns, (size_t)item->value);
    return MENU_STAYS;
}

static enum menu_turn move(struct list_view *l, const struct menu_item *item, int by)
{
    if (!columns_move(&l->columns, &l->columns.fields[item->value], by))
        return MENU_STAYS;
    return by < 0 ? MENU_GOES_UP : MENU_GOES_DOWN;
}

static enum menu_turn on_column_key(struct app *app, void *arg, struct menu_item *item,
                                    const struct input *in)
{
    struct list_view *l = arg;
    enum menu_turn turn = MENU_NOT_MINE;

    if (popup_is_key(in, "Left"))
        turn = resize(l, item, -1);
    else if (popup_is_key(in, "Right"))
        turn = resize(l, item, 1);
    else if (popup_is_key(in, "="))
        turn = resize(l, item, 0);
    else if (popup_is_key(in, "["))
        turn = move(l, item, -1);
    else if (popup_is_key(in, "]"))
        turn = move(l, item, 1);
    if (turn != MENU_NOT_MINE)
        list_keep(l);
    (void)app;
    if (!popup_is_key(in, "C-r"))
        return turn;
    list_defaults(l);
    list_choose_columns(l);
    return MENU_CLOSES;
}

void list_choose_columns(struct list_view *l)
{
    struct menu *m = menu_new(_("Columns"), true, on_column, l);

    for (size_t n = 0; n < l->columns.count; n++) {
        size_t i = l->columns.order[n];
        char *width = width_text(&l->columns, i);

        add_field(m, &l->columns, i, columns_has(&l->columns, &l->columns.fields[i]), width);
        free(width);
    }
    /* translators: at most 70 columns */
    menu_keys(m, on_column_key,
              _("Enter show  Left/Right width  = auto  [ ] move  C-r reset  Esc done"));
    menu_push(l->app, m);
}

void list_detail(struct list_view *l)
{
    const json_t *row = list_row(l);

    if (row == NULL)
        return;
    if (l->def->resource == RES_JOB)
        job_page_push(l->app, row);
    else
        detail_push(l->app, l->def->resource, row);
}
