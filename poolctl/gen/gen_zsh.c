/* Completion of poolctl for zsh. */
#include <ctype.h>
#include <string.h>

#include "cligen.h"

/* Inside of single quotes; marks are to have a backslash. */
static void put_escaped(FILE *to, const char *text, const char *marks)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            fputs("'\\''", to);
            continue;
        }
        if (strchr(marks, *text) != NULL)
            fputc('\\', to);
        fputc(*text, to);
    }
}

static void put_item(void *to, const char *word, const char *text)
{
    fputs(" '", to);
    put_escaped(to, word, ":\\");
    fputs(*text ? ":" : "", to);
    put_escaped(to, text, "");
    fputs("'", to);
}

static void put_plain_word(void *to, const char *word, const char *text)
{
    (void)text;
    fprintf(to, " %s", word);
}

/* ---- words with what they mean -----------------------------------------------------------------
 */

static void put_told(void *to, const struct command *cmd, const struct arg *arg)
{
    fprintf(to, "        '%s%s%s') items=(", cmd ? cmd->name : "", cmd ? " " : "", arg->name);
    source_words(cmd, arg, put_item, to);
    fputs(") ;;\n", to);
}

static void put_words(FILE *to)
{
    fputs("# _poolctl_items NAME: words, and what they mean\n"
          "_poolctl_items() {\n"
          "    case \"$*\" in\n",
          to);
    each_told(put_told, to);
    fputs("    esac\n"
          "}\n\n",
          to);
}

/* ---- options -----------------------------------------------------------------------------------
 */

static void put_action(FILE *to, const struct command *cmd, const struct arg *arg)
{
    const char *command = cmd ? cmd->name : "", *blank = cmd ? " " : "";

    switch (source_of(cmd, arg)) {
    case SOURCE_WORDS:
        if (has_told_words(arg)) {
            fprintf(to, " _poolctl_words %s%s%s", command, blank, arg->name);
            break;
        }
        fputs("(", to);
        source_words(cmd, arg, put_plain_word, to);
        fputs(")", to);
        break;
    case SOURCE_LIST:
        fprintf(to, " _poolctl_list %s%s%s", command, blank, arg->name);
        break;
    case SOURCE_FILE:
        fputs("_files", to);
        break;
    case SOURCE_ASK:
        fputs(" _poolctl_ask", to);
        break;
    case SOURCE_FILTER:
        fputs(" _poolctl_ask -S \"\"", to);
        break;
    default:
        fputs(" ", to); /* there is a value, but nothing to offer */
    }
}

/* '(-o --output)'{-o+,--output=}'[text]:output: action' */
static void put_option(void *to, const struct command *cmd, const struct arg *arg)
{
    const bool flag = source_of(cmd, arg) == SOURCE_FLAG;
    const char *join = flag ? "" : (arg->flags & ARG_MAYBE ? "=-" : "=");

    fputs("            ", to);
    if (arg->letter)
        fprintf(to, "'(-%c --%s)'{-%c%s,--%s%s}'", arg->letter, arg->name, arg->letter,
                flag ? "" : (arg->flags & ARG_MAYBE ? "-" : "+"), arg->name, join);
    else
        fprintf(to, "'--%s%s", arg->name, join);
    fputs("[", to);
    put_escaped(to, arg->text, "[]:\\");
    fputs("]", to);
    if (!flag) {
        fprintf(to, "%s:%s:", arg->flags & ARG_MAYBE ? ":" : "", arg->name);
        put_action(to, cmd, arg);
    }
    fputs("'\n", to);
}

static void put_common(void *to, const struct command *cmd, const struct arg *arg)
{
    if (arg->type != AT_FIELDS) /* those of a command follow with it */
        put_option(to, cmd, arg);
}

static void put_positional(void *to, const struct command *cmd, const struct arg *arg)
{
    fprintf(to, "            '%s:%s:", arg->flags & ARG_MANY ? "*" : "", arg->name);
    put_action(to, cmd, arg);
    fputs("'\n", to);
}

/* ---- commands ----------------------------------------------------------------------------------
 */

static void put_described(FILE *to, const char *word, const char *text)
{
    put_item(to, word, text);
}

