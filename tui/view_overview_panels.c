/* The overview's panels of numbers: now, the window, providers, keys, models. */
#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "term/chart.h"
#include "term/term.h"
#include "term/text.h"
#include "term/units.h"
#include "text.h"
#include "view/cell.h"
#include "view_overview.h"

enum {
    PANEL_BYTES = 512,
    PANEL_SPARK = 24, /* columns of the picture in a row */
    STATE_WORD = 11,  /* "● active   " */
    STATE_NUMBER = 10,
    PANEL_GAP = 2,
    FIRST_BYTE = 14,
    WIDE = 90, /* of a panel that has room for more than the least */
};

static double number(const json_t *row, const char *path)
{
    return cell_number(cell_get(row, path));
}

static void put(const struct overview *o, int y, int x, int width, enum style style,
                const char *text)
{
    paint_text(y, x, width, overview_style(o, style), STYLE_NORMAL, text);
}

/* Milliseconds, or "-" where the gateway does not know. */
static const char *time_of(const json_t *row, const char *name, char out[UNITS_TEXT])
{
    const json_t *value = json_object_get(row, name);

    return json_is_number(value) ? units_ms(cell_number(value), out) : "-";
}

/* A share of requests, or "-" where there were none. */
static const char *share(double part, double of, char out[UNITS_TEXT])
{
    return of > 0 ? units_percent(100 * part / of, out) : "-";
}

/* The last slots; the one that runs is not full yet. */
static void put_spark(const struct overview *o, int y, int x, int width,
                      const double slots[OVERVIEW_SLOTS])
{
    struct buf line;

    if (width <= 0)
        return;
    buf_init(&line, PANEL_BYTES);
    chart_spark(&line, slots, OVERVIEW_SLOTS - 1, (size_t)width, paint_utf8());
    put(o, y, x, width, STYLE_GOOD, line.data ? line.data : "");
    buf_done(&line);
}

/* ---- one provider ------------------------------------------------------------------------------
 */

/* What it was on average while nobody looked is not the pace. */
static const char *pace_of(const struct overview_provider *p, char out[UNITS_TEXT])
{
    return p->paced ? units_rate(p->pace, out) : paint_glyph(GLYPH_ELLIPSIS);
}

static void draw_pace(const struct overview *o, const struct area *a)
{
    const struct overview_provider *p = &o->providers[o->scope];
    char text[PANEL_BYTES], rate[UNITS_TEXT], span[UNITS_TEXT];
    int width, columns;
    double most = 0;

    /* translators: at most 20 columns */
    overview_title(a, _("NOW"), "");
    snprintf(text, sizeof(text), _("%s req/s"), pace_of(p, rate));
    put(o, a->y + 1, a->x, a->w, STYLE_STRONG, text);
    width = (int)text_width(text) + PANEL_GAP;
    width = width > 13 ? width : 13; /* so that the picture stays where it is */
    columns = a->w - width < OVERVIEW_SLOTS - 1 ? a->w - width : OVERVIEW_SLOTS - 1;
    put_spark(o, a->y + 1, a->x + width, columns, p->slots);
    for (int i = OVERVIEW_SLOTS - 1 - columns; i < OVERVIEW_SLOTS - 1; i++)
        most = p->slots[i] > most ? p->slots[i] : most;
    most = most * 1000 / OVERVIEW_SLOT_MS;
    /* translators: at most 9 columns */
    snprintf(text, sizeof(text), _("peak %s in %s"),
             units_rate(p->paced && p->pace > most ? p->pace : most, rate),
             units_seconds((int64_t)columns * OVERVIEW_SLOT_MS / 1000, span));
    put(o, a->y + 2, a->x + width, a->w - width, STYLE_FAINT, text);
}

