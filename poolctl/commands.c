/* The list of all commands, and of what is the same for all of them. */
#include <string.h>

#include "command.h"

const struct command *const commands[] = {
#define COMMAND(name) &name,
#include "commands.def"
#undef COMMAND
};
const size_t commands_len = ARRAY_LEN(commands);

const struct noun nouns[] = {
    {"key", "keys", "Upstream API keys: the pool itself."},
    {"token", "tokens", "Client tokens, which let programs use the pool."},
    {"server", "servers", "The running gateway."},
};
const size_t nouns_len = ARRAY_LEN(nouns);

static const char provider_names[] =
#define PROVIDER(id, name, ...) name "|"
#include "api/providers.def"
#undef PROVIDER
    ;

static const char format_names[] =
#define FORMAT(id, name, text) name "|"
#include "formats.def"
#undef FORMAT
    ;

const struct arg global_args[] = {
    ARG_ONE_OF("output", 'o', format_names,
               "Form of the output; name prints ids only. Default: table."),
    ARG_OPT("fields", 0, AT_FIELDS, "Print these fields, in this order."),
    ARG_OPT("no-headers", 0, AT_FLAG, "Leave out the line of headers."),
    ARG_ONE_OF("provider", 'p', provider_names, "The upstream service. Default: ollama."),
    ARG_OPT("url", 0, AT_URL, "Where the gateway is: http://HOST:PORT."),
    /* the words of --color stand in the order of enum term_colour */
    ARG_ONE_OF("color", 0, "auto|always|never", "Colours; auto, the default, means on a terminal."),
    ARG_OPT("yes", 'y', AT_FLAG, "Do not ask back."),
    ARG_OPT("quiet", 'q', AT_FLAG, "Print what was asked for, and errors, but no other message."),
    ARG_OPT("help", 'h', AT_FLAG, "Explain the command."),
    ARG_OPT("version", 0, AT_FLAG, "Print the version."),
    ARG_END,
};

const struct exit_note exit_meanings[] = {
    {0, "Done."},
    {1, "It failed."},
    {2, "The command line, or what it names, is wrong."},
    {3, "There is no such thing."},
    {4, "Not allowed: the admin token is missing or wrong."},
    {5, "It exists already."},
    {6, "The gateway, or the upstream, cannot be reached."},
    {7, "Partly done: some of several things failed."},
    {-1, NULL},
};

const struct noun *noun_find(const char *word)
{
    for (size_t i = 0; i < nouns_len; i++)
        if (strcmp(nouns[i].name, word) == 0 || strcmp(nouns[i].plural, word) == 0)
            return &nouns[i];
    return NULL;
}

const char *command_verb(const struct command *cmd, const char *noun)
{
    size_t len = strlen(noun);

    return strncmp(cmd->name, noun, len) == 0 && cmd->name[len] == ' ' ? cmd->name + len + 1 : NULL;
}

const struct command *command_find(const char *noun, const char *verb)
{
    for (size_t i = 0; i < commands_len; i++) {
        const char *own = command_verb(commands[i], noun);

        if (verb == NULL ? strcmp(commands[i]->name, noun) == 0
                         : own != NULL && strcmp(own, verb) == 0)
            return commands[i];
    }
    return NULL;
}
