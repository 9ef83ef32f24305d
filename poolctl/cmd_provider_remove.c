/* provider remove: an upstream service that was added, with all that it has. */
#include <stdlib.h>

#include "ask.h"
#include "provider.h"
#include "view/cell.h"

static long long count_of(const json_t *row, const char *path)
{
    return (long long)cell_number(cell_get(row, path));
}

/* "the provider lab is removed, with 3 keys and 1 token", or for an error what is to be done;
 * owned. */
static char *loss(const json_t *row, const char *name, bool refused)
{
    long long keys = count_of(row, "keys.total"), tokens = count_of(row, "tokens");
    char *with_keys = mem_printf(P_("%lld key", "%lld keys", (unsigned long)keys), keys);
    char *with_tokens = mem_printf(P_("%lld token", "%lld tokens", (unsigned long)tokens), tokens);
    char *all = refused ? mem_printf(_("to remove the provider %s, with %s and %s,"), name,
                                     with_keys, with_tokens)
                        : mem_printf(_("the provider %s is removed, with %s and %s"), name,
                                     with_keys, with_tokens);

    free(with_keys);
    free(with_tokens);
    return all;
}

static enum err_code remove_it(struct ctl *c, const char *name, struct err *e)
{
    const struct api_param params[] = {{"force", args_has(&c->args, "force") ? "true" : NULL},
                                       {NULL, NULL}};
    const struct api_request request = {
        .route = API_PROVIDER_REMOVE, .id = name, .params = params, .any_provider = true};
    enum err_code code = ctl_call(c, &request, NULL, e);

    if (code == ERR_CONFLICT)
        buf_adds(&c->hint, _("With --force it goes with all that it has."));
    return code;
}

static void report_removed(struct ctl *c, const char *name, const char *what)
{
    if (!out_is_table(c->format)) {
        json_t *row = json_pack("{s:s,s:s}", "id", name, "result",
                                c->dry_run ? "would be removed" : "removed");

        out_one(c, RES_CHANGE, row);
        json_decref(row);
    } else if (!c->quiet && c->dry_run) {
        printf(_("dry run: %s\n"), what);
    } else if (!c->quiet) {
        printf(_("%s removed\n"), name);
    }
}

static enum err_code run_remove(struct ctl *c, struct err *e)
{
    const char *name = args_text(&c->args, "name");
    json_t *row;
    char *what;
    enum err_code code = provider_fetch(c, name, &row, e);

    if (code != ERR_OK)
        return code;
    what = loss(row, name, !c->dry_run && !ask_can(c));
    if (!c->dry_run && (code = ask_typed(c, _("the provider is {1}"), name, what, e)) == ERR_OK)
        code = remove_it(c, name, e);
    if (code == ERR_OK)
        report_removed(c, name, what);
    free(what);
    json_decref(row);
    return code;
}

const struct command cmd_provider_remove = {
    .name = "provider remove",
    .text = N_("Remove an upstream service that was added, and all that was counted of it."),
    .details = PARAGRAPHS(
        N_("Its name has to be typed, or given with --confirm; --yes is no answer to that.")),
    .args = (const struct arg[]){PROVIDER_NAME_ARG,
                                 ARG_OPT("force", 0, AT_FLAG,
                                         N_("Even if it has keys and tokens: they go with it.")),
                                 ARG_END},
    .examples = EXAMPLES({"poolctl provider remove lab --dry-run", N_("What would go with it?")},
                         {"poolctl provider remove lab --confirm lab --force", N_("In a script")}),
    .exits = EXITS(
        {0, NULL}, {1, N_("It was not confirmed.")}, {2, NULL},
        {3, N_("There is no such provider.")}, {4, N_("Not allowed: it takes the role owner.")},
        {5, N_("It has keys or tokens, or is one that the program brings along.")}, {6, NULL}),
    .flags = CMD_CHANGE | CMD_DESTROY,
    .resource = RES_CHANGE,
    .run = run_remove,
};
