/* The overview's recent problems: requests that failed, and keys that went out. */
#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "detail.h"
#include "term/term.h"
#include "term/units.h"
#include "text.h"
#include "view/cell.h"
#include "view_overview.h"

enum { PROBLEM_WHEN = 10, PROBLEM_WHAT = 14, PROBLEM_BYTES = 1024 };

static const char *text_of(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));

    return text ? text : "";
}

/* A client that went away is no problem of the pool. */
static bool is_problem(const json_t *event)
{
    const char *kind = text_of(event, "event"), *end = text_of(event, "end");

    if (strcmp(kind, "key") == 0)
        return strcmp(text_of(event, "status"), "active") != 0;
    return strcmp(kind, "request") == 0 && strcmp(end, "aborted") != 0 &&
           (strcmp(end, "ok") != 0 || cell_number(json_object_get(event, "status")) >= 400);
}

static void add(struct overview *o, json_t *list, const json_t *event)
{
    json_array_insert(list, 0, (json_t *)(uintptr_t)event);
    while (json_array_size(list) > OVERVIEW_PROBLEMS) {
        if (json_array_get(list, OVERVIEW_PROBLEMS) == o->at)
            o->at = NULL;
        json_array_remove(list, OVERVIEW_PROBLEMS);
    }
}

void overview_hear(struct overview *o, const json_t *event)
{
    if (is_problem(event))
        add(o, o->paused ? o->waiting : o->problems, event);
}

void overview_resume(struct overview *o)
{
    for (size_t i = json_array_size(o->waiting); i-- > 0;)
        add(o, o->problems, json_array_get(o->waiting, i));
    json_array_clear(o->waiting);
}

/* ---- which one ---------------------------------------------------------------------------------
 */

/* The problem of the providers that are looked at, from the latest on; NULL: there are not so many.
 */
static const json_t *problem_at(const struct overview *o, size_t place)
{
    for (size_t i = 0; i < json_array_size(o->problems); i++) {
        const json_t *event = json_array_get(o->problems, i);

        if (overview_wants(o, text_of(event, "provider")) && place-- == 0)
            return event;
    }
    return NULL;
}

/* SIZE_MAX: the cursor is nowhere. */
static size_t cursor(const struct overview *o)
{
    const json_t *event;

    for (size_t i = 0; o->at != NULL && (event = problem_at(o, i)) != NULL; i++)
        if (event == o->at)
            return i;
    return SIZE_MAX;
}

void overview_move(struct overview *o, long by)
{
    size_t at = cursor(o), to = at == SIZE_MAX ? 0 : at + (size_t)by;
    const json_t *event;

    if (at != SIZE_MAX && by < 0 && (size_t)-by > at)
        to = 0;
    while ((event = problem_at(o, to)) == NULL && to > 0)
        to--;
    o->at = event;
}

void overview_open(struct overview *o)
{
    if (cursor(o) == SIZE_MAX)
        overview_move(o, 0);
    if (o->at != NULL)
        detail_push(o->app, RES_EVENT, o->at);
}

/* Rows of the screen in use, and the problem that stands in the first of them. */
static size_t first_seen(const struct overview *o, size_t height)
{
    size_t at = cursor(o);

    return at != SIZE_MAX && at >= height ? at - height + 1 : 0;
}

bool overview_click(struct overview *o, int y)
{
    const struct area *a = &o->problems_area;
    const json_t *event;

    if (y < a->y || y >= a->y + a->h)
        return false;
    event = problem_at(o, first_seen(o, (size_t)a->h) + (size_t)(y - a->y));
    if (event != NULL && event == o->at)
        overview_open(o);
    else if (event != NULL)
        o->at = event;
    return event != NULL;
}

/* ---- how it looks ------------------------------------------------------------------------------
 */

static void add_part(struct buf *out, const char *text)
{
    if (*text == '\0')
        return;
    if (out->len > 0)
        buf_addf(out, " %s ", paint_glyph(GLYPH_DOT));
    buf_adds(out, text);
}

static void add_until(const struct overview *o, const json_t *event, struct buf *out)
{
    char when[UNITS_TEXT], *text;
    int64_t ms;

    if (!clock_parse_iso(text_of(event, "until"), &ms))
        return;
    text = mem_printf(_("back %s"), units_when(ms, o->app->now_ms, when));
    add_part(out, text);
    free(text);
}