/* "limited 3  timeout 1": how those ended that did not end well. */
static void put_outcomes(const struct overview *o, int y, const struct area *a, const json_t *total)
{
    struct buf line;
    const char *name;
    json_t *value;

    buf_init(&line, PANEL_BYTES);
    json_object_foreach(json_object_get(total, "outcomes"), name, value)
    {
        if (strcmp(name, "ok") != 0 && json_integer_value(value) > 0)
            buf_addf(&line, "%s%s %" JSON_INTEGER_FORMAT, line.len > 0 ? "  " : "", _(name),
                     json_integer_value(value));
    }
    /* translators: at most 43 columns */
    put(o, y, a->x, a->w, STYLE_FAINT, line.data ? line.data : _("No request failed."));
    buf_done(&line);
}

static void draw_window(const struct overview *o, const struct area *a)
{
    const json_t *total = overview_total(o, overview_scope(o));
    double requests = number(total, "total_requests"), failed = number(total, "failure_count");
    char text[PANEL_BYTES], count[TEXT_NUMBER_BYTES], p50[UNITS_TEXT], p99[UNITS_TEXT];
    int x = a->x;

    overview_title(a, _(overview_windows[o->window].heading), "");
    if (requests < 1) {
        put(o, a->y + 1, a->x, a->w, STYLE_FAINT,
            /* translators: at most 43 columns */
            o->totals == NULL ? paint_glyph(GLYPH_ELLIPSIS) : _("No requests yet."));
        return;
    }
    snprintf(text, sizeof(text), P_("%s request", "%s requests", (unsigned long)requests),
             text_number((int64_t)requests, count));
    put(o, a->y + 1, x, a->w, STYLE_STRONG, text);
    x += (int)text_width(text) + PANEL_GAP;
    snprintf(text, sizeof(text), _("%s ok"), share(requests - failed, requests, p50));
    put(o, a->y + 1, x, a->x + a->w - x, 100 * failed / requests > 10 ? STYLE_BAD : STYLE_NORMAL,
        text);
    x += (int)text_width(text) + PANEL_GAP;
    snprintf(text, sizeof(text), _("%s failed"), text_number((int64_t)failed, count));
    put(o, a->y + 1, x, a->x + a->w - x, failed > 0 ? STYLE_NORMAL : STYLE_FAINT, text);
    /* translators: at most 26 columns */
    snprintf(text, sizeof(text), _("first byte  p50 %s  p99 %s"),
             time_of(total, "ttfb_p50_ms", p50), time_of(total, "ttfb_p99_ms", p99));
    put(o, a->y + 2, a->x, a->w, STYLE_NORMAL, text);
    x = a->x + (int)text_width(text) + 2 * PANEL_GAP;
    snprintf(text, sizeof(text), _("whole answer  p50 %s  p99 %s"),
             time_of(total, "duration_p50_ms", p50), time_of(total, "duration_p99_ms", p99));
    if (x + (int)text_width(text) <= a->x + a->w)
        put(o, a->y + 2, x, a->w, STYLE_NORMAL, text);
    if (a->h > 3)
        put_outcomes(o, a->y + 3, a, total);
}

void overview_draw_now(const struct overview *o, const struct area *left, const struct area *right)
{
    draw_pace(o, left);
    draw_window(o, right);
}

/* ---- tables ------------------------------------------------------------------------------------
 */

/* Numbers at the right, each in columns of its own; what stands at the left has the rest. */
struct numbers {
    const char *text[8];
    int width[8];
    size_t len;
};

static void add_number(struct numbers *n, const char *text, int width)
{
    n->text[n->len] = text;
    n->width[n->len++] = width;
}

/* Returns the columns that are left. */
static int put_numbers(const struct overview *o, int y, const struct area *a,
                       const struct numbers *n, enum style style)
{
    int x = a->x + a->w;

    for (size_t i = n->len; i-- > 0;) {
        x -= n->width[i];
        paint_cell_right(y, x, n->width[i], overview_style(o, style), STYLE_NORMAL, n->text[i]);
        x -= PANEL_GAP;
    }
    return x - a->x;
}

