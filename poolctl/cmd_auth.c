/* auth send-code, register, login, logout, reset, passwd, delete: a user's way in and out. */
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "base/sentence.h"
#include "crypto/secret.h"
#include "login.h"
#include "once.h"
#include "password.h"
#include "term/prompt.h"

static const char languages[] =
#define LANGUAGE(ID, tag, ...) tag "|"
#include "conf/languages.def"
#undef LANGUAGE
    ;

#define THE_EMAIL ARG_POS("email", AT_EMAIL, ARG_REQUIRED, N_("The e-mail address."))
#define THE_PROOF                                                                                  \
    ARG_OPT("turnstile-token", 0, AT_PROOF,                                                        \
            N_("What Turnstile gave, where the gateway wants that."))
#define AUTH_EXITS(four)                                                                           \
    EXITS({0, NULL}, {1, N_("Too many tries, or the gateway could not do it.")}, {2, NULL},        \
          {4, four}, {5, NULL}, {6, NULL})

/* What the line says, as members of a body. */
static const struct {
    const char *option, *member;
} options[] = {
    {"email", "email"},       {"for", "purpose"},       {"code", "code"},
    {"language", "language"}, {"invite", "inviteCode"}, {"turnstile-token", "turnstileToken"},
};

/* Owned. */
static json_t *body_of(const struct args *a)
{
    json_t *body = json_object();

    for (size_t i = 0; i < ARRAY_LEN(options); i++) {
        const char *text = args_text(a, options[i].option);

        if (text != NULL)
            json_object_set_new(body, options[i].member, json_string(text));
    }
    return body;
}

/* Into the body. */
static enum err_code add_password(struct ctl *c, json_t *body, const char *member,
                                  const char *question, bool is_new, struct err *e)
{
    struct buf password;
    enum err_code code;

    buf_init(&password, PASSWORD_BYTES + 1);
    code = password_read(c, question, is_new, &password, e);
    if (code == ERR_OK && json_object_set_new(body, member, json_string(password.data)) != 0)
        code = err_set(e, ERR_USAGE, _("a password is to be text in UTF-8"));
    buf_wipe(&password);
    return code;
}

static void body_done(json_t *body)
{
    const char *name;
    json_t *value;

    json_object_foreach(body, name, value) if (strstr(name, "assword") != NULL)
        secret_wipe((char *)(uintptr_t)json_string_value(value), json_string_length(value));
    json_decref(body);
}

/* Posts the body to anybody's route, and takes it. */
static enum err_code post(struct ctl *c, enum api_route route, json_t *body, json_t **answer,
                          struct err *e)
{
    const struct api_request request = {.route = route, .json = body};
    enum err_code code = login_public_call(c, &request, answer, e);

    body_done(body);
    return code;
}

/* ---- send-code ---------------------------------------------------------------------------------
 */

static enum err_code run_send_code(struct ctl *c, struct err *e)
{
    enum err_code code = post(c, API_AUTH_SEND_CODE, body_of(&c->args), NULL, e);

    if (code == ERR_OK && !c->quiet)
        printf(_("If there is something to do with it, a code is on its way to %s; it is good for "
                 "ten minutes.\n"),
               args_text(&c->args, "email"));
    return code;
}

const struct command cmd_auth_send_code = {
    .name = "auth send-code",
    .text = N_("Have a code mailed: to register, to log in, or to set another password."),
    .args =
        (const struct arg[]){
            THE_EMAIL,
            ARG_ONE_OF("for", 0, "register|login|reset", N_("What it is for; else to register.")),
            ARG_ONE_OF("language", 0, languages, N_("The language of the mail.")), THE_PROOF,
            ARG_END},
    .examples =
        EXAMPLES({"poolctl auth send-code new@example.org", N_("To register with")},
                 {"poolctl auth send-code ann@example.org --for reset", N_("A lost password")}),
    .exits = AUTH_EXITS(N_("Not allowed: nobody may register, or Turnstile's token is not good.")),
    .resource = RES_COUNT,
    .run = run_send_code,
};

/* ---- register, login ---------------------------------------------------------------------------
 */

static enum err_code ask_code(struct ctl *c, json_t *body, struct err *e)
{
    struct buf code_text;
    json_t *first;
    enum err_code code;

    if (!ask_can(c)) {
        buf_adds(&c->hint, _("Have one mailed with: poolctl auth send-code ADDRESS"));
        return ask_refused(c, _("to register"), "code", e);
    }
    first = json_pack("{s:O,s:O*}", "email", json_object_get(body, "email"), "turnstileToken",
                      json_object_get(body, "turnstileToken"));
    if ((code = post(c, API_AUTH_SEND_CODE, first, NULL, e)) != ERR_OK)
        return code;
    buf_init(&code_text, 64);
    code = prompt_secret(_("The code from the mail (not shown): "), &code_text, e);
    if (code == ERR_OK)
        json_object_set_new(body, "code", json_string(code_text.len > 0 ? code_text.data : ""));
    buf_wipe(&code_text);
    return code;
}

