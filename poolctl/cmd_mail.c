/* server mail, mail-test: the e-mail that the gateway sends. */
#include "views.h"

/* ---- mail --------------------------------------------------------------------------------------
 */

static enum err_code run_mail(struct ctl *c, struct err *e)
{
    const struct api_request request = {.route = API_MAIL, .any_provider = true};

    return views_print_call(c, &request, NULL, e);
}

const struct command cmd_server_mail = {
    .name = "server mail",
    .text = N_("Show how the gateway sends e-mail, how much waits, and the last errors."),
    .args = (const struct arg[]){VIEWS_ARGS, ARG_END},
    .examples = EXAMPLES({"poolctl server mail", N_("All of it")},
                         {"poolctl server mail --by error -o wide", N_("What went wrong")}),
    .exits = EXITS({0, NULL}, {2, NULL}, {4, NULL}, {6, NULL}),
    .flags = CMD_LIST | CMD_SHOW,
    .views = (const struct view[]){{"error", "errors", N_("Last errors"), RES_MAIL_ERROR},
                                   {.name = NULL}},
    .resource = RES_MAIL,
    .run = run_mail,
};

/* ---- mail-test ---------------------------------------------------------------------------------
 */

static const char languages[] =
#define LANGUAGE(ID, tag, ...) tag "|"
#include "conf/languages.def"
#undef LANGUAGE
    ;

static enum err_code run_test(struct ctl *c, struct err *e)
{
    const char *language = args_text(&c->args, "language");
    json_t *body = json_pack("{s:s}", "to", args_text(&c->args, "address")), *answer;
    const struct api_request request = {.route = API_MAIL_TEST, .json = body, .any_provider = true};
    enum err_code code;

    if (body == NULL)
        return err_set(e, ERR_USAGE, _("ADDRESS is to be text in UTF-8"));
    if (language != NULL)
        json_object_set_new(body, "language", json_string(language));
    code = ctl_call(c, &request, &answer, e);
    if (code == ERR_OK)
        out_one(c, RES_MAIL_TEST, answer);
    json_decref(body);
    json_decref(answer);
    return code;
}

const struct command cmd_server_mail_test = {
    .name = "server mail-test",
    .text = N_("Send a test mail, and say what the mail server answers."),
    .args =
        (const struct arg[]){ARG_POS("address", AT_TEXT, ARG_REQUIRED, N_("To whom to send it.")),
                             ARG_ONE_OF("language", 0, languages,
                                        N_("In this language; else in that of EMAIL_LANGUAGE.")),
                             ARG_END},
    .examples = EXAMPLES({"poolctl server mail-test ann@example.org", N_("Does e-mail work?")},
                         {"poolctl server mail-test ann@example.org --language zh",
                          N_("What it looks like in Chinese")}),
    .exits =
        EXITS({0, N_("The mail server took it.")}, {1, N_("It was not sent; the reason is told.")},
              {2, NULL}, {4, NULL}, {6, NULL}),
    .resource = RES_MAIL_TEST,
    .run = run_test,
};