static void draw_provider(const struct overview *o, const struct area *a, int y,
                          const struct overview_provider *p)
{
    const json_t *total = overview_total(o, p->name);
    double requests = number(total, "total_requests"), failed = number(total, "failure_count");
    char pace[UNITS_TEXT], count[UNITS_TEXT], ok[UNITS_TEXT], p50[UNITS_TEXT], p99[UNITS_TEXT];
    struct numbers n = {.len = 0};
    int spark = a->w > WIDE ? PANEL_SPARK : 12, left;

    add_number(&n, pace_of(p, pace), 7);
    add_number(&n, "", spark);
    add_number(
        &n, o->totals == NULL ? paint_glyph(GLYPH_ELLIPSIS) : units_count((int64_t)requests, count),
        6);
    add_number(&n, share(requests - failed, requests, ok), 6);
    add_number(&n, time_of(total, "ttfb_p50_ms", p50), FIRST_BYTE);
    add_number(&n, time_of(total, "ttfb_p99_ms", p99), 7);
    left = put_numbers(o, y, a, &n, STYLE_NORMAL);
    paint_cell(y, a->x, left, overview_style(o, STYLE_STRONG), STYLE_NORMAL, p->name);
    put_spark(o, y, a->x + left + PANEL_GAP + 7 + PANEL_GAP, spark, p->slots);
}

