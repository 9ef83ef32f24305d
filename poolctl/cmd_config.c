/* config list, show, reload: the gateway's settings. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "conf/suggest.h"
#include "ctl.h"

enum { RELOAD_NAMES_BYTES = 4096 };

static enum err_code fetch(struct ctl *c, json_t **answer, struct err *e)
{
    const struct api_request request = {.route = API_CONFIG, .any_provider = true};

    return ctl_call(c, &request, answer, e);
}

/* ---- list --------------------------------------------------------------------------------------
 */

static enum err_code run_list(struct ctl *c, struct err *e)
{
    bool changed = args_has(&c->args, "changed");
    const json_t *settings;
    struct out *o;
    json_t *answer;
    enum err_code code = fetch(c, &answer, e);

    if (code != ERR_OK)
        return code;
    settings = json_object_get(answer, "settings");
    o = out_begin(c, RES_SETTING);
    for (size_t i = 0; i < json_array_size(settings); i++) {
        const json_t *row = json_array_get(settings, i);

        if (!changed || json_is_true(json_object_get(row, "changed")))
            out_row(o, row);
    }
    if (out_end(o, true) == 0 && out_is_table(c->format))
        ctl_say(c, changed ? _("all settings are as they are by default") : _("no such settings"));
    json_decref(answer);
    return ERR_OK;
}

const struct command cmd_config_list = {
    .name = "config list",
    .text = N_("List the gateway's settings that are in force."),
    .args = (const struct arg[]){ARG_OPT("changed", 0, AT_FLAG,
                                         N_("Only those that are not as they are by default.")),
                                 ARG_END},
    .examples =
        EXAMPLES({"poolctl config list", N_("All of them")},
                 {"poolctl config list --changed -o wide", N_("What was set, and what for")},
                 {"poolctl config list --filter 'name~TIMEOUT'", N_("Those on a matter")}),
    .exits = EXITS({0, NULL}, {2, NULL}, {4, NULL}, {6, NULL}),
    .flags = CMD_LIST,
    .resource = RES_SETTING,
    .run = run_list,
};

/* ---- show --------------------------------------------------------------------------------------
 */

/* Flags are settings too: max-attempts is MAX_ATTEMPTS. */
static char *setting_name(const char *text)
{
    char *name = mem_strdup(text);

    for (char *p = name; *p != '\0'; p++)
        *p = *p == '-' ? '_' : (char)toupper((unsigned char)*p);
    return name;
}

static enum err_code show(struct ctl *c, const json_t *settings, const char *name, struct err *e)
{
    struct suggest near;

    suggest_init(&near, name, strlen(name));
    for (size_t i = 0; i < json_array_size(settings); i++) {
        const json_t *row = json_array_get(settings, i);
        const char *own = json_string_value(json_object_get(row, "name"));

        if (own != NULL && strcmp(own, name) == 0) {
            out_one(c, RES_SETTING, row);
            return ERR_OK;
        }
        if (own != NULL)
            suggest_offer(&near, own);
    }
    buf_adds(&c->hint, _("See: poolctl config list"));
    if (near.best != NULL)
        return err_set(e, ERR_NO_ROUTE, _("there is no setting %.60s; did you mean %s?"), name,
                       near.best);
    return err_set(e, ERR_NO_ROUTE, _("there is no setting %.60s"), name);
}

static enum err_code run_show(struct ctl *c, struct err *e)
{
    json_t *answer;
    char *name = setting_name(args_text(&c->args, "name"));
    enum err_code code = fetch(c, &answer, e);

    if (code == ERR_OK)
        code = show(c, json_object_get(answer, "settings"), name, e);
    json_decref(answer);
    free(name);
    return code;
}

const struct command cmd_config_show = {
    .name = "config show",
    .text = N_("Show one of the gateway's settings."),
    .args =
        (const struct arg[]){ARG_POS("name", AT_SETTING, ARG_REQUIRED, N_("Its name.")), ARG_END},
    .examples =
        EXAMPLES({"poolctl config show MAX_ATTEMPTS", N_("What it is, and what for")},
                 {"poolctl config show LOG_LEVEL -o json | jq -r .value", N_("For a script")}),
    .exits =
        EXITS({0, NULL}, {2, NULL}, {3, N_("There is no such setting.")}, {4, NULL}, {6, NULL}),
    .flags = CMD_SHOW,
    .resource = RES_SETTING,
    .run = run_show,
};

/* ---- reload ------------------------------------------------------------------------------------
 */

/* The names with commas between; owned; NULL: there are none. */
static char *names_text(const json_t *names)
{
    struct buf list;

    if (json_array_size(names) == 0)
        return NULL;
    buf_init(&list, RELOAD_NAMES_BYTES);
    for (size_t i = 0; i < json_array_size(names); i++)
        buf_addf(&list, "%s%s", i > 0 ? ", " : "", json_string_value(json_array_get(names, i)));
    return buf_take(&list);
}

static void report(const struct ctl *c, const json_t *answer)
{
    char *changed = names_text(json_object_get(answer, "changed"));
    char *later = names_text(json_object_get(answer, "need_restart"));

    if (changed != NULL)
        printf(c->dry_run ? _("dry run: would change: %s\n") : _("reloaded; changed: %s\n"),
               changed);
    else
        puts(c->dry_run ? _("dry run: nothing would change") : _("reloaded"));
    if (later != NULL)
        printf(_("in force after a restart only: %s\n"), later);
    free(changed);
    free(later);
}

static enum err_code run_reload(struct ctl *c, struct err *e)
{
    json_t *body = json_pack("{s:b}", "dry_run", c->dry_run), *answer;
    const struct api_request request = {
        .route = API_CONFIG_RELOAD, .any_provider = true, .json = body};
    enum err_code code = ctl_call(c, &request, &answer, e);

    json_decref(body);
    if (code != ERR_OK)
        return code;
    if (!out_is_table(c->format) || c->columns != NULL)
        out_one(c, RES_RELOAD, answer);
    else if (!c->quiet)
        report(c, answer);
    json_decref(answer);
    return ERR_OK;
}

const struct command cmd_config_reload = {
    .name = "config reload",
    .text = N_("Have the gateway read its settings again, as SIGHUP does."),
    .details = PARAGRAPHS(
        N_("When something is wrong with them, all stay as they are, and the answer says what.")),
    .args = (const struct arg[]){ARG_END},
    .examples =
        EXAMPLES({"poolctl config reload", N_("After a change of the file")},
                 {"poolctl config reload --dry-run", N_("Is it right, and what would change?")}),
    .exits = EXITS({0, NULL}, {2, NULL}, {4, N_("Not allowed: it takes the role owner.")},
                   {5, N_("The settings are wrong; nothing has changed.")}, {6, NULL}),
    .flags = CMD_CHANGE,
    .resource = RES_RELOAD,
    .run = run_reload,
};
