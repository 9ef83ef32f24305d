/* What the completions of all shells have to know of options and arguments. */
#include <string.h>

#include "../argtype.h"
#include "../complete.h"
#include "../help.h"
#include "cligen.h"

enum source source_of(const struct command *cmd, const struct arg *arg)
{
    const bool fixed = cmd != NULL && cmd->resource != RES_COUNT && cmd->views == NULL;

    switch (arg->type) {
    case AT_FLAG:
        return SOURCE_FLAG;
    case AT_CHOICE:
    case AT_VIEW:
    case AT_TOPIC:
        return SOURCE_WORDS;
    case AT_FIELDS: /* where a view may be chosen, or the command is not known, they depend on it */
        return fixed ? SOURCE_LIST : SOURCE_ASK;
    case AT_SORT:
        return fixed ? SOURCE_WORDS : SOURCE_ASK;
    case AT_FILTER:
        return SOURCE_FILTER;
    case AT_FILE:
        return SOURCE_FILE;
    case AT_CONTEXT:
    case AT_VERB:
        return SOURCE_ASK;
    default:
        return live_is(arg->type) ? SOURCE_ASK : SOURCE_NONE;
    }
}

struct words_to {
    word_fn *fn;
    void *to;
};

static void pass_word(void *to, const char *word)
{
    const struct words_to *w = to;

    w->fn(w->to, word, "");
}

static void formats(word_fn *fn, void *to)
{
#define FORMAT(id, name, text) fn(to, name, text);
#include "../formats.def"
#undef FORMAT
}

static void help_words(word_fn *fn, void *to)
{
    for (size_t i = 0; i < nouns_len; i++)
        fn(to, nouns[i].name, nouns[i].text);
    for (size_t i = 0; i < commands_len; i++)
        if (strchr(commands[i]->name, ' ') == NULL)
            fn(to, commands[i]->name, commands[i]->text);
    for (size_t i = 0; i < topics_len; i++)
        fn(to, topics[i].name, topics[i].text);
}

/* To be sorted by, and the other way round. */
static void sort_fields(const struct field *fields, size_t count, const char *sign, word_fn *fn,
                        void *to)
{
    char word[96];

    for (size_t i = 0; i < count; i++) {
        snprintf(word, sizeof(word), "%s%s", sign, fields[i].json);
        if (fields[i].flags & F_SORT)
            fn(to, word, fields[i].text);
    }
}

void source_words(const struct command *cmd, const struct arg *arg, word_fn *fn, void *to)
{
    size_t count = 0;
    const struct field *fields =
        cmd && cmd->resource != RES_COUNT ? resource_fields(cmd->resource, &count) : NULL;

    if (arg->type == AT_FIELDS) {
        for (size_t i = 0; i < count; i++)
            fn(to, fields[i].json, fields[i].text);
    } else if (arg->type == AT_SORT) {
        sort_fields(fields, count, "", fn, to);
        sort_fields(fields, count, "-", fn, to);
    } else if (arg->type == AT_TOPIC) {
        help_words(fn, to);
    } else if (strcmp(arg->name, "output") == 0) {
        formats(fn, to);
    } else {
        argtype_words(cmd, arg, pass_word, &(struct words_to){fn, to});
    }
}

static void each_of(const struct command *cmd, const struct arg *args, enum arg_kind kind,
                    option_fn *fn, void *to)
{
    for (; args->kind != ARG_END_KIND; args++)
        if (args->kind == kind)
            fn(to, cmd, args);
}

void each_option(const struct command *cmd, option_fn *fn, void *to)
{
    each_of(cmd, cmd->args, ARG_OPT_KIND, fn, to);
    for (size_t i = 0; i < option_groups_len; i++)
        if (option_groups[i].flags & cmd->flags)
            each_of(cmd, option_groups[i].args, ARG_OPT_KIND, fn, to);
}

void each_common(option_fn *fn, void *to)
{
    for (size_t i = 0; i < option_groups_len; i++)
        if (option_groups[i].flags == 0)
            each_of(NULL, option_groups[i].args, ARG_OPT_KIND, fn, to);
}

void each_positional(const struct command *cmd, option_fn *fn, void *to)
{
    each_of(cmd, cmd->args, ARG_POS_KIND, fn, to);
}

bool has_told_words(const struct arg *arg)
{
    return arg->type == AT_FIELDS || arg->type == AT_SORT || arg->type == AT_TOPIC ||
           strcmp(arg->name, "output") == 0;
}

struct told_walk {
    option_fn *fn;
    void *to;
};

static void tell(void *opaque, const struct command *cmd, const struct arg *arg)
{
    const struct told_walk *walk = opaque;
    const enum source source = source_of(cmd, arg);

    if (has_told_words(arg) && (source == SOURCE_WORDS || source == SOURCE_LIST))
        walk->fn(walk->to, cmd, arg);
}

const struct arg *fields_option(void)
{
    for (size_t i = 0; i < option_groups_len; i++)
        for (const struct arg *a = option_groups[i].args; a->kind != ARG_END_KIND; a++)
            if (option_groups[i].flags == 0 && a->type == AT_FIELDS)
                return a;
    return NULL;
}

void each_told(option_fn *fn, void *to)
{
    struct told_walk walk = {fn, to};

    each_common(tell, &walk);
    for (size_t i = 0; i < commands_len; i++) {
        each_option(commands[i], tell, &walk);
        each_positional(commands[i], tell, &walk);
        tell(&walk, commands[i], fields_option());
    }
}
