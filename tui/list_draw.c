/* Draws a table: headers, rows, and a line on what of it is seen. */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "base/intl.h"
#include "base/utf8.h"
#include "list.h"
#include "term/chart.h"
#include "term/text.h"
#include "term/units.h"
#include "text.h"

enum { LIST_CELL_BYTES = 4096, LIST_STATUS_BYTES = 512 };

static void draw_header(const struct list_view *l, const struct column *c, int y)
{
    bool sorted = c->field == l->sort, right = cell_is_number(c->field);
    const char *arrow = sorted ? paint_glyph(l->down ? GLYPH_DOWN : GLYPH_UP) : "";
    char *text = mem_printf("%s%s", _(c->field->header), arrow);

    if (right)
        paint_cell_right(y, c->x, c->w, STYLE_COLUMNS, STYLE_NORMAL, text);
    else
        paint_cell(y, c->x, c->w, STYLE_COLUMNS, STYLE_NORMAL, text);
    free(text);
}

static void draw_headers(const struct list_view *l, const struct area *a)
{
    for (size_t i = 0; i < l->columns.len; i++)
        if (l->columns.list[i].w > 0)
            draw_header(l, &l->columns.list[i], a->y);
    if (l->columns.left > 0)
        paint_text(a->y, a->x + 1, 1, STYLE_COLUMNS, STYLE_NORMAL, paint_glyph(GLYPH_LEFT));
    if (columns_more(&l->columns))
        paint_text(a->y, a->x + a->w - 1, 1, STYLE_COLUMNS, STYLE_NORMAL, paint_glyph(GLYPH_RIGHT));
}

static bool in_range(const struct list_view *l, size_t i)
{
    size_t from = l->range < l->cursor ? l->range : l->cursor;
    size_t to = l->range < l->cursor ? l->cursor : l->range;

    return l->ranging && i >= from && i <= to;
}

/* How much of it was success, before the number: what failed has another mark, too, and each can be
 * seen however little it is. */
static void draw_bar(const struct column *c, int y, enum style below, bool stale, double percent)
{
    int width = columns_bar(c), good = (int)(percent / 100 * width + 0.5);

    if (good == width && percent < 100)
        good--;
    if (good == 0 && percent > 0)
        good++;
    for (int i = 0; i < width; i++)
        paint_text(y, c->x + i, 1,
                   stale      ? STYLE_FAINT
                   : i < good ? STYLE_GOOD
                              : STYLE_BAD,
                   below, paint_glyph(i < good ? GLYPH_FULL : GLYPH_REST));
}

/* The last hours that there is room for; those in which half of the requests or more failed stand
 * out. */
static void draw_hours(const struct column *c, int y, enum style on, enum style below,
                       const json_t *row)
{
    double hours[CELL_HOURS], failed[CELL_HOURS];
    size_t len = cell_hours(cell_get(row, c->field->json), hours);
    size_t width = (size_t)c->w < len ? (size_t)c->w : len;
    bool both = cell_hours(json_object_get(row, "recent_failed"), failed) == len;
    const char *at;
    struct buf line;

    buf_init(&line, LIST_CELL_BYTES);
    chart_spark(&line, hours, len, width, paint_utf8());
    at = line.data ? line.data : "";
    paint_fill(y, c->x, c->w, below);
    for (size_t i = len - width; *at != '\0'; i++) {
        bool bad = both && failed[i] > 0 && failed[i] * 2 >= hours[i] && on != STYLE_FAINT;

        paint_text(y, c->x + (int)(i - (len - width)), 1, bad ? STYLE_BAD : on, below, at);
        at += utf8_sequence(at, strlen(at));
    }
    buf_done(&line);
}

static void draw_cell(const struct column *c, int y, enum style row_style, bool stale,
                      const struct cell_style *cells, const json_t *row)
{
    enum style below = row_style == STYLE_CURSOR ? STYLE_CURSOR : STYLE_NORMAL, on;
    struct buf text;

    buf_init(&text, LIST_CELL_BYTES);
    on = paint_style_of(cell_text(cells, c->field, row, &text));
    if (stale)
        on = STYLE_FAINT;
    else if (row_style == STYLE_MARKED && on == STYLE_NORMAL)
        on = STYLE_MARKED;
    if (text.data != NULL)
        text_defuse(text.data);
    if (text.data != NULL && isdigit((unsigned char)*text.data) && columns_bar(c) > 0)
        draw_bar(c, y, below, stale, cell_number(cell_get(row, c->field->json)));
    if (json_is_array(cell_get(row, c->field->json)) && c->field->type == FIELD_HOURS)
        draw_hours(c, y, on, below, row);
    else if (cell_is_number(c->field))
        paint_cell_right(y, c->x + columns_bar(c), c->w - columns_bar(c), on, below,
                         text.data ? text.data : "");
    else
        paint_cell(y, c->x, c->w, on, below, text.data ? text.data : "");
    buf_done(&text);
}

static void draw_row(struct list_view *l, const struct area *a, size_t i, int y)
{
    const struct cell_style cells = app_cells(l->app);
    const json_t *row = rows_at(&l->rows, i);
    bool cursor = i == l->cursor;
    bool marked = (row != NULL && marks_has(&l->marks, rows_id(&l->rows, row))) || in_range(l, i);
    enum style style = cursor ? STYLE_CURSOR : marked ? STYLE_MARKED : STYLE_NORMAL;
    enum style below = cursor ? STYLE_CURSOR : STYLE_NORMAL;

    paint_fill(y, a->x, a->w, below);
    if (cursor)
        paint_text(y, a->x, 1, STYLE_TITLE, below, paint_glyph(GLYPH_CURSOR));
    if (marked)
        paint_text(y, a->x + 1, 1, STYLE_MARKED, below, paint_glyph(GLYPH_MARK));
    if (row == NULL) {
        paint_text(y, a->x + LIST_GUTTER, 1, STYLE_FAINT, below, paint_glyph(GLYPH_ELLIPSIS));
        return;
    }
    for (size_t c = 0; c < l->columns.len; c++)
        if (l->columns.list[c].w > 0)
            draw_cell(&l->columns.list[c], y, style, l->app->gauge.lost || list_waits(l), &cells,
                      row);
}

