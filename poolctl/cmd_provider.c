/* provider list, show, add, edit, enable, disable: the upstream services. */
#include <stdlib.h>
#include <string.h>

#include "base/sentence.h"
#include "bulk.h"
#include "provider.h"

enum err_code provider_fetch(struct ctl *c, const char *name, json_t **row, struct err *e)
{
    const struct api_request request = {
        .route = API_PROVIDER_SHOW, .id = name, .any_provider = true};

    return ctl_call(c, &request, row, e);
}

/* ---- list, show --------------------------------------------------------------------------------
 */

static enum err_code run_list(struct ctl *c, struct err *e)
{
    const struct api_request request = {.route = API_PROVIDERS_LIST, .any_provider = true};
    json_t *answer;
    enum err_code code = ctl_call(c, &request, &answer, e);

    if (code != ERR_OK)
        return code;
    out_list(c, RES_PROVIDER, json_object_get(answer, "providers"));
    json_decref(answer);
    return ERR_OK;
}

const struct command cmd_provider_list = {
    .name = "provider list",
    .text = N_("List the upstream services, with their keys and tokens."),
    .args = (const struct arg[]){ARG_END},
    .examples = EXAMPLES({"poolctl provider list", N_("All of them")},
                         {"poolctl provider list -o wide", N_("And where their calls go")}),
    .exits = EXITS({0, NULL}, {2, NULL}, {4, NULL}, {6, NULL}),
    .flags = CMD_LIST,
    .resource = RES_PROVIDER,
    .run = run_list,
};

static enum err_code run_show(struct ctl *c, struct err *e)
{
    json_t *row;
    enum err_code code = provider_fetch(c, args_text(&c->args, "name"), &row, e);

    if (code == ERR_OK)
        out_one(c, RES_PROVIDER, row);
    json_decref(row);
    return code;
}

const struct command cmd_provider_show = {
    .name = "provider show",
    .text = N_("Show all that is known of one upstream service."),
    .args = (const struct arg[]){PROVIDER_NAME_ARG, ARG_END},
    .examples = EXAMPLES({"poolctl provider show openrouter", N_("Its state and settings")}),
    .exits =
        EXITS({0, NULL}, {2, NULL}, {3, N_("There is no such provider.")}, {4, NULL}, {6, NULL}),
    .flags = CMD_SHOW,
    .resource = RES_PROVIDER,
    .run = run_show,
};

/* ---- add, edit ---------------------------------------------------------------------------------
 */

#define FORM_ARGS                                                                                  \
    ARG_OPT("auth", 0, AT_TEXT,                                                                    \
            N_("How a key is shown: bearer (the default), x_api_key or api_key, by the header.")), \
        ARG_OPT(                                                                                   \
            "probe-path", 0, AT_ANY,                                                               \
            N_("A call that tells whether a key is good and costs nothing; empty: there is none."  \
               " Default: /v1/models.")),                                                          \
        ARG_OPT("models-path", 0, AT_TEXT,                                                         \
                N_("The call that lists models. Default: /v1/models.")),                           \
        ARG_OPT("probe-model", 0, AT_ANY,                                                          \
                N_("Where the free call does not tell, ask for one token of this model.")),        \
        ARG_ONE_OF("inject-usage", 0, "yes|no",                                                    \
                   N_("Ask for the tokens of a stream, where it does not tell of them unasked."))

static json_t *form_of(const struct args *a)
{
    static const struct {
        const char *option, *member;
    } texts[] = {{"base-url", "base_url"},
                 {"auth", "auth"},
                 {"probe-path", "probe_path"},
                 {"models-path", "models_path"},
                 {"probe-model", "probe_model"}};
    json_t *body = json_object();

    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (args_has(a, texts[i].option))
            json_object_set_new(body, texts[i].member, json_string(args_text(a, texts[i].option)));
    if (args_has(a, "inject-usage"))
        json_object_set_new(body, "inject_usage",
                            json_boolean(strcmp(args_text(a, "inject-usage"), "yes") == 0));
    return body;
}

static enum err_code send(struct ctl *c, enum api_route route, const char *id, json_t *body,
                          json_t **row, struct err *e)
{
    const struct api_request request = {
        .route = route, .id = id, .json = body, .any_provider = true};
    enum err_code code = ctl_call(c, &request, row, e);

    json_decref(body);
    return code;
}

