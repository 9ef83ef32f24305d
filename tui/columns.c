/* Which columns a list shows, how wide they are, and where they stand. */
#include "columns.h"

#include <string.h>

#include "base/intl.h"
#include "base/mem.h"
#include "term/text.h"

enum {
    COLUMNS_WIDEST = 48,
    COLUMNS_TEXT_LEAST = 12,
    COLUMNS_TEXT_EASY = 16, /* where columns are lost at the edge whatever text does */
    COLUMNS_MS_LEAST = 5,
    COLUMNS_CELL_BYTES = 4096
};

/* What cells of a type need at least, so that columns need not grow as times go by. */
static const int least[] = {
    [FIELD_STATE] = 16, [FIELD_TIME] = 10, [FIELD_COUNT] = 5, [FIELD_BYTES] = 8,
    [FIELD_MS] = 6,     [FIELD_BOOL] = 3,  [FIELD_RATE] = 5,  [FIELD_HOURS] = CELL_HOURS,
};

/* Named fields first, then all others as they come. */
static void arrange(struct columns *c)
{
    const char *names = c->names;
    size_t n = 0;

    c->named = *names != '\0';
    while (*names != '\0') {
        size_t len = strcspn(names, " ");
        const struct field *field = resource_field(c->resource, names, len);

        if (field != NULL) {
            c->order[n++] = (size_t)(field - c->fields);
            c->usual[field - c->fields] = true;
        }
        names += len + (names[len] == ' ');
    }
    for (size_t i = 0; i < c->count; i++) {
        if (!c->usual[i])
            c->order[n++] = i;
        if (!c->named)
            c->usual[i] = (c->fields[i].flags & F_LIST) != 0;
    }
}

void columns_init(struct columns *c, enum resource_id resource, const char *names)
{
    *c = (struct columns){.resource = resource, .names = names};
    c->fields = resource_fields(resource, &c->count);
    if (c->count > COLUMNS_MOST)
        c->count = COLUMNS_MOST;
    arrange(c);
    for (size_t i = 0; i < c->count; i++) {
        enum field_type type = c->fields[i].type;
        int header = (int)text_width(_(c->fields[i].header));
        int arrow = !!(c->fields[i].flags & F_SORT);

        /* "0.6ms", "12ms", "999ms": how long it took moves no other column. */
        c->seen[i] = type == FIELD_MS && header < COLUMNS_MS_LEAST ? COLUMNS_MS_LEAST : header;
        c->widths[i] = (size_t)type < ARRAY_LEN(least) && least[type] > header + arrow
                           ? least[type]
                           : header + arrow;
    }
}

void columns_measure(struct columns *c, const struct cell_style *style, const json_t *row)
{
    struct buf text;

    buf_init(&text, COLUMNS_CELL_BYTES);
    for (size_t i = 0; i < c->count; i++) {
        int width;

        if (!(c->fields[i].flags & (F_LIST | F_WIDE)) && !c->usual[i] &&
            !(c->chosen && c->shown[i]))
            continue;
        buf_clear(&text);
        cell_text(style, &c->fields[i], row, &text);
        width = (int)text_width(text.data ? text.data : "");
        width = width < COLUMNS_WIDEST ? width : COLUMNS_WIDEST;
        c->seen[i] = width > c->seen[i] ? width : c->seen[i];
        c->widths[i] = width > c->widths[i] ? width : c->widths[i];
    }
    buf_done(&text);
}

static int width_of(const struct columns *c, size_t i)
{
    if (c->set[i] > 0)
        return c->set[i];
    return c->bars && c->fields[i].type == FIELD_PERCENT ? COLUMNS_BAR + 1 + COLUMNS_PERCENT
                                                         : c->widths[i];
}

int columns_bar(const struct column *column)
{
    int width = column->w - COLUMNS_PERCENT - 1;

    return column->field->type == FIELD_PERCENT && width >= COLUMNS_BAR_LEAST ? width : 0;
}

static int needed(const struct columns *c, const bool shown[COLUMNS_MOST])
{
    int width = 0;

    for (size_t i = 0; i < c->count; i++)
        if (shown[i])
            width += width_of(c, i) + COLUMNS_GAP;
    return width - COLUMNS_GAP;
}

/* Bars come before columns of wide tables, but not before any other. */
static void choose_bars(struct columns *c, int width, const bool shown[COLUMNS_MOST])
{
    c->bars = true;
    c->bars = needed(c, shown) <= width;
}

