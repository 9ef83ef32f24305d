/* A user: what is known of them, what was counted of their client token, and their check-ins. */
#include <stdlib.h>
#include <string.h>

#include "base/email.h"
#include "base/intl.h"
#include "detail.h"
#include "view/cell.h"

enum { USER_ASK_EVERY_MS = 5000, USER_BYTES = 4096 };

static const char user_signins[] = "14"; /* two weeks of them */

struct user_page {
    unsigned serial; /* of the page; answers for another one do not count */
    char email[EMAIL_BYTES];
    json_t *row, *usage, *signins; /* owned answers; row is that of the list at first */
    bool gone;                     /* there is no such user any more */
    uint64_t asked_ms;
};

/* ---- asking ------------------------------------------------------------------------------------
 */

static const struct page_source user_source;

static void keep(json_t **in, const json_t *answer)
{
    json_decref(*in);
    *in = json_incref((json_t *)(uintptr_t)answer);
}

static void on_answer(void *arg, const struct fetch *job, const json_t *answer, const struct err *e)
{
    struct app *app = arg;
    struct user_page *u = page_self(app, &user_source);

    gauge_heard(app, e);
    if (u == NULL || u->serial != job->generation)
        return;
    app->dirty = true;
    u->gone = u->gone || e->code == ERR_USER_NOT_FOUND;
    if (answer == NULL)
        return;
    if (job->route == API_USER_SHOW)
        keep(&u->row, json_object_get(answer, "user"));
    else
        keep(job->route == API_USER_USAGE ? &u->usage : &u->signins, answer);
}

static void ask_for(struct app *app, const struct user_page *u, enum api_route route)
{
    struct fetch *job = fetch_new(route, on_answer, app);

    job->id = mem_strdup(u->email);
    job->any_provider = true;
    job->generation = u->serial;
    if (route == API_USER_SIGNINS)
        fetch_param(job, "limit", user_signins);
    fetcher_ask(app->lists, job);
}

static void ask(struct app *app, struct user_page *u)
{
    if (app->gauge.lost || u->gone ||
        (u->asked_ms != 0 && app->mono_ms - u->asked_ms < USER_ASK_EVERY_MS))
        return;
    u->asked_ms = app->mono_ms;
    ask_for(app, u, API_USER_SHOW);
    ask_for(app, u, API_USER_USAGE);
    ask_for(app, u, API_USER_SIGNINS);
}

/* ---- the page ----------------------------------------------------------------------------------
 */

void detail_signins(struct detail *d, const json_t *list, const char *day, const char *at)
{
    size_t i;
    json_t *signin;

    detail_heading(d, _("CHECK-INS"));
    if (json_array_size(list) == 0)
        words_add(d->lines, list == NULL ? _("Asking the gateway...") : _("None yet."));
    json_array_foreach(list, i, signin)
    {
        char when[64];
        const char *text = json_string_value(json_object_get(signin, day));
        char *line = mem_printf("%s   %s", text ? text : "", detail_when(d, signin, at, when));

        words_add(d->lines, line);
        free(line);
    }
}

static void user_lines(void *self, struct app *app, int width, struct words *out)
{
    struct user_page *u = self;
    struct detail d = {.app = app, .lines = out, .width = width};
    const json_t *total = json_object_get(u->signins, "total");
    const json_t *list = json_object_get(u->signins, "signins");

    ask(app, u);
    if (u->gone) {
        words_add(out, _("There is no such user any more."));
        return;
    }
    detail_heading(&d, _("USER"));
    detail_fields(&d, RES_USER, u->row);
    detail_heading(&d, _("USAGE"));
    if (u->usage != NULL)
        detail_fields(&d, RES_USAGE, u->usage);
    else
        words_add(out, _("Asking the gateway..."));
    detail_signins(&d, list, "sign_day", "created_at");
    if (json_integer_value(total) > (json_int_t)json_array_size(list)) {
        char key[INPUT_NAME_BYTES];
        char *line = mem_printf(_("... and more: %s in the list of users shows all."),
                                action_key(ACTION_USER_SIGNINS, key, sizeof(key)));

        words_add(out, line);
        free(line);
    }
}

static void user_free(void *self)
{
    struct user_page *u = self;

    json_decref(u->row);
    json_decref(u->usage);
    json_decref(u->signins);
    free(u);
}

static const struct page_source user_source = {user_lines, user_free};

void detail_push_user(struct app *app, const json_t *row)
{
    struct user_page *u = mem_zalloc(sizeof(*u));
    const char *email = json_string_value(json_object_get(row, "email"));
    char *title;

    u->serial = ++app->serial;
    u->row = json_incref((json_t *)(uintptr_t)row);
    snprintf(u->email, sizeof(u->email), "%s", email ? email : "");
    title = mem_printf("%s %s", _(resource_of(RES_USER)->noun), u->email);
    page_push_live(app, title, &user_source, u, mem_strdup(u->email));
    free(title);
}