/* The day will do. */
static void print_filled(const char *sentence, const char *who, const char *until)
{
    char day[sizeof("0000-00-00")], *line;

    snprintf(day, sizeof(day), "%.10s", until);
    line = SENTENCE(sentence, who, day);
    puts(line);
    free(line);
}

/* Keeps the session, and prints who is logged in: "{1} is logged in, until {2}.". */
static enum err_code logged_in(struct ctl *c, json_t *answer, const char *sentence, struct err *e)
{
    json_t *user = json_object_get(answer, "user");
    enum err_code code = login_keep(c, answer, e);

    if (code == ERR_OK && out_is_table(c->format) && c->columns == NULL) {
        if (!c->quiet)
            print_filled(sentence, once_text(user, "email"), once_text(answer, "expiresAt"));
    } else if (code == ERR_OK) {
        out_one(c, RES_ME, user);
    }
    return code;
}

static enum err_code run_register(struct ctl *c, struct err *e)
{
    json_t *body = body_of(&c->args), *answer = NULL;
    enum err_code code = ERR_OK;

    if (args_has(&c->args, "provider"))
        json_object_set_new(body, "provider", json_string(args_text(&c->args, "provider")));
    if (!args_has(&c->args, "code"))
        code = ask_code(c, body, e);
    if (code == ERR_OK)
        code = add_password(c, body, "password", _("A password (not shown): "), true, e);
    if (code != ERR_OK) {
        body_done(body);
        return code;
    }
    code = post(c, API_AUTH_REGISTER, body, &answer, e);
    if (code == ERR_OK)
        code = logged_in(c, answer, _("{1} is registered and logged in, until {2}."), e);
    if (code == ERR_OK && out_is_table(c->format) && c->columns == NULL && !c->quiet)
        printf(_("Your client token: poolctl auth key\n"));
    json_decref(answer);
    return code;
}

const struct command cmd_auth_register = {
    .name = "auth register",
    .text = N_("Register with the code that was mailed, and log in."),
    .details = PARAGRAPHS(N_("Without --code one is mailed and asked for. The password is asked "
                             "for at a prompt that does not show it, or is a line of standard "
                             "input. The client token is for the provider of --provider.")),
    .args =
        (const struct arg[]){
            THE_EMAIL, ARG_OPT("code", 0, AT_PROOF, N_("The code that was mailed.")),
            ARG_OPT("invite", 0, AT_PROOF, N_("An invite code, where the gateway wants one.")),
            THE_PROOF, ARG_END},
    .examples = EXAMPLES({"pass show pool | poolctl auth register new@example.org --code 123456",
                          N_("With a password from a password manager")}),
    .exits = AUTH_EXITS(N_("Not allowed: the code, the invite code or Turnstile's token is not "
                           "good, or nobody may register.")),
    .resource = RES_ME,
    .run = run_register,
};

static enum err_code run_login(struct ctl *c, struct err *e)
{
    json_t *body = body_of(&c->args), *answer = NULL;
    enum err_code code = ERR_OK;

    if (!args_has(&c->args, "code"))
        code = add_password(c, body, "password", _("Your password (not shown): "), false, e);
    if (code != ERR_OK) {
        body_done(body);
        return code;
    }
    code = post(c, API_AUTH_LOGIN, body, &answer, e);
    if (code == ERR_OK)
        code = logged_in(c, answer, _("{1} is logged in, until {2}."), e);
    json_decref(answer);
    return code;
}

const struct command cmd_auth_login = {
    .name = "auth login",
    .text = N_("Log in, with a password or a code that was mailed."),
    .details = PARAGRAPHS(
        N_("The password is asked for at a prompt that does not show it, or is a line of standard "
           "input. The session is kept for the gateway that is meant, in a file for you alone.")),
    .args = (const struct arg[]){THE_EMAIL,
                                 ARG_OPT("code", 0, AT_PROOF,
                                         N_("The code that was mailed, instead of the password.")),
                                 THE_PROOF, ARG_END},
    .examples = EXAMPLES({"pass show pool | poolctl auth login ann@example.org",
                          N_("With a password from a password manager")}),
    .exits = AUTH_EXITS(N_("Not allowed: address and password or code do not belong together, or "
                           "the user is disabled.")),
    .resource = RES_ME,
    .run = run_login,
};

/* ---- logout ------------------------------------------------------------------------------------
 */

static enum err_code run_logout(struct ctl *c, struct err *e)
{
    bool all = args_has(&c->args, "all");
    const struct api_request request = {.route = all ? API_AUTH_LOGOUT_ALL : API_AUTH_LOGOUT};
    enum err_code code = login_call(c, &request, NULL, e);

    if (c->api != NULL && (code == ERR_OK || code == ERR_SESSION))
        login_drop(c);
    if (code == ERR_OK && !c->quiet)
        printf("%s\n", all ? _("All sessions are over.") : _("The session is over."));
    return code;
}