/* Columns of wide tables that fit in beside what is shown: pictures, or others. */
static void choose_wide(struct columns *c, int width, bool pictures, bool shown[COLUMNS_MOST])
{
    for (size_t i = 0; i < c->count; i++)
        if ((c->fields[i].flags & F_WIDE) && (c->fields[i].type == FIELD_HOURS) == pictures &&
            needed(c, shown) + COLUMNS_GAP + width_of(c, i) <= width)
            shown[i] = true;
}

/* All columns of tables; without the spare ones, from the last on, where these do not fit, with
 * those of wide tables as far as there is room, pictures first. */
static void choose(struct columns *c, int width, bool shown[COLUMNS_MOST])
{
    c->bars = false;
    for (size_t i = 0; i < c->count; i++)
        shown[i] = c->chosen ? c->shown[i] : c->usual[i];
    if (c->chosen || c->named) {
        choose_bars(c, width, shown);
        return;
    }
    for (size_t i = c->count; i-- > 0 && needed(c, shown) > width;)
        if (c->fields[i].flags & F_SPARE)
            shown[i] = false;
    choose_bars(c, width, shown);
    choose_wide(c, width, true, shown);
    choose_wide(c, width, false, shown);
}

/* How far a column may give way: text to what can be told apart still, others to what is in them.
 */
static int least_of(const struct columns *c, size_t i, int text)
{
    int header = (int)text_width(_(c->fields[i].header)) + (c->sorted == &c->fields[i]);

    if (c->set[i] > 0)
        return c->set[i];
    if (cell_is_text(&c->fields[i]))
        return header > text ? header : text;
    return header > c->seen[i] ? header : c->seen[i];
}

/* The widest one that can give way, those of text, or the others; COLUMNS_MOST: there is none. */
static size_t find_widest(const struct columns *c, const bool shown[COLUMNS_MOST],
                          const int widths[COLUMNS_MOST], bool text, int text_least)
{
    size_t widest = COLUMNS_MOST;

    for (size_t i = 0; i < c->count; i++)
        if (shown[i] && cell_is_text(&c->fields[i]) == text &&
            widths[i] > least_of(c, i, text_least) &&
            (widest == COLUMNS_MOST || widths[i] > widths[widest]))
            widest = i;
    return widest;
}

/* Columns give way before one is lost at the edge: first room that nothing was seen in yet, then
 * the widest text. */
static void shrink(const struct columns *c, int width, const bool shown[COLUMNS_MOST],
                   int widths[COLUMNS_MOST])
{
    int over = needed(c, shown) - width, all = -COLUMNS_GAP, text;

    for (size_t i = 0; i < c->count; i++) {
        int least_width = least_of(c, i, COLUMNS_TEXT_LEAST);

        widths[i] = width_of(c, i);
        if (shown[i])
            all += (widths[i] < least_width ? widths[i] : least_width) + COLUMNS_GAP;
    }
    text = all > width ? COLUMNS_TEXT_EASY : COLUMNS_TEXT_LEAST;
    while (over-- > 0) {
        size_t i = find_widest(c, shown, widths, false, text);

        if (i == COLUMNS_MOST)
            i = find_widest(c, shown, widths, true, text);
        if (i == COLUMNS_MOST)
            return;
        widths[i]--;
    }
}

void columns_place(struct columns *c, int x, int width)
{
    bool shown[COLUMNS_MOST] = {false};
    int at = x, end = x + width;

    choose(c, width, shown);
    shrink(c, width, shown, c->now);
    c->len = 0;
    for (size_t i = 0; i < c->count; i++)
        if (shown[c->order[i]])
            c->list[c->len++] = (struct column){.field = &c->fields[c->order[i]]};
    if (c->len > 0 && c->left > c->len - 1)
        c->left = c->len - 1;
    for (size_t i = 0; i < c->len; i++) {
        struct column *col = &c->list[i];

        if ((i > 0 && i <= c->left) || at >= end)
            continue;
        col->x = at;
        col->w = c->now[col->field - c->fields];
        if (col->w > end - at)
            col->w = end - at;
        at += col->w + COLUMNS_GAP;
    }
}

bool columns_more(const struct columns *c)
{
    const struct column *last = c->len > 0 ? &c->list[c->len - 1] : NULL;

    return last != NULL && last->w < c->now[last->field - c->fields];
}

void columns_scroll(struct columns *c, int by)
{
    if (by < 0 && c->left > 0)
        c->left--;
    else if (by > 0 && columns_more(c))
        c->left++;
}

bool columns_has(const struct columns *c, const struct field *field)
{
    for (size_t i = 0; i < c->len; i++)
        if (c->list[i].field == field)
            return true;
    return false;
}
