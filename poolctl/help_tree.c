/* All that help knows, as one JSON object for programs. */
#include <stdlib.h>

#include "argtype.h"
#include "help.h"

enum { TREE_LINE_BYTES = 4096 };

static void add_word(void *to, const char *word)
{
    json_array_append_new(to, json_string(word));
}

static json_t *argument(const struct command *cmd, const struct arg *arg)
{
    json_t *choices = json_array();
    char letter[2] = {arg->letter, '\0'};
    struct buf value;
    json_t *object;

    argtype_words(cmd, arg, add_word, choices);
    buf_init(&value, TREE_LINE_BYTES);
    if (arg->type != AT_FLAG)
        argtype_name(cmd, arg, &value);
    object = json_pack("{s:s,s:s*,s:s*,s:b,s:b,s:b,s:s,s:o}", "name", arg->name, "letter",
                       arg->letter ? letter : NULL, "value", value.len ? value.data : NULL,
                       "required", (arg->flags & ARG_REQUIRED) != 0, "many",
                       (arg->flags & ARG_MANY) != 0, "value_may_be_left_out",
                       (arg->flags & ARG_MAYBE) != 0, "text", arg->text, "choices", choices);
    buf_done(&value);
    return object;
}

static void add_arguments(json_t *to, const struct command *cmd, const struct arg *args,
                          enum arg_kind kind)
{
    for (; args->kind != ARG_END_KIND; args++)
        if (args->kind == kind)
            json_array_append_new(to, argument(cmd, args));
}

static json_t *examples(const struct example *x)
{
    json_t *list = json_array();

    for (; x != NULL && x->line != NULL; x++)
        json_array_append_new(list, json_pack("{s:s,s:s}", "line", x->line, "text", x->text));
    return list;
}

static json_t *exits(const struct exit_note *note)
{
    json_t *list = json_array();

    for (; note->status >= 0; note++)
        json_array_append_new(
            list, json_pack("{s:i,s:s}", "status", note->status, "text", help_meaning(note)));
    return list;
}

static json_t *fields(enum resource_id resource)
{
    json_t *list = json_array();
    size_t count = 0;
    const struct field *field = resource != RES_COUNT ? resource_fields(resource, &count) : NULL;

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(field[i].json));
    return list;
}

static json_t *command(const struct command *cmd)
{
    json_t *arguments = json_array(), *options = json_array(), *object;
    char *details = cmd->details != NULL ? help_details(cmd) : NULL;
    struct buf usage;

    add_arguments(arguments, cmd, cmd->args, ARG_POS_KIND);
    add_arguments(options, cmd, cmd->args, ARG_OPT_KIND);
    for (size_t i = 0; i < option_groups_len; i++)
        if (option_groups[i].flags & cmd->flags)
            add_arguments(options, cmd, option_groups[i].args, ARG_OPT_KIND);
    buf_init(&usage, TREE_LINE_BYTES);
    help_usage(cmd, &usage);
    object = json_pack("{s:s,s:s,s:s*,s:s,s:o,s:o,s:o,s:o,s:o}", "name", cmd->name, "text",
                       cmd->text, "details", details, "usage", usage.data, "arguments", arguments,
                       "options", options, "fields", fields(cmd->resource), "examples",
                       examples(cmd->examples), "exits", exits(cmd->exits));
    buf_done(&usage);
    free(details);
    return object;
}

json_t *help_tree(void)
{
    json_t *list = json_array(), *pages = json_array(), *options = json_array();

    for (size_t i = 0; i < commands_len; i++)
        json_array_append_new(list, command(commands[i]));
    for (size_t i = 0; i < topics_len; i++)
        json_array_append_new(pages,
                              json_pack("{s:s,s:s,s:o}", "name", topics[i].name, "text",
                                        topics[i].text, "examples", examples(topics[i].examples)));
    for (size_t i = 0; i < option_groups_len; i++)
        if (option_groups[i].flags == 0)
            add_arguments(options, NULL, option_groups[i].args, ARG_OPT_KIND);
    return json_pack("{s:s,s:s,s:o,s:o,s:o,s:o,s:o}", "program", "poolctl", "version", POOL_VERSION,
                     "examples", examples(help_examples), "commands", list, "options", options,
                     "topics", pages, "exits", exits(exit_meanings));
}
