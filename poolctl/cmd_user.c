/* user list, show, signins, usage: the people who registered. */
#include <string.h>

#include "once.h"
#include "paged.h"

enum { SIGNINS_PAGE = 90 /* the most that the gateway gives at a time */ };

/* ---- lists -------------------------------------------------------------------------------------
 */

static enum err_code run_list(struct ctl *c, struct err *e)
{
    const struct paged p = {
        .route = API_USERS_LIST,
        .resource = RES_USER,
        .member = "users",
        .which = &which_users,
        .any_provider = true,
        .latest_first = true,
        .no_such = _("no such users"),
        .none = _("no users yet; they register, or are made with: poolctl user create ADDRESS"),
    };

    return paged_run(c, &p, e);
}

const struct command cmd_user_list = {
    .name = "user list",
    .text = N_("List users, those who registered last first."),
    .details = PARAGRAPHS(N_("The gateway finds and sorts, so that no more than the rows that are "
                             "printed need to come.")),
    .args = (const struct arg[]){WHICH_USER_FILTER_ARGS(""), ARG_END},
    .examples = EXAMPLES(
        {"poolctl user list", N_("All users")},
        {"poolctl user list --status expired --search example.org", N_("Whose time is over")},
        {"poolctl user list --sort-by=-lastLoginAt -n 10", N_("Who logged in last")},
        {"poolctl user list --fields email,keyExpiresAt,keyRequestCount -o csv",
         N_("For a spreadsheet")}),
    .exits = EXITS({0, N_("Done; the list may be empty.")}, {2, NULL}, {4, NULL}, {6, NULL}),
    .flags = CMD_LIST,
    .resource = RES_USER,
    .run = run_list,
};

/* ---- signins -----------------------------------------------------------------------------------
 */

static enum err_code run_signins(struct ctl *c, struct err *e)
{
    const struct paged p = {
        .route = API_USER_SIGNINS,
        .resource = RES_SIGNIN,
        .id = args_text(&c->args, "user"),
        .member = "signins",
        .size_name = "limit",
        .size = SIGNINS_PAGE,
        .any_provider = true,
        .none = _("no check-ins"),
    };
    enum err_code code = paged_run(c, &p, e);

    if (code == ERR_USER_NOT_FOUND)
        err_wrap(e, "%s", p.id);
    return code;
}

#define THE_USER ARG_POS("user", AT_USER, ARG_REQUIRED, N_("The user, by address or id."))

const struct command cmd_user_signins = {
    .name = "user signins",
    .text = N_("List a user's check-ins, the latest first."),
    .args = (const struct arg[]){THE_USER, ARG_END},
    .examples = EXAMPLES({"poolctl user signins ann@example.org", N_("All of them")},
                         {"poolctl user signins ann@example.org -n 7", N_("The last seven")}),
    .exits = EXITS({0, N_("Done; the list may be empty.")}, {2, NULL},
                   {3, N_("There is no such user.")}, {4, NULL}, {6, NULL}),
    .flags = CMD_LIST,
    .resource = RES_SIGNIN,
    .run = run_signins,
};

/* ---- one ---------------------------------------------------------------------------------------
 */

/* Prints the answer, or a member of it. */
static enum err_code show(struct ctl *c, enum api_route route, const char *member,
                          enum resource_id resource, struct err *e)
{
    const struct api_request request = {
        .route = route, .id = args_text(&c->args, "user"), .any_provider = true};
    json_t *answer;
    enum err_code code = ctl_call(c, &request, &answer, e);

    if (code == ERR_OK)
        out_one(c, resource, member != NULL ? json_object_get(answer, member) : answer);
    else if (code == ERR_USER_NOT_FOUND)
        err_wrap(e, "%s", request.id);
    json_decref(answer);
    return code;
}

static enum err_code run_show(struct ctl *c, struct err *e)
{
    return show(c, API_USER_SHOW, "user", RES_USER, e);
}

const struct command cmd_user_show = {
    .name = "user show",
    .text = N_("Show all that is known of one user."),
    .args = (const struct arg[]){THE_USER, ARG_END},
    .examples = EXAMPLES({"poolctl user show ann@example.org", N_("One user")}),
    .exits = EXITS({0, NULL}, {2, NULL}, {3, N_("There is no such user.")}, {4, NULL}, {6, NULL}),
    .flags = CMD_SHOW,
    .resource = RES_USER,
    .run = run_show,
};

static enum err_code run_usage(struct ctl *c, struct err *e)
{
    return show(c, API_USER_USAGE, NULL, RES_USAGE, e);
}

const struct command cmd_user_usage = {
    .name = "user usage",
    .text = N_("Show what was counted of a user's client token, and the user's limits."),
    .args = (const struct arg[]){THE_USER, ARG_END},
    .examples = EXAMPLES({"poolctl user usage ann@example.org", N_("How much is used")}),
    .exits = EXITS({0, NULL}, {2, NULL}, {3, N_("There is no such user.")}, {4, NULL}, {6, NULL}),
    .flags = CMD_SHOW,
    .resource = RES_USAGE,
    .run = run_usage,
};
