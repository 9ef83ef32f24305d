/* Draws one frame of the live screen of poolctl top. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/intl.h"
#include "term/chart.h"
#include "term/text.h"
#include "term/units.h"
#include "top.h"

enum {
    TOP_NUMBER = 8,     /* columns of a number */
    TOP_SPARK = 16,     /* of the picture at a row's end */
    TOP_NUMBERS = 4,    /* numbers of a row */
    TOP_FIXED = 10,     /* lines that are no rows */
    TOP_ROWS_MOST = 20, /* of each kind, where the height does not say */
    TOP_LABEL_LEAST = 12,
};

static const char *const sort_words[] = {
#define SORT(id, words) words,
    TOP_SORTS(SORT)
#undef SORT
};

static void add_padded(struct buf *out, const char *text, size_t width, bool right)
{
    char *cut = text_defuse(mem_strdup(text));
    size_t used;

    text_cut(cut, width);
    used = text_width(cut);
    buf_addf(out, "%*s%s%*s", right ? (int)(width - used) : 0, "", cut,
             right ? 0 : (int)(width - used), "");
    free(cut);
}

static void add_styled(const struct top *t, struct buf *out, const char *style, const char *text)
{
    bool on = t->term.colour_out && style != NULL;

    buf_addf(out, "%s%s%s", on ? style : "", text, on ? TERM_RESET : "");
}

/* ---- the head ----------------------------------------------------------------------------------
 */

static void add_title(const struct top *t, struct buf *out)
{
    char span[UNITS_TEXT], iso[CLOCK_ISO_BYTES];
    char *left =
        mem_printf(_("%s at %s, up %s"), t->provider, t->url, units_seconds(t->uptime_s, span));
    char *right = mem_printf("%.19sZ", clock_iso(t->now.wall_ms, iso));
    size_t room = t->term.width > text_width(right) ? t->term.width - text_width(right) - 1 : 0;
    struct buf line;

    buf_init(&line, 4096);
    add_padded(&line, left, room, false);
    buf_addf(&line, " %s", right);
    add_styled(t, out, TERM_BOLD, line.data);
    buf_addc(out, '\n');
    buf_done(&line);
    free(left);
    free(right);
}

static void add_totals(const struct top *t, struct buf *out)
{
    char a[UNITS_TEXT], b[UNITS_TEXT], c[UNITS_TEXT], d[UNITS_TEXT], e[UNITS_TEXT], f[UNITS_TEXT];

    if (t->away != NULL) {
        add_styled(t, out, "\033[31m", t->away);
        buf_addc(out, '\n');
        return;
    }
    buf_addf(out, _("Requests  %s/s  %s ok  %s failed/s  %s tokens/s  %s open  %s connections\n"),
             units_rate(t->rates.requests, a),
             isnan(t->rates.success_percent) ? "-" : units_percent(t->rates.success_percent, b),
             units_rate(t->rates.failures, c), units_rate(t->rates.tokens, d),
             units_count(t->now.open_requests, e), units_count(t->now.connections, f));
}

static void add_states(const struct top *t, struct buf *out)
{
    const struct {
        const char *word;
        int64_t count;
    } states[] = {{"active", t->now.active},
                  {"cooling", t->now.cooling},
                  {"disabled", t->now.disabled},
                  {"expired", t->now.expired}};
    bool any = false;

    buf_adds(out, _("Keys    "));
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        const struct term_mark *mark = term_mark(states[i].word);
        char count[UNITS_TEXT], *text;

        if (states[i].count == 0 || mark == NULL)
            continue;
        text = mem_printf("  %s %s %s", t->term.utf8 ? mark->glyph : mark->ascii,
                          units_count(states[i].count, count), _(mark->word));
        add_styled(t, out, mark->colour, text);
        free(text);
        any = true;
    }
    buf_adds(out, any ? "\n" : _("  none\n"));
}

static void add_history(const struct top *t, struct buf *out)
{
    size_t room = t->term.width > 30 ? t->term.width - 30 : 0;
    size_t width = room < TOP_HISTORY ? room : TOP_HISTORY;
    char span[UNITS_TEXT];

    buf_adds(out, "          ");
    chart_spark(out, t->history, TOP_HISTORY, width, t->term.utf8);
    buf_addf(out, _("  of the last %s\n"), units_seconds(t->interval_s * (int64_t)width, span));
}

