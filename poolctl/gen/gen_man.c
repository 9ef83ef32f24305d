/* The manual pages of poolctl: poolctl(1), and one for each noun. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../spool.h"
#include "base/mem.h"
#include "gen/mdoc.h"
#include "man.h"

/* ---- poolctl(1) --------------------------------------------------------------------------------
 */

static const char head[] =
    ".Sh SYNOPSIS\n"
    ".Nm\n"
    ".Ar COMMAND\n"
    ".Op Ar ARGUMENT ...\n"
    ".Op Ar OPTION ...\n"
    ".Sh DESCRIPTION\n"
    ".Nm\n"
    "is the command line of\n"
    ".Xr pool-gateway 8 :\n"
    "it fills the pool of API keys, makes the tokens that let programs use it, and\n"
    "shows how all of them fare.\n"
    "It talks to the gateway of this machine unless it is told of another one.\n";

static const char files[] = ".Sh FILES\n"
                            ".Bl -tag -width Ds\n"
                            ".It Pa ~/.config/ollama-pool/contexts\n"
                            "The named gateways.\n"
                            "The folder is that of\n"
                            ".Ev XDG_CONFIG_HOME ,\n"
                            "if it is set.\n"
                            ".It Pa ~/.config/ollama-pool/NAME.token\n"
                            "The admin token of a context that was added with\n"
                            ".Fl -store-token .\n"
                            ".It Pa ~/.local/state/ollama-pool/history\n"
                            "Lines that were typed in\n"
                            ".Xr poolctl-shell 1 .\n"
                            "The folder is that of\n"
                            ".Ev XDG_STATE_HOME ,\n"
                            "if it is set.\n"
                            ".It Pa STATE_DIR/address , STATE_DIR/admin-token\n"
                            "Where the gateway of this machine listens, and its admin token.\n"
                            ".El\n";

static void put_overview(FILE *to)
{
    fputs(".Sh COMMANDS\n", to);
    for (size_t i = 0; i < nouns_len; i++) {
        fprintf(to, ".Ss %s\n", nouns[i].name);
        mdoc_text(to, nouns[i].text);
        fprintf(to, "See\n.Xr poolctl-%s 1 .\n.Bl -tag -width Ds\n", nouns[i].name);
        for (size_t at = 0; at < commands_len; at++) {
            if (command_verb(commands[at], nouns[i].name) == NULL)
                continue;
            fprintf(to, ".It Cm %s\n", commands[at]->name);
            mdoc_text(to, commands[at]->text);
        }
        fputs(".El\n", to);
    }
    for (size_t i = 0; i < commands_len; i++)
        if (strchr(commands[i]->name, ' ') == NULL)
            man_command(to, commands[i]);
}

static void put_variables(FILE *to)
{
    static const struct {
        const char *name, *text;
    } variables[] = {
#define VARIABLE(name, text) {name, text},
#include "../environment.def"
#undef VARIABLE
    };

    fputs(".Sh ENVIRONMENT\n.Bl -tag -width Ds\n", to);
    for (size_t i = 0; i < ARRAY_LEN(variables); i++) {
        fputs(".It Ev ", to);
        for (const char *p = variables[i].name; *p != '\0'; p++) {
            if (*p == ',')
                fputc(' ', to); /* a delimiter stands alone */
            fputc(*p, to);
        }
        fputc('\n', to);
        mdoc_text(to, variables[i].text);
    }
    fputs(".El\n", to);
}

/* Topics that are a section of their own here, made from the same tables. */
static bool is_section(const char *topic)
{
    static const char *const names[] = {"options", "fields", "environment", "exit-codes"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(names[i], topic) == 0)
            return true;
    return false;
}

static void put_topics(FILE *to)
{
    static const struct ctl c = {.term = {.out_tty = true, .width = MAN_COLUMNS, .utf8 = true}};

    fputs(".Sh TOPICS\nThese are the pages of\n.Cm poolctl help Ar TOPIC .\n", to);
    for (size_t i = 0; i < topics_len; i++) {
        struct spool spool;
        char *text;

        if (is_section(topics[i].name))
            continue;
        fflush(to);
        spool_begin(&spool, false);
        topics[i].print(&c);
        text = spool_end(&spool);
        spool_done(&spool);
        fprintf(to, ".Ss %s\n", topics[i].name);
        mdoc_literal(to, text);
        free(text);
    }
}

static void put_examples(FILE *to)
{
    bool any = false;

    fputs(".Sh EXAMPLES\n", to);
    man_examples(to, help_examples, &any);
    for (size_t i = 0; i < commands_len; i++)
        if (strchr(commands[i]->name, ' ') == NULL)
            man_examples(to, commands[i]->examples, &any);
    for (size_t i = 0; i < topics_len; i++)
        if (topics[i].examples != NULL)
            man_examples(to, topics[i].examples, &any);
}

void gen_man_poolctl(FILE *to)
{
    bool printed[RES_COUNT] = {false};

    mdoc_begin(to, "poolctl", "1", "run a pool of API keys from the command line");
    fputs(head, to);
    put_overview(to);
    man_groups(to, 0);
    fputs(".Sh OUTPUT FIELDS\n", to);
    for (size_t i = 0; i < commands_len; i++)
        if (strchr(commands[i]->name, ' ') == NULL)
            man_fields(to, commands[i], printed);
    put_topics(to);
    put_variables(to);
    fputs(files, to);
    man_exits(to);
    put_examples(to);
    fputs(".Sh SEE ALSO\n", to);
    man_pages(to, "poolctl");
}

/* ---- poolctl-NOUN(1) ---------------------------------------------------------------------------
 */

void gen_man_noun(FILE *to, const struct noun *noun)
{
    char *name = mem_printf("poolctl-%s", noun->name);
    bool printed[RES_COUNT] = {false};
    unsigned flags = 0;
    bool any = false;

    mdoc_begin(to, name, "1", noun->text);
    fputs(".Sh SYNOPSIS\n", to);
    for (size_t i = 0; i < commands_len; i++) {
        if (command_verb(commands[i], noun->name) == NULL)
            continue;
        man_usage(to, commands[i]);
        flags |= commands[i]->flags;
    }
    fputs(".Sh DESCRIPTION\n", to);
    mdoc_text(to, noun->text);
    fprintf(to, "The plural, %s, may be written as well.\n", noun->plural);
    fputs("Options of every command, output, environment and files are those of\n"
          ".Xr poolctl 1 .\n"
          ".Sh COMMANDS\n",
          to);
    for (size_t i = 0; i < commands_len; i++)
        if (command_verb(commands[i], noun->name) != NULL)
            man_command(to, commands[i]);
    man_groups(to, flags);
    fputs(".Sh OUTPUT FIELDS\n", to);
    for (size_t i = 0; i < commands_len; i++)
        if (command_verb(commands[i], noun->name) != NULL)
            man_fields(to, commands[i], printed);
    man_exits(to);
    fputs(".Sh EXAMPLES\n", to);
    for (size_t i = 0; i < commands_len; i++)
        if (command_verb(commands[i], noun->name) != NULL)
            man_examples(to, commands[i]->examples, &any);
    fputs(".Sh SEE ALSO\n", to);
    man_pages(to, name);
    free(name);
}
