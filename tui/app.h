/* The console: what all parts of it share. */
#ifndef TUI_APP_H
#define TUI_APP_H

#include <signal.h>

#include "action.h"
#include "api/connect.h"
#include "base/email.h"
#include "fetch.h"
#include "gauge.h"
#include "hear.h"
#include "input.h"
#include "kept.h"
#include "options.h"
#include "term/chart.h"
#include "view.h"

struct popup;
struct runs;

enum { APP_MESSAGE_BYTES = 512, APP_URL_BYTES = 256, APP_KEY_EVENTS = 500 };

/* The name in kept.h of the theme that was chosen. */
#define APP_THEME "theme"

/* Kinds of lines that are typed and can be had again. */
enum past { PAST_FILTERS, PAST_COMMANDS, PAST_COUNT };

/* One, main thread. */
struct app {
    struct options options;
    struct connect connect;
    char url[APP_URL_BYTES];
    bool is_protected;
    enum theme theme;
    enum chart_kind charts;
    enum action_role role;
    bool readonly;
    bool account;                      /* a user's own account is shown, and nothing else */
    char email[EMAIL_BYTES];           /* of that user */
    char session[CONNECT_TOKEN_BYTES]; /* of that user: a secret */

    int wake; /* eventfd */
    struct fetcher *lists, *gauges;
    struct hearer *hearer;

    struct {
        const struct view_def *def;
        void *self;
    } views[VIEW_COUNT];
    enum view_id view, last_view;
    struct area area;     /* where the view was last drawn */
    struct gauge gauge;   /* what the header shows */
    struct popup *popups; /* owned: the top one first */
    struct runs *runs;    /* owned: commands that run and ran */
    json_t *key_events;   /* owned: of states of keys, the latest first */
    unsigned serial;      /* of the last page that asks the gateway */

    struct kept kept;              /* what was chosen, for the next time */
    struct words past[PAST_COUNT]; /* lines that were typed, the last one last; see prompt.c */

    char message[APP_MESSAGE_BYTES];
    bool is_error;
    bool dirty; /* the screen is to be drawn again */
    bool quit;
    bool suspend;
    int64_t now_ms;   /* wall clock, of the turn of the loop */
    uint64_t mono_ms; /* the other one */
};

enum err_code app_open(struct app *app, struct err *e) MUST_CHECK;
void app_close(struct app *app);
void app_draw(struct app *app);
void app_input(struct app *app, const struct input *in);
void app_tick(struct app *app);
/* Saves what was chosen; tells when that cannot be. */
void app_keep(struct app *app);
/* Events that were heard, answers that came. */
void app_take(struct app *app);

/* Does what a key is bound to. */
void app_act(struct app *app, enum action action);
void app_show(struct app *app, enum view_id view);
/* Asks the gateway for what is shown. */
void app_refresh(struct app *app);

/* Whether there is such a view for who is here. */
bool app_has(const struct app *app, enum view_id view);
/* open.c: takes over the session of the user that is kept now, if it is another one. */
void app_renew_session(struct app *app);

/* A line at the bottom, until the next key. */
void app_say(struct app *app, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void app_complain(struct app *app, const char *text);

/* Whether the admin token's role, and --readonly, allow it. */
bool app_may(const struct app *app, enum action action);
/* How cells of tables are written. */
struct cell_style;
struct cell_style app_cells(const struct app *app);

#endif
