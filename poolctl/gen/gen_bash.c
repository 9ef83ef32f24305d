/* Completion of poolctl for bash. */
#include <string.h>

#include "cligen.h"

static void put_word(void *to, const char *word, const char *text)
{
    (void)text;
    fprintf(to, " %s", word);
}

/* What stands for an argument: "words a b c", or a word of its own. */
static void put_source(FILE *to, const struct command *cmd, const struct arg *arg)
{
    static const char *const names[] = {
        [SOURCE_FLAG] = "flag",     [SOURCE_NONE] = "none", [SOURCE_WORDS] = "words",
        [SOURCE_LIST] = "list",     [SOURCE_FILE] = "file", [SOURCE_ASK] = "ask",
        [SOURCE_FILTER] = "filter",
    };
    const enum source source = source_of(cmd, arg);

    fprintf(to, "'%s%s", arg->flags & ARG_MAYBE ? "maybe " : "", names[source]);
    if (source == SOURCE_WORDS || source == SOURCE_LIST)
        source_words(cmd, arg, put_word, to);
    fputs("'", to);
}

/* ---- which options -----------------------------------------------------------------------------
 */

static void put_option_name(void *to, const struct command *cmd, const struct arg *arg)
{
    (void)cmd;
    fprintf(to, " --%s", arg->name);
}

static void put_options(FILE *to)
{
    fputs("# _poolctl_options COMMAND: the options that it takes\n"
          "_poolctl_options() {\n"
          "    case $1 in\n",
          to);
    for (size_t i = 0; i < commands_len; i++) {
        fprintf(to, "        '%s') REPLY='", commands[i]->name);
        each_option(commands[i], put_option_name, to);
        fputs("' ;;\n", to);
    }
    fputs("        *) REPLY= ;;\n"
          "    esac\n"
          "    REPLY+='",
          to);
    each_common(put_option_name, to);
    fputs("'\n"
          "}\n\n",
          to);
}

/* ---- and their values --------------------------------------------------------------------------
 */

static void put_option_value(void *to, const struct command *cmd, const struct arg *arg)
{
    const char *command = cmd ? cmd->name : "";

    /* Fields of all that is printed are those of the command. */
    if (source_of(cmd, arg) == SOURCE_FLAG)
        return;
    fprintf(to, "        '%s'%s:--%s", command, cmd ? "" : "*", arg->name);
    if (arg->letter)
        fprintf(to, " | '%s'%s:-%c", command, cmd ? "" : "*", arg->letter);
    fputs(") REPLY=", to);
    put_source(to, cmd, arg);
    fputs(" ;;\n", to);
}

/* --fields is an option of every command, and its words are another one's for each. */
static void put_own_fields(FILE *to, const struct command *cmd)
{
    for (size_t i = 0; i < option_groups_len; i++)
        for (const struct arg *a = option_groups[i].args; a->kind != ARG_END_KIND; a++)
            if (option_groups[i].flags == 0 && a->type == AT_FIELDS &&
                source_of(cmd, a) == SOURCE_LIST)
                put_option_value(to, cmd, a);
}

static void put_values(FILE *to)
{
    fputs("# _poolctl_value COMMAND OPTION: what its value may be\n"
          "_poolctl_value() {\n"
          "    case $1:$2 in\n",
          to);
    for (size_t i = 0; i < commands_len; i++) {
        each_option(commands[i], put_option_value, to);
        put_own_fields(to, commands[i]);
    }
    each_common(put_option_value, to);
    fputs("        *) REPLY=flag ;;\n"
          "    esac\n"
          "}\n\n",
          to);
}

/* ---- the other words ---------------------------------------------------------------------------
 */

struct place {
    FILE *to;
    size_t at;
};

static void put_positional(void *to, const struct command *cmd, const struct arg *arg)
{
    struct place *p = to;
    const enum source source = source_of(cmd, arg);

    if (source != SOURCE_NONE) {
        fprintf(p->to, "        '%s'", cmd->name);
        fprintf(p->to, arg->flags & ARG_MANY ? ":*" : ":%zu", p->at);
        fputs(") REPLY=", p->to);
        put_source(p->to, cmd, arg);
        fputs(" ;;\n", p->to);
    }
    p->at++;
}

