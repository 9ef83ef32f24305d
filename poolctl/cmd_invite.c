/* invite create, list, revoke: codes with which somebody may register. */
#include <string.h>

#include "bulk.h"
#include "once.h"

/* ---- create ------------------------------------------------------------------------------------
 */

static void print_new(const struct ctl *c, const json_t *answer)
{
    char until[ONCE_UNTIL_BYTES];

    printf(_("Invite code (%s), for %lld, %s.\n\n"), once_text(answer, "id"),
           (long long)json_integer_value(json_object_get(answer, "uses_max")),
           once_until(answer, "expires_at", until));
    once_print_secret(c, "", once_text(answer, "code"));
    printf(
        _("\nWho has it may register with: poolctl auth register ADDRESS --invite CODE. It is not "
          "shown again.\n"));
}

static enum err_code run_create(struct ctl *c, struct err *e)
{
    static const struct once once = {.route = API_INVITE_CREATE,
                                     .any_provider = true,
                                     .resource = RES_NEW_INVITE,
                                     .print = print_new};
    const char *note = args_text(&c->args, "note");

    return once_run(c, &once,
                    json_pack("{s:I,s:s}", "uses", (json_int_t)args_num(&c->args, "uses", 1),
                              "note", note ? note : ""),
                    e);
}

const struct command cmd_invite_create = {
    .name = "invite create",
    .text = N_("Make an invite code. It is shown this once."),
    .details = PARAGRAPHS(N_("It is asked for where the setting REGISTRATION is invite. With -o "
                             "name nothing but the code itself is printed.")),
    .args =
        (const struct arg[]){ARG_OPT("uses", 0, AT_INT, N_("For so many registrations; else one.")),
                             ARG_OPT("expires", 0, AT_DURATION, N_("It is good for so long.")),
                             ARG_OPT("note", 0, AT_TEXT, N_("Note this about it.")), ARG_END},
    .examples = EXAMPLES({"poolctl invite create", N_("For one person")},
                         {"poolctl invite create --uses 30 --expires 14d --note 'spring course'",
                          N_("For a course")}),
    .exits = EXITS({0, NULL}, {2, NULL}, {4, NULL}, {6, NULL}),
    .resource = RES_NEW_INVITE,
    .run = run_create,
};

/* ---- list --------------------------------------------------------------------------------------
 */

static enum err_code get_list(struct ctl *c, json_t **answer, struct err *e)
{
    const struct api_request request = {.route = API_INVITES_LIST, .any_provider = true};

    return ctl_call(c, &request, answer, e);
}

static enum err_code run_list(struct ctl *c, struct err *e)
{
    json_t *answer;
    enum err_code code = get_list(c, &answer, e);

    if (code != ERR_OK)
        return code;
    if (out_list(c, RES_INVITE, json_object_get(answer, "invites")) == 0 && out_is_table(c->format))
        ctl_say(c, c->filter ? _("no such invite codes")
                             : _("no invite codes; make one with: poolctl invite create"));
    json_decref(answer);
    return ERR_OK;
}

const struct command cmd_invite_list = {
    .name = "invite list",
    .text = N_("List invite codes, masked, the latest first."),
    .args = (const struct arg[]){ARG_END},
    .examples = EXAMPLES({"poolctl invite list", N_("All of them, and how often they were used")},
                         {"poolctl invite list --filter uses=0", N_("Those that nobody used")}),
    .exits = EXITS({0, N_("Done; the list may be empty.")}, {2, NULL}, {4, NULL}, {6, NULL}),
    .flags = CMD_LIST,
    .resource = RES_INVITE,
    .run = run_list,
};

/* ---- revoke ------------------------------------------------------------------------------------
 */

static enum err_code revoke_one(struct ctl *c, const char *id, json_t **row, struct err *e)
{
    const struct api_request request = {.route = API_INVITE_REVOKE, .id = id, .any_provider = true};

    (void)row;
    return ctl_call(c, &request, NULL, e);
}

static enum err_code find_one(struct ctl *c, const char *id, struct err *e)
{
    const json_t *invites;
    json_t *answer;
    enum err_code code = get_list(c, &answer, e);
    bool found = false;

    if (code != ERR_OK)
        return code;
    invites = json_object_get(answer, "invites");
    for (size_t i = 0; !found && i < json_array_size(invites); i++)
        found = strcmp(once_text(json_array_get(invites, i), "id"), id) == 0;
    json_decref(answer);
    return found ? ERR_OK : err_set(e, ERR_INVITE_NOT_FOUND, NULL);
}

static const struct bulk_text text_revoked = {
    .done = N_("{1} revoked"),
    .would = N_("{1} would be revoked"),
    .failed = N_("{1} of {2} invites could not be revoked"),
};

static enum err_code run_revoke(struct ctl *c, struct err *e)
{
    const struct bulk bulk = {.type = AT_INVITEID,
                              .word = "revoked",
                              .text = &text_revoked,
                              .one = revoke_one,
                              .find = find_one};

    return bulk_run(c, &bulk, e);
}

const struct command cmd_invite_revoke = {
    .name = "invite revoke",
    .text = N_("Revoke invite codes; who registered with them stays."),
    .details = PARAGRAPHS(
        N_("More than ten at a time ask for their number to be typed, unless --yes is given.")),
    .args =
        (const struct arg[]){
            ARG_POS("id", AT_INVITEID, ARG_REQUIRED | ARG_MANY | ARG_STDIN,
                    N_("The codes' ids; a lone - reads them from standard input.")),
            ARG_END},
    .examples = EXAMPLES({"poolctl invite revoke i_0123456789abcdef", N_("One code")}),
    .exits = EXITS({0, NULL}, {1, N_("It was not confirmed.")}, {2, NULL},
                   {3, N_("There are no such codes.")}, {4, NULL}, {6, NULL},
                   {7, N_("Some could not be revoked.")}),
    .flags = CMD_CHANGE | CMD_DESTROY,
    .resource = RES_CHANGE,
    .confirm_over = 10,
    .confirm = N_("This will revoke {1} invites. Type {1} to go on: "),
    .confirm_what = N_("to revoke {1} invites at once"),
    .run = run_revoke,
};
