/* shell: runs commands one after the other, from the terminal or from a script. */
#include <stdlib.h>
#include <string.h>

#include "shell_state.h"

enum { INTERRUPTED = 130 };

/* Returns the exit status: that of the last command, or that some of them failed. */
static int run_script(struct shell *s, bool keep_going)
{
    char *line = NULL;
    size_t room = 0;
    bool failed = false;

    while (!s->quit && getline(&line, &room, stdin) >= 0) {
        s->session.line++;
        if (shell_run_line(s, line) == 0)
            continue;
        failed = true;
        if (!keep_going || s->status == INTERRUPTED)
            break;
    }
    free(line);
    return failed && keep_going && s->status != INTERRUPTED ? err_info(ERR_PARTLY)->exit_status
                                                            : s->status;
}

static enum err_code run_shell(struct ctl *c, struct err *e)
{
    const bool interactive = c->term.in_tty && (c->term.out_tty || c->term.err_tty);
    struct shell s;

    if (c->session != NULL)
        return err_set(e, ERR_USAGE, _("this is a shell already"));
    shell_init(&s, c, interactive);
    if (interactive) {
        ctl_say(c, _("version %s; \\help tells what there is, Ctrl-D ends it"), POOL_VERSION);
        shell_interact(&s);
        c->status = s.status;
    } else {
        c->status = run_script(&s, args_has(&c->args, "keep-going"));
    }
    shell_done(&s);
    return ERR_OK;
}

const struct command cmd_shell = {
    .name = "shell",
    .text = N_("Run commands one after the other, typed at a prompt or from a script."),
    .details = PARAGRAPHS(
        N_("Lines are commands without the word poolctl, quoted as in a POSIX shell; nothing is "
           "expanded, and # begins a comment. Options given here hold for all of them. The "
           "connection to the gateway is kept open. Words behind a backslash belong to the shell: "
           "\\help lists them."),
        "",
        N_("At a terminal the tab key completes commands, options, values and ids; Ctrl-C ends a "
           "command, Ctrl-D the shell. Lines are kept in ollama-pool/history in XDG_STATE_HOME, "
           "else in ~/.local/state, but those with a blank in front and those that hold what looks "
           "like a secret."),
        "",
        N_("Where standard input is no terminal it is a script, whose commands find nothing on "
           "theirs. It stops at the first command that fails, and errors name the line.")),
    .args = (const struct arg[]){ARG_OPT("keep-going", 'k', AT_FLAG,
                                         N_("Of a script, run what is left when a line fails.")),
                                 ARG_END},
    .examples =
        EXAMPLES({"poolctl shell", N_("At a terminal")},
                 {"poolctl shell --provider openrouter", N_("For one provider")},
                 {"printf '%s\\n' 'key list' stats | poolctl shell -o json", N_("A script")}),
    .exits = EXITS({0, N_("Done, and so was the last command.")},
                   {2, N_("The line, or that of a command, is wrong.")},
                   {7, N_("With --keep-going: some lines failed.")},
                   {130, N_("The last command was interrupted with Ctrl-C.")}),
    .resource = RES_COUNT,
    .run = run_shell,
};
