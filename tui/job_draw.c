/* How far a job has come and what it has found, as bars and counts on the screen. */
#include "job_draw.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/intl.h"
#include "term/text.h"
#include "term/units.h"
#include "text.h"
#include "view/cell.h"

enum { JOB_BAR = 30, JOB_TEXT_BYTES = 4096, JOB_RATE_AFTER_MS = 1000 };

static const char *text_of(const json_t *job, const char *name)
{
    const char *text = json_string_value(json_object_get(job, name));

    return text ? text : "";
}

static int64_t number(const json_t *job, const char *path)
{
    return json_integer_value(cell_get(job, path));
}

static bool is_import(const json_t *job)
{
    return strcmp(text_of(job, "kind"), "import") == 0;
}

bool job_is_over(const json_t *job)
{
    return strcmp(text_of(job, "state"), "running") != 0;
}

char *job_counts(const json_t *job, bool taken)
{
    static const struct {
        const char *path, *word;
        bool taken, always;
    } counts[] = {
        {"counts.good", N_("good"), false, true},
        {"counts.refused", N_("refused"), false, true},
        {"counts.unknown", N_("unknown"), false, true},
        {"counts.missing", N_("not in the pool"), false, false},
        {"counts.added", N_("added"), true, true},
        {"counts.existing", N_("already there"), true, true},
        {"counts.duplicates", N_("repeated lines"), true, true},
        {"counts.invalid", N_("lines without a key"), true, true},
    };
    struct buf out;
    char have[TEXT_NUMBER_BYTES];

    buf_init(&out, JOB_TEXT_BYTES);
    for (size_t i = 0; i < ARRAY_LEN(counts); i++)
        if (counts[i].taken == taken && (counts[i].always || number(job, counts[i].path) > 0))
            buf_addf(&out, "%s%s %s", out.len > 0 ? ", " : "", _(counts[i].word),
                     text_number(number(job, counts[i].path), have));
    return buf_take(&out);
}

char *job_categories(const json_t *job)
{
    struct buf out;
    const char *name;
    json_t *value;

    buf_init(&out, JOB_TEXT_BYTES);
    json_object_foreach(json_object_get(job, "categories"), name, value)
    {
        char have[TEXT_NUMBER_BYTES];

        buf_addf(&out, "%s%s %s", out.len > 0 ? ", " : "", name,
                 text_number(json_integer_value(value), have));
    }
    return text_defuse(buf_take(&out));
}

void job_draw_bar(int y, int x, int w, int64_t done, int64_t total, const char *words)
{
    int full = total > 0 ? (int)((double)JOB_BAR * (double)done / (double)total) : 0;
    char percent[16] = "";

    for (int i = 0; i < JOB_BAR; i++)
        paint_text(y, x + i, 1, i < full ? STYLE_TITLE : STYLE_FAINT, STYLE_NORMAL,
                   paint_glyph(i < full ? GLYPH_FULL : GLYPH_REST));
    if (total > 0)
        snprintf(percent, sizeof(percent), "%3d%%", (int)(100.0 * (double)done / (double)total));
    paint_text(y, x + JOB_BAR + 1, 4, STYLE_STRONG, STYLE_NORMAL, percent);
    paint_cell(y, x + JOB_BAR + 7, w - JOB_BAR - 7, STYLE_NORMAL, STYLE_NORMAL, words);
}

/* "1,200 of 4,000 lines  120/s  23s left", or how it ended. */
static void put_words(const struct app *app, const json_t *job, struct buf *out)
{
    int64_t done = number(job, "done"), total = number(job, "total"), from_ms, to_ms = app->now_ms;
    char a[TEXT_NUMBER_BYTES], b[TEXT_NUMBER_BYTES], rate[UNITS_TEXT], left[UNITS_TEXT];
    double a_second;

    buf_addf(out, is_import(job) ? _("%s of %s lines") : _("%s of %s keys"), text_number(done, a),
             text_number(total, b));
    if (!clock_parse_iso(text_of(job, "created_at"), &from_ms))
        return;
    clock_parse_iso(text_of(job, "ended_at"), &to_ms);
    if (to_ms - from_ms < JOB_RATE_AFTER_MS || done == 0)
        return;
    a_second = (double)done * 1000.0 / (double)(to_ms - from_ms);
    buf_addf(out, "  %s/s", units_rate(a_second, rate));
    if (job_is_over(job))
        buf_addf(out, _("  in %s"), units_seconds((to_ms - from_ms) / 1000, left));
    else
        buf_addf(out, _("  %s left"),
                 units_seconds(1 + (int64_t)((double)(total - done) / a_second), left));
}

static int put_line(int y, int x, int w, char *text)
{
    bool some = *text != '\0';

    if (some)
        paint_cell(y, x, w, STYLE_NORMAL, STYLE_NORMAL, text);
    free(text);
    return some;
}

int job_draw(const struct app *app, int y, int x, int w, const json_t *job)
{
    struct buf words;
    int at = y + 1;

    buf_init(&words, JOB_TEXT_BYTES);
    put_words(app, job, &words);
    job_draw_bar(y, x, w, number(job, "done"), number(job, "total"), words.data);
    buf_done(&words);
    at += put_line(at, x, w, job_counts(job, false));
    if (is_import(job))
        at += put_line(at, x, w, job_counts(job, true));
    at += put_line(at, x, w, job_categories(job));
    return at - y;
}
