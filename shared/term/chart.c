/* Numbers as pictures made of characters: bars beside each other, and a line of them. */
#include "term/chart.h"

#include <stdlib.h>

#include "base/mem.h"
#include "term/term.h"
#include "term/text.h"

enum {
    CHART_GAP = 2,
    CHART_LEAST = 4,   /* columns of a bar, however narrow the terminal */
    CHART_EIGHTHS = 8, /* a character of a bar can be filled in so many steps */
};

static const char *const heights_utf8[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
static const char *const heights_ascii[] = {"_", ".", "-", "=", "+", "*", "%", "#"};
static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};

static double greatest(const double *values, size_t len)
{
    double most = 0;

    for (size_t i = 0; i < len; i++)
        if (values[i] > most)
            most = values[i];
    return most;
}

void chart_spark(struct buf *out, const double *values, size_t len, size_t width, bool utf8)
{
    const char *const *heights = utf8 ? heights_utf8 : heights_ascii;
    size_t shown = len < width ? len : width;
    double most;

    values += len - shown;
    most = greatest(values, shown);
    for (size_t i = shown; i < width; i++)
        buf_addc(out, ' ');
    for (size_t i = 0; i < shown; i++) {
        size_t step = most > 0 ? (size_t)(values[i] / most * (CHART_EIGHTHS - 1) + 0.5) : 0;

        buf_adds(out, values[i] > 0 ? heights[step] : " ");
    }
}

/* In eighths of a column with UTF-8, else in columns. */
void chart_bar_add(struct buf *out, double share, size_t width, bool utf8)
{
    size_t unit = utf8 ? CHART_EIGHTHS : 1, filled, columns = 0;

    filled = share > 0 ? (size_t)(share * (double)(width * unit) + 0.5) : 0;
    if (share > 0 && filled == 0)
        filled = 1;
    for (; filled >= unit; filled -= unit, columns++)
        buf_adds(out, utf8 ? "█" : "#");
    if (filled > 0) {
        buf_adds(out, eighths[filled]);
        columns++;
    }
    for (; columns < width; columns++)
        buf_addc(out, ' ');
}

/* ---- areas -------------------------------------------------------------------------------------
 */

const char *const chart_kind_names[] = {
    [CHART_BRAILLE] = "braille", [CHART_BLOCK] = "block", [CHART_ASCII] = "ascii"};

/* How many dots a character has, beside and above each other; Unicode 10.0, block U+2800. */
enum { DOTS_WIDE = 2, DOTS_HIGH = 4 };
static const unsigned char dots[DOTS_HIGH][DOTS_WIDE] = {
    {0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

/* The greatest of the values that fall to one of so many places. */
static double at_place(const struct chart_area *c, size_t place, size_t places)
{
    size_t from = place * c->len / places, to = (place + 1) * c->len / places;

    return greatest(c->values + from, to > from ? to - from : 1);
}

/* How much of the height the place fills, in so many steps. */
static size_t steps_at(const struct chart_area *c, size_t place, size_t places, size_t steps)
{
    double most = greatest(c->values, c->len), value = at_place(c, place, places);
    size_t filled = most > 0 && value > 0 ? (size_t)(value / most * (double)steps + 0.5) : 0;

    return value > 0 && filled == 0 ? 1 : filled;
}

static void add_dots(struct buf *out, const struct chart_area *c, size_t line, size_t x)
{
    size_t below = (c->height - 1 - line) * DOTS_HIGH;
    unsigned set = 0;

    for (size_t i = 0; i < DOTS_WIDE; i++) {
        size_t filled = steps_at(c, x * DOTS_WIDE + i, c->width * DOTS_WIDE, c->height * DOTS_HIGH);

        for (size_t up = 0; up < DOTS_HIGH && below + up < filled; up++)
            set |= dots[DOTS_HIGH - 1 - up][i];
    }
    if (set == 0)
        buf_addc(out, ' ');
    else
        buf_addf(out, "\xe2%c%c", (int)(0xa0 | set >> 6), (int)(0x80 | (set & 0x3f)));
}

static void add_block(struct buf *out, const struct chart_area *c, size_t line, size_t x)
{
    const char *const *heights = c->kind == CHART_BLOCK ? heights_utf8 : heights_ascii;
    size_t below = (c->height - 1 - line) * CHART_EIGHTHS;
    size_t filled = steps_at(c, x, c->width, c->height * CHART_EIGHTHS);

    if (filled <= below)
        buf_addc(out, ' ');
    else
        buf_adds(out,
                 heights[filled - below < CHART_EIGHTHS ? filled - below - 1 : CHART_EIGHTHS - 1]);
}

void chart_area_line(struct buf *out, const struct chart_area *c, size_t line)
{
    for (size_t x = 0; x < c->width; x++) {
        if (c->len == 0)
            buf_addc(out, ' ');
        else if (c->kind == CHART_BRAILLE)
            add_dots(out, c, line, x);
        else
            add_block(out, c, line, x);
    }
}

/* ---- bars --------------------------------------------------------------------------------------
 */

struct widths {
    size_t label, bar;
};

static struct widths fit(const struct chart_bar *bars, size_t len, size_t width)
{
    struct widths w = {0, CHART_LEAST};
    size_t text = 0;

    for (size_t i = 0; i < len; i++) {
        size_t label = text_width(bars[i].label), own = text_width(bars[i].text);

        w.label = label > w.label ? label : w.label;
        text = own > text ? own : text;
    }
    if (w.label > width / 3)
        w.label = width / 3;
    if (w.label + text + 2 * CHART_GAP + CHART_LEAST < width)
        w.bar = width - w.label - text - 2 * CHART_GAP;
    return w;
}

void chart_bars(FILE *to, const struct chart_bar *bars, size_t len, const struct chart_style *style)
{
    struct widths w = fit(bars, len, style->width);
    double most = 0;
    struct buf line;

    for (size_t i = 0; i < len; i++)
        most = bars[i].value > most ? bars[i].value : most;
    buf_init(&line, 1 << 16);
    for (size_t i = 0; i < len; i++) {
        char *label = text_defuse(mem_strdup(bars[i].label));

        text_cut(label, w.label);
        buf_clear(&line);
        chart_bar_add(&line, most > 0 ? bars[i].value / most : 0, w.bar, style->utf8);
        fputs(label, to);
        text_pad(to, w.label - text_width(label) + CHART_GAP);
        fprintf(to, "%s%s%s", style->colour ? "\033[36m" : "", line.data ? line.data : "",
                style->colour ? TERM_RESET : "");
        text_pad(to, CHART_GAP);
        fprintf(to, "%s\n", bars[i].text);
        free(label);
    }
    buf_done(&line);
}
