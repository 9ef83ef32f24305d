/* The manual page poolctl-shell(1). */
#include "gen/mdoc.h"
#include "man.h"

static const struct {
    const char *name, *args, *text;
} metas[] = {
#define META(name, args, arg, text) {#name, args, text},
#include "../shell_meta.def"
#undef META
};

static const char rest[] =
    ".Sh KEYS\n"
    "Lines are edited as\n"
    ".Xr readline 3\n"
    "has it; the application name in an inputrc file is\n"
    ".Cm poolctl .\n"
    "The tab key completes commands, options, their values, names of files and\n"
    "contexts, and the ids of keys and tokens, which the gateway is asked for.\n"
    "Ctrl-C ends the command that runs, or throws away the line that is typed;\n"
    "Ctrl-D ends the shell.\n"
    "The prompt names the context, or where the gateway is, and the provider; it is\n"
    "red where the context is protected.\n"
    ".Sh ENVIRONMENT\n"
    "The variables of\n"
    ".Xr poolctl 1 ,\n"
    "and:\n"
    ".Bl -tag -width Ds\n"
    ".It Ev XDG_STATE_HOME\n"
    "The history is in ollama-pool/history in this folder.\n"
    "The default is ~/.local/state.\n"
    ".It Ev INPUTRC\n"
    "The file that tells how lines are edited.\n"
    ".El\n"
    ".Sh FILES\n"
    ".Bl -tag -width Ds\n"
    ".It Pa ~/.local/state/ollama-pool/history\n"
    "The last 1000 lines, each once; readable by its owner only.\n"
    ".El\n";

void gen_man_shell(FILE *to)
{
    bool any = false;

    mdoc_begin(to, "poolctl-shell", "1", "commands of poolctl at a prompt or from a script");
    fputs(".Sh SYNOPSIS\n", to);
    man_usage(to, &cmd_shell);
    fputs(".Nm poolctl\n.Cm shell\n.No <\n.Ar SCRIPT\n.Sh DESCRIPTION\n", to);
    man_details(to, &cmd_shell);
    fputs(".Pp\nThe options are:\n.Bl -tag -width Ds\n", to);
    for (const struct arg *a = cmd_shell.args; a->kind != ARG_END_KIND; a++)
        man_option(to, &cmd_shell, a);
    fputs(".El\n.Pp\nThose of every command, as in\n.Xr poolctl 1 ,\n"
          "hold for all commands that are run.\n"
          ".Sh COMMANDS\n"
          "Besides the commands of\n.Xr poolctl 1\nthere is:\n.Bl -tag -width Ds\n",
          to);
    for (size_t i = 0; i < sizeof(metas) / sizeof(metas[0]); i++) {
        fprintf(to, ".It Cm \\e%s", metas[i].name);
        if (*metas[i].args != '\0') {
            fputs(" Ar ", to);
            mdoc_word(to, metas[i].args);
        }
        fputc('\n', to);
        mdoc_text(to, metas[i].text);
    }
    fputs(".It Cm quit , exit\nThe same as\n.Cm \\equit .\n.El\n", to);
    fputs(rest, to);
    fputs(".Sh EXIT STATUS\n.Bl -tag -width Ds\n", to);
    for (const struct exit_note *n = cmd_shell.exits; n->status >= 0; n++) {
        fprintf(to, ".It %d\n", n->status);
        mdoc_text(to, help_meaning(n));
    }
    fputs(".El\n.Pp\nEverything else is the exit status of the last command.\n.Sh EXAMPLES\n", to);
    man_examples(to, cmd_shell.examples, &any);
    fputs(".Sh SEE ALSO\n", to);
    man_pages(to, "poolctl-shell");
}
