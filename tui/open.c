/* Begins and ends the console: which gateway, who one is there, the threads that talk to it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account.h"
#include "api/kept_session.h"
#include "app.h"
#include "base/clock.h"
#include "base/intl.h"
#include "popup.h"
#include "run.h"
#include "term/term.h"
#include "wake.h"

static enum err_code new_client(struct app *app, const char *token, struct api_client **out,
                                struct err *e)
{
    const struct api_client_conf conf = {
        .program = "pool-tui",
        .url = app->url,
        .token = *token != '\0' ? token : NULL,
        .provider = connect_provider(&app->connect),
    };

    return api_client_new(&conf, out, e);
}

/* What another program chooses meanwhile must not lead the commands elsewhere. */
static void pin_gateway(const struct app *app)
{
    if (app->connect.context != NULL || app->connect.url != NULL)
        return;
    if (app->connect.found != NULL)
        setenv("POOLCTL_CONTEXT", app->connect.found->name, 1);
    else
        setenv("POOLCTL_URL", app->url, 1);
}

static void on_self(void *arg, const struct fetch *job, const json_t *answer, const struct err *e)
{
    static const char *const roles[] = {
#define ROLE(id, route, name, text) name,
#include "api/roles.def"
#undef ROLE
    };
    struct app *app = arg;
    const char *role = json_string_value(json_object_get(answer, "role"));

    (void)job, (void)e;
    for (size_t i = 0; role != NULL && i < ARRAY_LEN(roles); i++)
        if (strcmp(roles[i], role) == 0)
            app->role = (enum action_role)i;
    app->readonly = app->readonly || (role != NULL && app->role == ROLE_READ);
    app->dirty = true;
}

static enum err_code open_threads(struct app *app, const char *token, struct err *e)
{
    struct api_client *clients[3];
    enum err_code code = ERR_OK;

    for (size_t i = 0; code == ERR_OK && i < ARRAY_LEN(clients); i++)
        code = new_client(app, token, &clients[i], e);
    if (code != ERR_OK)
        return code; /* the first one fails, or none */
    app->lists = fetcher_new(clients[0], app->wake);
    app->gauges = fetcher_new(clients[1], app->wake);
    app->hearer = hearer_new(clients[2], app->wake);
    fetcher_ask(app->gauges, fetch_new(API_WHOAMI, on_self, app));
    return ERR_OK;
}

/* ---- a user's own account ----------------------------------------------------------------------
 */

/* For a user there are neither events nor a gauge: one thread will do. */
static enum err_code open_account(struct app *app, struct err *e)
{
    struct api_client *client;
    enum err_code code = new_client(app, app->session, &client, e);

    if (code == ERR_OK)
        app->lists = fetcher_new(client, app->wake);
    return code;
}

/* Whether there is a session. */
static enum err_code take_session(struct app *app, bool *found, struct err *e)
{
    struct kept_session s;
    enum err_code code = kept_session_load(&app->connect, app->url, &s, e);

    *found = code == ERR_OK && *s.token != '\0';
    if (*found) {
        snprintf(app->session, sizeof(app->session), "%s", s.token);
        snprintf(app->email, sizeof(app->email), "%s", s.email);
    }
    kept_session_wipe(&s);
    return code;
}

void app_renew_session(struct app *app)
{
    char before[sizeof(app->session)];
    struct fetcher *old = app->lists;
    struct err e;
    bool found, other;

    memcpy(before, app->session, sizeof(before));
    other = take_session(app, &found, &e) == ERR_OK && found && strcmp(before, app->session) != 0;
    explicit_bzero(before, sizeof(before));
    if (!other || open_account(app, &e) != ERR_OK)
        return;
    fetcher_free(old);
    account_forget(app->views[VIEW_ACCOUNT].self);
}

/* It is what was asked for, or all that there is. */
static enum err_code choose_account(struct app *app, struct err *e)
{
    bool asked = app->options.said[OPTION_ACCOUNT] != NULL, found;
    enum err_code code;

    if (!asked && app->connect.token_found)
        return ERR_OK;
    if ((code = take_session(app, &found, e)) != ERR_OK)
        return code;
    if (asked && !found)
        return err_set(e, ERR_SESSION,
                       _("you are not logged in at %s; log in with: poolctl auth login ADDRESS"),
                       app->url);
    app->account = found;
    return ERR_OK;
}

static enum err_code find_gateway(struct app *app, char token[CONNECT_TOKEN_BYTES], struct err *e)
{
    char *url;
    enum err_code code;

