/* What stands around every view: the line on the gateway, the tabs, the banner, the keys. */
#include "header.h"

#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "term/term.h"
#include "term/text.h"
#include "term/units.h"
#include "text.h"

enum {
    HEADER_PART_BYTES = 160,
    HEADER_RIGHT_PLACE = 90, /* of the footer: from here on at the right */
    HEADER_WORDS_WIDTH = 120,
    HEADER_BANNER_MOST = 3,
    HEADER_HALF = 2,
    HEADER_THIRD = 3,
};

/* ---- the gateway -------------------------------------------------------------------------------
 */

/* Text goes to the left of x; returns where it begins. */
static int put_left_of(int x, int limit, enum style on, const char *text)
{
    int width = (int)text_width(text);

    if (x - width < limit)
        return x;
    paint_text(0, x - width, width, on, STYLE_HEAD, text);
    return x - width;
}

/* "● 1,234  ◐ 12  ○ 3", from the right. */
static int put_keys(const struct gauge *g, int x, int limit)
{
    static const char *const words[] = {"active", "cooling", "disabled", "expired"};

    for (size_t i = ARRAY_LEN(words); i-- > 0;) {
        const struct term_mark *mark = term_mark(words[i]);
        char text[HEADER_PART_BYTES], number[TEXT_NUMBER_BYTES];

        if (g->keys[i] == 0 && i > 0)
            continue;
        snprintf(text, sizeof(text), paint_width() >= HEADER_WORDS_WIDTH ? "%s %s %s" : "%s %s",
                 paint_utf8() ? mark->glyph : mark->ascii, text_number(g->keys[i], number),
                 _(mark->word));
        x = put_left_of(x, limit, paint_style_of(mark->colour), text) - 2;
    }
    return x;
}

static void draw_gateway(const struct app *app, int from)
{
    const struct gauge *g = &app->gauge;
    char text[HEADER_PART_BYTES], number[UNITS_TEXT];
    int x = paint_width() - 1;

    if (!g->known)
        return;
    x = put_keys(g, x, from);
    x = put_left_of(x, from, STYLE_NORMAL, paint_glyph(GLYPH_BAR)) - 1;
    if (g->ok >= 0) {
        /* translators: at most 6 columns */
        snprintf(text, sizeof(text), _("%s ok"), units_percent(g->ok, number));
        x = put_left_of(x, from, g->ok < 90 ? STYLE_BAD : STYLE_NORMAL, text) - 2;
    }
    if (g->paced) {
        /* translators: at most 8 columns */
        snprintf(text, sizeof(text), _("%s req/s"), units_rate(g->pace, number));
        x = put_left_of(x, from, STYLE_STRONG, text) - 2;
    }
    if (!g->healthy)
        /* translators: at most 10 columns */
        x = put_left_of(x, from, STYLE_BAD, _("store away")) - 2;
    snprintf(text, sizeof(text), "v%s", g->version);
    put_left_of(x, from, STYLE_FAINT, text);
}

/* In a part of the width at most. */
static int put_word(int x, enum style on, int part, const char *text)
{
    char *padded = mem_printf(" %s ", text);
    int width = paint_text(0, x, paint_width() / part, on, STYLE_HEAD, padded);

    free(padded);
    return x + width;
}

static void draw_top(const struct app *app)
{
    const char *context = app->connect.found != NULL ? app->connect.found->name : app->url;
    int x;

    paint_fill(0, 0, paint_width(), STYLE_HEAD);
    x = put_word(0, STYLE_TITLE, HEADER_THIRD, "ollama-pool");
    if (strncmp(context, "http://", 7) == 0)
        context += 7;
    x = put_word(x, app->is_protected ? STYLE_PROTECTED : STYLE_STRONG, HEADER_THIRD, context);
    x = app->account ? put_word(x, STYLE_NORMAL, HEADER_HALF, app->email)
                     : put_word(x, STYLE_NORMAL, HEADER_THIRD, connect_provider(&app->connect));
    if (app->readonly)
        /* translators: at most 10 columns */
        x = put_word(x, STYLE_WARN, HEADER_THIRD, _("read-only"));
    draw_gateway(app, x + 1);
}

/* ---- tabs --------------------------------------------------------------------------------------
 */

/* " 1 Keys ", or " 1 " */
static int tab_width(int view, bool named)
{
    return (int)strlen(view_defs[view].number) + 2 +
           (named ? (int)text_width(_(view_defs[view].title)) + 1 : 0);
}

void header_named(const struct app *app, int width, bool named[VIEW_COUNT])
{
    int all = 0;

    for (int i = 0; i < VIEW_COUNT; i++) {
        named[i] = i == (int)app->view;
        all += app_has(app, (enum view_id)i) ? tab_width(i, named[i]) : 0;
    }
    for (int i = 0; i < VIEW_COUNT; i++) {
        bool has = app_has(app, (enum view_id)i) && !named[i];
        int more = has ? tab_width(i, true) - tab_width(i, false) : 0;

        if (all + more > width)
            return;
        all += more;
        named[i] = true;
    }
}

/* Where the tab of the view stands; w == 0: there is no room for it. */
static struct area tab_area(const struct app *app, enum view_id view)
{
    struct area a = {.y = 1, .x = 0, .h = 1};
    bool named[VIEW_COUNT];

    header_named(app, paint_width(), named);
    for (int i = 0; i <= (int)view; i++) {
        a.x += a.w;
        a.w = app_has(app, (enum view_id)i) ? tab_width(i, named[i]) : 0;
    }
    if (a.x + a.w > paint_width())
        a.w = 0;
    return a;
}

