/* Numbers as pictures made of characters: bars beside each other, and a line of them. */
#ifndef TERM_CHART_H
#define TERM_CHART_H

#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"

/* The last width of the values as a line of as many columns, from nothing to the greatest: "▁▃█",
 * or
 * ".-#" without UTF-8. A value of 0 or less is a blank, what is above never is. Fewer values stand
 * at the right. */
void chart_spark(struct buf *out, const double *values, size_t len, size_t width, bool utf8);

/* A bar that fills the share (0 to 1) of the width; the rest is blank. What is above 0 can be seen.
 */
void chart_bar_add(struct buf *out, double share, size_t width, bool utf8);

/* What a picture is made of: dots, of which there are eight in a character; blocks, in eight
 * heights; or ASCII. */
enum chart_kind { CHART_BRAILLE, CHART_BLOCK, CHART_ASCII, CHART_KIND_COUNT };
extern const char *const chart_kind_names[CHART_KIND_COUNT]; /* "braille", … */

/* Columns beside each other, filled from below, as wide as all of it: len values over width
 * columns and height lines. Of several values that share a column the greatest is seen. */
struct chart_area {
    const double *values; /* borrowed */
    size_t len, width, height;
    enum chart_kind kind;
};
/* The line, of width columns; 0 is the upper one. A value above 0 can always be seen. */
void chart_area_line(struct buf *out, const struct chart_area *c, size_t line);

struct chart_bar {
    const char *label; /* borrowed; control bytes are shown as '?' */
    double value;
    const char *text; /* what stands behind the bar */
};
struct chart_style {
    size_t width; /* of the terminal */
    bool utf8, colour;
};
/* A line for each: label, bar, text, within the width; the longest bar is that of the greatest
 * value. Labels are cut when they would take more than a third. */
void chart_bars(FILE *to, const struct chart_bar *bars, size_t len,
                const struct chart_style *style);

#endif
