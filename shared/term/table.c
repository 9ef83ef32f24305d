/* Aligned tables on a stream, by libsmartcols. */
#include "term/table.h"

#include <libsmartcols/libsmartcols.h>
#include <stdlib.h>

#include "base/mem.h"
#include "term/term.h"
#include "term/text.h"

enum {
    TABLE_ROWS_KEPT = 2000,
    TABLE_GAP = 2,        /* columns between two columns */
    TABLE_CUT_LEAST = 12, /* what a column that gives way should keep */
};

struct column {
    struct libscols_column *scols;
    unsigned flags;
    size_t natural, width;
    bool hidden;
};

struct table {
    struct libscols_table *scols;
    struct libscols_line *line;
    struct column *columns; /* owned */
    size_t columns_len, rows, cell, width;
    bool settled, headers, utf8;
};

static void check(int rc)
{
    if (rc < 0)
        abort(); /* nothing here fails but for want of memory */
}

struct table *table_new(const struct table_style *style)
{
    struct table *t = mem_zalloc(sizeof(*t));

    t->scols = scols_new_table();
    if (t->scols == NULL)
        abort();
    t->width = style->width;
    t->headers = style->headers;
    t->utf8 = style->utf8;
    check(scols_table_set_column_separator(t->scols, "  "));
    check(scols_table_enable_noheadings(t->scols, !style->headers));
    check(scols_table_enable_colors(t->scols, style->colour));
    check(scols_table_set_stream(t->scols, style->to));
    check(scols_table_set_termforce(t->scols, SCOLS_TERMFORCE_NEVER)); /* we fit it ourselves */
    return t;
}

void table_column(struct table *t, const char *header, unsigned flags)
{
    struct libscols_column *scols =
        scols_table_new_column(t->scols, header, 0, flags & TABLE_RIGHT ? SCOLS_FL_RIGHT : 0);

    if (scols == NULL)
        abort();
    check(scols_cell_set_color(scols_column_get_header(scols), TERM_BOLD));
    t->columns = mem_resize(t->columns, t->columns_len + 1, sizeof(*t->columns));
    t->columns[t->columns_len++] = (struct column){
        .scols = scols,
        .flags = flags,
        .natural = t->headers ? text_width(header) : 0,
    };
}

/* ---- fitting -----------------------------------------------------------------------------------
 */

static void measure(struct table *t)
{
    for (size_t row = 0; row < t->rows; row++) {
        struct libscols_line *line = scols_table_get_line(t->scols, row);

        for (size_t i = 0; i < t->columns_len; i++) {
            size_t width = text_width(scols_cell_get_data(scols_line_get_cell(line, i)));

            if (width > t->columns[i].natural)
                t->columns[i].natural = width;
        }
    }
    for (size_t i = 0; i < t->columns_len; i++)
        t->columns[i].width = t->columns[i].natural;
}

static size_t total_width(const struct table *t)
{
    size_t sum = 0;

    for (size_t i = 0; i < t->columns_len; i++)
        if (!t->columns[i].hidden)
            sum += t->columns[i].width + (sum > 0 ? TABLE_GAP : 0);
    return sum;
}

/* The widest of the columns that may give way and are wider than least, or NULL. */
static struct column *widest(struct table *t, size_t least)
{
    struct column *found = NULL;

    for (size_t i = 0; i < t->columns_len; i++) {
        struct column *column = &t->columns[i];

        if ((column->flags & TABLE_CUT) && !column->hidden && column->width > least &&
            (found == NULL || column->width > found->width))
            found = column;
    }
    return found;
}

/* Takes from the widest, step by step, until it fits or none is wider than least. */
static bool shrink(struct table *t, size_t least)
{
    struct column *column;

    while (total_width(t) > t->width && (column = widest(t, least)) != NULL)
        column->width--;
    return total_width(t) <= t->width;
}

static void fit(struct table *t)
{
    measure(t);
    if (t->width == 0 || shrink(t, TABLE_CUT_LEAST))
        return;
    for (size_t i = 0; i < t->columns_len; i++) {
        t->columns[i].hidden = t->columns[i].flags & TABLE_SPARE;
        t->columns[i].width = t->columns[i].natural;
    }
    shrink(t, 1);
}

/* The text is the table's own copy. */
static void cut_cell(const struct table *t, struct libscols_cell *cell, size_t width)
{
    const char *mark = t->utf8 && width > 1 ? "…" : "";
    char *text, *marked;

    if (text_width(scols_cell_get_data(cell)) <= width)
        return;
    text = mem_strdup(scols_cell_get_data(cell));
    text_cut(text, width - text_width(mark));
    marked = mem_printf("%s%s", text, mark);
    check(scols_cell_set_data(cell, marked));
    free(marked);
    free(text);
}

static void cut_rows(struct table *t)
{
    for (size_t row = 0; row < t->rows; row++) {
        struct libscols_line *line = scols_table_get_line(t->scols, row);

        for (size_t i = 0; i < t->columns_len; i++)
            if (t->columns[i].flags & TABLE_CUT)
                cut_cell(t, scols_line_get_cell(line, i), t->columns[i].width);
    }
}

/* The widths hold for all rows to come as well. */
static void settle(struct table *t)
{
    fit(t);
    for (size_t i = 0; i < t->columns_len; i++) {
        struct column *column = &t->columns[i];
        int flags = scols_column_get_flags(column->scols);

        if (column->hidden)
            check(scols_column_set_flags(column->scols, flags | SCOLS_FL_HIDDEN));
        check(scols_column_set_whint(column->scols, (double)column->width));
        cut_cell(t, scols_column_get_header(column->scols), column->width);
    }
    t->settled = true;
}

/* ---- rows --------------------------------------------------------------------------------------
 */

static void flush(struct table *t)
{
    if (!t->settled)
        settle(t);
    if (t->width > 0)
        cut_rows(t);
    check(scols_print_table(t->scols));
    scols_table_remove_lines(t->scols);
    check(scols_table_enable_noheadings(t->scols, 1));
    t->rows = 0;
}

void table_row(struct table *t)
{
    if (t->rows == TABLE_ROWS_KEPT)
        flush(t);
    t->line = scols_table_new_line(t->scols, NULL);
    if (t->line == NULL)
        abort();
    t->rows++;
    t->cell = 0;
}

void table_cell(struct table *t, const char *text, const char *colour)
{
    struct libscols_cell *cell = scols_line_get_cell(t->line, t->cell++);
    char *safe = text_defuse(mem_strdup(text));

    check(scols_cell_set_data(cell, safe));
    if (colour != NULL)
        check(scols_cell_set_color(cell, colour));
    free(safe);
}

void table_end(struct table *t)
{
    if (t->rows > 0)
        flush(t);
    scols_unref_table(t->scols);
    free(t->columns);
    free(t);
}
