/* Questions before something is done that cannot be undone. */
#include "ask.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "api/context.h"
#include "base/sentence.h"
#include "term/prompt.h"

bool ask_can(const struct ctl *c)
{
    return c->term.in_tty && c->term.err_tty && !c->no_input;
}

enum err_code ask_refused(const struct ctl *c, const char *what, const char *option, struct err *e)
{
    return c->no_input
               ? err_param(e, ERR_USAGE, option, _("%s needs --%s with --no-input"), what, option)
               : err_param(e, ERR_USAGE, option,
                           _("%s needs --%s where there is no terminal to ask at"), what, option);
}

static enum err_code typed(char *question, const char *wanted, struct err *e)
{
    bool agreed = prompt_typed(question, wanted);

    free(question);
    return agreed ? ERR_OK : err_set(e, ERR_ABORTED, _("nothing was done"));
}

enum err_code ask_if_many(struct ctl *c, size_t count, struct err *e)
{
    const struct command *cmd = c->args.cmd;
    char wanted[24], *what;
    enum err_code code;

    if (cmd->confirm_over == 0 || count <= cmd->confirm_over || args_has(&c->args, "yes"))
        return ERR_OK;
    snprintf(wanted, sizeof(wanted), "%zu", count);
    if (ask_can(c))
        return typed(SENTENCE(_(cmd->confirm), wanted), wanted, e);
    what = SENTENCE(_(cmd->confirm_what), wanted);
    code = ask_refused(c, what, "yes", e);
    free(what);
    return code;
}

/* --confirm was given, but not with this name. */
static enum err_code wrong_answer(const char *wrong, const char *name, struct err *e)
{
    char *text = SENTENCE(wrong, name);

    err_param(e, ERR_USAGE, "confirm", "--confirm: %s", text);
    free(text);
    return ERR_USAGE;
}

enum err_code ask_typed(struct ctl *c, const char *wrong, const char *name, const char *what,
                        struct err *e)
{
    if (args_says(&c->args, "confirm", name))
        return ERR_OK;
    if (args_has(&c->args, "confirm"))
        return wrong_answer(wrong, name, e);
    if (!ask_can(c))
        return ask_refused(c, what, "confirm", e);
    return typed(
        mem_printf(_("%c%s. Type its name to go on: "), toupper((unsigned char)*what), what + 1),
        name, e);
}

enum err_code ask_for_name(struct ctl *c, const struct context *x, struct err *e)
{
    char *what = ask_can(c)
                     ? mem_printf(_("the context %s is protected"), x->name)
                     : mem_printf(_("the context %s is protected: %s"), x->name, c->args.cmd->name);
    enum err_code code = ask_typed(c, _("the context is {1}"), x->name, what, e);

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
