/* context list, show, add, use, remove: named gateways. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/context.h"
#include "ask.h"
#include "crypto/secret.h"
#include "crypto/secret_file.h"
#include "input.h"
#include "term/prompt.h"

/* ---- list, show --------------------------------------------------------------------------------
 */

/* Where the token comes from, in words; owned. */
static char *token_words(const struct context *x)
{
    if (x->token_stored)
        return mem_strdup(_("stored"));
    if (x->token_file != NULL)
        return mem_printf(_("file %s"), x->token_file);
    return x->token_env ? mem_printf(_("variable %s"), x->token_env) : NULL;
}

static json_t *row_of(const struct contexts *all, const struct context *x)
{
    bool current = all->current != NULL && strcmp(all->current, x->name) == 0;
    char *token = token_words(x);
    json_t *row =
        json_pack("{s:s,s:b,s:s?,s:s?,s:s?,s:b}", "name", x->name, "current", current, "url",
                  x->url, "provider", x->provider, "token", token, "protected", x->is_protected);

    free(token);
    return row;
}

static enum err_code run_list(struct ctl *c, struct err *e)
{
    struct contexts all;
    enum err_code code = contexts_load(&all, false, e);

    if (code == ERR_OK) {
        struct out *o = out_begin(c, RES_CONTEXT);

        for (size_t i = 0; i < all.len; i++) {
            json_t *row = row_of(&all, all.list[i]);

            out_row(o, row);
            json_decref(row);
        }
        out_end(o, true);
        if (all.len == 0 && out_is_table(c->format))
            ctl_say(c, _("no contexts yet; add one with: poolctl context add NAME --url URL"));
    }
    contexts_done(&all);
    return code;
}

const struct command cmd_context_list = {
    .name = "context list",
    .text = N_("List the named gateways."),
    .args = (const struct arg[]){ARG_END},
    .examples = EXAMPLES({"poolctl context list", N_("All of them, and which is in use")},
                         {"poolctl context list -o name", N_("Their names")}),
    .exits = EXITS({0, N_("Done; the list may be empty.")},
                   {2, N_("The command line or the file of contexts is wrong.")}),
    .flags = CMD_LIST,
    .resource = RES_CONTEXT,
    .run = run_list,
};

static char *token_location(const struct context *x)
{
    if (x->token_stored)
        return context_token_path(x->name);
    return x->token_file ? mem_strdup(x->token_file) : NULL;
}

/* The token as far as it may be shown, or null when it cannot be read now. */
static json_t *masked_token(const struct context *x)
{
    char *path = token_location(x);
    char token[SECRET_FILE_MAX] = "", masked[SECRET_MASK_BYTES];
    const char *env = x->token_env && path == NULL ? getenv(x->token_env) : NULL;
    bool missing = false, readable = true;
    struct err ignored;
    json_t *shown;

    if (path != NULL)
        readable = secret_file_read(path, token, &missing, &ignored) == ERR_OK;
    else if (env != NULL)
        snprintf(token, sizeof(token), "%s", env);
    shown = readable && *token != '\0' ? json_string(secret_mask(token, strlen(token), masked))
                                       : json_null();
    secret_wipe(token, sizeof(token));
    free(path);
    return shown;
}

/* The one that is named, else the current one; NULL: none, as e says. */
static struct context *chosen(const struct ctl *c, const struct contexts *all, struct err *e)
{
    const char *name = args_text(&c->args, "name"), *env = getenv("POOLCTL_CONTEXT");
    struct context *found = NULL;

    if (name == NULL)
        name = env != NULL && *env != '\0' ? env : all->current;
    if (name == NULL)
        err_param(e, ERR_USAGE, "name",
                  _("no context is in use; name one, or choose with: poolctl context use NAME"));
    else if (contexts_find(all, name, &found, e) != ERR_OK)
        return NULL;
    return found;
}

static enum err_code run_show(struct ctl *c, struct err *e)
{
    struct contexts all;
    const struct context *x;
    enum err_code code = contexts_load(&all, false, e);

    if (code == ERR_OK && (x = chosen(c, &all, e)) != NULL) {
        json_t *row = row_of(&all, x);

        json_object_set_new(row, "masked", masked_token(x));
        out_one(c, RES_CONTEXT, row);
        json_decref(row);
    } else if (code == ERR_OK) {
        code = e->code;
    }
    contexts_done(&all);
    return code;
}

const struct command cmd_context_show = {
    .name = "context show",
    .text = N_("Show a named gateway; its token only masked."),
    .args = (const struct arg[]){ARG_POS("name", AT_CONTEXT, 0, N_("Which; else the one in use.")),
                                 ARG_END},
    .examples = EXAMPLES({"poolctl context show prod", N_("Where it is, and where its token is")}),
    .exits = EXITS({0, NULL}, {2, N_("The command line or the file of contexts is wrong.")},
                   {3, N_("There is no such context.")}),
    .flags = CMD_SHOW,
    .resource = RES_CONTEXT,
    .run = run_show,
};