const struct command cmd_auth_logout = {
    .name = "auth logout",
    .text = N_("End the session."),
    .args =
        (const struct arg[]){ARG_OPT("all", 0, AT_FLAG, N_("All sessions, those of others too.")),
                             ARG_END},
    .examples = EXAMPLES({"poolctl auth logout", N_("Here")},
                         {"poolctl auth logout --all", N_("Everywhere")}),
    .exits = EXITS({0, NULL}, {2, NULL}, {4, N_("You are not logged in.")}, {6, NULL}),
    .resource = RES_COUNT,
    .run = run_logout,
};

/* ---- passwords ---------------------------------------------------------------------------------
 */

static enum err_code run_passwd(struct ctl *c, struct err *e)
{
    json_t *body = json_object(), *answer = NULL;
    const struct api_request request = {.route = API_AUTH_PASSWORD, .json = body};
    enum err_code code =
        add_password(c, body, "password", _("Your password (not shown): "), false, e);

    if (code == ERR_OK)
        code = add_password(c, body, "newPassword", _("Another one (not shown): "), true, e);
    if (code == ERR_OK)
        code = login_call(c, &request, &answer, e);
    body_done(body);
    if (code == ERR_OK)
        code = login_keep(c, answer, e);
    if (code == ERR_OK && !c->quiet)
        printf(_("The password is changed; all other sessions are over.\n"));
    json_decref(answer);
    return code;
}

const struct command cmd_auth_passwd = {
    .name = "auth passwd",
    .text = N_("Change the password; all other sessions end."),
    .details = PARAGRAPHS(N_("The passwords are asked for at a prompt that does not show them, or "
                             "are two lines of standard input: the one that is, and the new one.")),
    .args = (const struct arg[]){ARG_END},
    .examples = EXAMPLES(
        {"pass show pool | poolctl auth passwd", N_("Both from a password manager, a line each")}),
    .exits = EXITS({0, NULL}, {1, NULL}, {2, NULL},
                   {4, N_("You are not logged in, or the password is wrong.")}, {6, NULL}),
    .resource = RES_COUNT,
    .run = run_passwd,
};

static enum err_code run_reset(struct ctl *c, struct err *e)
{
    json_t *body = body_of(&c->args);
    enum err_code code =
        add_password(c, body, "password", _("Another password (not shown): "), true, e);

    if (code != ERR_OK) {
        body_done(body);
        return code;
    }
    code = post(c, API_AUTH_RESET, body, NULL, e);
    if (code == ERR_OK && !c->quiet)
        printf(_("The password is set, and all sessions are over. Log in with: poolctl auth login "
                 "%s\n"),
               args_text(&c->args, "email"));
    return code;
}

const struct command cmd_auth_reset = {
    .name = "auth reset",
    .text = N_("Set another password with a code that was mailed; all sessions end."),
    .details = PARAGRAPHS(N_("The code comes by: poolctl auth send-code ADDRESS --for reset")),
    .args = (const struct arg[]){THE_EMAIL,
                                 {.kind = ARG_OPT_KIND,
                                  .name = "code",
                                  .type = AT_PROOF,
                                  .flags = ARG_REQUIRED,
                                  .text = N_("The code that was mailed.")},
                                 ARG_END},
    .examples = EXAMPLES({"pass show pool | poolctl auth reset ann@example.org --code 123456",
                          N_("From a password manager")}),
    .exits = AUTH_EXITS(N_("Not allowed: the code is not good, or the user is disabled.")),
    .resource = RES_COUNT,
    .run = run_reset,
};

/* ---- delete ------------------------------------------------------------------------------------
 */

static enum err_code run_delete(struct ctl *c, struct err *e)
{
    json_t *body = json_object();
    const struct api_request request = {.route = API_AUTH_DELETE, .json = body};
    char email[EMAIL_BYTES], what[EMAIL_BYTES + 64];
    enum err_code code = login_who(c, email, e);

    if (code == ERR_OK) {
        if (ask_can(c))
            snprintf(what, sizeof(what), _("the user %s is deleted with all that is known of them"),
                     email);
        else
            snprintf(what, sizeof(what), _("to delete the user %s"), email);
        code = ask_typed(c, _("the user is {1}"), email, what, e);
    }
    if (code == ERR_OK)
        code = add_password(c, body, "password", _("Your password (not shown): "), false, e);
    if (code == ERR_OK)
        code = login_call(c, &request, NULL, e);
    if (code == ERR_OK) {
        login_drop(c);
        if (!c->quiet)
            printf(_("%s is deleted.\n"), email);
    }
    body_done(body);
    return code;
}

const struct command cmd_auth_delete = {
    .name = "auth delete",
    .text = N_("Delete yourself, with the client token and all that is known of you."),
    .details = PARAGRAPHS(N_("Your address is to be typed first, or given with --confirm.")),
    .args = (const struct arg[]){ARG_END},
    .examples = EXAMPLES({"pass show pool | poolctl auth delete --confirm ann@example.org",
                          N_("Without a question")}),
    .exits = EXITS({0, NULL}, {1, N_("It was not confirmed.")}, {2, NULL},
                   {4, N_("You are not logged in, or the password is wrong.")}, {6, NULL}),
    .flags = CMD_DESTROY,
    .resource = RES_COUNT,
    .run = run_delete,
};
