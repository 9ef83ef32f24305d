/* Draws the view of imports: what is to be imported, how far it is, what came of it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "import.h"
#include "job_draw.h"
#include "run.h"
#include "term/text.h"
#include "term/units.h"
#include "text.h"

enum { IMPORT_LEFT = 3, IMPORT_LABEL_W = 11, IMPORT_LINE_W = 9, IMPORT_REASON_W = 44 };

static const char *const forms[KEYLINE_FORMS] = {
#define KEYFORM(id, text) text,
#include "api/keyforms.def"
#undef KEYFORM
};

/* Draws "Label      text", takes the text, and returns the next row. */
static int put(const struct area *a, int y, const char *label, enum style style, char *text)
{
    int x = a->x + IMPORT_LEFT, at = x + IMPORT_LABEL_W;

    paint_text(y, x, IMPORT_LABEL_W - 1, STYLE_LABEL, STYLE_NORMAL, label);
    paint_cell(y, at, a->w - at - 1, style, STYLE_NORMAL, text);
    free(text);
    return y + 1;
}

/* ---- nothing chosen yet ------------------------------------------------------------------------
 */

static void draw_empty(const struct import_view *v, const struct area *a)
{
    int x = a->x + IMPORT_LEFT, w = a->w - 2 * IMPORT_LEFT, y = a->y + 1;
    char key[INPUT_NAME_BYTES], start[INPUT_NAME_BYTES];
    char *text = mem_printf(
        _("Press %s to choose a file with keys, or paste lines with keys right here: they "
          "stay in memory, and are shown masked. Nothing is sent before you have seen what is in "
          "it, and press %s."),
        action_key(ACTION_IMPORT_FILE, key, sizeof(key)),
        action_key(ACTION_IMPORT_START, start, sizeof(start)));

    (void)v;
    y += text_block(y, x, w, 4, STYLE_NORMAL, text) + 1;
    free(text);
    paint_text(y++, x, w, STYLE_COLUMNS, STYLE_NORMAL, _("A key per line, in one of these forms"));
    for (size_t i = 0; i < KEYLINE_FORMS; i++)
        paint_text(y++, x + 2, w - 2, STYLE_NORMAL, STYLE_NORMAL, forms[i]);
    text_block(y + 1, x, w, 4, STYLE_FAINT,
               _("Of a line with several parts the key is the last one, and the e-mail becomes the "
                 "user name; passwords and sessions are thrown away unread. Blank lines and lines "
                 "that begin with # are skipped."));
}

/* ---- what is in it -----------------------------------------------------------------------------
 */

static char *source_text(const struct import_view *v)
{
    char size[UNITS_TEXT];

    if (v->stage == IMPORT_READING)
        return mem_printf(_("%s  being read..."), import_source(v));
    return mem_printf("%s  %s", import_source(v),
                      units_bytes(reading_found(v->reading)->bytes, size));
}

/* "100,000: keys 99,990, repeated 6, without a key 4" */
static char *lines_text(const struct keytally *t)
{
    char all[TEXT_NUMBER_BYTES], keys[TEXT_NUMBER_BYTES], twice[TEXT_NUMBER_BYTES];
    char none[TEXT_NUMBER_BYTES];

    return mem_printf(_("%s: keys %s, repeated %s, without a key %s"),
                      text_number((int64_t)t->total, all), text_number((int64_t)t->distinct, keys),
                      text_number((int64_t)t->duplicates, twice),
                      text_number((int64_t)t->invalid, none));
}

static int draw_forms(const struct area *a, int y, const struct keytally *t)
{
    bool first = true;

    for (size_t i = 0; i < KEYLINE_FORMS; i++) {
        char number[TEXT_NUMBER_BYTES];

        if (t->forms[i] == 0)
            continue;
        text_number((int64_t)t->forms[i], number);
        /* translators: at most 10 columns */
        y = put(a, y, first ? _("Forms") : "", STYLE_NORMAL,
                mem_printf("%s  %s", number, forms[i]));
        first = false;
    }
    return y;
}

static int draw_head(const struct import_view *v, const struct area *a)
{
    const struct import_way_def *way = &import_ways[v->way];
    const struct keytally *t =
        v->stage == IMPORT_READING ? NULL : &reading_found(v->reading)->tally;
    int y = a->y;

    /* translators: at most 10 columns */
    y = put(a, y, _("Source"), STYLE_STRONG, source_text(v));
    /* translators: at most 10 columns */
    y = put(a, y, _("Provider"), STYLE_NORMAL, mem_strdup(import_provider(v)));
    /* translators: at most 10 columns */
    y = put(a, y, _("Way"), STYLE_NORMAL, mem_printf("%s: %s", _(way->label), _(way->text)));
    if (t == NULL)
        return y;
    /* translators: at most 10 columns */
    y = put(a, y, _("Lines"), STYLE_NORMAL, lines_text(t));
    return v->stage == IMPORT_READY ? draw_forms(a, y, t) : y;
}

