/* token create, list, show, edit, delete: the client tokens, which let programs use the pool. */
#include <stdlib.h>
#include <string.h>

#include "key_change.h"
#include "once.h"
#include "paged.h"
#include "term/units.h"

/* ---- create ------------------------------------------------------------------------------------
 */

static void print_new(const struct ctl *c, const json_t *answer)
{
    const char *provider = once_text(answer, "provider");
    char *path = once_provider_path(provider), until[ONCE_UNTIL_BYTES];

    printf(_("Token %s for %s (%s), %s.\n\n"), once_text(answer, "name"), provider,
           once_text(answer, "id"), once_until(answer, "expiresAt", until));
    printf("  base_url  %s%s/v1\n", api_client_url(c->api), path);
    once_print_secret(c, "api_key", once_text(answer, "token"));
    printf(_("\nGive these two to any OpenAI client. The token is not shown again.\n"));
    free(path);
}

static enum err_code run_create(struct ctl *c, struct err *e)
{
    static const struct once once = {
        .route = API_TOKENS_CREATE, .resource = RES_NEW_TOKEN, .print = print_new};

    return once_run(c, &once, json_pack("{s:s}", "name", args_text(&c->args, "name")), e);
}

const struct command cmd_token_create = {
    .name = "token create",
    .text = N_("Make a client token. It is shown this once."),
    .details = PARAGRAPHS(N_("With -o name nothing but the token itself is printed, for scripts.")),
    .args =
        (const struct arg[]){ARG_POS("name", AT_TEXT, ARG_REQUIRED,
                                     N_("What to call it: the program or person that uses it.")),
                             ARG_OPT("expires", 0, AT_DURATION, N_("It is good for so long.")),
                             ARG_END},
    .examples = EXAMPLES({"poolctl token create laptop", N_("For ever")},
                         {"poolctl token create guest --expires 30d", N_("For thirty days")},
                         {"OPENAI_API_KEY=$(poolctl token create ci -o name)", N_("In a script")}),
    .exits = EXITS({0, NULL}, {2, NULL}, {4, NULL}, {6, NULL}),
    .resource = RES_NEW_TOKEN,
    .run = run_create,
};

/* ---- list --------------------------------------------------------------------------------------
 */

static enum err_code run_list(struct ctl *c, struct err *e)
{
    const struct paged p = {
        .route = API_TOKENS_LIST,
        .resource = RES_TOKEN,
        .member = "tokens",
        .which = &which_tokens,
        .no_such = _("no such tokens"),
        .none = _("no tokens yet; make one with: poolctl token create NAME"),
    };

    return paged_run(c, &p, e);
}

const struct command cmd_token_list = {
    .name = "token list",
    .text = N_("List the client tokens."),
    .details = PARAGRAPHS(N_("The gateway finds and sorts, so that no more than the rows that are "
                             "printed need to come.")),
    .args = (const struct arg[]){WHICH_TOKEN_FILTER_ARGS(""), ARG_END},
    .examples =
        EXAMPLES({"poolctl token list", N_("All tokens")},
                 {"poolctl token list --owner none", N_("Those that operators made")},
                 {"poolctl token list --status expired --search ann", N_("Whose time is over")},
                 {"poolctl token list --sort-by=-completion_tokens -n 5", N_("Who uses the most")}),
    .exits = EXITS({0, N_("Done; the list may be empty.")}, {2, NULL}, {4, NULL}, {6, NULL}),
    .flags = CMD_LIST,
    .resource = RES_TOKEN,
    .run = run_list,
};

/* ---- show --------------------------------------------------------------------------------------
 */

static enum err_code run_show(struct ctl *c, struct err *e)
{
    const struct api_request request = {.route = API_TOKEN_SHOW, .id = args_text(&c->args, "id")};
    json_t *row = NULL;
    enum err_code code = ctl_call(c, &request, &row, e);

    if (code == ERR_OK)
        out_one(c, RES_TOKEN, row);
    json_decref(row);
    return code;
}

const struct command cmd_token_show = {
    .name = "token show",
    .text = N_("Show all that is known of one client token, but for the token itself."),
    .args =
        (const struct arg[]){ARG_POS("id", AT_TOKENID, ARG_REQUIRED, N_("The token.")), ARG_END},
    .examples = EXAMPLES({"poolctl token show t_0123456789abcdef", N_("Its end, its counters")}),
    .exits = EXITS({0, NULL}, {2, NULL}, {3, N_("There is no such token.")}, {4, NULL}, {6, NULL}),
    .flags = CMD_SHOW,
    .resource = RES_TOKEN,
    .run = run_show,
};

/* ---- edit, delete ------------------------------------------------------------------------------
 */

#define MANY_TEXT                                                                                  \
    N_("Tokens are named by id, or by what they are like: all that fit what is said are meant, "   \
       "and it is done in one go. --dry-run tells how many these are, and the first of them. "     \
       "More than ten at a time ask for their number to be typed, unless --yes is given.")

