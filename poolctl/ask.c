/* Questions before something is done that cannot be undone. */
#include "ask.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "api/context.h"
#include "term/prompt.h"

bool ask_can(const struct ctl *c)
{
    return c->term.in_tty && c->term.err_tty && !c->no_input;
}

enum err_code ask_refused(const struct ctl *c, const char *what, const char *option, struct err *e)
{
    return err_param(e, ERR_USAGE, option, "%s needs --%s %s", what, option,
                     c->no_input ? "with --no-input" : "where there is no terminal to ask at");
}

static enum err_code typed(char *question, const char *wanted, struct err *e)
{
    bool agreed = prompt_typed(question, wanted);

    free(question);
    return agreed ? ERR_OK : err_set(e, ERR_ABORTED, "nothing was done");
}

enum err_code ask_if_many(struct ctl *c, size_t count, struct err *e)
{
    const struct command *cmd = c->args.cmd;
    const char *plural = c->args.noun->plural;
    char wanted[24], what[96];

    if (cmd->confirm_over == 0 || count <= cmd->confirm_over || args_has(&c->args, "yes"))
        return ERR_OK;
    snprintf(wanted, sizeof(wanted), "%zu", count);
    snprintf(what, sizeof(what), "to %s %zu %s at once", cmd->confirm_verb, count, plural);
    if (!ask_can(c))
        return ask_refused(c, what, "yes", e);
    return typed(mem_printf("This will %s %zu %s. Type %s to go on: ", cmd->confirm_verb, count,
                            plural, wanted),
                 wanted, e);
}

enum err_code ask_typed(struct ctl *c, const char *kind, const char *name, const char *what,
                        struct err *e)
{
    if (args_says(&c->args, "confirm", name))
        return ERR_OK;
    if (args_has(&c->args, "confirm"))
        return err_param(e, ERR_USAGE, "confirm", "--confirm: the %s is %s", kind, name);
    if (!ask_can(c))
        return ask_refused(c, what, "confirm", e);
    return typed(
        mem_printf("%c%s. Type its name to go on: ", toupper((unsigned char)*what), what + 1), name,
        e);
}

enum err_code ask_for_name(struct ctl *c, const struct context *x, struct err *e)
{
    char *what =
        mem_printf(ask_can(c) ? "the context %s is protected" : "the context %s is protected: %s",
                   x->name, c->args.cmd->name);
    enum err_code code = ask_typed(c, "context", x->name, what, e);

    free(what);
    return code;
}

enum err_code ask_if_protected(struct ctl *c, struct err *e)
{
    enum err_code code = ctl_context(c, e);

    if (code != ERR_OK || c->connect.found == NULL || !c->connect.found->is_protected)
        return code;
    return ask_for_name(c, c->connect.found, e);
}
