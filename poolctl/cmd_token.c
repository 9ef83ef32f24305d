/* token create, list, delete: the client tokens, which let programs use the pool. */
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

/* ---- delete ------------------------------------------------------------------------------------
 */

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
    json_t *body = json_object();
    const struct key_change change = {
        .of = &which_tokens,
        .route = API_TOKENS_DELETE,
        .body = body,
        .prefix = "",
        .word = "deleted",
        .text = &text_deleted,
    };
    enum err_code code = key_change_run(c, &change, e);

    json_decref(body);
    return code;
}

const struct command cmd_token_delete = {
    .name = "token delete",
    .text = N_("Delete client tokens: programs that hold them are refused at once."),
    .details = PARAGRAPHS(
        N_("Tokens are named by id, or by what they are like: all that fit what is said are meant, "
           "and it is done in one go. --dry-run tells how many these are, and the first of them. "
           "More than ten at a time ask for their number to be typed, unless --yes is given.")),
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