/* What was done to one provider, or would be, as a sentence or as the provider is now. */
static void report(struct ctl *c, const char *name, const struct bulk_text *text, const json_t *row)
{
    char *line;

    if (row != NULL && (!out_is_table(c->format) || c->columns != NULL)) {
        out_one(c, RES_PROVIDER, row);
    } else if (!c->quiet && out_is_table(c->format)) {
        line = SENTENCE(c->dry_run ? _(text->would) : _(text->done), name);
        puts(line);
        free(line);
    }
}

static const struct bulk_text text_added = {.done = N_("{1} added"),
                                            .would = N_("{1} would be added")};
static const struct bulk_text text_edited = {.done = N_("{1} edited"),
                                             .would = N_("{1} would be edited")};

static enum err_code would_add(struct ctl *c, const char *name, struct err *e)
{
    json_t *row;
    enum err_code code = provider_fetch(c, name, &row, e);

    json_decref(row);
    if (code == ERR_OK)
        return err_param(e, ERR_CONFLICT, "name", _("there is a provider %s"), name);
    if (code != ERR_PROVIDER_NOT_FOUND)
        return code;
    report(c, name, &text_added, NULL);
    return ERR_OK;
}

static enum err_code run_add(struct ctl *c, struct err *e)
{
    const char *name = args_text(&c->args, "name");
    json_t *body, *row;
    enum err_code code;

    if (c->dry_run)
        return would_add(c, name, e);
    body = form_of(&c->args);
    json_object_set_new(body, "name", json_string(name));
    if (args_has(&c->args, "off"))
        json_object_set_new(body, "enabled", json_false());
    if ((code = send(c, API_PROVIDER_ADD, NULL, body, &row, e)) != ERR_OK)
        return code;
    report(c, name, &text_added, row);
    if (out_is_table(c->format))
        ctl_say(c,
                _("clients find it at %s/%s/v1; next: poolctl key import FILE -p %s, and poolctl "
                  "token create NAME -p %s"),
                api_client_url(c->api), name, name, name);
    json_decref(row);
    return ERR_OK;
}

const struct command cmd_provider_add = {
    .name = "provider add",
    .text = N_("Add an upstream service that is compatible with OpenAI's."),
    .details =
        PARAGRAPHS(N_("It has keys, tokens and counters of its own, and is found at its name: "
                      "/NAME/v1/… The name of the provider goes with -p to other commands.")),
    .args = (const struct arg[]){ARG_POS("name", AT_PROVIDER, ARG_REQUIRED,
                                         N_("What to call it: small letters, digits and hyphens.")),
                                 {.kind = ARG_OPT_KIND,
                                  .name = "base-url",
                                  .type = AT_URL,
                                  .flags = ARG_REQUIRED,
                                  .text = N_("Its address, up to what stands in front of /v1.")},
                                 FORM_ARGS,
                                 ARG_OPT("off", 0, AT_FLAG, N_("Take no calls for it yet.")),
                                 ARG_END},
    .examples =
        EXAMPLES({"poolctl provider add lab --base-url http://10.0.0.5:8787 --auth x_api_key",
                  N_("One of your own")},
                 {"poolctl provider add groq --base-url https://api.groq.com/openai --off",
                  N_("Prepare one")}),
    .exits = EXITS({0, NULL}, {2, NULL}, {4, N_("Not allowed: it takes the role owner.")},
                   {5, N_("There is a provider of this name.")}, {6, NULL}),
    .flags = CMD_CHANGE,
    .resource = RES_PROVIDER,
    .run = run_add,
};

static enum err_code run_edit(struct ctl *c, struct err *e)
{
    const char *name = args_text(&c->args, "name");
    json_t *body = form_of(&c->args), *row = NULL;
    enum err_code code;

    if (json_object_size(body) == 0) {
        json_decref(body);
        return err_set(
            e, ERR_USAGE,
            _("provider edit needs something to change: --base-url, --auth, --probe-path, "
              "--models-path, --probe-model or --inject-usage"));
    }
    if (c->dry_run) {
        json_decref(body);
        code = provider_fetch(c, name, &row, e);
    } else {
        code = send(c, API_PROVIDER_EDIT, name, body, &row, e);
    }
    if (code == ERR_OK)
        report(c, name, &text_edited, row);
    json_decref(row);
    return code;
}

