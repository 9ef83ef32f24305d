/* The console: what all parts of it share, and where keys and answers go. */
#include "app.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/intl.h"
#include "command.h"
#include "header.h"
#include "popup.h"
#include "prompt.h"
#include "run.h"
#include "term/text.h"
#include "text.h"
#include "view/cell.h"
#include "wake.h"

enum { APP_ROWS_LEAST = 24, APP_COLUMNS_LEAST = 80, APP_PLACE_WIDTH = 26, APP_LINES = 3 };

/* ---- messages ----------------------------------------------------------------------------------
 */

void app_say(struct app *app, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(app->message, sizeof(app->message), fmt, ap);
    va_end(ap);
    text_defuse(app->message);
    app->is_error = false;
    app->dirty = true;
}

void app_complain(struct app *app, const char *text)
{
    app_say(app, "%s", text);
    app->is_error = true;
}

bool app_may(const struct app *app, enum action action)
{
    const struct action_def *def = &action_defs[action];

    return def->command == NULL || def->role == ROLE_READ ||
           (!app->readonly && def->role <= app->role);
}

bool app_has(const struct app *app, enum view_id view)
{
    return view != VIEW_COUNT && app->account == (view_defs[view].ops == &account_ops);
}

struct cell_style app_cells(const struct app *app)
{
    return (struct cell_style){
        .human = true, .utf8 = paint_utf8(), .empty = "-", .now_ms = app->now_ms};
}

/* ---- drawing -----------------------------------------------------------------------------------
 */

static void draw_popups(struct app *app, struct popup *p)
{
    if (p == NULL)
        return;
    draw_popups(app, p->below);
    p->ops->draw(p, app);
}

/* What does not fit into a line takes two more, unless something lies above it. */
static void draw_message(const struct app *app)
{
    enum style style = app->is_error ? STYLE_ERROR : STYLE_MESSAGE;
    int y = paint_height() - 2, width = paint_width() - 4, most = app->popups ? 1 : APP_LINES;
    struct words lines = {.list = NULL};

    if (app->message[0] == '\0')
        return;
    text_lines(app->message, width, &lines);
    if ((int)text_width(app->message) <=
        width - APP_PLACE_WIDTH) /* where one is in the list may stay beside it */
        width -= APP_PLACE_WIDTH;
    if (lines.len == 1 || most == 1)
        paint_cell(y, 3, width, style, STYLE_NORMAL, app->message);
    for (int i = 0, n = (int)lines.len < most ? (int)lines.len : most; n > 1 && i < n; i++) {
        paint_fill(y - n + 1 + i, 0, paint_width(), STYLE_NORMAL);
        paint_cell(y - n + 1 + i, 3, width, style, STYLE_NORMAL, lines.list[i]);
    }
    words_done(&lines);
}

static bool is_too_small(void)
{
    return paint_width() + paint_margin() < APP_COLUMNS_LEAST || paint_height() < APP_ROWS_LEAST;
}

static void draw_too_small(void)
{
    char text[APP_MESSAGE_BYTES];

    snprintf(text, sizeof(text),
             _("This window has %d columns and %d rows; the console needs %d and %d. Make it "
               "larger, or the letters smaller."),
             paint_width(), paint_height(), APP_COLUMNS_LEAST, APP_ROWS_LEAST);
    text_block(0, 0, paint_width(), paint_height(), STYLE_WARN, text);
}

void app_draw(struct app *app)
{
    struct area a;

    paint_begin();
    if (is_too_small()) {
        draw_too_small();
    } else {
        a = app->area = header_draw(app);
        app->views[app->view].def->ops->draw(app->views[app->view].self, &a);
        draw_message(app);
        draw_popups(app, app->popups);
    }
    paint_end();
    app->dirty = false;
}

/* ---- views -------------------------------------------------------------------------------------
 */

void app_show(struct app *app, enum view_id view)
{
    const struct view_ops *ops = view_defs[view].ops;

    if (!app_has(app, view)) {
        app_complain(app, _("That is for operators: it takes an admin token."));
        return;
    }
    if (view != app->view)
        app->last_view = app->view;
    app->view = view;
    app->dirty = true;
    if (ops->show != NULL)
        ops->show(app->views[view].self);
}

void app_refresh(struct app *app)
{
    const struct view_ops *ops = view_defs[app->view].ops;

    app->gauge.asked_ms = 0;
    if (app->account)
        app_renew_session(app);
    if (ops->refresh != NULL)
        ops->refresh(app->views[app->view].self);
}

static void next_theme(struct app *app)
{
    app->theme = (enum theme)((paint_theme_now() + 1) % THEME_COUNT);
    paint_theme(app->theme);
    if (paint_has_colour())
        kept_set(&app->kept, APP_THEME, app->theme == 0 ? "" : theme_names[app->theme]);
    app_say(app, _("Theme: %s"), theme_names[paint_theme_now()]);
}

static bool act_popup(struct app *app, enum action action)
{
    switch (action) {
    case ACTION_HELP:
        help_push(app);
        return true;
    case ACTION_COMMAND:
        prompt_command(app);
        return true;
    case ACTION_LOG:
        log_push(app);
        return true;
    default:
        return false;
    }
}

static enum view_id view_beside(const struct app *app, int by)
{
    enum view_id view = app->view;

    do
        view = (enum view_id)((view + by) % VIEW_COUNT);
    while (!app_has(app, view));
    return view;
}

