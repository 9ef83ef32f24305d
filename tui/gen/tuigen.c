/* Writes the manual page of pool-tui from its tables: tuigen man prints it. */
#include <stdio.h>
#include <string.h>

#include "base/intl.h"
#include "base/mem.h"
#include "gen/mdoc.h"

static const struct {
    const char *name, *value, *text;
    char letter;
} options[] = {
#define OPTION(id, name, letter, value, text) {name, value, text, letter},
#include "../options.def"
#undef OPTION
};

static const struct {
    const char *number, *name, *text;
} views[] = {
#define VIEW(id, number, name, title, ops, source, resource, route, member, columns, sort,         \
             refresh, events, filters, nothing, text)                                              \
    {number, name, text},
#include "../views.def"
#undef VIEW
};

static const struct {
    const char *name, *keys, *command, *text;
} actions[] = {
#define NAV(id, name, views, keys, label, place, text) {name, keys, NULL, text},
#define CMD(id, name, views, keys, label, place, role, command, danger, result, text)              \
    {name, keys, command, text},
#include "../keys.def"
#undef CMD
#undef NAV
};

static const char head[] =
    ".Sh SYNOPSIS\n.Nm\n.Op Ar OPTION ...\n"
    ".Sh DESCRIPTION\n.Nm\nis the console of\n.Xr pool-gateway 8 :\n"
    "it shows the pool, its tokens, requests, jobs and settings live, and changes\nthem.\n"
    "Every change is a command line of\n.Xr poolctl 1 ,\n"
    "which is shown first, asked for, and kept in a log.\n"
    ".Sh OPTIONS\n.Bl -tag -width Ds\n";

static const char tail[] =
    ".Sh ENVIRONMENT\nThat of\n.Xr poolctl 1 ,\nand besides:\n.Bl -tag -width Ds\n"
    ".It Ev POOL_TUI_CHARTS\nWhat charts are made of, if\n.Fl -charts\ndoes not say.\n"
    ".It Ev POOL_TUI_THEME\nThe theme, if\n.Fl -theme\ndoes not say; else it is the one that was "
    "chosen last.\n"
    ".It Ev XDG_STATE_HOME\nWhere what was chosen is kept.\n.El\n"
    ".Sh FILES\n.Bl -tag -width Ds\n"
    ".It Pa ~/.config/ollama-pool/keys\n"
    "Lines such as\n.Ql key_disable = d F8 ,\n"
    "which give actions other keys: characters, C-r for the control key and a\n"
    "letter, F5, Enter, PageDown and the like.\n"
    "The folder is that of\n.Ev XDG_CONFIG_HOME ,\nif it is set.\n"
    ".It Pa ~/.local/state/ollama-pool/console\n"
    "Which columns were chosen, how wide, the order of rows and the theme.\n"
    "Without it all is as at first.\n"
    "The folder is that of\n.Ev XDG_STATE_HOME ,\nif it is set.\n"
    ".It Pa ~/.config/ollama-pool/contexts\nThe named gateways, which\n.Xr poolctl-context 1\n"
    "keeps.\n.El\n"
    ".Sh EXIT STATUS\n"
    "0 at the end, 2 where the command line or a file is wrong, others as those of\n"
    ".Xr poolctl 1 ,\n"
    "and 128 and its number when a signal ended it.\n"
    ".Sh EXAMPLES\n"
    "The requests that the gateway named prod answers, and nothing can be changed:\n"
    ".Dl pool-tui --context prod --view requests --readonly\n"
    ".Sh SEE ALSO\n.Xr poolctl 1 ,\n.Xr pool-gateway 8\n";

static void put_options(void)
{
    for (size_t i = 0; i < ARRAY_LEN(options); i++) {
        printf(".It ");
        if (options[i].letter != 0)
            printf("Fl %c , ", options[i].letter);
        printf("Fl -%s", options[i].name);
        if (options[i].value != NULL)
            printf(" Ar %s", options[i].value);
        putchar('\n');
        mdoc_text(stdout, options[i].text);
    }
    puts(".El");
}

static void put_views(void)
{
    puts(".Sh THE VIEWS\nA view is shown by its number, by Tab, or by its name behind a colon.");
    puts(".Bl -tag -width Ds");
    for (size_t i = 0; i < ARRAY_LEN(views); i++) {
        if (*views[i].number != '\0')
            printf(".It Ic %s Cm %s\n", views[i].number, views[i].name);
        else
            printf(".It Cm %s\n", views[i].name);
        mdoc_text(stdout, views[i].text);
    }
    puts(".El");
}

static void put_keys(void)
{
    puts(".Sh THE KEYS\nThe question mark lists those of the view that is shown.");
    puts("Here they stand by their names, with the command where they run one.");
    puts(".Bl -tag -width Ds");
    for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
        printf(".It Cm %s No : ", actions[i].name);
        mdoc_word(stdout, actions[i].keys);
        putchar('\n');
        mdoc_text(stdout, actions[i].text);
        if (actions[i].command != NULL)
            printf(".D1 Nm poolctl ");
        if (actions[i].command != NULL) {
            mdoc_word(stdout, actions[i].command);
            putchar('\n');
        }
    }
    puts(".El");
}

int main(int argc, char *argv[])
{
    if (argc == 2 && strcmp(argv[1], "list") == 0) {
        puts("man docs/man/pool-tui.1");
    } else if (argc == 2 && strcmp(argv[1], "man") == 0) {
        mdoc_begin(stdout, "pool-tui", "1", "the pool on the whole screen, live");
        fputs(head, stdout);
        put_options();
        put_views();
        put_keys();
        fputs(tail, stdout);
    } else {
        fputs("usage: tuigen man | list\n", stderr);
        return 2;
    }
    return ferror(stdout) || fclose(stdout) != 0;
}
