/* The log of commands, and the list of keys. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/intl.h"
#include "command.h"
#include "popup.h"
#include "run.h"

/* ---- commands ----------------------------------------------------------------------------------
 */

static const struct run *find_run(const struct app *app, int n)
{
    for (const struct run *r = runs_first(app->runs); r != NULL; r = r->next)
        if (!r->hidden && n-- == 0)
            return r;
    return NULL;
}

static void show_run(struct app *app, void *arg, struct menu_item *item)
{
    const struct run *r = find_run(app, item->value);
    char *text;

    (void)arg;
    if (r == NULL)
        return;
    text = mem_printf("$ %s\n\n%s%s", r->line, r->out.data ? r->out.data : "",
                      r->err.data ? r->err.data : "");
    page_push_text(app, _("Command"), text, mem_strdup(r->line));
    free(text);
}

void log_push(struct app *app)
{
    struct menu *m = menu_new(_("Commands that were run"), false, show_run, NULL);
    const struct run *r;

    for (int i = 0; (r = find_run(app, i)) != NULL; i++) {
        char at[CLOCK_ISO_BYTES], time[16], status[64];
        const struct menu_item item = {.key = time, .label = status, .text = r->line, .value = i};

        snprintf(time, sizeof(time), "%.8s", clock_iso(r->at_ms, at) + 11);
        if (r->pid > 0)
            snprintf(status, sizeof(status), "%s", _("running"));
        else
            run_status(r, status, sizeof(status));
        menu_add(m, &item);
    }
    menu_push(app, m);
}

/* ---- keys --------------------------------------------------------------------------------------
 */

/* Views stand behind all actions. */
static void run_key(struct app *app, void *arg, struct menu_item *item)
{
    (void)arg;
    if (item->value < ACTION_COUNT)
        app_act(app, (enum action)item->value);
    else
        app_show(app, (enum view_id)(item->value - ACTION_COUNT));
}

/* In this order: what the view is for first, what is the same everywhere last. */
enum sort_of_key { COMMAND, OF_VIEW, OF_LISTS, EVERYWHERE, SORTS_OF_KEYS };

static enum sort_of_key sort_of(const struct action_def *def)
{
    if (def->command != NULL)
        return COMMAND;
    if (def->views == ACTION_ANYWHERE)
        return EVERYWHERE;
    return def->views & ACTION_LISTS ? OF_LISTS : OF_VIEW;
}

static void add_keys(const struct app *app, struct menu *m, enum sort_of_key sort)
{
    for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        const struct action_def *def = &action_defs[i];
        char keys[64], *label = mem_strdup(_(def->label)), *text = mem_strdup(_(def->text));
        const struct menu_item item = {
            .key = keys,
            .label = label,
            .text = text,
            .value = i,
            .faint = !app_may(app, (enum action)i),
        };

        action_keys((enum action)i, keys, sizeof(keys));
        if (action_is_in((enum action)i, app->view) && sort_of(def) == sort)
            menu_add(m, &item);
        free(label);
        free(text);
    }
}

static void add_views(const struct app *app, struct menu *m)
{
    for (int i = 0; i < VIEW_COUNT; i++) {
        char *key = mem_strdup(view_defs[i].number), *label = mem_strdup(_(view_defs[i].title));
        char *text = mem_strdup(_(view_defs[i].text));
        const struct menu_item item = {
            .key = key, .label = label, .text = text, .value = ACTION_COUNT + i};

        if (app_has(app, (enum view_id)i))
            menu_add(m, &item);
        free(key);
        free(label);
        free(text);
    }
}

void help_push(struct app *app)
{
    const struct view_def *def = &view_defs[app->view];
    char *title = mem_printf(_("Help: %s"), _(def->title));
    struct menu *m = menu_new(title, false, run_key, NULL);

    for (int sort = 0; sort < SORTS_OF_KEYS; sort++)
        add_keys(app, m, (enum sort_of_key)sort);
    add_views(app, m);
    menu_push(app, m);
    free(title);
}
