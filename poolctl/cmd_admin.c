/* admin list, create, revoke, whoami: the tokens for the gateway's admin API. */
#include <string.h>

#include "bulk.h"
#include "once.h"

static const char role_names[] =
#define ROLE(id, call, name, text) name "|"
#include "api/roles.def"
#undef ROLE
    ;

/* ---- list --------------------------------------------------------------------------------------
 */

static enum err_code run_list(struct ctl *c, struct err *e)
{
    const struct api_request request = {.route = API_ADMINS_LIST, .any_provider = true};
    json_t *answer;
    enum err_code code = ctl_call(c, &request, &answer, e);

    if (code != ERR_OK)
        return code;
    if (out_list(c, RES_ADMIN, json_object_get(answer, "admins")) == 0 && out_is_table(c->format))
        ctl_say(c, c->filter ? _("no such admin tokens")
                             : _("no admin tokens but the gateway's own; make one with: poolctl "
                                 "admin create NAME --role ROLE"));
    json_decref(answer);
    return ERR_OK;
}

const struct command cmd_admin_list = {
    .name = "admin list",
    .text = N_("List the admin tokens that were made; the gateway's own is not among them."),
    .args = (const struct arg[]){ARG_END},
    .examples = EXAMPLES({"poolctl admin list", N_("All of them")},
                         {"poolctl admin list --filter role=owner", N_("Who may do everything")}),
    .exits = EXITS({0, N_("Done; the list may be empty.")}, {2, NULL},
                   {4, N_("Not allowed: it takes the role owner.")}, {6, NULL}),
    .flags = CMD_LIST,
    .resource = RES_ADMIN,
    .run = run_list,
};

/* ---- create ------------------------------------------------------------------------------------
 */

static void print_new(const struct ctl *c, const json_t *answer)
{
    char until[ONCE_UNTIL_BYTES];

    printf(_("Admin token %s (%s), %s, %s.\n\n"), once_text(answer, "name"),
           once_text(answer, "id"), once_text(answer, "role"),
           once_until(answer, "expires_at", until));
    once_print_secret(c, "", once_text(answer, "token"));
    printf(
        _("\nGive it to poolctl in POOLCTL_TOKEN or POOLCTL_TOKEN_FILE. It is not shown again.\n"));
}

static enum err_code run_create(struct ctl *c, struct err *e)
{
    static const struct once once = {.route = API_ADMIN_CREATE,
                                     .any_provider = true,
                                     .resource = RES_NEW_ADMIN,
                                     .print = print_new};

    return once_run(c, &once,
                    json_pack("{s:s,s:s}", "name", args_text(&c->args, "name"), "role",
                              args_text(&c->args, "role")),
                    e);
}

const struct command cmd_admin_create = {
    .name = "admin create",
    .text = N_("Make an admin token. It is shown this once."),
    .details =
        PARAGRAPHS(N_("A reader looks at everything but secrets and changes nothing; an operator "
                      "changes keys, client tokens and jobs as well; an owner may do everything. "
                      "With -o name nothing but the token itself is printed, for scripts.")),
    .args =
        (const struct arg[]){ARG_POS("name", AT_TEXT, ARG_REQUIRED,
                                     N_("What to call it: the person or program that uses it.")),
                             {.kind = ARG_OPT_KIND,
                              .name = "role",
                              .type = AT_CHOICE,
                              .flags = ARG_REQUIRED,
                              .choices = role_names,
                              .text = N_("What it may do.")},
                             ARG_OPT("expires", 0, AT_DURATION, N_("It is good for so long.")),
                             ARG_END},
    .examples = EXAMPLES(
        {"poolctl admin create ann --role operator", N_("For a colleague")},
        {"poolctl admin create grafana --role reader --expires 365d -o name", N_("For a program")}),
    .exits = EXITS({0, NULL}, {2, NULL}, {4, N_("Not allowed: it takes the role owner.")},
                   {5, N_("There is one of this name.")}, {6, NULL}),
    .resource = RES_NEW_ADMIN,
    .run = run_create,
};

/* ---- revoke ------------------------------------------------------------------------------------
 */

