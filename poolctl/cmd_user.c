/* user list, show, signins, usage: the people who registered. */
#include <string.h>

#include "once.h"
#include "which.h"

enum { USERS_PAGE = 200, SIGNINS_PAGE = 90 /* the most that the gateway gives at a time */ };

/* ---- lists -------------------------------------------------------------------------------------
 */

/* A list that comes page by page. */
struct paged {
    enum api_route route;
    const char *id, *member; /* of the path; the list in the answer */
    const char *size_name;   /* what says how long a page is */
    size_t size;
    struct api_param params[8]; /* the first two are the page and its size */
};

static enum err_code one_page(struct ctl *c, struct paged *p, struct out *o, size_t page,
                              bool *more, struct err *e)
{
    char page_text[24], size_text[24];
    const struct api_request request = {
        .route = p->route, .id = p->id, .params = p->params, .any_provider = true};
    const json_t *rows;
    json_t *answer;
    enum err_code code;

    snprintf(page_text, sizeof(page_text), "%zu", page);
    snprintf(size_text, sizeof(size_text), "%zu", p->size);
    p->params[0] = (struct api_param){"page", page_text};
    p->params[1] = (struct api_param){p->size_name, size_text};
    if ((code = ctl_call(c, &request, &answer, e)) != ERR_OK)
        return code;
    rows = json_object_get(answer, p->member);
    for (size_t i = 0; i < json_array_size(rows); i++)
        out_row(o, json_array_get(rows, i));
    *more = out_wants_more(o) && json_array_size(rows) > 0 &&
            (json_int_t)page < json_integer_value(json_object_get(answer, "totalPages"));
    json_decref(answer);
    return ERR_OK;
}

/* Returns how many were printed, and how it went in *code. */
static size_t all_pages(struct ctl *c, struct paged *p, struct out *o, enum err_code *code,
                        struct err *e)
{
    bool more = true;

    *code = ERR_OK;
    if (c->limit > 0 && c->filter == NULL && c->sort == NULL && !c->reverse && c->limit < p->size)
        p->size = c->limit;
    for (size_t page = 1; more && *code == ERR_OK; page++)
        *code = one_page(c, p, o, page, &more, e);
    return out_end(o, *code == ERR_OK);
}

static bool is_narrow(const struct ctl *c, const struct api_param *params)
{
    for (size_t i = 0; i < which_users.words_len; i++)
        if (params[i].value != NULL)
            return true;
    return c->filter != NULL;
}

static enum err_code run_list(struct ctl *c, struct err *e)
{
    /* The gateway has the latest first, and another order where it is asked for one. */
    bool in_order = c->sort == NULL || (c->sort->flags & F_ORDER);
    bool down = c->sort ? c->sort_down : !c->reverse;
    struct paged p = {
        .route = API_USERS_LIST, .member = "users", .size_name = "pageSize", .size = USERS_PAGE};
    struct out *o = in_order ? out_begin_in_order(c, RES_USER) : out_begin(c, RES_USER);
    enum err_code code;
    bool narrow;

    which_params(c, &which_users, p.params + 4);
    narrow = is_narrow(c, p.params + 4);
    p.params[2] = (struct api_param){"sort", c->sort && in_order ? c->sort->json : NULL};
    p.params[3] = (struct api_param){"order", in_order ? (down ? "desc" : "asc") : NULL};
    if (all_pages(c, &p, o, &code, e) == 0 && code == ERR_OK && out_is_table(c->format))
        ctl_say(c, narrow ? _("no such users")
                          : _("no users yet; they register, or are made with: poolctl user create "
                              "ADDRESS"));
    return code;
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
    struct paged p = {.route = API_USER_SIGNINS,
                      .id = args_text(&c->args, "user"),
                      .member = "signins",
                      .size_name = "limit",
                      .size = SIGNINS_PAGE};
    enum err_code code;

    if (all_pages(c, &p, out_begin(c, RES_SIGNIN), &code, e) == 0 && code == ERR_OK &&
        out_is_table(c->format))
        ctl_say(c, _("no check-ins"));
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