static bool act_app(struct app *app, enum action action)
{
    switch (action) {
    case ACTION_QUIT:
        app->quit = true;
        return true;
    case ACTION_SUSPEND:
        app->suspend = true;
        return true;
    case ACTION_NEXT_VIEW:
        app_show(app, view_beside(app, 1));
        return true;
    case ACTION_PREVIOUS_VIEW:
        app_show(app, view_beside(app, VIEW_COUNT - 1));
        return true;
    case ACTION_LAST_VIEW:
        app_show(app, app->last_view);
        return true;
    case ACTION_REFRESH:
        app_refresh(app);
        return true;
    case ACTION_REDRAW:
        paint_resize();
        return true;
    case ACTION_THEME:
        next_theme(app);
        return true;
    default:
        return act_popup(app, action);
    }
}

void app_act(struct app *app, enum action action)
{
    const struct view_ops *ops = view_defs[app->view].ops;

    app->dirty = true;
    if (action_defs[action].command != NULL)
        command_begin(app, action);
    else if (!act_app(app, action) && ops->act != NULL)
        ops->act(app->views[app->view].self, action);
}

/* ---- what is typed and clicked -----------------------------------------------------------------
 */

static void on_key(struct app *app, int key)
{
    enum action action = action_of(key, app->view);
    char name[INPUT_NAME_BYTES];
    enum view_id view;

    if (key == 0)
        return;
    app->message[0] = '\0';
    app->dirty = true;
    if (action != ACTION_NONE) {
        app_act(app, action);
        return;
    }
    view = view_find(input_key_text(key, name));
    if (app_has(app, view))
        app_show(app, view);
    else if (*input_key_name(key, name) != '\0')
        app_say(app, _("%s does nothing here; ? lists the keys."), input_key_name(key, name));
}

static void on_mouse(struct app *app, const struct input *in)
{
    const struct view_ops *ops = view_defs[app->view].ops;
    void *self = app->views[app->view].self;
    enum view_id tab = header_tab_at(app, in->y, in->x);
    enum action key = header_key_at(app, in->y, in->x);
    struct area a = app->area;

    app->dirty = true;
    if (in->kind == INPUT_WHEEL && ops->wheel != NULL)
        ops->wheel(self, in->turns);
    else if (in->kind == INPUT_CLICK && tab != VIEW_COUNT)
        app_show(app, tab);
    else if (in->kind == INPUT_CLICK && key != ACTION_NONE)
        app_act(app, key);
    else if (in->kind == INPUT_CLICK && in->y >= a.y && in->y < a.y + a.h && ops->click != NULL)
        ops->click(self, &a, in->y, in->x);
}

/* Nobody changes anything unseen: only the way out is open. */
static void on_blind_input(struct app *app, const struct input *in)
{
    enum action action = in->kind == INPUT_KEY ? action_of(in->key, app->view) : ACTION_NONE;

    if (action == ACTION_QUIT || action == ACTION_SUSPEND)
        app_act(app, action);
}

/* Keys that mean the same whatever lies above, unless they are letters that may be typed there. */
static bool on_any_input(struct app *app, const struct input *in)
{
    enum action action = in->kind == INPUT_KEY ? action_of(in->key, app->view) : ACTION_NONE;
    char text[INPUT_NAME_BYTES];

    if ((action != ACTION_SUSPEND && action != ACTION_REDRAW) ||
        *input_key_text(in->key, text) != '\0')
        return false;
    app_act(app, action);
    return true;
}

void app_input(struct app *app, const struct input *in)
{
    if (is_too_small()) {
        on_blind_input(app, in);
        return;
    }
    if (on_any_input(app, in))
        return;
    if (app->popups != NULL) {
        app->message[0] = '\0';
        app->popups->ops->input(app->popups, app, in);
        popup_sweep(app);
        app->dirty = true;
    } else if (in->kind == INPUT_KEY) {
        on_key(app, in->key);
        popup_sweep(app);
    } else if (in->kind == INPUT_PASTE && view_defs[app->view].ops->paste != NULL) {
        app->message[0] = '\0';
        view_defs[app->view].ops->paste(app->views[app->view].self, in);
    } else if (in->kind == INPUT_PASTE) {
        app_complain(app, _("What is pasted here would be taken for keys, and was left out."));
    } else {
        on_mouse(app, in);
    }
}

/* ---- time and answers --------------------------------------------------------------------------
 */

void app_keep(struct app *app)
{
    struct err e;

    if (kept_save(&app->kept, &e) != ERR_OK)
        app_complain(app, e.text);
}

void app_tick(struct app *app)
{
    const struct view_ops *ops = view_defs[app->view].ops;

    app_keep(app);
    if (!app->account)
        gauge_tick(app);
    if (ops->tick != NULL)
        ops->tick(app->views[app->view].self, app->mono_ms);
}

static void keep_key_event(struct app *app, const json_t *event)
{
    const char *kind = json_string_value(json_object_get(event, "event"));

    if (kind == NULL || strcmp(kind, "key") != 0)
        return;
    json_array_insert(app->key_events, 0, (json_t *)(uintptr_t)event);
    json_array_remove(app->key_events, APP_KEY_EVENTS);
}

static void on_event(void *arg, const json_t *event)
{
    struct app *app = arg;

    if (event == NULL) { /* what happened before was not heard */
        app_refresh(app);
        return;
    }
    keep_key_event(app, event);
    for (int i = 0; i < VIEW_COUNT; i++)
        if (app_has(app, (enum view_id)i) && view_defs[i].ops->event != NULL)
            view_defs[i].ops->event(app->views[i].self, event);
}

void app_take(struct app *app)
{
    wake_clear(app->wake);
    fetcher_take(app->lists);
    if (!app->account) {
        fetcher_take(app->gauges);
        hearer_take(app->hearer, on_event, app);
    }
    runs_take(app);
    for (int i = 0; i < VIEW_COUNT; i++)
        if (app_has(app, (enum view_id)i) && view_defs[i].ops->take != NULL)
            view_defs[i].ops->take(app->views[i].self);
}
