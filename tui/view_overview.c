/* The view that shows all of a gateway at a glance: what it does, how it fares, and what went
 * wrong. */
#include "view_overview.h"

#include <stdlib.h>
#include <string.h>

#include "base/intl.h"

enum { OVERVIEW_PAGE = 5, OVERVIEW_WHEEL = 3 };

const struct overview_window_def overview_windows[OVERVIEW_WINDOW_COUNT] = {
#define WINDOW(id, heading_, title_, from_, step_, model_step_, each_, ...)                        \
    [OVERVIEW_##id] = {.heading = (heading_),                                                      \
                       .title = (title_),                                                          \
                       .from = (from_),                                                            \
                       .step = (step_),                                                            \
                       .model_step = (model_step_),                                                \
                       .each = (each_),                                                            \
                       .axis = {__VA_ARGS__, N_("now")}},
    OVERVIEW_WINDOWS(WINDOW)
#undef WINDOW
};

static void *overview_make(struct app *app, const struct view_def *def)
{
    struct overview *o = mem_zalloc(sizeof(*o));

    (void)def;
    o->app = app;
    o->window = OVERVIEW_DAY;
    o->problems = json_array();
    o->waiting = json_array();
    o->providers[0].name = mem_strdup(connect_provider(&app->connect));
    o->providers_len = 1;
    return o;
}

static void overview_free(void *self)
{
    struct overview *o = self;

    overview_forget(o);
    overview_models_done(&o->fresh);
    for (size_t i = 0; i < o->providers_len; i++)
        free(o->providers[i].name);
    json_decref(o->problems);
    json_decref(o->waiting);
    free(o);
}

static void overview_tick(void *self, uint64_t now_ms)
{
    (void)now_ms;
    overview_ask(self, false);
}

static void overview_refresh(void *self)
{
    overview_ask(self, true);
}

static void overview_show(void *self)
{
    overview_ask(self, false);
}

static void overview_event(void *self, const json_t *event)
{
    overview_hear(self, event);
}

/* ---- keys --------------------------------------------------------------------------------------
 */

static void look_elsewhere(struct overview *o, size_t scope, enum overview_window window)
{
    if (scope == o->scope && window == o->window)
        return;
    if (o->paused)
        overview_resume(o);
    o->paused = false;
    o->scope = scope;
    o->window = window;
    overview_forget(o);
    overview_ask(o, true);
}

/* Of several providers all together are one more. */
static void turn_scope(struct overview *o, size_t by)
{
    size_t places = o->providers_len + (o->providers_len > 1);

    look_elsewhere(o, (o->scope + by) % places, o->window);
}

static void pause_or_go_on(struct overview *o)
{
    o->paused = !o->paused;
    if (o->paused)
        return;
    overview_resume(o);
    overview_ask(o, true);
}

static bool act_look(struct overview *o, enum action action)
{
    switch (action) {
    case ACTION_PROVIDER:
        turn_scope(o, 1);
        return true;
    case ACTION_PROVIDER_BACK:
        turn_scope(o, o->providers_len + (o->providers_len > 1) - 1);
        return true;
    case ACTION_SHORTER:
        look_elsewhere(o, o->scope, (enum overview_window)(o->window - (o->window > 0)));
        return true;
    case ACTION_LONGER:
        look_elsewhere(o, o->scope,
                       (enum overview_window)(o->window + (o->window + 1 < OVERVIEW_WINDOW_COUNT)));
        return true;
    case ACTION_PAUSE:
        pause_or_go_on(o);
        return true;
    default:
        return false;
    }
}

static bool overview_act(void *self, enum action action)
{
    static const struct {
        enum action action;
        long by;
    } moves[] = {{ACTION_UP, -1},
                 {ACTION_DOWN, 1},
                 {ACTION_PAGE_UP, -OVERVIEW_PAGE},
                 {ACTION_PAGE_DOWN, OVERVIEW_PAGE},
                 {ACTION_FIRST, -OVERVIEW_PROBLEMS},
                 {ACTION_LAST, OVERVIEW_PROBLEMS}};
    struct overview *o = self;

    for (size_t i = 0; i < ARRAY_LEN(moves); i++)
        if (moves[i].action == action) {
            overview_move(o, moves[i].by);
            return true;
        }
    if (action == ACTION_OPEN)
        overview_open(o);
    else if (action == ACTION_BACK)
        o->at = NULL;
    else
        return act_look(o, action);
    return true;
}

static void on_click(void *self, const struct area *a, int y, int x)
{
    (void)a, (void)x;
    overview_click(self, y);
}

static void on_wheel(void *self, int turns)
{
    overview_move(self, turns * OVERVIEW_WHEEL);
}

const struct view_ops overview_ops = {
    .make = overview_make,
    .free = overview_free,
    .show = overview_show,
    .refresh = overview_refresh,
    .tick = overview_tick,
    .draw = overview_draw,
    .act = overview_act,
    .click = on_click,
    .wheel = on_wheel,
    .event = overview_event,
};