/* ---- how far it is -----------------------------------------------------------------------------
 */

/* The last line of poolctl that says how much was sent: "LABEL: 4096 of 65536 bytes". */
static bool sent_so_far(const struct import_view *v, int64_t *sent, int64_t *total)
{
    const struct run *run = runs_of(v->app->runs, v);
    const char *end = run != NULL && run->err.len > 0 ? run->err.data + run->err.len : NULL;

    while (end != NULL && end > run->err.data) {
        const char *line = end - 1, *at = NULL;

        while (line > run->err.data && line[-1] != '\n')
            line--;
        for (const char *p = line; p < end; p++)
            at = p[0] == ':' && p[1] == ' ' ? p + 2 : at;
        if (at != NULL && sscanf(at, "%" SCNd64 " of %" SCNd64 " bytes", sent, total) == 2)
            return true;
        end = line;
    }
    return false;
}

static int draw_sending(const struct import_view *v, const struct area *a, int y)
{
    const struct reading_found *f = reading_found(v->reading);
    int64_t sent = 0, total = f->bytes;
    uint64_t ms = v->app->mono_ms > v->began_ms ? v->app->mono_ms - v->began_ms : 0;
    char have[UNITS_TEXT], all[UNITS_TEXT], rate[UNITS_TEXT], *words;

    if (!sent_so_far(v, &sent, &total) || total <= 0)
        words = mem_strdup(_("sent to the gateway"));
    else if (sent < total)
        words = mem_printf(
            _("%s of %s  %s/s"), units_bytes(sent, have), units_bytes(total, all),
            units_bytes(ms > 0 ? (int64_t)((double)sent * 1000.0 / (double)ms) : 0, rate));
    else
        words = mem_printf(_("all sent; the gateway stores the keys  %s"),
                           units_seconds((int64_t)ms / 1000, have));
    job_draw_bar(y, a->x + IMPORT_LEFT, a->w - 2 * IMPORT_LEFT, sent, total, words);
    free(words);
    return y + 1;
}

/* "Imported.", "The job was cancelled.", why it failed. */
static void outcome(const struct import_view *v, const char **text, enum style *style)
{
    const char *state = json_string_value(json_object_get(v->job, "state"));

    *style = STYLE_GOOD;
    if (v->failure != NULL) {
        *text = v->failure;
        *style = v->cancelled ? STYLE_WARN : STYLE_BAD;
    } else if (state == NULL || strcmp(state, "done") == 0) {
        *text = _("Done.");
    } else if (strcmp(state, "cancelled") == 0) {
        *text = _("Cancelled; what was added by then stays.");
        *style = STYLE_WARN;
    } else {
        *text = strcmp(state, "interrupted") == 0
                    ? _("The gateway stopped before it was done.")
                    : _("It failed: what came of it could not be stored.");
        *style = STYLE_BAD;
    }
}

/* "100,000 lines in 2.1s, 47.6k/s" */
static char *pace_text(const struct import_view *v)
{
    size_t lines = reading_found(v->reading)->tally.total;
    uint64_t ms = v->ended_ms - v->began_ms;
    char number[TEXT_NUMBER_BYTES], span[UNITS_TEXT], rate[UNITS_TEXT];

    return mem_printf(_("%s lines in %s, %s/s"), text_number((int64_t)lines, number),
                      units_ms((double)ms, span),
                      units_rate((double)lines * 1000.0 / (double)(ms > 0 ? ms : 1), rate));
}

static int draw_run(const struct import_view *v, const struct area *a, int y)
{
    const char *text;
    enum style style;

    if (v->stage == IMPORT_OVER) {
        outcome(v, &text, &style);
        y += text_block(y, a->x + IMPORT_LEFT, a->w - 2 * IMPORT_LEFT, 3, style, text);
    }
    if (v->stage == IMPORT_RUNNING && v->cancelled)
        y += text_block(y, a->x + IMPORT_LEFT, a->w - 2 * IMPORT_LEFT, 2, STYLE_WARN,
                        _("Being cancelled: what the upstream is asked now comes in first."));
    if (v->job != NULL)
        return y + job_draw(v->app, y, a->x + IMPORT_LEFT, a->w - 2 * IMPORT_LEFT, v->job);
    if (v->stage == IMPORT_RUNNING)
        return draw_sending(v, a, y);
    if (v->report != NULL) {
        /* translators: at most 10 columns */
        y = put(a, y, _("Keys"), STYLE_NORMAL, import_counts(v));
        /* translators: at most 10 columns */
        y = put(a, y, _("Pace"), STYLE_FAINT, pace_text(v));
    }
    return y;
}