    app->connect.context = app->options.said[OPTION_CONTEXT];
    app->connect.url = app->options.said[OPTION_URL];
    app->connect.provider = app->options.said[OPTION_PROVIDER];
    if ((code = connect_context(&app->connect, e)) != ERR_OK)
        return code;
    url = connect_url(&app->connect);
    snprintf(app->url, sizeof(app->url), "%s", url);
    free(url);
    app->is_protected = app->connect.found != NULL && app->connect.found->is_protected;
    pin_gateway(app);
    code = ERR_OK;
    if (app->options.said[OPTION_ACCOUNT] == NULL)
        code = connect_token(&app->connect, app->url, token, e);
    return code == ERR_OK ? choose_account(app, e) : code;
}

static enum err_code read_view(struct app *app, struct err *e)
{
    const char *name = app->options.said[OPTION_VIEW];

    app->view = name ? view_find(name) : (enum view_id)0;
    if (app->account)
        app->view = name == NULL || app->view == VIEW_ACCOUNT ? VIEW_ACCOUNT : VIEW_COUNT;
    app->last_view = app->view;
    return app_has(app, app->view)
               ? ERR_OK
               : err_set(e, ERR_USAGE, _("--view: there is no view %s; pool-tui --help lists them"),
                         name);
}

static bool find_theme(struct app *app, const char *name)
{
    for (int i = 0; i < THEME_COUNT; i++)
        if (strcmp(theme_names[i], name) == 0) {
            app->theme = (enum theme)i;
            return true;
        }
    return false;
}

/* As it was said, else as it was chosen the last time. */
static enum err_code read_theme(struct app *app, struct err *e)
{
    const char *name = app->options.said[OPTION_THEME], *env = getenv("POOL_TUI_THEME");
    const char *kept = kept_get(&app->kept, APP_THEME);

    if (name == NULL && env != NULL && *env != '\0')
        name = env;
    if (name != NULL)
        return find_theme(app, name)
                   ? ERR_OK
                   : err_set(e, ERR_USAGE,
                             _("there is no theme %s; there are dark, light, blind and mono"),
                             name);
    if (kept != NULL)
        find_theme(app, kept);
    return ERR_OK;
}

/* The console of Linux has no dots among its letters. */
static enum chart_kind known_charts(void)
{
    const char *term = getenv("TERM");

    return term != NULL && strcmp(term, "linux") == 0 ? CHART_BLOCK : CHART_BRAILLE;
}

static enum err_code read_charts(struct app *app, struct err *e)
{
    const char *name = app->options.said[OPTION_CHARTS], *env = getenv("POOL_TUI_CHARTS");

    if (name == NULL && env != NULL && *env != '\0')
        name = env;
    app->charts = known_charts();
    for (int i = 0; name != NULL && i < CHART_KIND_COUNT; i++)
        if (strcmp(chart_kind_names[i], name) == 0) {
            app->charts = (enum chart_kind)i;
            return ERR_OK;
        }
    return name == NULL
               ? ERR_OK
               : err_set(e, ERR_USAGE,
                         _("there are no charts of %s; there are braille, block and ascii"), name);
}

enum err_code app_open(struct app *app, struct err *e)
{
    char token[CONNECT_TOKEN_BYTES] = "";
    enum err_code code;

    app->role = ROLE_OWN;
    app->readonly = app->options.said[OPTION_READONLY] != NULL;
    app->now_ms = clock_wall_ms();
    app->mono_ms = clock_mono_ms();
    app->wake = wake_open();
    app->runs = runs_new();
    app->key_events = json_array();
    if (kept_load(&app->kept, kept_path(), e) != ERR_OK)
        app_complain(app, e->text); /* the console does without */
    code = action_load(e);
    if (code == ERR_OK)
        code = read_theme(app, e);
    if (code == ERR_OK)
        code = read_charts(app, e);
    if (code == ERR_OK)
        code = find_gateway(app, token, e);
    if (code == ERR_OK)
        code = read_view(app, e);
    if (code == ERR_OK)
        code = app->account ? open_account(app, e) : open_threads(app, token, e);
    explicit_bzero(token, sizeof(token));
    for (int i = 0; code == ERR_OK && i < VIEW_COUNT; i++) {
        app->views[i].def = &view_defs[i];
        if (app_has(app, (enum view_id)i))
            app->views[i].self = view_defs[i].ops->make(app, &view_defs[i]);
    }
    return code;
}

void app_close(struct app *app)
{
    app_keep(app);
    fetcher_free(app->lists);
    fetcher_free(app->gauges);
    hearer_free(app->hearer);
    for (struct popup *p = app->popups; p != NULL; p = p->below)
        p->closed = true;
    popup_sweep(app);
    for (int i = 0; i < VIEW_COUNT; i++)
        if (app->views[i].self != NULL)
            view_defs[i].ops->free(app->views[i].self);
    runs_free(app->runs);
    kept_done(&app->kept);
    for (size_t i = 0; i < ARRAY_LEN(app->past); i++)
        words_done(&app->past[i]);
    json_decref(app->key_events);
    connect_done(&app->connect);
    explicit_bzero(app->session, sizeof(app->session));
    close(app->wake);
}
