/* Popups of a table: what to sort by, which columns, all of a row. */
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "base/intl.h"
#include "job_page.h"
#include "list.h"
#include "popup.h"
#include "term/text.h"
#include "text.h"

enum { DETAIL_BYTES = 1 << 20, DETAIL_WIDEST = 110 };

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

/* ---- details -----------------------------------------------------------------------------------
 */

struct detail {
    struct words lines;
    int label_w, width;
};

static void add_value(struct detail *d, const char *label, const char *value)
{
    struct words parts = {.list = NULL};

    text_lines(value, d->width - d->label_w - 2, &parts);
    for (size_t i = 0; i < parts.len; i++) {
        int pad = d->label_w - (int)text_width(i == 0 ? label : "");
        char *line = mem_printf("%s%*s  %s", i == 0 ? label : "", pad, "", parts.list[i]);

        words_add(&d->lines, line);
        free(line);
    }
    words_done(&parts);
}

/* An object inside as "name value  name value". */
static void add_object(const json_t *object, struct buf *out)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        char *text = json_is_string(value) ? mem_strdup(json_string_value(value))
                                           : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);

        buf_addf(out, "%s%s %s", out->len > 0 ? "  " : "", name, text ? text : "");
        free(text);
    }
}

static void add_objects(struct detail *d, const char *label, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct buf text;

        buf_init(&text, DETAIL_BYTES);
        add_object(json_array_get(list, i), &text);
        add_value(d, i == 0 ? label : "", text.data ? text.data : "");
        buf_done(&text);
    }
}

static void add_detail(struct detail *d, const struct cell_style *cells, const struct field *field,
                       const json_t *row)
{
    const json_t *value = cell_get(row, field->json);
    struct buf text;

    if (value == NULL) /* of another kind of row */
        return;
    if (json_is_array(value) && json_is_object(json_array_get(value, 0))) {
        add_objects(d, _(field->header), value);
        return;
    }
    buf_init(&text, DETAIL_BYTES);
    if (json_is_object(value))
        add_object(value, &text);
    else
        cell_text(cells, field, row, &text);
    add_value(d, _(field->header), text.len > 0 ? text.data : "-");
    buf_done(&text);
}

void list_detail(struct list_view *l)
{
    const json_t *row = list_row(l);
    struct cell_style cells = app_cells(l->app);
    struct detail d = {.width = paint_width() - 8};
    char *title;

    if (row == NULL)
        return;
    if (l->def->resource == RES_JOB) {
        job_page_push(l->app, row);
        return;
    }
    cells.detail = true;
    d.width = d.width > DETAIL_WIDEST ? DETAIL_WIDEST : d.width;
    for (size_t i = 0; i < l->columns.count; i++) {
        int width = (int)text_width(_(l->columns.fields[i].header));

        if (width > d.label_w)
            d.label_w = width;
    }
    for (size_t i = 0; i < l->columns.count; i++)
        add_detail(&d, &cells, &l->columns.fields[i], row);
    title = mem_printf("%s %s", _(resource_of(l->def->resource)->noun), rows_id(&l->rows, row));
    page_push(l->app, title, d.lines, mem_strdup(rows_id(&l->rows, row)));
    free(title);
}