/* What stands where rows would. */
static void draw_nothing(const struct list_view *l, const struct area *a)
{
    char *first = action_sentence(_(l->def->nothing));
    const char *text = first;

    if (l->app->gauge.refused || (l->app->gauge.lost && !l->rows.known)) /* why, is in the banner */
        text = _("Nothing is known yet.");
    else if (l->error[0] != '\0')
        text = l->error;
    else if (!l->rows.known)
        text = _("Asking the gateway...");
    else if (query_is_plain(l->query))
        text = _("The filter finds nothing, as the gateway looks for text as it stands, not for "
                 "regular expressions. Esc takes it back.");
    else if (*query_text(l->query) != '\0')
        text = _("The filter finds nothing. Esc takes it back.");
    text_block(a->y + 2, a->x + LIST_GUTTER, a->w - LIST_GUTTER - 2, a->h - 2,
               l->error[0] != '\0' && !l->app->gauge.refused ? STYLE_ERROR : STYLE_FAINT, text);
    free(first);
}

/* "a range of 5 · 3 marked · "; returns how long it is. */
static size_t put_marked(const struct list_view *l, const char *dot, char out[LIST_STATUS_BYTES])
{
    char number[TEXT_NUMBER_BYTES];
    size_t used = 0;
    int64_t rows = (int64_t)l->cursor - (int64_t)l->range;

    out[0] = '\0';
    if (l->ranging)
        /* translators: at most 18 columns */
        used = (size_t)snprintf(out, LIST_STATUS_BYTES, _("a range of %s  %s  "),
                                text_number((rows < 0 ? -rows : rows) + 1, number), dot);
    if (l->marks.all)
        /* translators: at most 18 columns */
        used += (size_t)snprintf(out + used, LIST_STATUS_BYTES - used, _("all marked  %s  "), dot);
    else if (l->marks.ids.count > 0)
        /* translators: at most 14 columns */
        used += (size_t)snprintf(out + used, LIST_STATUS_BYTES - used, _("%s marked  %s  "),
                                 text_number((int64_t)l->marks.ids.count, number), dot);
    return used;
}

/* "3 marked · sorted by REQS · filter status:cooling      1-19 of 1,000,000" */
static void draw_status(const struct list_view *l, const struct area *a)
{
    const char *dot = paint_glyph(GLYPH_DOT), *filter = query_text(l->query);
    char left[LIST_STATUS_BYTES], right[LIST_STATUS_BYTES], from[TEXT_NUMBER_BYTES];
    char to[TEXT_NUMBER_BYTES], total[TEXT_NUMBER_BYTES];
    size_t used = put_marked(l, dot, left), last = l->top + l->height;
    int y = a->y + a->h - 1;

    if (l->sort != NULL)
        used +=
            /* translators: at most 12 columns */
            (size_t)snprintf(left + used, sizeof(left) - used, _("by %s %s  %s  "),
                             _(l->sort->header), paint_glyph(l->down ? GLYPH_DOWN : GLYPH_UP), dot);
    if (*filter != '\0' && used < sizeof(left))
        used +=
            /* translators: at most 16 columns */
            (size_t)snprintf(left + used, sizeof(left) - used, _("filter %s  %s  "), filter, dot);
    if (used > 4 && used < sizeof(left))
        left[used - strlen(dot) - 4] = '\0';
    if (last > l->rows.total)
        last = l->rows.total;
    /* translators: at most 6 columns */
    snprintf(right, sizeof(right), _("%s-%s of %s"),
             text_number(l->rows.total > 0 ? (int64_t)l->top + 1 : 0, from),
             text_number((int64_t)last, to), text_number((int64_t)l->rows.total, total));
    if (l->error[0] != '\0' && !l->app->gauge.lost && l->rows.total > 0)
        paint_cell(y, a->x + LIST_GUTTER, a->w - LIST_GUTTER, STYLE_ERROR, STYLE_NORMAL, l->error);
    else
        paint_cell(y, a->x + LIST_GUTTER, a->w - LIST_GUTTER, STYLE_STATUS, STYLE_NORMAL, left);
    if (l->rows.total > 0)
        paint_cell_right(y, a->x + a->w - 28, 27, STYLE_STATUS, STYLE_NORMAL,
                         list_waits(l) ? _("Asking the gateway...") : right);
}

void list_draw(void *self, const struct area *a)
{
    struct list_view *l = self;
    const struct cell_style cells = app_cells(l->app);

    l->height = a->h > 2 ? (size_t)a->h - 2 : 1;
    list_settle(l);
    for (size_t i = 0; i < l->height; i++) {
        const json_t *row = rows_at(&l->rows, l->top + i);

        if (row != NULL)
            columns_measure(&l->columns, &cells, row);
    }
    l->columns.sorted = l->sort;
    columns_place(&l->columns, a->x + LIST_GUTTER, a->w - LIST_GUTTER - 1);
    draw_headers(l, a);
    for (size_t i = 0; i < l->height && l->top + i < l->rows.total; i++)
        draw_row(l, a, l->top + i, a->y + 1 + (int)i);
    if (l->rows.total == 0)
        draw_nothing(l, a);
    draw_status(l, a);
}
