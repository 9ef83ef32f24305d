/* token create, list, show, edit, delete: the client tokens, which let programs use the pool. */
#include <stdlib.h>
#include <string.h>

#include "key_change.h"
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

/* ---- show --------------------------------------------------------------------------------------
 */

static enum err_code fetch(struct ctl *c, const char *id, json_t **row, struct err *e)
{
    const struct api_request request = {.route = API_TOKEN_SHOW, .id = id};

    return ctl_call(c, &request, row, e);
}

static enum err_code run_show(struct ctl *c, struct err *e)
{
    json_t *row = NULL;
    enum err_code code = fetch(c, args_text(&c->args, "id"), &row, e);

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

static enum err_code find_one(struct ctl *c, const char *id, struct err *e)
{
    json_t *row = NULL;
    enum err_code code = fetch(c, id, &row, e);

    json_decref(row);
    return code;
}

/* Owned; NULL with the error. */
static json_t *edit_body(const struct ctl *c, struct err *e)
{
    const char *name = args_text(&c->args, "name");
    json_t *body = json_object();

    if (name != NULL && json_object_set_new(body, "name", json_string(name)) != 0)
        err_param(e, ERR_USAGE, "name", _("--%s is to be text in UTF-8"), "name");
    else if (key_change_expiry(&c->args, body, e) == ERR_OK && json_object_size(body) == 0)
        err_set(e, ERR_USAGE,
                _("token edit needs something to change: --name, --expires or --ttl"));
    if (e->code == ERR_OK)
        return body;
    json_decref(body);
    return NULL;
}

static enum err_code edit_one(struct ctl *c, const char *id, json_t **row, struct err *e)
{
    json_t *body = edit_body(c, e);
    const struct api_request request = {.route = API_TOKEN_EDIT, .id = id, .json = body};
    enum err_code code = body != NULL ? ctl_call(c, &request, NULL, e) : e->code;

    (void)row;
    json_decref(body);
    return code;
}

static const struct bulk_text text_edited = {
    .done = N_("{1} edited"),
    .would = N_("{1} would be edited"),
    .failed = N_("{1} of {2} tokens could not be edited"),
};

static enum err_code run_edit(struct ctl *c, struct err *e)
{
    const struct bulk bulk = {.type = AT_TOKENID,
                              .word = "edited",
                              .text = &text_edited,
                              .one = edit_one,
                              .find = find_one};
    json_t *body = edit_body(c, e);

    if (body == NULL)
        return e->code;
    json_decref(body);
    return bulk_run(c, &bulk, e);
}

const struct command cmd_token_edit = {
    .name = "token edit",
    .text = N_("Change client tokens: name, end. Programs go on with the token that they have."),
    .details = PARAGRAPHS(N_(
        "A token whose time is over is good again from when its end is later. A user's token has "
        "the user's end: see user extend. More than ten at a time ask for their number to be "
        "typed, unless --yes is given.")),
    .args =
        (const struct arg[]){
            ARG_POS("id", AT_TOKENID, ARG_REQUIRED | ARG_MANY | ARG_STDIN,
                    N_("The tokens; a lone - reads their ids from standard input.")),
            ARG_OPT("name", 0, AT_TEXT, N_("What to call it.")),
            ARG_OPT("expires", 0, AT_DATE, N_("It is good until then; never: for ever.")),
            ARG_OPT("ttl", 0, AT_DURATION, N_("It is good for so long from now.")), ARG_END},
    .examples =
        EXAMPLES({"poolctl token edit t_0123456789abcdef --ttl 30d", N_("Thirty days from now")},
                 {"poolctl token edit t_0123456789abcdef --name 'old laptop' --expires never",
                  N_("Another name, and no end any more")},
                 {"poolctl token list -o name | poolctl token edit - --expires 2030-07-31 --yes",
                  N_("All of them, to the end of term")}),
    .exits =
        EXITS({0, NULL}, {1, N_("It was not confirmed.")}, {2, NULL},
              {3, N_("There are no such tokens.")}, {4, NULL}, {5, N_("It is a user's token.")},
              {6, NULL}, {7, N_("Some tokens could not be edited.")}),
    .flags = CMD_CHANGE,
    .resource = RES_CHANGE,
    .confirm_over = 10,
    .confirm = N_("This will edit {1} tokens. Type {1} to go on: "),
    .confirm_what = N_("to edit {1} tokens at once"),
    .run = run_edit,
};

static enum err_code delete_one(struct ctl *c, const char *id, json_t **row, struct err *e)
{
    const struct api_request request = {.route = API_TOKEN_DELETE, .id = id};

    (void)row;
    return ctl_call(c, &request, NULL, e);
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
