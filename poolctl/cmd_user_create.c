/* user create: a user whom an operator makes. */
#include <stdlib.h>

#include "once.h"
#include "password.h"
#include "user_edit.h"

static void print_new(const struct ctl *c, const json_t *answer)
{
    const json_t *user = json_object_get(answer, "user"), *token = json_object_get(answer, "token");
    char *path = once_provider_path(once_text(token, "provider")), until[ONCE_UNTIL_BYTES];

    printf(_("User %s (%s), with a client token for %s, %s.\n\n"), once_text(user, "email"),
           once_text(user, "id"), once_text(token, "provider"),
           once_until(token, "expiresAt", until));
    printf("  base_url  %s%s/v1\n", api_client_url(c->api), path);
    once_print_secret(c, "api_key", once_text(token, "token"));
    printf(_("\nThe user sees it again with: poolctl auth key\n"));
    free(path);
}

static enum err_code add_password(struct ctl *c, json_t *body, struct err *e)
{
    struct buf password;
    enum err_code code;

    if (!args_has(&c->args, "password"))
        return ERR_OK;
    buf_init(&password, PASSWORD_BYTES + 1);
    code = password_read(c, _("Password of the user (not shown): "), true, &password, e);
    if (code == ERR_OK && json_object_set_new(body, "password", json_string(password.data)) != 0)
        code = err_set(e, ERR_USAGE, _("the password is to be text in UTF-8"));
    buf_wipe(&password);
    return code;
}

static enum err_code run_create(struct ctl *c, struct err *e)
{
    static const struct once once = {
        .route = API_USER_CREATE, .resource = RES_NEW_USER, .print = print_new};
    json_t *body = json_pack("{s:s}", "email", args_text(&c->args, "email"));

    if (body != NULL && args_has(&c->args, "disabled"))
        json_object_set_new(body, "isActive", json_false());
    if (body != NULL &&
        (user_edit_read(&c->args, body, e) != ERR_OK || add_password(c, body, e) != ERR_OK)) {
        json_decref(body);
        return e->code;
    }
    return once_run(c, &once, body, e);
}

const struct command cmd_user_create = {
    .name = "user create",
    .text = N_("Make a user. The client token is shown this once."),
    .details = PARAGRAPHS(
        N_("Without --password the user logs in with a code that is mailed, and may set a password "
           "then. The password is asked for at a prompt that does not show it, or read from "
           "standard input. The client token is for the provider of --provider.")),
    .args = (const struct arg[]){ARG_POS("email", AT_EMAIL, ARG_REQUIRED, N_("The address.")),
                                 ARG_OPT("password", 0, AT_FLAG, N_("Ask for a password.")),
                                 ARG_OPT("disabled", 0, AT_FLAG, N_("Not to be let in yet.")),
                                 USER_EDIT_ARGS, ARG_END},
    .examples =
        EXAMPLES({"poolctl user create bob@example.org --ttl 30d", N_("A guest, for a month")},
                 {"pass show bob | poolctl user create bob@example.org --password -o name",
                  N_("With a password, and nothing but the client token printed")}),
    .exits = EXITS({0, NULL}, {2, NULL}, {4, NULL}, {5, N_("There is a user with this address.")},
                   {6, NULL}),
    .resource = RES_NEW_USER,
    .run = run_create,
};
