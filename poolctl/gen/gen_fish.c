/* Completion of poolctl for fish. */
#include <string.h>

#include "../args.h"
#include "cligen.h"

static void put_quoted(FILE *to, const char *text)
{
    fputc('\'', to);
    for (; *text != '\0'; text++) {
        if (strchr("'\\", *text) != NULL)
            fputc('\\', to);
        fputc(*text, to);
    }
    fputc('\'', to);
}

static void put_plain_word(void *to, const char *word, const char *text)
{
    (void)text;
    fprintf(to, "%s ", word);
}

static void put_told_word(void *to, const char *word, const char *text)
{
    fprintf(to, "            printf '%%s\\t%%s\\n' %s ", word);
    put_quoted(to, text);
    fputc('\n', to);
}

/* ---- words with what they mean -----------------------------------------------------------------
 */

static void put_told(void *to, const struct command *cmd, const struct arg *arg)
{
    fprintf(to, "        case '%s %s'\n", cmd ? cmd->name : "", arg->name);
    source_words(cmd, arg, put_told_word, to);
}

static void put_words(FILE *to)
{
    fputs("# The words that an argument may be, and what they mean.\n"
          "function __poolctl_words\n"
          "    switch \"$argv\"\n",
          to);
    each_told(put_told, to);
    fputs("    end\n"
          "end\n\n",
          to);
}

/* ---- options -----------------------------------------------------------------------------------
 */

static void put_arguments(FILE *to, const struct command *cmd, const struct arg *arg)
{
    const char *command = cmd ? cmd->name : "";

    switch (source_of(cmd, arg)) {
    case SOURCE_WORDS:
        if (has_told_words(arg)) {
            fprintf(to, "-a '(__poolctl_words \"%s %s\")' ", command, arg->name);
            break;
        }
        fputs("-a '", to);
        source_words(cmd, arg, put_plain_word, to);
        fputs("' ", to);
        break;
    case SOURCE_LIST:
        fprintf(to, "-a '(__poolctl_list \"%s %s\")' ", command, arg->name);
        break;
    case SOURCE_ASK:
    case SOURCE_FILTER:
        fputs("-a '(__poolctl_ask)' ", to);
        break;
    default:
        break;
    }
}

static void put_option(void *to, const struct command *cmd, const struct arg *arg)
{
    const enum source source = source_of(cmd, arg);

    fputs("complete -c poolctl ", to);
    if (cmd != NULL)
        fprintf(to, "-n '__poolctl_is %s' ", cmd->name);
    fprintf(to, "-l %s ", arg->name);
    if (arg->letter)
        fprintf(to, "-s %c ", arg->letter);
    if (source == SOURCE_FILE)
        fputs("-r -F ", to);
    else if (source != SOURCE_FLAG && !(arg->flags & ARG_MAYBE))
        fputs("-x ", to);
    put_arguments(to, cmd, arg);
    fputs("-d ", to);
    put_quoted(to, arg->text);
    fputc('\n', to);
}

static void put_common(void *to, const struct command *cmd, const struct arg *arg)
{
    if (arg->type != AT_FIELDS) /* those of a command follow with it */
        put_option(to, cmd, arg);
}

static void put_positional(void *to, const struct command *cmd, const struct arg *arg)
{
    const enum source source = source_of(cmd, arg);

    if (source == SOURCE_NONE)
        return;
    fprintf(to, "complete -c poolctl -n '__poolctl_is %s' ", cmd->name);
    if (source == SOURCE_FILE)
        fputs("-F", to);
    else if (args_positional(cmd, 1) != args_positional(cmd, 0))
        fputs("-a '(__poolctl_ask)'", to); /* which of them it is, is not known here */
    else
        put_arguments(to, cmd, arg);
    fputc('\n', to);
}

/* ---- commands ----------------------------------------------------------------------------------
 */

static void put_command(FILE *to, const char *at, const char *word, const char *text)
{
    fprintf(to, "complete -c poolctl -n '__poolctl_is %s' -a %s -d ", at, word);
    put_quoted(to, text);
    fputc('\n', to);
}

static void put_commands(FILE *to)
{
    for (size_t i = 0; i < nouns_len; i++)
        put_command(to, "", nouns[i].name, nouns[i].text);
    for (size_t i = 0; i < commands_len; i++)
        if (strchr(commands[i]->name, ' ') == NULL)
            put_command(to, "", commands[i]->name, commands[i]->text);
    for (size_t i = 0; i < nouns_len; i++)
        for (size_t at = 0; at < commands_len; at++) {
            const char *verb = command_verb(commands[at], nouns[i].name);

            if (verb != NULL)
                put_command(to, nouns[i].name, verb, commands[at]->text);
        }
}

static void put_valued(void *to, const struct command *cmd, const struct arg *arg)
{
    if (source_of(cmd, arg) == SOURCE_FLAG)
        return;
    fprintf(to, " --%s", arg->name);
    if (arg->letter)
        fprintf(to, " -%c", arg->letter);
}

/* Up to the command there is nothing but options of every command. */
static void put_walk(FILE *to)
{
    fputs(
        "# __poolctl_is COMMAND: whether that is what was typed so far; a noun alone is one, too.\n"
        "function __poolctl_is\n"
        "    set -l found\n"
        "    set -l value no\n"
        "    for word in (commandline -opc)[2..]\n"
        "        if test $value = yes\n"
        "            set value no\n"
        "        else if contains -- $word",
        to);
    each_common(put_valued, to);
    fputs("\n"
          "            set value yes\n"
          "        else if not string match -q -- '-*' $word\n"
          "            switch \"$found[1] $word\"\n",
          to);
    for (size_t i = 0; i < nouns_len; i++)
        fprintf(to, "                case ' %s' ' %s'\n                    set found %s\n",
                nouns[i].name, nouns[i].plural, nouns[i].name);
    fputs("                case '*'\n"
          "                    set -a found $word\n"
          "            end\n"
          "            contains -- $found[1]",
          to);
    for (size_t i = 0; i < nouns_len; i++)
        fprintf(to, " %s", nouns[i].name);
    fputs("; and test (count $found) -lt 2; or break\n"
          "        end\n"
          "    end\n"
          "    test \"$found\" = \"$argv\"\n"
          "end\n\n",
          to);
}

static const char functions[] = "# What only poolctl knows: it is given the line that is typed.\n"
                                "function __poolctl_ask\n"
                                "    set -l words (commandline -opc)\n"
                                "    set -l word (commandline -ct | string trim -l -c '\"\\'')\n"
                                "    $words[1] __complete $words[2..] \"$word\" 2>/dev/null\n"
                                "end\n"
                                "\n"
                                "# Words of a list with commas, each behind what is typed of it.\n"
                                "function __poolctl_list\n"
                                "    set -l begun (commandline -ct | string replace -r -- "
                                "'^--[^=]*=' '' | string match -r -- '.*,')\n"
                                "    for word in (__poolctl_words $argv)\n"
                                "        echo $begun$word\n"
                                "    end\n"
                                "end\n"
                                "\n"
                                "complete -c poolctl -e\n"
                                "complete -c poolctl -f\n";

void gen_fish(FILE *to)
{
    fputs("# Completion of poolctl for fish; written by make gen from the tables of its "
          "commands.\n\n",
          to);
    put_walk(to);
    put_words(to);
    fputs(functions, to);
    put_commands(to);
    each_common(put_common, to);
    for (size_t i = 0; i < commands_len; i++) {
        each_option(commands[i], put_option, to);
        put_option(to, commands[i], fields_option());
        each_positional(commands[i], put_positional, to);
    }
}