static void put_positionals(FILE *to)
{
    fputs("# _poolctl_argument COMMAND N: what its n-th argument may be\n"
          "_poolctl_argument() {\n"
          "    case $1:$2 in\n",
          to);
    for (size_t i = 0; i < commands_len; i++)
        each_positional(commands[i], put_positional, &(struct place){to, 0});
    fputs("        *) REPLY=none ;;\n"
          "    esac\n"
          "}\n\n",
          to);
}

static void put_verbs(FILE *to)
{
    fputs("# _poolctl_verbs NOUN: its verbs, and its name\n"
          "_poolctl_verbs() {\n"
          "    NOUN=$1\n"
          "    case $1 in\n",
          to);
    for (size_t i = 0; i < nouns_len; i++) {
        fprintf(to, "        %s | %s) NOUN=%s REPLY='", nouns[i].name, nouns[i].plural,
                nouns[i].name);
        for (size_t at = 0; at < commands_len; at++) {
            const char *verb = command_verb(commands[at], nouns[i].name);

            if (verb != NULL)
                fprintf(to, " %s", verb);
        }
        fputs("' ;;\n", to);
    }
    fputs("        *) REPLY= ;;\n"
          "    esac\n"
          "}\n\n"
          "_poolctl_words='",
          to);
    for (size_t i = 0; i < nouns_len; i++)
        fprintf(to, " %s", nouns[i].name);
    for (size_t i = 0; i < commands_len; i++)
        if (strchr(commands[i]->name, ' ') == NULL)
            fprintf(to, " %s", commands[i]->name);
    fputs("'\n\n", to);
}