/* ---- rows --------------------------------------------------------------------------------------
 */

static size_t label_width(const struct top *t)
{
    size_t fixed = TOP_NUMBERS * (TOP_NUMBER + 1) + TOP_SPARK + 1;

    return t->term.width > fixed + TOP_LABEL_LEAST ? t->term.width - fixed : TOP_LABEL_LEAST;
}

static void add_header(const struct top *t, struct buf *out, const char *what)
{
    static const char *const numbers[TOP_NUMBERS] = {N_("REQ/S"), N_("REQS"), N_("OK%"),
                                                     N_("TOKENS/S")};
    struct buf line;

    buf_init(&line, 4096);
    add_padded(&line, what, label_width(t), false);
    for (size_t i = 0; i < TOP_NUMBERS; i++) {
        buf_addc(&line, ' ');
        add_padded(&line, _(numbers[i]), TOP_NUMBER, true);
    }
    add_styled(t, out, TERM_BOLD, line.data);
    buf_addc(out, '\n');
    buf_done(&line);
}

static void add_number(struct buf *out, const char *text)
{
    buf_addc(out, ' ');
    add_padded(out, text, TOP_NUMBER, true);
}

static void add_row(const struct top *t, struct buf *out, const struct top_row *row)
{
    const struct term_mark *mark = term_mark(row->status);
    size_t width = label_width(t);
    char text[UNITS_TEXT];

    if (mark != NULL) {
        add_styled(t, out, mark->colour, t->term.utf8 ? mark->glyph : mark->ascii);
        buf_addc(out, ' ');
        width -= 2;
    }
    add_padded(out, row->label, width, false);
    add_number(out, units_rate(row->by[TOP_BY_RATE], text));
    add_number(out, units_count(row->requests, text));
    add_number(out, isnan(row->ok_percent) ? "-" : units_percent(row->ok_percent, text));
    add_number(out, units_rate(row->by[TOP_BY_TOKENS], text));
    buf_addc(out, ' ');
    chart_spark(out, row->history, TOP_HISTORY, TOP_SPARK, t->term.utf8);
    buf_addc(out, '\n');
}

static void add_rows(const struct top *t, struct buf *out, const char *what,
                     const struct top_rows *rows, size_t most)
{
    buf_addc(out, '\n');
    add_header(t, out, what);
    for (size_t i = 0; i < rows->len && i < most; i++)
        add_row(t, out, rows->list[i]);
}

/* How many rows of each: half, and what the one does not need is the other's. */
static void share(const struct top *t, size_t *models, size_t *keys)
{
    size_t room = t->term.height > TOP_FIXED + 2 ? t->term.height - TOP_FIXED : 2;

    if (t->term.height == 0)
        room = 2 * TOP_ROWS_MOST;
    *models = t->models.len < room / 2 ? t->models.len : room / 2;
    *keys = t->keys.len < room - *models ? t->keys.len : room - *models;
    *models = t->models.len < room - *keys ? t->models.len : room - *keys;
}

static void add_footer(const struct top *t, struct buf *out)
{
    buf_addf(out, _("\nq quit   s sort, now by %s"), _(sort_words[t->sort]));
    if (t->keys_total > (int64_t)t->keys.len)
        buf_addf(out, _("   the first %zu of %lld keys"), t->keys.len, (long long)t->keys_total);
    buf_addc(out, '\n');
}

void top_draw(struct top *t, struct buf *out)
{
    size_t models, keys;

    top_rows_sort(&t->models, t->sort);
    top_rows_sort(&t->keys, t->sort);
    share(t, &models, &keys);
    add_title(t, out);
    add_totals(t, out);
    add_states(t, out);
    add_history(t, out);
    add_rows(t, out, _("MODEL"), &t->models, models);
    add_rows(t, out, _("KEY"), &t->keys, keys);
    if (t->with_footer)
        add_footer(t, out);
}
