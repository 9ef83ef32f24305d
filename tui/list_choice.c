/* What a person chose of a list's columns and order: found again, kept, and given up. */
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "base/intl.h"
#include "list.h"

enum { CHOICE_BYTES = 8192 };

/* "FIELD", "-FIELD", "-" or "". False: the list cannot be sorted so. */
static bool read_sort(struct list_view *l, const char *text)
{
    bool down = *text == '-';
    const struct field *sort = NULL;

    if (text[down] != '\0')
        sort = resource_field(l->def->resource, text + down, strlen(text + down));
    if (text[down] != '\0' && (sort == NULL || !list_can_sort(l, sort)))
        return false;
    l->sort = sort;
    l->down = down;
    return true;
}

static char *name_of(const struct list_view *l, const char *what)
{
    return mem_printf("%s_%s", l->def->name, what);
}

/* The console does without what is wrong, but says so. */
static void complain(const struct list_view *l, const char *name, const char *why)
{
    char *text = mem_printf("%s: %s (%s)", name, why, l->app->kept.path);

    app_complain(l->app, text);
    free(text);
}

static void recall_columns(struct list_view *l)
{
    char *name = name_of(l, "columns");
    const char *text = kept_get(&l->app->kept, name);
    struct err e;

    if (text != NULL && columns_read(&l->columns, text, &e) != ERR_OK)
        complain(l, name, e.text);
    free(name);
}

void list_recall(struct list_view *l)
{
    char *name = name_of(l, "sort");
    const char *text = kept_get(&l->app->kept, name);

    read_sort(l, l->def->sort);
    if (text != NULL && !read_sort(l, text))
        complain(l, name, _("rows cannot be sorted by this column"));
    free(name);
    recall_columns(l);
}

void list_keep(struct list_view *l)
{
    char *sort_name = name_of(l, "sort"), *columns_name = name_of(l, "columns");
    char *sort = mem_printf("%s%s", l->down ? "-" : "", l->sort ? l->sort->json : "");
    struct buf columns;

    buf_init(&columns, CHOICE_BYTES);
    columns_write(&l->columns, &columns);
    kept_set(&l->app->kept, sort_name, strcmp(sort, l->def->sort) == 0 ? "" : sort);
    kept_set(&l->app->kept, columns_name, columns.data ? columns.data : "");
    buf_done(&columns);
    free(sort);
    free(sort_name);
    free(columns_name);
}

void list_defaults(struct list_view *l)
{
    columns_reset(&l->columns);
    read_sort(l, l->def->sort);
    list_sort_by(l, l->sort, l->down);
    app_say(l->app, "%s", _("Columns, widths and order of rows are as at first."));
}
