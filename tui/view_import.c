/* The view of imports: what is to be imported is chosen or pasted, looked at, and sent. */
#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "import.h"
#include "pick.h"
#include "popup.h"

enum { IMPORT_PASTE_BYTES = 64 << 20, IMPORT_WHEEL = 3 };

const struct import_way_def import_ways[IMPORT_WAYS] = {
    [IMPORT_PLAIN] = {N_("as they are"), N_("every line that holds a key is taken"), {NULL}},
    [IMPORT_VALIDATED] = {N_("validated"),
                          N_("only keys that the upstream takes, by a job"),
                          {"--validate", NULL}},
    [IMPORT_UNKNOWN_TOO] = {N_("validated, or unknown"),
                            N_("and keys of which it does not tell"),
                            {"--validate", "--add-unknown", NULL}},
};

static void *import_make(struct app *app, const struct view_def *def)
{
    struct import_view *v = mem_zalloc(sizeof(*v));

    (void)def;
    v->app = app;
    buf_init(&v->pasted, IMPORT_PASTE_BYTES);
    return v;
}

void import_clear_run(struct import_view *v)
{
    free(v->line);
    free(v->job_id);
    free(v->failure);
    json_decref(v->job);
    json_decref(v->report);
    v->line = v->job_id = v->failure = NULL;
    v->job = v->report = NULL;
    v->cancelled = v->wants_job = false;
    v->generation++;
}

/* Forgets all that is here. */
static void clear(struct import_view *v)
{
    reading_free(v->reading);
    v->reading = NULL;
    free(v->path);
    v->path = NULL;
    buf_wipe(&v->pasted);
    import_clear_run(v);
    v->top = 0;
    v->stage = IMPORT_EMPTY;
}

static void import_free(void *self)
{
    struct import_view *v = self;

    clear(v);
    free(v->provider);
    json_decref(v->providers);
    free(v);
}

const char *import_provider(const struct import_view *v)
{
    return v->provider ? v->provider : connect_provider(&v->app->connect);
}

const char *import_source(const struct import_view *v)
{
    return v->path ? v->path : _("pasted text");
}

/* ---- what is to be imported --------------------------------------------------------------------
 */

static bool is_busy(struct import_view *v)
{
    if (v->stage != IMPORT_RUNNING)
        return false;
    app_complain(v->app, _("An import runs; wait for its end, or cancel it."));
    return true;
}

static void look(struct import_view *v)
{
    v->stage = IMPORT_READING;
    v->reading =
        reading_new(v->path, v->pasted.data ? v->pasted.data : "", v->pasted.len, v->app->wake);
}

static void on_path(struct app *app, const char *path)
{
    struct import_view *v = app->views[VIEW_IMPORT].self;

    clear(v);
    v->path = mem_strdup(path);
    look(v);
}

/* What is pasted in several goes is put together. */
static void import_paste(void *self, const struct input *in)
{
    struct import_view *v = self;
    struct buf text;
    bool fits;

    v->app->dirty = true;
    if (is_busy(v))
        return;
    if (in->cut) {
        app_complain(v->app, _("That is too much to paste: save it in a file, and import that."));
        return;
    }
    buf_init(&text, IMPORT_PASTE_BYTES);
    if (v->path == NULL && v->stage == IMPORT_READY && v->pasted.len > 0) {
        buf_add(&text, v->pasted.data, v->pasted.len);
        if (text.data[text.len - 1] != '\n')
            buf_addc(&text, '\n');
    }
    fits = buf_adds(&text, in->text);
    if (fits && text.len > 0) {
        clear(v);
        v->pasted = text;
        look(v);
        return;
    }
    buf_wipe(&text);
    if (!fits)
        app_complain(v->app, _("That is too much to paste: save it in a file, and import that."));
}

/* ---- how --------------------------------------------------------------------------------------
 */

static void on_provider(struct app *app, void *arg, struct menu_item *item)
{
    struct import_view *v = arg;

    (void)app;
    free(v->provider);
    v->provider = mem_strdup(item->label);
}

static void choose_provider(struct import_view *v)
{
    struct menu *m;
    size_t i;
    const json_t *row;

    if (v->providers == NULL) {
        app_complain(v->app, _("The gateway has not told yet which providers there are."));
        return;
    }
    m = menu_new(_("Whose keys they are"), false, on_provider, v);
    json_array_foreach(v->providers, i, row)
    {
        const char *name = json_string_value(json_object_get(row, "name"));
        const struct menu_item item = {
            .label = mem_strdup(name ? name : ""),
            .on = name != NULL && strcmp(name, import_provider(v)) == 0,
        };

        menu_add(m, &item);
        free(item.label);
    }
    menu_push(v->app, m);
}

