/* A user's own account: the client token, check-ins, usage. */
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "app.h"
#include "base/intl.h"
#include "clip.h"
#include "detail.h"
#include "popup.h"
#include "text.h"

enum { ACCOUNT_RETRY_MS = 2000, ACCOUNT_LEFT = 49, ACCOUNT_LEFT_WIDE = 80, ACCOUNT_WIDE = 120 };

static const char account_signins[] = "50";

/* What it is made of, by the routes. */
enum part { PART_ME, PART_USAGE, PART_SIGNINS, PART_COUNT };
static const enum api_route routes[PART_COUNT] = {
    [PART_ME] = API_AUTH_PROFILE, [PART_USAGE] = API_AUTH_USAGE, [PART_SIGNINS] = API_AUTH_SIGNINS};

struct account {
    struct app *app;                                /* borrowed */
    json_t *parts[PART_COUNT];                      /* owned; NULL: not known yet */
    char error[sizeof(((struct err *)NULL)->text)]; /* of the last call; "" when it was good */
    size_t asking;                                  /* calls that are not answered */
    unsigned generation;                            /* of the session; older answers do not count */
    bool again;                                     /* something was changed meanwhile */
    uint64_t asked_ms;
    size_t top, height, lines; /* of what can be scrolled */
};

static void *account_make(struct app *app, const struct view_def *def)
{
    struct account *a = mem_zalloc(sizeof(*a));

    (void)def;
    a->app = app;
    return a;
}

static void forget_parts(struct account *a)
{
    for (size_t i = 0; i < PART_COUNT; i++) {
        json_decref(a->parts[i]);
        a->parts[i] = NULL;
    }
}

static void account_free(void *self)
{
    forget_parts(self);
    free(self);
}

/* ---- asking ------------------------------------------------------------------------------------
 */

static void ask(struct account *a);

static void on_part(void *arg, const struct fetch *job, const json_t *answer, const struct err *e)
{
    struct account *a = arg;

    if (job->generation != a->generation)
        return;
    a->asking--;
    gauge_heard(a->app, e);
    snprintf(a->error, sizeof(a->error), "%s", e->code != ERR_OK ? e->text : "");
    if (e->code == ERR_SESSION)
        forget_parts(a); /* it is not for whoever comes next */
    if (answer == NULL)
        return;
    json_decref(a->parts[job->page]);
    a->parts[job->page] = json_incref((json_t *)(uintptr_t)answer);
    if (a->again)
        ask(a);
}

static void ask(struct account *a)
{
    if (a->asking > 0)
        return;
    a->again = false;
    a->asked_ms = a->app->mono_ms;
    for (size_t i = 0; i < PART_COUNT; i++) {
        struct fetch *job = fetch_new(routes[i], on_part, a);

        job->page = i;
        job->generation = a->generation;
        if (i == PART_SIGNINS)
            fetch_param(job, "limit", account_signins);
        a->asking++;
        fetcher_ask(a->app->lists, job);
    }
}

void account_forget(void *self)
{
    struct account *a = self;

    a->generation++;
    a->asking = 0;
    ask(a);
}

static void account_refresh(void *self)
{
    struct account *a = self;

    a->again = a->asking > 0;
    ask(a);
}

/* Where it is refused another session may be kept by now. */
static void account_tick(void *self, uint64_t now_ms)
{
    struct account *a = self;
    const struct gauge *g = &a->app->gauge;
    uint64_t every_ms = view_defs[VIEW_ACCOUNT].refresh_s * 1000;

    if (g->refused)
        app_renew_session(a->app);
    else if (a->asked_ms == 0 || now_ms - a->asked_ms >= (g->lost ? ACCOUNT_RETRY_MS : every_ms))
        ask(a);
}

/* ---- drawing -----------------------------------------------------------------------------------
 */

static void add_token(struct detail *d, const struct account *a)
{
    json_t *me = json_copy(json_object_get(a->parts[PART_ME], "user"));

    detail_heading(d, _("ACCOUNT"));
    json_object_del(me, "defaultProvider"); /* that of the token counts */
    if (me == NULL)
        words_add(d->lines, *a->error != '\0' ? a->error : _("Asking the gateway..."));
    else
        detail_fields(d, RES_ME, me);
    json_decref(me);
}

static void add_usage(struct detail *d, const struct account *a)
{
    if (a->parts[PART_USAGE] == NULL)
        return;
    detail_heading(d, _("USAGE"));
    detail_fields(d, RES_USAGE, a->parts[PART_USAGE]);
}