/* The busiest first, else as the gateway has them. */
static void sort_providers(const struct overview *o, const struct overview_provider **sorted)
{
    for (size_t i = 0; i < o->providers_len; i++) {
        double requests = o->providers[i].requests;
        size_t at = i;

        for (; at > 0 && sorted[at - 1]->requests < requests; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = &o->providers[i];
    }
}

void overview_draw_providers(const struct overview *o, const struct area *a)
{
    const struct overview_provider *sorted[OVERVIEW_PROVIDERS];
    size_t rows = (size_t)a->h - 1, shown = o->providers_len;
    struct numbers n = {.len = 0};
    char text[PANEL_BYTES];
    int left;

    /* translators: at most 7 columns */
    add_number(&n, _("REQ/S"), 7);
    add_number(&n, "", a->w > WIDE ? PANEL_SPARK : 12);
    /* translators: at most 6 columns */
    add_number(&n, _("REQS"), 6);
    /* translators: at most 6 columns */
    add_number(&n, _("OK%"), 6);
    /* translators: at most 14 columns */
    add_number(&n, _("FIRST BYTE P50"), FIRST_BYTE);
    add_number(&n, "P99", 7);
    left = put_numbers(o, a->y, a, &n, STYLE_COLUMNS);
    paint_cell(a->y, a->x, left, STYLE_COLUMNS, STYLE_NORMAL, _("PROVIDER"));
    sort_providers(o, sorted);
    if (shown > rows && rows > 0) {
        shown = rows - 1;
        snprintf(text, sizeof(text), _("and %zu more"), o->providers_len - shown);
        put(o, a->y + a->h - 1, a->x, a->w, STYLE_FAINT, text);
    }
    for (size_t i = 0; i < shown; i++)
        draw_provider(o, a, a->y + 1 + (int)i, sorted[i]);
}

/* ---- keys --------------------------------------------------------------------------------------
 */

static void draw_state(const struct overview *o, const struct area *a, int y, const char *word,
                       int64_t n, int64_t of)
{
    const struct term_mark *mark = term_mark(word);
    enum style style = paint_style_of(mark->colour);
    char text[PANEL_BYTES], count[TEXT_NUMBER_BYTES];
    int width = a->w - STATE_WORD - STATE_NUMBER;
    struct buf bar;

    snprintf(text, sizeof(text), "%s %s", paint_utf8() ? mark->glyph : mark->ascii, _(mark->word));
    put(o, y, a->x, STATE_WORD, n > 0 ? style : STYLE_FAINT, text);
    buf_init(&bar, PANEL_BYTES);
    chart_bar_add(&bar, of > 0 ? (double)n / (double)of : 0, (size_t)width, paint_utf8());
    put(o, y, a->x + STATE_WORD, width, style, bar.data ? bar.data : "");
    buf_done(&bar);
    paint_cell_right(y, a->x + a->w - STATE_NUMBER, STATE_NUMBER,
                     overview_style(o, n > 0 ? STYLE_NORMAL : STYLE_FAINT), STYLE_NORMAL,
                     text_number(n, count));
}

void overview_draw_keys(const struct overview *o, const struct area *a)
{
    static const char *const words[] = {
#define MARK(word, ...) word,
#define RESULT(...)
#include "term/marks.def"
#undef RESULT
#undef MARK
    };
    int64_t keys[ARRAY_LEN(words)] = {0}, all = 0;
    char count[TEXT_NUMBER_BYTES];

    for (size_t i = 0; i < o->providers_len; i++)
        for (size_t k = 0; k < ARRAY_LEN(words); k++)
            if (overview_wants(o, o->providers[i].name)) {
                keys[k] += o->providers[i].keys[k];
                all += o->providers[i].keys[k];
            }
    overview_title(a, _("KEYS"), text_number(all, count));
    if (all == 0 && o->providers_known) {
        text_block(a->y + 1, a->x, a->w, a->h - 1, STYLE_FAINT, _("None yet: + imports some."));
        return;
    }
    for (size_t k = 0; k < ARRAY_LEN(words) && (int)k + 1 < a->h; k++)
        draw_state(o, a, a->y + 1 + (int)k, words[k], keys[k], all);
}

/* ---- models ------------------------------------------------------------------------------------
 */

static void put_model(const struct overview *o, const struct area *a, int y,
                      const struct overview_model *m)
{
    double requests = number(m->total, "total_requests");
    double ok = number(m->total, "success_count");
    char count[UNITS_TEXT], percent[UNITS_TEXT], p50[UNITS_TEXT], p99[UNITS_TEXT];
    bool wide = a->w >= WIDE, spark = wide && m->len > 1;
    struct numbers n = {.len = 0};
    char *name = mem_strdup(cell_name(m->name));
    int left;

    if (overview_scope(o) == NULL && wide) {
        free(name);
        name = mem_printf("%s  %s", cell_name(m->name), m->provider);
    }
    if (spark)
        add_number(&n, "", PANEL_SPARK);
    add_number(&n, units_count((int64_t)requests, count), 6);
    add_number(&n, share(ok, requests, percent), 6);
    add_number(&n, time_of(m->total, "ttfb_p50_ms", p50), wide ? FIRST_BYTE : 6);
    if (wide)
        add_number(&n, time_of(m->total, "ttfb_p99_ms", p99), 6);
    left = put_numbers(o, y, a, &n, STYLE_NORMAL);
    paint_cell(y, a->x, left, overview_style(o, STYLE_NORMAL), STYLE_NORMAL, name);
    free(name);
    if (spark) {
        struct buf line;

        buf_init(&line, PANEL_BYTES);
        chart_spark(&line, m->steps, m->len, PANEL_SPARK, paint_utf8());
        put(o, y, a->x + left + PANEL_GAP, PANEL_SPARK, STYLE_GOOD, line.data);
        buf_done(&line);
    }
}

void overview_draw_models(const struct overview *o, const struct area *a)
{
    bool wide = a->w >= WIDE, spark = wide && o->models.len > 0 && o->models.list[0].len > 1;
    struct numbers n = {.len = 0};
    int left;

    if (spark)
        add_number(&n, "", PANEL_SPARK);
    add_number(&n, _("REQS"), 6);
    add_number(&n, _("OK%"), 6);
    add_number(&n, wide ? _("FIRST BYTE P50") : "P50", wide ? FIRST_BYTE : 6);
    if (wide)
        add_number(&n, "P99", 6);
    left = put_numbers(o, a->y, a, &n, STYLE_COLUMNS);
    paint_cell(a->y, a->x, left, STYLE_COLUMNS, STYLE_NORMAL, _("MODELS"));
    for (size_t i = 0; i < o->models.len && (int)i + 1 < a->h; i++)
        put_model(o, a, a->y + 1 + (int)i, &o->models.list[i]);
    if (o->models.len == 0)
        put(o, a->y + 1, a->x, a->w, STYLE_FAINT,
            /* translators: at most 43 columns */
            o->models_known ? _("None was asked for in this time.") : paint_glyph(GLYPH_ELLIPSIS));
}