static void on_providers(void *arg, const struct fetch *call, const json_t *answer,
                         const struct err *e)
{
    struct import_view *v = arg;

    (void)call;
    gauge_heard(v->app, e);
    v->asks_providers = false;
    if (answer == NULL)
        return;
    json_decref(v->providers);
    v->providers = json_incref(json_object_get(answer, "providers"));
}

static void import_refresh(void *self)
{
    struct import_view *v = self;

    if (v->asks_providers)
        return;
    v->asks_providers = true;
    fetcher_ask(v->app->lists, fetch_new(API_PROVIDERS_LIST, on_providers, v));
}

/* ---- keys --------------------------------------------------------------------------------------
 */

static void scroll(struct import_view *v, long by)
{
    if (by < 0 && (size_t)-by > v->top)
        v->top = 0;
    else
        v->top += (size_t)by; /* import_draw() keeps it within the rows */
    v->app->dirty = true;
}

static bool move(struct import_view *v, enum action action)
{
    const long far = (long)import_rows(v), page = v->height > 1 ? (long)v->height - 1 : 1;
    const struct {
        enum action action;
        long by;
    } moves[] = {{ACTION_UP, -1},          {ACTION_DOWN, 1},     {ACTION_PAGE_UP, -page},
                 {ACTION_PAGE_DOWN, page}, {ACTION_FIRST, -far}, {ACTION_LAST, far}};

    for (size_t i = 0; i < ARRAY_LEN(moves); i++)
        if (moves[i].action == action) {
            scroll(v, moves[i].by);
            return true;
        }
    return false;
}

/* A failed import goes back to what it was about; else all is cleared. */
static void go_back(struct import_view *v)
{
    if (is_busy(v))
        return;
    if (v->stage == IMPORT_OVER && v->failure != NULL && v->reading != NULL) {
        import_clear_run(v);
        v->stage = IMPORT_READY;
        v->top = 0;
    } else {
        clear(v);
    }
}

static bool import_act(void *self, enum action action)
{
    struct import_view *v = self;

    switch (action) {
    case ACTION_IMPORT_FILE:
        if (!is_busy(v))
            pick_push(v->app, _("Import a file"), v->path ? v->path : "", on_path);
        return true;
    case ACTION_IMPORT_WAY:
        if (!is_busy(v) && v->stage != IMPORT_OVER)
            v->way = (enum import_way)((v->way + 1) % IMPORT_WAYS);
        return true;
    case ACTION_IMPORT_PROVIDER:
        if (!is_busy(v) && v->stage != IMPORT_OVER)
            choose_provider(v);
        return true;
    case ACTION_IMPORT_SAVE:
        import_save(v);
        return true;
    case ACTION_BACK:
        go_back(v);
        return true;
    default:
        return move(v, action);
    }
}

static bool import_command(void *self, enum action action)
{
    if (action == ACTION_IMPORT_START)
        import_start(self);
    else if (action == ACTION_IMPORT_CANCEL)
        import_cancel(self);
    else
        return false;
    return true;
}

static void import_wheel(void *self, int turns)
{
    scroll(self, turns * IMPORT_WHEEL);
}

/* ---- what comes --------------------------------------------------------------------------------
 */

static void import_take(void *self)
{
    struct import_view *v = self;

    if (v->stage == IMPORT_READING && reading_is_done(v->reading)) {
        const struct err *e = &reading_found(v->reading)->e;

        v->stage = IMPORT_READY;
        v->app->dirty = true;
        if (e->code != ERR_OK) {
            app_complain(v->app, e->text);
            clear(v);
        }
    }
    import_follow(v);
}

static void import_event(void *self, const json_t *event)
{
    struct import_view *v = self;
    const char *id = json_string_value(json_object_get(event, "id"));

    if (id != NULL && v->job_id != NULL && strcmp(id, v->job_id) == 0)
        v->wants_job = true;
}

static void import_show(void *self)
{
    struct import_view *v = self;

    if (v->providers == NULL)
        import_refresh(v);
}

static void import_tick(void *self, uint64_t now_ms)
{
    const struct import_view *v = self;

    (void)now_ms;
    if (!v->app->gauge.lost && !v->app->gauge.refused)
        import_show(self);
}

const struct view_ops import_ops = {
    .make = import_make,
    .free = import_free,
    .show = import_show,
    .refresh = import_refresh,
    .tick = import_tick,
    .draw = import_draw,
    .act = import_act,
    .wheel = import_wheel,
    .event = import_event,
    .take = import_take,
    .paste = import_paste,
    .command = import_command,
};