/* ---- add ---------------------------------------------------------------------------------------
 */

static enum err_code read_token(struct ctl *c, struct buf *token, struct err *e)
{
    char line[SECRET_FILE_MAX];
    enum err_code code = ERR_OK;

    if (ask_can(c))
        code = prompt_secret(_("Admin token (not shown): "), token, e);
    else if (c->term.in_tty)
        return ask_refused(c, _("to store a token, instead of --store-token,"), "token-file", e);
    else if (fgets(line, sizeof(line), stdin) != NULL)
        buf_add(token, line, strcspn(line, "\r\n"));
    secret_wipe(line, sizeof(line));
    if (code == ERR_OK && (token->len == 0 || token->overflowed))
        return err_set(e, ERR_USAGE, _("there was no token to store"));
    return code;
}

static enum err_code store_token(struct ctl *c, const char *name, struct err *e)
{
    char *path = context_token_path(name);
    struct buf token;
    enum err_code code;
    bool made;

    buf_init(&token, SECRET_FILE_MAX - 2);
    if ((code = read_token(c, &token, e)) == ERR_OK) {
        unlink(path); /* what is left of an earlier one */
        code = secret_file_make(path, token.data, &made, e);
    }
    buf_wipe(&token);
    free(path);
    return code;
}

static char *copy(const char *text)
{
    return text ? mem_strdup(text) : NULL;
}

static char *full_path(const char *path)
{
    char *real = path ? realpath(path, NULL) : NULL;

    return real ? real : copy(path);
}

/* Owned. */
static struct context *described(const struct args *a)
{
    struct context *x = mem_zalloc(sizeof(*x));

    x->name = mem_strdup(args_text(a, "name"));
    x->url = copy(args_text(a, "url"));
    x->provider = copy(args_text(a, "provider"));
    x->token_file = full_path(args_text(a, "token-file"));
    x->token_env = copy(args_text(a, "token-env"));
    x->token_stored = args_has(a, "store-token");
    x->is_protected = args_has(a, "protected");
    return x;
}