const struct command cmd_provider_edit = {
    .name = "provider edit",
    .text = N_("Change an upstream service that was added."),
    .details = PARAGRAPHS(N_(
        "Those that the program brings along are set up by settings; see: poolctl config list.")),
    .args = (const struct arg[]){PROVIDER_NAME_ARG,
                                 ARG_OPT("base-url", 0, AT_URL,
                                         N_("Its address, up to what stands in front of /v1.")),
                                 FORM_ARGS, ARG_END},
    .examples =
        EXAMPLES({"poolctl provider edit lab --base-url http://10.0.0.5:8787", N_("It has moved")},
                 {"poolctl provider edit lab --inject-usage yes", N_("Have it count tokens")}),
    .exits = EXITS({0, NULL}, {2, NULL}, {3, N_("There is no such provider.")},
                   {4, N_("Not allowed: it takes the role owner.")}, {6, NULL}),
    .flags = CMD_CHANGE,
    .resource = RES_PROVIDER,
    .run = run_edit,
};

/* ---- enable, disable ---------------------------------------------------------------------------
 */

static enum err_code find_one(struct ctl *c, const char *name, struct err *e)
{
    return provider_fetch(c, name, NULL, e);
}

static enum err_code enable_one(struct ctl *c, const char *name, json_t **row, struct err *e)
{
    (void)row;
    return send(c, API_PROVIDER_EDIT, name, json_pack("{s:b}", "enabled", 1), NULL, e);
}

static enum err_code disable_one(struct ctl *c, const char *name, json_t **row, struct err *e)
{
    (void)row;
    return send(c, API_PROVIDER_EDIT, name, json_pack("{s:b}", "enabled", 0), NULL, e);
}

static const struct bulk_text text_enabled = {
    .done = N_("{1} enabled"),
    .would = N_("{1} would be enabled"),
    .failed = N_("{1} of {2} providers could not be enabled"),
};

static enum err_code run_enable(struct ctl *c, struct err *e)
{
    const struct bulk bulk = {.type = AT_PROVIDER,
                              .word = "enabled",
                              .text = &text_enabled,
                              .one = enable_one,
                              .find = find_one};

    return bulk_run(c, &bulk, e);
}

static const struct bulk_text text_disabled = {
    .done = N_("{1} disabled"),
    .would = N_("{1} would be disabled"),
    .failed = N_("{1} of {2} providers could not be disabled"),
};

static enum err_code run_disable(struct ctl *c, struct err *e)
{
    const struct bulk bulk = {.type = AT_PROVIDER,
                              .word = "disabled",
                              .text = &text_disabled,
                              .one = disable_one,
                              .find = find_one};

    return bulk_run(c, &bulk, e);
}

#define MANY_NAMES                                                                                 \
    ARG_POS("name", AT_PROVIDER, ARG_REQUIRED | ARG_MANY | ARG_STDIN,                              \
            N_("The providers; a lone - reads their names from standard input."))
#define SWITCH_EXITS                                                                               \
    EXITS({0, NULL}, {2, NULL}, {3, N_("There are no such providers.")},                           \
          {4, N_("Not allowed: it takes the role owner.")},                                        \
          {5, N_("A setting has switched it off.")}, {6, NULL},                                    \
          {7, N_("Some could not be switched.")})

const struct command cmd_provider_enable = {
    .name = "provider enable",
    .text = N_("Take calls for upstream services again."),
    .args = (const struct arg[]){MANY_NAMES, ARG_END},
    .examples = EXAMPLES({"poolctl provider enable openrouter", N_("From now on")}),
    .exits = SWITCH_EXITS,
    .flags = CMD_CHANGE,
    .resource = RES_CHANGE,
    .run = run_enable,
};

const struct command cmd_provider_disable = {
    .name = "provider disable",
    .text = N_("Take no calls for upstream services any more; keys and tokens stay."),
    .args = (const struct arg[]){MANY_NAMES, ARG_END},
    .examples = EXAMPLES({"poolctl provider disable openrouter", N_("Until it is enabled")}),
    .exits = SWITCH_EXITS,
    .flags = CMD_CHANGE,
    .resource = RES_CHANGE,
    .run = run_disable,
};
