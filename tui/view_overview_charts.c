/* The overview's charts: requests over time, of all and of each of the busiest models. */
#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "term/chart.h"
#include "term/text.h"
#include "term/units.h"
#include "text.h"
#include "view/cell.h"
#include "view/steps.h"
#include "view_overview.h"

enum {
    CHART_BYTES = 4096,
    MODEL_WIDTH = 36, /* of a model's chart, at least */
    MODELS_BESIDE = 6,
    MODELS_GAP = 3,
};

static double greatest(const double *values, size_t len)
{
    double most = 0;

    for (size_t i = 0; i < len; i++)
        most = values[i] > most ? values[i] : most;
    return most;
}

static double sum(const double *values, size_t len)
{
    double all = 0;

    for (size_t i = 0; i < len; i++)
        all += values[i];
    return all;
}

static void draw_area(const struct overview *o, const struct area *a, const double *values,
                      size_t len)
{
    const struct chart_area c = {.values = values,
                                 .len = len,
                                 .width = (size_t)a->w,
                                 .height = (size_t)a->h,
                                 .kind = paint_utf8() ? o->app->charts : CHART_ASCII};

    for (int i = 0; i < a->h; i++) {
        struct buf line;

        buf_init(&line, CHART_BYTES);
        chart_area_line(&line, &c, (size_t)i);
        paint_text(a->y + i, a->x, a->w, overview_style(o, STYLE_GOOD), STYLE_NORMAL,
                   line.data ? line.data : "");
        buf_done(&line);
    }
}

static void draw_axis(const struct overview *o, const struct area *a, int y)
{
    for (int i = 0; i < OVERVIEW_AXIS; i++) {
        const char *text = _(overview_windows[o->window].axis[i]);
        int width = (int)text_width(text), x = a->w * i / (OVERVIEW_AXIS - 1);

        x -= i == OVERVIEW_AXIS - 1 ? width : i > 0 ? width / 2 : 0;
        paint_text(y, a->x + x, width, STYLE_FAINT, STYLE_NORMAL, text);
    }
}

/* By the minute it is what was seen from here. Owned by the caller. */
static double *minutes(const struct overview *o, bool failed, size_t *len)
{
    double *values = mem_array(OVERVIEW_MINUTES, sizeof(*values));

    *len = OVERVIEW_MINUTES;
    for (size_t i = 0; i < OVERVIEW_MINUTES; i++) {
        values[i] = 0;
        for (size_t p = 0; p < o->providers_len; p++)
            if (overview_wants(o, o->providers[p].name))
                values[i] += failed ? o->providers[p].failed[i] : o->providers[p].minutes[i];
    }
    return values;
}

static double *trend(const struct overview *o, bool failed, size_t *len)
{
    if (*overview_windows[o->window].step == '\0')
        return minutes(o, failed, len);
    return steps_read(o->trend, overview_scope(o), failed ? "failure_count" : "total_requests",
                      len);
}

static const char *nothing(const struct overview *o)
{
    if (*overview_windows[o->window].step == '\0')
        return _("None since the console was started.");
    return o->trend != NULL ? _("None in this time.") : paint_glyph(GLYPH_ELLIPSIS);
}

void overview_draw_trend(const struct overview *o, const struct area *a)
{
    size_t len, failed_len;
    double *values = trend(o, false, &len), *failed = trend(o, true, &failed_len);
    double most = greatest(values, len), most_failed = greatest(failed, failed_len);
    char right[CHART_BYTES] = "", n[UNITS_TEXT], m[UNITS_TEXT];
    const char *each = _(overview_windows[o->window].each);
    struct area chart = {.y = a->y + 1, .x = a->x, .w = a->w, .h = a->h - 2};

    if (most_failed > 0)
        snprintf(right, sizeof(right), _("at most %s %s, %s failed"),
                 units_count((int64_t)(most + 0.5), n), each,
                 units_count((int64_t)(most_failed + 0.5), m));
    else if (most > 0)
        snprintf(right, sizeof(right), _("at most %s %s"), units_count((int64_t)(most + 0.5), n),
                 each);
    overview_title(a, _("REQUESTS"), right);
    if (most > 0)
        draw_area(o, &chart, values, len);
    else
        paint_text(chart.y, a->x, a->w, STYLE_FAINT, STYLE_NORMAL, nothing(o));
    draw_axis(o, a, a->y + a->h - 1);
    free(values);
    free(failed);
}

static void draw_model(const struct overview *o, const struct area *a,
                       const struct overview_model *m)
{
    struct area chart = {.y = a->y + 1, .x = a->x, .w = a->w, .h = a->h - 1};
    char count[UNITS_TEXT];
    int width;

    units_count((int64_t)sum(m->steps, m->len), count);
    width = (int)text_width(count);
    paint_cell(a->y, a->x, a->w - width - 1, overview_style(o, STYLE_NORMAL), STYLE_NORMAL,
               cell_name(m->name));
    paint_cell_right(a->y, a->x + a->w - width, width, overview_style(o, STYLE_STRONG),
                     STYLE_NORMAL, count);
    draw_area(o, &chart, m->steps, m->len);
}

/* As many beside each other as there is room for. */
void overview_draw_charts(const struct overview *o, const struct area *a)
{
    size_t most = (size_t)((a->w + MODELS_GAP) / (MODEL_WIDTH + MODELS_GAP));
    size_t n = o->models.len < most ? o->models.len : most;
    int width;

    n = n < MODELS_BESIDE ? n : MODELS_BESIDE;
    overview_title(a, _("REQUESTS BY MODEL"), "");
    if (n == 0)
        return;
    most = most < MODELS_BESIDE ? most : MODELS_BESIDE;
    width = (a->w + MODELS_GAP) / (int)most - MODELS_GAP;
    for (size_t i = 0; i < n; i++) {
        struct area part = {
            .y = a->y + 1, .x = a->x + (int)i * (width + MODELS_GAP), .w = width, .h = a->h - 1};

        if (o->models.list[i].len > 0)
            draw_model(o, &part, &o->models.list[i]);
    }
}
