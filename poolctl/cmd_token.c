/* token create, list, delete: the client tokens, which let programs use the pool. */
#include <stdlib.h>
#include <string.h>

#include "bulk.h"
#include "once.h"
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
    const struct api_request request = {.route = API_TOKENS_LIST};
    const json_t *tokens;
    json_t *answer;
    enum err_code code = ctl_call(c, &request, &answer, e);

    if (code != ERR_OK)
        return code;
    tokens = json_object_get(answer, "tokens");
    if (out_list(c, RES_TOKEN, tokens) == 0 && out_is_table(c->format))
        ctl_say(c, c->filter ? _("no such tokens")
                             : _("no tokens yet; make one with: poolctl token create NAME"));
    json_decref(answer);
    return ERR_OK;
}

const struct command cmd_token_list = {
    .name = "token list",
    .text = N_("List the client tokens."),
    .args = (const struct arg[]){ARG_END},
    .examples =
        EXAMPLES({"poolctl token list", N_("All tokens")},
                 {"poolctl token list --sort-by=-completion_tokens -n 5", N_("Who uses the most")}),
    .exits = EXITS({0, N_("Done; the list may be empty.")}, {2, NULL}, {4, NULL}, {6, NULL}),
    .flags = CMD_LIST,
    .resource = RES_TOKEN,
    .run = run_list,
};

/* ---- delete ------------------------------------------------------------------------------------
 */

static enum err_code delete_one(struct ctl *c, const char *id, json_t **row, struct err *e)
{
    const struct api_request request = {.route = API_TOKEN_DELETE, .id = id};

    (void)row;
    return ctl_call(c, &request, NULL, e);
}

static enum err_code find_one(struct ctl *c, const char *id, struct err *e)
{
    const struct api_request request = {.route = API_TOKENS_LIST};
    const json_t *tokens;
    json_t *answer;
    enum err_code code = ctl_call(c, &request, &answer, e);
    bool found = false;

    if (code != ERR_OK)
        return code;
    tokens = json_object_get(answer, "tokens");
    for (size_t i = 0; !found && i < json_array_size(tokens); i++)
        found = strcmp(once_text(json_array_get(tokens, i), "id"), id) == 0;
    json_decref(answer);
    return found ? ERR_OK : err_set(e, ERR_TOKEN_NOT_FOUND, NULL);
}

static const struct bulk_text text_deleted = {
    .done = N_("{1} deleted"),
    .would = N_("{1} would be deleted"),
    .failed = N_("{1} of {2} tokens could not be deleted"),
};

static enum err_code run_delete(struct ctl *c, struct err *e)
{
    const struct bulk bulk = {
        .type = AT_TOKENID,
        .word = "deleted",
        .text = &text_deleted,
        .one = delete_one,
        .find = find_one,
    };

    return bulk_run(c, &bulk, e);
}

const struct command cmd_token_delete = {
    .name = "token delete",
    .text = N_("Delete client tokens: programs that hold them are refused at once."),
    .details = PARAGRAPHS(
        N_("More than ten at a time ask for their number to be typed, unless --yes is given.")),
    .args =
        (const struct arg[]){
            ARG_POS("id", AT_TOKENID, ARG_REQUIRED | ARG_MANY | ARG_STDIN,
                    N_("The tokens; a lone - reads their ids from standard input.")),
            ARG_END},
    .examples = EXAMPLES({"poolctl token delete t_0123456789abcdef", N_("One token")}),
    .exits = EXITS({0, NULL}, {1, N_("It was not confirmed.")}, {2, NULL},
                   {3, N_("There are no such tokens.")}, {4, NULL}, {6, NULL},
                   {7, N_("Some tokens could not be deleted.")}),
    .flags = CMD_CHANGE | CMD_DESTROY,
    .resource = RES_CHANGE,
    .confirm_over = 10,
    .confirm = N_("This will delete {1} tokens. Type {1} to go on: "),
    .confirm_what = N_("to delete {1} tokens at once"),
    .run = run_delete,
};