static void draw_lines(const struct account *a, const struct area *at, const struct words *lines)
{
    bool old = a->app->gauge.lost;

    for (size_t i = 0; i < (size_t)at->h && a->top + i < lines->len; i++) {
        const char *line = lines->list[a->top + i];
        bool heading = *line == PAGE_HEADING;
        enum style on = heading ? STYLE_COLUMNS : (old ? STYLE_FAINT : STYLE_NORMAL);

        paint_text(at->y + (int)i, at->x, at->w, on, STYLE_NORMAL, line + heading);
    }
}

static void account_draw(void *self, const struct area *a)
{
    struct account *acc = self;
    struct words left = {.list = NULL}, right = {.list = NULL};
    int width = a->w >= ACCOUNT_WIDE ? ACCOUNT_LEFT_WIDE : ACCOUNT_LEFT;
    struct area l = {.y = a->y, .x = a->x + 1, .w = width, .h = a->h - 1};
    struct area r = {.y = a->y, .x = width + 3, .w = a->w - width - 4, .h = a->h - 1};
    struct detail d = {.app = acc->app, .lines = &left, .width = l.w};

    add_token(&d, acc);
    add_usage(&d, acc);
    d = (struct detail){.app = acc->app, .lines = &right, .width = r.w};
    if (acc->parts[PART_SIGNINS] != NULL)
        detail_signins(&d, json_object_get(acc->parts[PART_SIGNINS], "items"), "signDay",
                       "createdAt");
    acc->height = (size_t)l.h;
    acc->lines = left.len > right.len ? left.len : right.len;
    if (acc->top + acc->height > acc->lines)
        acc->top = acc->lines > acc->height ? acc->lines - acc->height : 0;
    draw_lines(acc, &l, &left);
    draw_lines(acc, &r, &right);
    if (acc->top + acc->height < acc->lines)
        paint_cell_right(a->y + a->h - 1, a->x, a->w - 1, STYLE_FAINT, STYLE_NORMAL,
                         /* translators: at most 40 columns */
                         _("more below: PageDown"));
    words_done(&left);
    words_done(&right);
}

/* ---- the token ---------------------------------------------------------------------------------
 */

static void show_token(struct app *app, const char *token)
{
    char *text = mem_printf("%s\n\n%s", token, _("Whoever has it can use the pool as you."));

    page_push_text(app, _("Your client token"), text, mem_strdup(token));
    explicit_bzero(text, strlen(text));
    free(text);
}

static void on_token(void *arg, const struct fetch *job, const json_t *answer, const struct err *e)
{
    struct account *a = arg;
    const json_t *token = json_object_get(answer, "keyToken");

    if (job->generation != a->generation)
        return;
    gauge_heard(a->app, e);
    if (!json_is_string(token))
        app_complain(a->app, e->code != ERR_OK ? e->text : _("There is no client token."));
    else if (job->page == ACTION_REVEAL)
        show_token(a->app, json_string_value(token));
    else
        clip_copy(a->app, json_string_value(token));
    if (json_is_string(token))
        explicit_bzero((char *)(uintptr_t)json_string_value(token), json_string_length(token));
}

static void ask_token(struct account *a, enum action action)
{
    struct fetch *job = fetch_new(API_AUTH_KEY, on_token, a);

    job->page = action;
    job->generation = a->generation;
    fetcher_ask(a->app->lists, job);
}

/* ---- keys --------------------------------------------------------------------------------------
 */

static void scroll(struct account *a, long by)
{
    a->top = by < 0 && (size_t)-by > a->top ? 0 : a->top + (size_t)by;
}

static bool account_act(void *self, enum action action)
{
    struct account *a = self;
    long page = a->height > 1 ? (long)a->height - 1 : 1;

    switch (action) {
    case ACTION_UP:
    case ACTION_DOWN:
        scroll(a, action == ACTION_UP ? -1 : 1);
        return true;
    case ACTION_PAGE_UP:
    case ACTION_PAGE_DOWN:
        scroll(a, action == ACTION_PAGE_UP ? -page : page);
        return true;
    case ACTION_FIRST:
        a->top = 0;
        return true;
    case ACTION_LAST:
        a->top = a->lines;
        return true;
    case ACTION_REVEAL:
    case ACTION_COPY_TOKEN:
        ask_token(a, action);
        return true;
    default:
        return false;
    }
}

static void account_wheel(void *self, int turns)
{
    scroll(self, 3L * turns);
}

const struct view_ops account_ops = {
    .make = account_make,
    .free = account_free,
    .show = account_refresh,
    .refresh = account_refresh,
    .tick = account_tick,
    .draw = account_draw,
    .act = account_act,
    .wheel = account_wheel,
};