/* ---- problems ----------------------------------------------------------------------------------
 */

static void draw_row(const struct import_view *v, const struct area *a, size_t n, int y)
{
    struct import_row row = import_row_at(v, n);
    char number[TEXT_NUMBER_BYTES];
    int x = a->x + IMPORT_LEFT, at = x + IMPORT_LINE_W + 2;
    int w = *row.more ? IMPORT_REASON_W : a->w - at - 1;

    paint_cell_right(y, x, IMPORT_LINE_W, STYLE_FAINT, STYLE_NORMAL,
                     row.line > 0 ? text_number((int64_t)row.line, number) : "");
    paint_cell(y, at, w, row.good ? STYLE_NORMAL : STYLE_WARN, STYLE_NORMAL, row.text);
    if (*row.more)
        paint_cell(y, at + w + 1, a->w - at - w - 2, STYLE_FAINT, STYLE_NORMAL, row.more);
}

/* Problems stand first, the keys of a preview behind them. */
static const char *rows_title(const struct import_view *v)
{
    const struct keytally *t = &reading_found(v->reading)->tally;

    if (v->stage == IMPORT_READY && t->problems_len == 0)
        return _("No problems. The first keys");
    if (import_rows(v) == 0)
        return _("No problems.");
    if (v->stage == IMPORT_READY)
        return _("Problems, then the first keys");
    return json_array_size(json_object_get(v->job, "errors")) > 0
               ? _("The last keys that were not taken, then lines without one")
               : _("Problems");
}

static void draw_rows(struct import_view *v, const struct area *a, int y)
{
    size_t n = import_rows(v);
    int x = a->x + IMPORT_LEFT, bottom = a->y + a->h - 1;
    char place[96], from[TEXT_NUMBER_BYTES], to[TEXT_NUMBER_BYTES], all[TEXT_NUMBER_BYTES];

    paint_cell(y, x, a->w - 2 * IMPORT_LEFT, n > 0 ? STYLE_COLUMNS : STYLE_FAINT, STYLE_NORMAL,
               rows_title(v));
    y++;
    v->height = bottom > y ? (size_t)(bottom - y) : 1;
    if (v->top + v->height > n)
        v->top = n > v->height ? n - v->height : 0;
    for (size_t i = 0; i < v->height && v->top + i < n; i++)
        draw_row(v, a, v->top + i, y + (int)i);
    if (n == 0)
        return;
    snprintf(place, sizeof(place), _("%s-%s of %s"), text_number((int64_t)v->top + 1, from),
             text_number((int64_t)(v->top + v->height < n ? v->top + v->height : n), to),
             text_number((int64_t)n, all));
    paint_cell_right(bottom, a->x + a->w - 28, 27, STYLE_STATUS, STYLE_NORMAL, place);
}

/* ---- all of it ---------------------------------------------------------------------------------
 */

static void draw_hint(const struct import_view *v, const struct area *a)
{
    char key[INPUT_NAME_BYTES], *text = NULL;

    if (!app_may(v->app, ACTION_IMPORT_START))
        text = mem_strdup(v->app->readonly
                              ? _("Nothing can be imported: read-only.")
                              : _("The role of this admin token does not allow imports."));
    else if (v->stage == IMPORT_READY)
        text = mem_printf(_("Nothing was sent yet. %s imports."),
                          action_key(ACTION_IMPORT_START, key, sizeof(key)));
    else if (v->stage == IMPORT_OVER)
        text =
            mem_printf(_("%s saves a report."), action_key(ACTION_IMPORT_SAVE, key, sizeof(key)));
    if (text != NULL)
        paint_cell(a->y + a->h - 1, a->x + IMPORT_LEFT, a->w - 34, STYLE_STATUS, STYLE_NORMAL,
                   text);
    free(text);
}

void import_draw(void *self, const struct area *a)
{
    struct import_view *v = self;
    int y;

    draw_hint(v, a);
    if (v->stage == IMPORT_EMPTY) {
        draw_empty(v, a);
        return;
    }
    y = draw_head(v, a) + 1;
    if (v->stage == IMPORT_READING)
        return;
    if (v->stage != IMPORT_READY)
        y = draw_run(v, a, y) + 1;
    draw_rows(v, a, y);
}