/* Takes the body. */
static enum err_code run_change(struct ctl *c, enum api_route route, json_t *body,
                                const char *prefix, const char *word, const struct bulk_text *text,
                                struct err *e)
{
    const struct key_change change = {
        .of = &which_tokens,
        .route = route,
        .body = body,
        .prefix = prefix,
        .word = word,
        .text = text,
    };

    return key_change_run(c, &change, e);
}

static const struct bulk_text text_edited = {
    .done = N_("{1} edited"),
    .would = N_("{1} would be edited"),
    .failed = N_("{1} of {2} tokens could not be edited"),
    .one = N_("{1} token edited"),
    .many = N_("{1} tokens edited"),
    .would_one = N_("{1} token would be edited"),
    .would_many = N_("{1} tokens would be edited"),
};

static enum err_code run_edit(struct ctl *c, struct err *e)
{
    const char *name = args_text(&c->args, "name");
    json_t *body = json_object();

    if (name != NULL && json_object_set_new(body, "name", json_string(name)) != 0)
        err_param(e, ERR_USAGE, "name", _("--%s is to be text in UTF-8"), "name");
    else if (key_change_expiry(&c->args, body, e) == ERR_OK && json_object_size(body) == 0)
        err_set(e, ERR_USAGE,
                _("token edit needs something to change: --name, --expires or --ttl"));
    if (e->code == ERR_OK)
        return run_change(c, API_TOKENS_EDIT, body, "where-", "edited", &text_edited, e);
    json_decref(body);
    return e->code;
}

const struct command cmd_token_edit = {
    .name = "token edit",
    .text = N_("Change client tokens: name, end. Programs go on with the token that they have."),
    .details = PARAGRAPHS(MANY_TEXT, N_("A token whose time is over is good again from when its "
                                        "end is later. A user's token has "
                                        "the user's end and stays as it is: see user extend.")),
    .args =
        (const struct arg[]){
            WHICH_TOKEN_ARGS("where-"), ARG_OPT("name", 0, AT_TEXT, N_("What to call it.")),
            ARG_OPT("expires", 0, AT_DATE, N_("It is good until then; never: for ever.")),
            ARG_OPT("ttl", 0, AT_DURATION, N_("It is good for so long from now.")), ARG_END},
    .examples = EXAMPLES(
        {"poolctl token edit t_0123456789abcdef --ttl 30d", N_("Thirty days from now")},
        {"poolctl token edit t_0123456789abcdef --name 'old laptop' --expires never",
         N_("Another name, and no end any more")},
        {"poolctl token edit --where-owner none --where-search spring --expires 2030-07-31 --yes",
         N_("All of a class, to the end of term")}),
    .exits = EXITS({0, N_("Done; a filter may find no token.")}, {1, N_("It was not confirmed.")},
                   {2, NULL}, {3, N_("There are no such tokens.")}, {4, NULL},
                   {5, N_("It is a user's token.")}, {6, NULL},
                   {7, N_("Some tokens could not be edited.")}),
    .flags = CMD_CHANGE,
    .resource = RES_CHANGE,
    .confirm_over = 10,
    .confirm = N_("This will edit {1} tokens. Type {1} to go on: "),
    .confirm_what = N_("to edit {1} tokens at once"),
    .run = run_edit,
};

static const struct bulk_text text_deleted = {
    .done = N_("{1} deleted"),
    .would = N_("{1} would be deleted"),
    .failed = N_("{1} of {2} tokens could not be deleted"),
    .one = N_("{1} token deleted"),
    .many = N_("{1} tokens deleted"),
    .would_one = N_("{1} token would be deleted"),
    .would_many = N_("{1} tokens would be deleted"),
};

static enum err_code run_delete(struct ctl *c, struct err *e)
{
    return run_change(c, API_TOKENS_DELETE, json_object(), "", "deleted", &text_deleted, e);
}

const struct command cmd_token_delete = {
    .name = "token delete",
    .text = N_("Delete client tokens: programs that hold them are refused at once."),
    .details = PARAGRAPHS(MANY_TEXT),
    .args = (const struct arg[]){WHICH_TOKEN_ARGS(""), ARG_END},
    .examples = EXAMPLES({"poolctl token delete t_0123456789abcdef", N_("One token")},
                         {"poolctl token delete --status expired --owner none --dry-run",
                          N_("See which of your own are over")}),
    .exits = EXITS({0, N_("Done; a filter may find no token.")}, {1, N_("It was not confirmed.")},
                   {2, NULL}, {3, N_("There are no such tokens.")}, {4, NULL}, {6, NULL},
                   {7, N_("Some tokens could not be deleted.")}),
    .flags = CMD_CHANGE | CMD_DESTROY,
    .resource = RES_CHANGE,
    .confirm_over = 10,
    .confirm = N_("This will delete {1} tokens. Type {1} to go on: "),
    .confirm_what = N_("to delete {1} tokens at once"),
    .run = run_delete,
};