static bool has_controls(const char *text)
{
    for (; text != NULL && *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    return false;
}

static enum err_code check_described(const struct ctl *c, const struct contexts *all,
                                     const struct context *x, struct err *e)
{
    struct context *old;
    struct err none;

    if ((x->token_file != NULL) + (x->token_env != NULL) + x->token_stored > 1)
        return err_set(e, ERR_USAGE,
                       _("of --token-file, --token-env and --store-token one is enough"));
    if (has_controls(x->url) || has_controls(x->token_file) || has_controls(x->token_env))
        return err_set(e, ERR_USAGE, _("a line break or another control byte cannot be kept"));
    if (x->token_file != NULL && access(x->token_file, R_OK) != 0)
        return err_param(e, ERR_USAGE, "token-file", _("cannot read %s: %s"), x->token_file,
                         strerror(errno));
    if (!args_has(&c->args, "replace") && contexts_find(all, x->name, &old, &none) == ERR_OK)
        return err_set(e, ERR_CONFLICT,
                       _("there is a context %s already; --replace puts this one in "
                         "its place"),
                       x->name);
    return ERR_OK;
}

static enum err_code run_add(struct ctl *c, struct err *e)
{
    struct context *x = described(&c->args);
    struct contexts all;
    enum err_code code = contexts_load(&all, true, e);
    bool first = all.len == 0;

    if (code == ERR_OK)
        code = check_described(c, &all, x, e);
    if (code == ERR_OK && x->token_stored)
        code = store_token(c, x->name, e);
    if (code == ERR_OK) {
        if (first && all.current == NULL)
            all.current = mem_strdup(x->name);
        contexts_put(&all, x);
        code = contexts_save(&all, e);
        if (code == ERR_OK && !c->quiet)
            printf(first ? _("%s added, and in use\n") : _("%s added\n"), x->name);
    } else {
        context_free(x);
    }
    contexts_done(&all);
    return code;
}

const struct command cmd_context_add = {
    .name = "context add",
    .text = N_("Give a gateway a name."),
    .details =
        PARAGRAPHS(N_("--url and --provider say what is meant; without --url it is the gateway of "
                      "this machine. --store-token asks for the admin token at a prompt that does "
                      "not show it, or reads it from standard input; it is kept beside the "
                      "contexts, in a file for you alone. The first context is in use at once.")),
    .args =
        (const struct arg[]){
            ARG_POS("name", AT_CONTEXT, ARG_REQUIRED, N_("What to call it.")),
            ARG_OPT("token-file", 0, AT_FILE, N_("The file that holds the admin token.")),
            ARG_OPT("token-env", 0, AT_TEXT, N_("The variable that holds the admin token.")),
            ARG_OPT("store-token", 0, AT_FLAG, N_("Keep the admin token, which is asked for.")),
            ARG_OPT("protected", 0, AT_FLAG, N_("Have its name typed before anything is deleted.")),
            ARG_OPT("replace", 0, AT_FLAG, N_("In place of one with this name.")), ARG_END},
    .examples = EXAMPLES(
        {"poolctl context add prod --url http://10.0.0.5:8787 --token-env PROD_TOKEN --protected",
         N_("One to be careful with")},
        {"pass show pool | poolctl context add lab --url http://10.0.0.5:8787 --store-token",
         N_("With a token from a password manager")},
        {"poolctl context add router -p openrouter", N_("This machine's gateway, other provider")}),
    .exits = EXITS({0, NULL}, {1, NULL}, {2, NULL}, {5, N_("There is one with this name.")}),
    .resource = RES_COUNT,
    .run = run_add,
};

/* ---- use, remove -------------------------------------------------------------------------------
 */

static enum err_code use(struct ctl *c, struct contexts *all, struct err *e)
{
    const char *name = args_text(&c->args, "name");
    struct context *x;
    enum err_code code;

    if ((name == NULL) != args_has(&c->args, "none"))
        return err_param(e, ERR_USAGE, "name", _("name a context, or say --none"));
    if (name != NULL && (code = contexts_find(all, name, &x, e)) != ERR_OK)
        return code;
    free(all->current);
    all->current = copy(name);
    if ((code = contexts_save(all, e)) == ERR_OK && !c->quiet) {
        if (name != NULL)
            printf(_("%s is in use\n"), name);
        else
            printf(_("no context in use\n"));
    }
    return code;
}

static enum err_code run_use(struct ctl *c, struct err *e)
{
    struct contexts all;
    enum err_code code = contexts_load(&all, true, e);

    if (code == ERR_OK)
        code = use(c, &all, e);
    contexts_done(&all);
    return code;
}

const struct command cmd_context_use = {
    .name = "context use",
    .text = N_("Talk to this gateway from now on."),
    .args =
        (const struct arg[]){ARG_POS("name", AT_CONTEXT, 0, N_("Which.")),
                             ARG_OPT("none", 0, AT_FLAG, N_("None: the gateway of this machine.")),
                             ARG_END},
    .examples = EXAMPLES({"poolctl context use prod", N_("For all commands to come")},
                         {"poolctl context use --none", N_("Back to the gateway of this machine")}),
    .exits = EXITS({0, NULL}, {2, NULL}, {3, N_("There is no such context.")}),
    .resource = RES_COUNT,
    .run = run_use,
};

static enum err_code remove_one(struct ctl *c, struct contexts *all, struct err *e)
{
    const char *name = args_text(&c->args, "name");
    char *path;
    struct context *x;
    enum err_code code;

    if ((code = contexts_find(all, name, &x, e)) != ERR_OK)
        return code;
    if (!c->dry_run && x->is_protected && (code = ask_for_name(c, x, e)) != ERR_OK)
        return code;
    if (!c->dry_run) {
        contexts_drop(all, x);
        code = contexts_save(all, e);
    }
    if (code != ERR_OK)
        return code;
    path = context_token_path(name);
    if (!c->dry_run)
        unlink(path);
    free(path);
    if (!c->quiet)
        printf(c->dry_run ? _("%s would be removed\n") : _("%s removed\n"), name);
    return ERR_OK;
}

static enum err_code run_remove(struct ctl *c, struct err *e)
{
    struct contexts all;
    enum err_code code = contexts_load(&all, true, e);

    if (code == ERR_OK)
        code = remove_one(c, &all, e);
    contexts_done(&all);
    return code;
}

const struct command cmd_context_remove = {
    .name = "context remove",
    .text = N_("Forget a named gateway, and its stored token."),
    .args = (const struct arg[]){ARG_POS("name", AT_CONTEXT, ARG_REQUIRED, N_("Which.")),
                                 ARG_OPT("confirm", 0, AT_TEXT,
                                         N_("The answer, where it is protected: its name.")),
                                 ARG_END},
    .examples =
        EXAMPLES({"poolctl context remove prod --confirm prod", N_("One that is protected")}),
    .exits = EXITS({0, NULL}, {1, N_("It was not confirmed.")}, {2, NULL},
                   {3, N_("There is no such context.")}),
    .flags = CMD_CHANGE,
    .resource = RES_COUNT,
    .run = run_remove,
};
