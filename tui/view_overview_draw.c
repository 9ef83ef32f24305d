/* The overview: where its panels stand, and the line at its foot. */
#include <string.h>

#include "base/intl.h"
#include "term/text.h"
#include "text.h"
#include "view_overview.h"

enum {
    GUTTER = 3,
    GAP = 3,         /* between two panels beside each other */
    LEFT_LEAST = 30, /* columns of the panel at the left */
    KEYS_ROWS = 5,   /* with the title */
    TREND_LEAST = 4, /* rows of the chart */
    TREND_MOST = 10,
    PROBLEMS_LEAST = 3, /* rows, with the title */
    CHARTS_ROWS = 6,    /* of models' charts: title, names, chart */
    CHARTS_WIDTH = 100, /* narrower screens have none */
    STATUS_BYTES = 512,
};

/* Rows of each panel; 0: it is left out. */
struct layout {
    int now, pools, trend, charts, problems;
};

enum style overview_style(const struct overview *o, enum style style)
{
    return o->app->gauge.lost ? STYLE_FAINT : style;
}

void overview_title(const struct area *a, const char *title, const char *right)
{
    int width = paint_text(a->y, a->x, a->w, STYLE_COLUMNS, STYLE_NORMAL, title);

    if (a->w > width + 2)
        paint_cell_right(a->y, a->x + width + 2, a->w - width - 2, STYLE_FAINT, STYLE_NORMAL,
                         right);
}

static int take(int *room, int wanted)
{
    int given = wanted < *room ? wanted : *room > 0 ? *room : 0;

    *room -= given;
    return given;
}

/* Of the providers' table no more than a quarter of the screen. */
static int rows_of_now(const struct overview *o, const struct area *a)
{
    int rows = (int)o->providers_len + 2, most = a->h / 4 > 4 ? a->h / 4 : 4;

    if (overview_scope(o) != NULL)
        return 4;
    return rows < most ? rows : most;
}

static bool has_charts(const struct overview *o, const struct area *a, int room)
{
    return room > CHARTS_ROWS && a->w >= CHARTS_WIDTH && o->models.len > 0 &&
           o->models.list[0].len > 1;
}

/* What is needed comes first; then each panel grows as far as it has something to show. Blank lines
 * between the panels count with the one above. */
static struct layout arrange(const struct overview *o, const struct area *a)
{
    int models = (int)o->models.len + 1;
    struct layout l = {.now = rows_of_now(o, a),
                       .pools = KEYS_ROWS + 1,
                       .trend = TREND_LEAST + 3,
                       .problems = PROBLEMS_LEAST};
    int room = a->h - l.now - l.pools - l.trend - l.problems;

    for (; room < 0 && l.trend > 4; room++)
        l.trend--;
    if (overview_scope(o) != NULL && room >= 4)
        l.now += take(&room, 1);
    l.pools += take(&room, models > KEYS_ROWS ? models - KEYS_ROWS : 0);
    if (has_charts(o, a, room))
        l.charts = take(&room, CHARTS_ROWS + 1);
    l.trend +=
        take(&room, room < 2 * (TREND_MOST - TREND_LEAST) ? room / 2 : TREND_MOST - TREND_LEAST);
    l.problems += room > 0 ? room : 0;
    return l;
}

/* The next panel, of so many rows with the blank one below. */
static struct area cut(struct area *rest, int rows)
{
    struct area a = *rest;

    a.h = rows - 1;
    rest->y += rows;
    rest->h -= rows;
    return a;
}

static void halve(const struct area *a, struct area *left, struct area *right)
{
    int width = a->w * 38 / 100;

    *left = *right = *a;
    left->w = width > LEFT_LEAST ? width : LEFT_LEAST;
    right->x = a->x + left->w + GAP;
    right->w = a->w - left->w - GAP;
}

/* "ollama · 24 hours · paused, 3 problems wait" */
static void draw_status(const struct overview *o, const struct area *a)
{
    const char *dot = paint_glyph(GLYPH_DOT), *scope = overview_scope(o);
    char text[STATUS_BYTES], number[TEXT_NUMBER_BYTES];
    size_t waiting = json_array_size(o->waiting), used;

    used = (size_t)snprintf(text, sizeof(text), "%s  %s  %s", scope ? scope : _("all providers"),
                            dot, _(overview_windows[o->window].title));
    if (o->paused && used < sizeof(text)) {
        used += (size_t)snprintf(text + used, sizeof(text) - used, _("  %s  paused"), dot);
        if (waiting > 0 && used < sizeof(text))
            snprintf(text + used, sizeof(text) - used, _(", problems since then: %s"),
                     text_number((int64_t)waiting, number));
    }
    if (o->error[0] != '\0' && !o->app->gauge.lost)
        paint_cell(a->y, a->x, a->w, STYLE_ERROR, STYLE_NORMAL, o->error);
    else
        paint_cell(a->y, a->x, a->w, o->paused ? STYLE_WARN : STYLE_STATUS, STYLE_NORMAL, text);
}

static void draw_panels(struct overview *o, const struct area *a)
{
    struct layout l = arrange(o, a);
    struct area rest = *a, now = cut(&rest, l.now), left, right, part;

    halve(&now, &left, &right);
    if (overview_scope(o) == NULL)
        overview_draw_providers(o, &now);
    else
        overview_draw_now(o, &left, &right);
    part = cut(&rest, l.pools);
    halve(&part, &left, &right);
    overview_draw_keys(o, &left);
    overview_draw_models(o, &right);
    part = cut(&rest, l.trend);
    overview_draw_trend(o, &part);
    if (l.charts > 0) {
        part = cut(&rest, l.charts);
        overview_draw_charts(o, &part);
    }
    if (rest.h > 1)
        overview_draw_problems(o, &rest);
}

/* The banner says why a token is refused. */
static void draw_nothing(const struct overview *o, int y, const struct area *a)
{
    bool failed = o->error[0] != '\0' && !o->app->gauge.refused;
    const char *text = failed ? o->error : _("Asking the gateway...");

    if (!failed && (o->app->gauge.refused || o->app->gauge.lost))
        text = _("Nothing is known yet.");
    text_block(y, a->x, a->w, 4, failed ? STYLE_ERROR : STYLE_FAINT, text);
}

void overview_draw(void *self, const struct area *a)
{
    struct overview *o = self;
    struct area inner = {.y = a->y, .x = a->x + GUTTER, .h = a->h - 1, .w = a->w - GUTTER - 1};
    struct area status = {.y = a->y + a->h - 1, .x = inner.x, .h = 1, .w = inner.w};

    o->problems_area = (struct area){.h = 0};
    if (o->totals == NULL && o->providers_known == false) {
        draw_nothing(o, a->y + 2, &inner);
        return;
    }
    draw_panels(o, &inner);
    draw_status(o, &status);
}