static enum err_code revoke_one(struct ctl *c, const char *name, json_t **row, struct err *e)
{
    const struct api_request request = {
        .route = API_ADMIN_REVOKE, .id = name, .any_provider = true};

    (void)row;
    return ctl_call(c, &request, NULL, e);
}

static enum err_code find_one(struct ctl *c, const char *name, struct err *e)
{
    const struct api_request request = {.route = API_ADMINS_LIST, .any_provider = true};
    const json_t *admins;
    json_t *answer;
    enum err_code code = ctl_call(c, &request, &answer, e);
    bool found = false;

    if (code != ERR_OK)
        return code;
    admins = json_object_get(answer, "admins");
    for (size_t i = 0; !found && i < json_array_size(admins); i++) {
        const json_t *row = json_array_get(admins, i);

        found =
            strcmp(once_text(row, "name"), name) == 0 || strcmp(once_text(row, "id"), name) == 0;
    }
    json_decref(answer);
    return found ? ERR_OK : err_set(e, ERR_ADMIN_NOT_FOUND, NULL);
}

static const struct bulk_text text_revoked = {
    .done = N_("{1} revoked"),
    .would = N_("{1} would be revoked"),
    .failed = N_("{1} of {2} admins could not be revoked"),
};

static enum err_code run_revoke(struct ctl *c, struct err *e)
{
    const struct bulk bulk = {.type = AT_ADMIN,
                              .word = "revoked",
                              .text = &text_revoked,
                              .one = revoke_one,
                              .find = find_one};

    return bulk_run(c, &bulk, e);
}

const struct command cmd_admin_revoke = {
    .name = "admin revoke",
    .text = N_("Revoke admin tokens: who holds them is refused at once."),
    .details = PARAGRAPHS(
        N_("More than ten at a time ask for their number to be typed, unless --yes is given.")),
    .args =
        (const struct arg[]){
            ARG_POS("admin", AT_ADMIN, ARG_REQUIRED | ARG_MANY | ARG_STDIN,
                    N_("The tokens, by name or id; a lone - reads them from standard input.")),
            ARG_END},
    .examples = EXAMPLES({"poolctl admin revoke ann", N_("One of them")}),
    .exits = EXITS({0, NULL}, {1, N_("It was not confirmed.")}, {2, NULL},
                   {3, N_("There are no such admin tokens.")},
                   {4, N_("Not allowed: it takes the role owner.")}, {6, NULL},
                   {7, N_("Some could not be revoked.")}),
    .flags = CMD_CHANGE | CMD_DESTROY,
    .resource = RES_CHANGE,
    .confirm_over = 10,
    .confirm = N_("This will revoke {1} admins. Type {1} to go on: "),
    .confirm_what = N_("to revoke {1} admins at once"),
    .run = run_revoke,
};

/* ---- whoami ------------------------------------------------------------------------------------
 */

static enum err_code run_whoami(struct ctl *c, struct err *e)
{
    const struct api_request request = {.route = API_WHOAMI, .any_provider = true};
    json_t *answer;
    enum err_code code = ctl_call(c, &request, &answer, e);

    if (code == ERR_OK && out_is_table(c->format) && c->columns == NULL)
        printf(_("%s, %s at %s\n"), once_text(answer, "name"), once_text(answer, "role"),
               api_client_url(c->api));
    else if (code == ERR_OK)
        out_one(c, RES_WHOAMI, answer);
    json_decref(answer);
    return code;
}

const struct command cmd_admin_whoami = {
    .name = "admin whoami",
    .text = N_("Tell whose admin token is shown to the gateway, and what it may do."),
    .args = (const struct arg[]){ARG_END},
    .examples =
        EXAMPLES({"poolctl admin whoami", N_("Who am I there?")},
                 {"poolctl --context prod admin whoami -o json", N_("And in another place?")}),
    .exits = EXITS({0, NULL}, {2, NULL}, {4, NULL}, {6, NULL}),
    .flags = CMD_SHOW,
    .resource = RES_WHOAMI,
    .run = run_whoami,
};
