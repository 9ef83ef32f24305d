/* Aligned tables on a stream, by libsmartcols. */
#ifndef TERM_TABLE_H
#define TERM_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct table_style {
    FILE *to;     /* borrowed */
    size_t width; /* cut to so many columns; 0: as wide as it gets */
    bool headers, colour, utf8;
};

enum table_column {
    TABLE_LEFT = 0,
    TABLE_RIGHT = 1,
    TABLE_CUT = 2,   /* gives way when space is short */
    TABLE_SPARE = 4, /* is left out when that would leave too little of the others */
};

/* Owned; one thread. Columns come first, then rows, cell by cell. Rows are printed as they gather,
 * so that a table of any length takes bounded memory; widths are settled by the first few thousand.
 */
struct table *table_new(const struct table_style *style);
void table_column(struct table *t, const char *header, unsigned flags);
void table_row(struct table *t);
/* colour is an SGR sequence or NULL. Text is copied; control bytes in it become '?'. */
void table_cell(struct table *t, const char *text, const char *colour);
void table_end(struct table *t); /* prints what is left, and frees */

#endif
