/* All that is known of one row, in a page. */
#include "detail.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/intl.h"
#include "term/text.h"
#include "term/units.h"
#include "text.h"
#include "view/cell.h"

enum { DETAIL_BYTES = 1 << 20 };

void detail_heading(struct detail *d, const char *text)
{
    char *line = mem_printf("%c%s", PAGE_HEADING, text);

    if (d->lines->len > 0)
        words_add(d->lines, "");
    words_add(d->lines, line);
    free(line);
}

void detail_value(struct detail *d, const char *label, const char *value)
{
    struct words parts = {.list = NULL};

    text_lines(value, d->width - d->label_w - 2, &parts);
    for (size_t i = 0; i < parts.len; i++) {
        int pad = d->label_w - (int)text_width(i == 0 ? label : "");
        char *line = mem_printf("%s%*s  %s", i == 0 ? label : "", pad, "", parts.list[i]);

        words_add(d->lines, line);
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
        detail_value(d, i == 0 ? label : "", text.data ? text.data : "");
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
    detail_value(d, _(field->header), text.len > 0 ? text.data : "-");
    buf_done(&text);
}

void detail_fields(struct detail *d, enum resource_id resource, const json_t *row)
{
    struct cell_style cells = app_cells(d->app);
    size_t count;
    const struct field *fields = resource_fields(resource, &count);

    cells.detail = true;
    d->label_w = 0;
    for (size_t i = 0; i < count; i++) {
        int width = (int)text_width(_(fields[i].header));

        if (cell_get(row, fields[i].json) != NULL && width > d->label_w)
            d->label_w = width;
    }
    for (size_t i = 0; i < count; i++)
        add_detail(d, &cells, &fields[i], row);
}

const char *detail_when(const struct detail *d, const json_t *row, const char *member, char out[])
{
    const char *text = json_string_value(json_object_get(row, member));
    int64_t ms;

    if (text == NULL || !clock_parse_iso(text, &ms))
        return "";
    return units_when(ms, d->app->now_ms, out);
}

/* ---- the plain one -----------------------------------------------------------------------------
 */

struct plain {
    enum resource_id resource;
    json_t *row; /* owned */
};

static void plain_lines(void *self, struct app *app, int width, struct words *out)
{
    const struct plain *p = self;
    struct detail d = {.app = app, .lines = out, .width = width};

    detail_fields(&d, p->resource, p->row);
}

static void plain_free(void *self)
{
    struct plain *p = self;

    json_decref(p->row);
    free(p);
}

static const struct page_source plain_source = {plain_lines, plain_free};

void detail_push(struct app *app, enum resource_id resource, const json_t *row)
{
    const char *kind = json_string_value(json_object_get(row, "event"));
    const char *id = json_string_value(cell_get(row, resource_of(resource)->name_field));
    struct plain *p;
    char *title;

    if (resource == RES_KEY || (kind != NULL && strcmp(kind, "key") == 0)) {
        detail_push_key(app, row);
        return;
    }
    if (kind != NULL && strcmp(kind, "request") == 0) {
        detail_push_request(app, row);
        return;
    }
    if (resource == RES_USER) {
        detail_push_user(app, row);
        return;
    }
    p = mem_zalloc(sizeof(*p));
    p->resource = resource;
    p->row = json_incref((json_t *)(uintptr_t)row);
    title = mem_printf("%s %s", _(resource_of(resource)->noun), id ? id : "");
    page_push_live(app, title, &plain_source, p, mem_strdup(id ? id : ""));
    free(title);
}
