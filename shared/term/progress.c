/* A line on the terminal that shows how far something slow has come. */
#include "term/progress.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/intl.h"
#include "base/mem.h"
#include "term/text.h"
#include "term/units.h"

enum {
    PROGRESS_DELAY_MS = 200,
    PROGRESS_EVERY_MS = 100,
    PROGRESS_LINES_EVERY_MS = 500,
    PROGRESS_BAR = 24,
    PROGRESS_LINE = 512,
    PROGRESS_ETA_AFTER_MS = 1000, /* before that, a guess is worth nothing */
};

struct progress {
    FILE *to;
    char *label;
    uint64_t begin_ms, drawn_ms, wait_ms;
    int64_t from; /* what was done when it began */
    size_t width;
    enum progress_unit unit;
    bool on, utf8, shown, begun;
    bool lines; /* none is ever wiped */
    bool waits;
};

struct progress *progress_new(FILE *to, bool on, const struct term *term, const char *label,
                              enum progress_unit unit)
{
    struct progress *p = mem_zalloc(sizeof(*p));
    const char *kind = getenv("TERM");

    p->to = to;
    p->on = on && kind != NULL && strcmp(kind, "dumb") != 0;
    p->utf8 = term->utf8;
    p->width = term->width;
    p->label = text_defuse(mem_strdup(label));
    p->unit = unit;
    p->begin_ms = clock_mono_ms();
    return p;
}

void progress_as_lines(struct progress *p)
{
    p->lines = p->on = true;
}

static char *amount(const struct progress *p, int64_t n, char out[UNITS_TEXT])
{
    return p->unit == PROGRESS_BYTES ? units_bytes(n, out) : units_count(n, out);
}

static void add_bar(struct buf *b, const struct progress *p, int64_t done, int64_t total)
{
    int full =
        total > 0 ? (int)((double)PROGRESS_BAR * (double)done / (double)total) : PROGRESS_BAR;

    for (int i = 0; i < PROGRESS_BAR; i++)
        buf_adds(b, i < full ? (p->utf8 ? "█" : "#") : (p->utf8 ? "░" : "-"));
}

/* How fast it goes, and how long it takes from here. */
static void add_rest(struct buf *b, const struct progress *p, int64_t done, int64_t total,
                     uint64_t elapsed_ms)
{
    double a_second = (double)(done - p->from) / ((double)elapsed_ms / 1000.0);
    char rate[UNITS_TEXT], left[UNITS_TEXT];

    if (p->unit == PROGRESS_COUNT)
        buf_addf(b, "  %s/s", units_rate(a_second, rate));
    buf_addf(b, _("  %s left"),
             units_seconds(1 + (int64_t)((double)(total - done) / a_second), left));
}

void progress_line(char *out, size_t size, const struct progress *p, int64_t done, int64_t total,
                   uint64_t elapsed_ms)
{
    char have[UNITS_TEXT], all[UNITS_TEXT];
    struct buf b;

    buf_init(&b, size - 1);
    buf_addf(&b, "%s  ", p->label);
    if (total < 0) {
        buf_addf(&b, "%s", amount(p, done, have));
    } else {
        add_bar(&b, p, done, total);
        buf_addf(&b, "  %3d%%  ", total > 0 ? (int)(100.0 * (double)done / (double)total) : 100);
        buf_addf(&b, _("%s of %s"), amount(p, done, have), amount(p, total, all));
        if (done > p->from && done < total && elapsed_ms >= PROGRESS_ETA_AFTER_MS)
            add_rest(&b, p, done, total, elapsed_ms);
    }
    snprintf(out, size, "%s", b.data ? b.data : "");
    text_cut(out, p->width ? p->width : size);
    buf_done(&b);
}

/* Whether it is time to draw. */
static bool due(struct progress *p, uint64_t now_ms)
{
    uint64_t every_ms = p->lines ? PROGRESS_LINES_EVERY_MS : PROGRESS_EVERY_MS;

    if (!p->on || now_ms - p->begin_ms < PROGRESS_DELAY_MS ||
        (p->shown && now_ms - p->drawn_ms < every_ms))
        return false;
    p->shown = true;
    p->drawn_ms = now_ms;
    return true;
}

static void draw(struct progress *p, const char *line)
{
    fprintf(p->to, "\r%s\033[K", line);
    fflush(p->to);
}

void progress_at(struct progress *p, int64_t done, int64_t total)
{
    uint64_t now_ms = clock_mono_ms();
    char line[PROGRESS_LINE];

    if (!p->begun)
        p->from = done;
    p->begun = true;
    p->waits = false;
    if (!due(p, now_ms))
        return;
    if (p->lines) {
        /* programs read these: they are in no other language */
        fprintf(p->to, "%s: %" PRId64, p->label, done);
        if (total >= 0)
            fprintf(p->to, " of %" PRId64, total);
        fputs(p->unit == PROGRESS_BYTES ? " bytes\n" : "\n", p->to);
        fflush(p->to);
        return;
    }
    progress_line(line, sizeof(line), p, done, total, now_ms - p->begin_ms);
    draw(p, line);
}

void progress_wait(struct progress *p, const char *text)
{
    uint64_t now_ms = clock_mono_ms();
    char line[PROGRESS_LINE], since[UNITS_TEXT];

    if (p->wait_ms == 0)
        p->wait_ms = now_ms;
    if (!due(p, now_ms) || (p->lines && p->waits))
        return;
    p->waits = true;
    if (p->lines) {
        fprintf(p->to, "%s: %s\n", p->label, text);
        fflush(p->to);
        return;
    }
    snprintf(line, sizeof(line), "%s  %s  %s", p->label, text,
             units_seconds((int64_t)(now_ms - p->wait_ms) / 1000, since));
    text_cut(line, p->width ? p->width : sizeof(line));
    draw(p, line);
}

void progress_hide(struct progress *p)
{
    if (!p->shown || p->lines)
        return;
    fputs("\r\033[K", p->to);
    fflush(p->to);
    p->shown = false;
}

void progress_end(struct progress *p)
{
    progress_hide(p);
    free(p->label);
    free(p);
}