static const char code[] =
    "# What bash splits at = and : is put together again: words, the last one up to the cursor.\n"
    "_poolctl_split() {\n"
    "    local rest=${COMP_LINE:0:COMP_POINT} i word\n"
    "    words=()\n"
    "    for ((i = 0; i <= COMP_CWORD; i++)); do\n"
    "        word=${COMP_WORDS[i]}\n"
    "        if [[ $i == 0 || $rest == [[:blank:]]* ]]; then\n"
    "            words+=('')\n"
    "            rest=${rest#\"${rest%%[![:blank:]]*}\"}\n"
    "        fi\n"
    "        ((i < COMP_CWORD)) || word=$rest\n"
    "        words[${#words[@]} - 1]+=${word//[\\'\\\"\\\\]/}\n"
    "        rest=${rest:${#word}}\n"
    "    done\n"
    "}\n"
    "\n"
    "# Looks at a word that stands before the one that is typed.\n"
    "_poolctl_walk() {\n"
    "    local word=$1 i\n"
    "    if [[ $wants ]]; then\n"
    "        wants=\n"
    "    elif [[ ! $ended && $word == -- ]]; then\n"
    "        ended=1\n"
    "    elif [[ ! $ended && $word == --* ]]; then\n"
    "        _poolctl_value \"$command\" \"$word\"\n"
    "        [[ $REPLY == flag || $REPLY == maybe* ]] || wants=$REPLY\n"
    "    elif [[ ! $ended && $word == -?* ]]; then\n"
    "        for ((i = 1; i < ${#word}; i++)); do\n"
    "            _poolctl_value \"$command\" \"-${word:i:1}\"\n"
    "            [[ $REPLY != flag ]] || continue\n"
    "            ((i + 1 < ${#word})) || [[ $REPLY == maybe* ]] || wants=$REPLY\n"
    "            break\n"
    "        done\n"
    "    elif [[ $command ]]; then\n"
    "        ((++count))\n"
    "    elif [[ $noun ]]; then\n"
    "        _poolctl_verbs \"$noun\"\n"
    "        command=\"$NOUN $word\"\n"
    "    else\n"
    "        _poolctl_verbs \"$word\"\n"
    "        if [[ $REPLY ]]; then noun=$NOUN; else command=$word; fi\n"
    "    fi\n"
    "}\n"
    "\n"
    "# _poolctl_offer SOURCE BEGUN: what begins so, into COMPREPLY\n"
    "_poolctl_offer() {\n"
    "    local source=${1#maybe } begun=$2 before='' line\n"
    "    case $source in\n"
    "        list*)\n"
    "            [[ $begun != *,* ]] || before=${begun%,*},\n"
    "            mapfile -t COMPREPLY < <(compgen -P \"$before\" -W \"${source#list}\" -- "
    "\"${begun##*,}\")\n"
    "            ;;\n"
    "        words*) mapfile -t COMPREPLY < <(compgen -W \"${source#words}\" -- \"$begun\") ;;\n"
    "        file)\n"
    "            mapfile -t COMPREPLY < <(compgen -f -- \"$begun\")\n"
    "            compopt -o filenames 2>/dev/null\n"
    "            ;;\n"
    "        ask | filter)\n"
    "            while IFS= read -r line; do\n"
    "                COMPREPLY+=(\"${line%%$'\\t'*}\")\n"
    "            done < <(\"${words[0]/#\\~/$HOME}\" __complete \"${words[@]:1}\" 2>/dev/null)\n"
    "            [[ $source == ask || $begun == *[=\\<\\>~]* ]] || compopt -o nospace 2>/dev/null\n"
    "            ;;\n"
    "    esac\n"
    "}\n"
    "\n"
    "_poolctl() {\n"
    "    local words command='' noun='' wants='' ended='' count=0 word begun stays REPLY NOUN i\n"
    "    COMPREPLY=()\n"
    "    _poolctl_split\n"
    "    for word in \"${words[@]:1:${#words[@]}-2}\"; do\n"
    "        _poolctl_walk \"$word\"\n"
    "    done\n"
    "    word=${words[${#words[@]} - 1]} begun=$word\n"
    "    if [[ $wants ]]; then\n"
    "        _poolctl_offer \"$wants\" \"$word\"\n"
    "    elif [[ ! $ended && $word == --*=* ]]; then\n"
    "        begun=${word#*=}\n"
    "        _poolctl_value \"$command\" \"${word%%=*}\"\n"
    "        _poolctl_offer \"$REPLY\" \"$begun\"\n"
    "    elif [[ ! $ended && $word == -* ]]; then\n"
    "        _poolctl_options \"$command\"\n"
    "        _poolctl_offer \"words$REPLY\" \"$word\"\n"
    "    elif [[ $command ]]; then\n"
    "        _poolctl_argument \"$command\" \"$count\"\n"
    "        if [[ $REPLY == none && ! $word && ! $ended ]]; then\n"
    "            _poolctl_options \"$command\"\n"
    "            REPLY=\"words$REPLY\"\n"
    "        fi\n"
    "        _poolctl_offer \"$REPLY\" \"$word\"\n"
    "    elif [[ $noun ]]; then\n"
    "        _poolctl_verbs \"$noun\"\n"
    "        _poolctl_offer \"words$REPLY\" \"$word\"\n"
    "    else\n"
    "        _poolctl_offer \"words$_poolctl_words\" \"$word\"\n"
    "    fi\n"
    "    # bash replaces no more than what stands behind the last = or :\n"
    "    word=${COMP_WORDS[COMP_CWORD]//[\\'\\\"\\\\]/}\n"
    "    [[ $word != [=:] ]] || word=\n"
    "    stays=$((${#begun} - ${#word}))\n"
    "    ((stays > 0)) || return 0\n"
    "    for i in \"${!COMPREPLY[@]}\"; do\n"
    "        COMPREPLY[i]=${COMPREPLY[i]:stays}\n"
    "    done\n"
    "}\n"
    "\n"
    "complete -F _poolctl poolctl\n";

void gen_bash(FILE *to)
{
    fputs("# Completion of poolctl for bash; written by make gen from the tables of its commands.\n"
          "# shellcheck shell=bash disable=SC2034\n\n",
          to);
    put_verbs(to);
    put_options(to);
    put_values(to);
    put_positionals(to);
    fputs(code, to);
}