static void put_first(FILE *to)
{
    fputs("_poolctl_first() {\n"
          "    local -a items=(",
          to);
    for (size_t i = 0; i < nouns_len; i++)
        put_described(to, nouns[i].name, nouns[i].text);
    for (size_t i = 0; i < commands_len; i++)
        if (strchr(commands[i]->name, ' ') == NULL)
            put_described(to, commands[i]->name, commands[i]->text);
    fputs(")\n"
          "    _describe -t commands command items\n"
          "}\n\n"
          "# _poolctl_verbs NOUN: its verbs into items, its name into noun\n"
          "_poolctl_verbs() {\n"
          "    case $1 in\n",
          to);
    for (size_t i = 0; i < nouns_len; i++) {
        fprintf(to, "        %s|%s) noun=%s items=(", nouns[i].name, nouns[i].plural,
                nouns[i].name);
        for (size_t at = 0; at < commands_len; at++) {
            const char *verb = command_verb(commands[at], nouns[i].name);

            if (verb != NULL)
                put_described(to, verb, commands[at]->text);
        }
        fputs(") ;;\n", to);
    }
    fputs("        *) return 1 ;;\n"
          "    esac\n"
          "}\n\n",
          to);
}

static void put_specs(FILE *to)
{
    fputs("# _poolctl_specs COMMAND: its options and arguments into specs\n"
          "_poolctl_specs() {\n"
          "    case $1 in\n",
          to);
    for (size_t i = 0; i < commands_len; i++) {
        fprintf(to, "        '%s') specs=(\n", commands[i]->name);
        each_option(commands[i], put_option, to);
        put_option(to, commands[i], fields_option());
        each_positional(commands[i], put_positional, to);
        fputs("        ) ;;\n", to);
    }
    fputs("        *) return 1 ;;\n"
          "    esac\n"
          "    specs+=($common)\n"
          "}\n\n",
          to);
}

static const char code[] =
    "# What only poolctl knows: it is given the line that is typed.\n"
    "_poolctl_ask() {\n"
    "    local -a items\n"
    "    local line\n"
    "    for line in \"${(@f)$(\"${typed[1]/#\\~/$HOME}\" __complete \"${(@)typed[2,-1]}\" "
    "2>/dev/null)}\"; do\n"
    "        [[ -z $line ]] || items+=(\"${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}\")\n"
    "    done\n"
    "    _describe -t values value items \"$@\"\n"
    "}\n"
    "\n"
    "_poolctl_words() {\n"
    "    local -a items\n"
    "    _poolctl_items \"$@\"\n"
    "    _describe -t values value items\n"
    "}\n"
    "\n"
    "# Words with commas between.\n"
    "_poolctl_list() {\n"
    "    local -a items\n"
    "    _poolctl_items \"$@\"\n"
    "    compset -P '*,'\n"
    "    _describe -t values value items -q -S ,\n"
    "}\n"
    "\n"
    "_poolctl() {\n"
    "    local curcontext=$curcontext state line noun command ret=1\n"
    "    local -a items specs common typed\n"
    "    typeset -A opt_args\n"
    "    typed=(\"${(@Q)words[1,CURRENT-1]}\" \"${(Q)PREFIX}\")\n"
    "    _poolctl_common\n"
    "    _arguments -C -s -S $common '1: :_poolctl_first' '*:: :->rest' && ret=0\n"
    "    [[ $state == rest ]] || return ret\n"
    "    command=$words[1]\n"
    "    if _poolctl_verbs $command; then\n"
    "        if (( CURRENT == 2 )); then\n"
    "            _describe -t commands command items\n"
    "            return\n"
    "        fi\n"
    "        shift words\n"
    "        (( CURRENT-- ))\n"
    "        command=\"$noun $words[1]\"\n"
    "    fi\n"
    "    _poolctl_specs $command && _arguments -s -S $specs\n"
    "}\n"
    "\n"
    "_poolctl \"$@\"\n";

void gen_zsh(FILE *to)
{
    fputs("#compdef poolctl\n"
          "# Completion of poolctl for zsh; written by make gen from the tables of its "
          "commands.\n\n",
          to);
    put_first(to);
    put_words(to);
    fputs("_poolctl_common() {\n"
          "    common=(\n",
          to);
    each_common(put_common, to);
    fputs("    )\n"
          "}\n\n",
          to);
    put_specs(to);
    fputs(code, to);
}
