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