enum view_id header_tab_at(const struct app *app, int y, int x)
{
    for (int i = 0; i < VIEW_COUNT; i++) {
        struct area a = tab_area(app, (enum view_id)i);

        if (y == a.y && x >= a.x && x < a.x + a.w)
            return (enum view_id)i;
    }
    return VIEW_COUNT;
}

static void draw_tabs(const struct app *app)
{
    for (int i = 0; i < VIEW_COUNT; i++) {
        struct area a = tab_area(app, (enum view_id)i);
        bool on = i == (int)app->view;
        enum style style = on ? STYLE_TAB_ON : STYLE_TAB;
        int x = a.x + 1;

        if (a.w == 0)
            continue;
        paint_fill(1, a.x, a.w, on ? STYLE_TAB_ON : STYLE_NORMAL);
        x += paint_text(1, x, a.w, on ? STYLE_TAB_ON : STYLE_KEY, style, view_defs[i].number) + 1;
        paint_text(1, x, a.x + a.w - 1 - x, style, style, _(view_defs[i].title));
    }
}

/* ---- the banner --------------------------------------------------------------------------------
 */

/* Returns how many lines it took. */
static int draw_banner(const struct app *app, int y)
{
    const struct gauge *g = &app->gauge;
    char text[GAUGE_REASON_BYTES + HEADER_PART_BYTES], span[UNITS_TEXT];
    struct words lines = {.list = NULL};
    int height;

    if (g->lost)
        snprintf(text, sizeof(text),
                 g->met ? _("The gateway has been away for %s; what you see is old. Trying again.")
                        : _("The gateway has been away for %s. Trying again."),
                 units_seconds((int64_t)(app->mono_ms - g->lost_ms) / 1000, span));
    else if (g->refused)
        snprintf(text, sizeof(text), "%s", g->reason);
    else
        return 0;
    text_lines(text, paint_width() - 2, &lines);
    height = lines.len < HEADER_BANNER_MOST ? (int)lines.len : HEADER_BANNER_MOST;
    for (int i = 0; i < height; i++) {
        paint_fill(y + i, 0, paint_width(), STYLE_BANNER);
        paint_cell(y + i, 1, paint_width() - 2, STYLE_BANNER, STYLE_BANNER, lines.list[i]);
    }
    words_done(&lines);
    return height;
}

/* ---- keys --------------------------------------------------------------------------------------
 */

struct footer {
    const struct app *app;
    struct footer_key *keys;
    size_t len;
    int x, end; /* the room that is left */
};

/* "e Enable  ", if there is room for it; at the end of that if right. */
static void add_key(struct footer *f, enum action action, bool right)
{
    char key[INPUT_NAME_BYTES];
    int width;

    if (action == ACTION_NONE || !app_may(f->app, action))
        return;
    action_key(action, key, sizeof(key));
    width = (int)(text_width(key) + text_width(_(action_defs[action].label))) + 3;
    if (*key == '\0' || f->x + width - 1 > f->end)
        return;
    f->keys[f->len++] = (struct footer_key){
        .action = action, .x = right ? f->end - width + 1 : f->x, .w = width - 2};
    if (right)
        f->end -= width;
    else
        f->x += width;
}

/* The action of this view that has the place in the footer. */
static enum action in_footer(const struct app *app, int place)
{
    for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++)
        if (action_defs[i].place == place && action_is_in((enum action)i, app->view))
            return (enum action)i;
    return ACTION_NONE;
}

/* What is the same everywhere stands at the right, help and the way out in any case. */
size_t header_footer(const struct app *app, int width, struct footer_key keys[ACTION_COUNT])
{
    struct footer f = {.app = app, .keys = keys, .x = 1, .end = width - 1};

    for (int place = HEADER_RIGHT_PLACE + 9; place > HEADER_RIGHT_PLACE + 6; place--)
        add_key(&f, in_footer(app, place), true);
    for (int place = 1; place < HEADER_RIGHT_PLACE; place++)
        add_key(&f, in_footer(app, place), false);
    for (int place = HEADER_RIGHT_PLACE + 6; place > HEADER_RIGHT_PLACE; place--)
        add_key(&f, in_footer(app, place), true);
    return f.len;
}

enum action header_key_at(const struct app *app, int y, int x)
{
    struct footer_key keys[ACTION_COUNT];
    size_t len = header_footer(app, paint_width(), keys);

    for (size_t i = 0; y == paint_height() - 1 && i < len; i++)
        if (x >= keys[i].x && x < keys[i].x + keys[i].w)
            return keys[i].action;
    return ACTION_NONE;
}

static void draw_footer(const struct app *app)
{
    struct footer_key keys[ACTION_COUNT];
    size_t len = header_footer(app, paint_width(), keys);
    int y = paint_height() - 1;

    for (size_t i = 0; i < len; i++) {
        char key[INPUT_NAME_BYTES];
        int x = keys[i].x, width = paint_width() - x;

        action_key(keys[i].action, key, sizeof(key));
        x += paint_text(y, x, width, STYLE_KEY, STYLE_NORMAL, key) + 1;
        paint_text(y, x, width, STYLE_LABEL, STYLE_NORMAL, _(action_defs[keys[i].action].label));
    }
}

struct area header_draw(struct app *app)
{
    struct area a = {.y = 2, .x = 0, .w = paint_width()};

    draw_top(app);
    draw_tabs(app);
    a.y += draw_banner(app, a.y);
    a.h = paint_height() - 1 - a.y;
    draw_footer(app);
    return a;
}