static void add_why(const struct overview *o, const json_t *event, struct buf *out)
{
    const json_t *attempts = json_object_get(event, "attempts");
    size_t n = json_array_size(attempts);
    char *text;

    if (overview_scope(o) == NULL)
        add_part(out, text_of(event, "provider"));
    if (strcmp(text_of(event, "event"), "key") == 0) {
        add_part(out, _(text_of(event, "reason")));
        add_part(out, text_of(event, "id"));
        add_until(o, event, out);
        return;
    }
    add_part(out, _(strcmp(text_of(event, "end"), "ok") == 0 ? text_of(event, "rule")
                                                             : text_of(event, "end")));
    add_part(out, text_of(event, "model"));
    add_part(out, text_of(event, "token"));
    if (n == 0)
        return;
    text = n == 1 ? mem_strdup(text_of(json_array_get(attempts, 0), "key"))
                  : mem_printf(_("%zu attempts"), n);
    add_part(out, text);
    free(text);
}

/* "◐ key cooling", "✗ request 429" */
static enum style what_is_it(const json_t *event, char out[PROBLEM_BYTES])
{
    bool key = strcmp(text_of(event, "event"), "key") == 0;
    const struct term_mark *mark = term_mark(key ? text_of(event, "status") : "fail");

    if (key)
        snprintf(out, PROBLEM_BYTES, "%s %s",
                 mark == NULL   ? " "
                 : paint_utf8() ? mark->glyph
                                : mark->ascii,
                 _(text_of(event, "status")));
    else
        snprintf(out, PROBLEM_BYTES, "%s %s %.0f", paint_utf8() ? mark->glyph : mark->ascii,
                 /* translators: at most 8 columns */
                 _("request"), cell_number(json_object_get(event, "status")));
    return paint_style_of(mark == NULL ? NULL : mark->colour);
}

static void draw_problem(const struct overview *o, const struct area *a, int y, const json_t *event)
{
    bool on = event == o->at;
    enum style below = on ? STYLE_CURSOR : STYLE_NORMAL, style;
    char what[PROBLEM_BYTES], when[UNITS_TEXT] = "";
    int64_t at_ms;
    struct buf why;

    buf_init(&why, PROBLEM_BYTES);
    add_why(o, event, &why);
    if (clock_parse_iso(text_of(event, "at"), &at_ms))
        units_when(at_ms, o->app->now_ms, when);
    style = what_is_it(event, what);
    paint_fill(y, a->x, a->w, below);
    if (on)
        paint_text(y, a->x - 2, 1, STYLE_TITLE, STYLE_NORMAL, paint_glyph(GLYPH_CURSOR));
    paint_cell(y, a->x, PROBLEM_WHEN, overview_style(o, STYLE_FAINT), below, when);
    paint_cell(y, a->x + PROBLEM_WHEN + 1, PROBLEM_WHAT, overview_style(o, style), below, what);
    paint_cell(y, a->x + PROBLEM_WHEN + PROBLEM_WHAT + 2, a->w - PROBLEM_WHEN - PROBLEM_WHAT - 2,
               overview_style(o, STYLE_NORMAL), below, why.data ? why.data : "");
    buf_done(&why);
}

void overview_draw_problems(struct overview *o, const struct area *a)
{
    char right[PROBLEM_BYTES] = "", number[TEXT_NUMBER_BYTES];
    size_t height = (size_t)a->h - 1, first = first_seen(o, height), n = 0;
    const json_t *event;

    while (problem_at(o, n) != NULL)
        n++;
    if (n > height)
        snprintf(right, sizeof(right), n < OVERVIEW_PROBLEMS ? _("%s since the start") : _("%s+"),
                 text_number((int64_t)n, number));
    overview_title(a, _("PROBLEMS"), right);
    o->problems_area = (struct area){.y = a->y + 1, .x = a->x, .w = a->w, .h = a->h - 1};
    for (size_t i = 0; i < height && (event = problem_at(o, first + i)) != NULL; i++)
        draw_problem(o, a, a->y + 1 + (int)i, event);
    if (n == 0)
        paint_text(a->y + 1, a->x, a->w, STYLE_FAINT, STYLE_NORMAL,
                   _("None since the console was started."));
}
