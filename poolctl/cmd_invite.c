/* invite create, list, revoke: codes with which somebody may register. */
#include <string.h>

#include "key_change.h"
#include "once.h"
#include "paged.h"

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

static enum err_code run_list(struct ctl *c, struct err *e)
{
    const struct paged p = {
        .route = API_INVITES_LIST,
        .resource = RES_INVITE,
        .member = "invites",
        .which = &which_invites,
        .any_provider = true,
        .latest_first = true,
        .no_such = _("no such invite codes"),
        .none = _("no invite codes; make one with: poolctl invite create"),
    };

    return paged_run(c, &p, e);
}

const struct command cmd_invite_list = {
    .name = "invite list",
    .text = N_("List invite codes, masked, the latest first."),
    .details = PARAGRAPHS(N_("The gateway finds and sorts, so that no more than the rows that are "
                             "printed need to come.")),
    .args = (const struct arg[]){WHICH_INVITE_FILTER_ARGS(""), ARG_END},
    .examples = EXAMPLES({"poolctl invite list", N_("All of them, and how often they were used")},
                         {"poolctl invite list --status open", N_("Those that are good still")},
                         {"poolctl invite list --filter uses=0", N_("Those that nobody used")}),
    .exits = EXITS({0, N_("Done; the list may be empty.")}, {2, NULL}, {4, NULL}, {6, NULL}),
    .flags = CMD_LIST,
    .resource = RES_INVITE,
    .run = run_list,
};

/* ---- revoke ------------------------------------------------------------------------------------
 */

static const struct bulk_text text_revoked = {
    .done = N_("{1} revoked"),
    .would = N_("{1} would be revoked"),
    .failed = N_("{1} of {2} invites could not be revoked"),
    .one = N_("{1} invite revoked"),
    .many = N_("{1} invites revoked"),
    .would_one = N_("{1} invite would be revoked"),
    .would_many = N_("{1} invites would be revoked"),
};

static enum err_code run_revoke(struct ctl *c, struct err *e)
{
    json_t *body = json_object();
    const struct key_change change = {
        .of = &which_invites,
        .route = API_INVITES_REVOKE,
        .body = body,
        .prefix = "",
        .word = "revoked",
        .text = &text_revoked,
    };

    return key_change_run(c, &change, e);
}

const struct command cmd_invite_revoke = {
    .name = "invite revoke",
    .text = N_("Revoke invite codes; who registered with them stays."),
    .details = PARAGRAPHS(
        N_("Codes are named by id, or by what they are like: all that fit what is said are meant, "
           "and it is done in one go. --dry-run tells how many these are, and the first of them. "
           "More than ten at a time ask for their number to be typed, unless --yes is given.")),
    .args = (const struct arg[]){WHICH_INVITE_ARGS(""), ARG_END},
    .examples = EXAMPLES({"poolctl invite revoke i_0123456789abcdef", N_("One code")},
                         {"poolctl invite revoke --status expired", N_("Those that are over")}),
    .exits = EXITS({0, N_("Done; a filter may find no code.")}, {1, N_("It was not confirmed.")},
                   {2, NULL}, {3, N_("There are no such codes.")}, {4, NULL}, {6, NULL},
                   {7, N_("Some could not be revoked.")}),
    .flags = CMD_CHANGE | CMD_DESTROY,
    .resource = RES_CHANGE,
    .confirm_over = 10,
    .confirm = N_("This will revoke {1} invites. Type {1} to go on: "),
    .confirm_what = N_("to revoke {1} invites at once"),
    .run = run_revoke,
};
