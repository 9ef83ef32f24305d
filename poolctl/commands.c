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
    {"job", "jobs", "Long work on many keys, which the gateway does by itself."},
    {"token", "tokens", "Client tokens, which let programs use the pool."},
    {"user", "users", "People who registered, as operators see them."},
    {"invite", "invites", "Codes with which somebody may register."},
    {"auth", "auths", "You as a user: register, log in, check in, your client token."},
    {"provider", "providers", "Upstream services."},
    {"server", "servers", "The running gateway."},
    {"migrate", "migrates", "A whole pool from elsewhere into this one."},
    {"admin", "admins", "Admin tokens: who may use the gateway's admin API, and how far."},
    {"audit", "audits", "What was changed, by whom."},
    {"events", "event", "What happens in the gateway, as it happens."},
    {"cache", "caches", "Answers and lists that the gateway keeps for a while."},
    {"config", "configs", "The gateway's settings."},
    {"context", "contexts", "Named gateways, to talk to several."},
};
const size_t nouns_len = ARRAY_LEN(nouns);

static const char format_names[] =
#define FORMAT(id, name, text) name "|"
#include "formats.def"
#undef FORMAT
    ;

static const struct arg global_args[] = {
    ARG_ONE_OF("output", 'o', format_names,
               "Form of the output; name prints ids only. Default: table."),
    ARG_OPT("fields", 0, AT_FIELDS, "Print these fields, in this order."),
    ARG_OPT("no-headers", 0, AT_FLAG, "Leave out the line of headers."),
    ARG_OPT("provider", 'p', AT_PROVIDER, "The upstream service, by name. Default: ollama."),
    ARG_OPT("url", 0, AT_URL, "Where the gateway is: http://HOST:PORT."),
    ARG_OPT("context", 0, AT_CONTEXT, "The named gateway to talk to; see: help contexts."),
    /* the words of --color stand in the order of enum term_colour */
    ARG_ONE_OF("color", 0, "auto|always|never", "Colours; auto, the default, means on a terminal."),
    ARG_OPT("no-pager", 0, AT_FLAG, "Do not show long output page by page."),
    ARG_OPT("yes", 'y', AT_FLAG, "Do not ask back."),
    ARG_OPT("no-input", 0, AT_FLAG, "Never ask: fail where an answer would be needed."),
    ARG_OPT("quiet", 'q', AT_FLAG, "Print what was asked for, and errors, but no other message."),
    ARG_OPT("help", 'h', AT_FLAG, "Explain the command."),
    ARG_OPT("version", 0, AT_FLAG, "Print the version."),
    ARG_END,
};

static const struct arg list_args[] = {
    ARG_OPT("filter", 0, AT_FILTER, "Only rows like this, as in 'status=cooling reqs>100'."),
    ARG_OPT("sort-by", 0, AT_SORT, "Sort by this field; -FIELD: the other way round."),
    ARG_OPT("reverse", 'r', AT_FLAG, "The last row first."),
    ARG_OPT("limit", 'n', AT_INT, "Print no more than N rows."),
    ARG_END,
};

static const struct arg watch_args[] = {
    ARG_OPT_MAYBE("watch", 'w', AT_INTERVAL, "Again and again, every 2s unless said otherwise."),
    ARG_END,
};

static const struct arg change_args[] = {
    ARG_OPT("dry-run", 0, AT_FLAG, "Tell what would be done, and do nothing."),
    ARG_END,
};

static const struct arg destroy_args[] = {
    ARG_OPT("confirm", 0, AT_TEXT, "The answer, where a name is to be typed; may be given twice."),
    ARG_END,
};

const struct option_group option_groups[] = {
    {CMD_LIST, "Options of lists", list_args},
    {CMD_LIST | CMD_SHOW, "Options of all that is shown", watch_args},
    {CMD_CHANGE, "Options of changes", change_args},
    {CMD_DESTROY, "Options of what cannot be undone", destroy_args},
    {0, "Options of every command", global_args},
};
const size_t option_groups_len = ARRAY_LEN(option_groups);

bool command_has_group(const struct command *cmd, const struct option_group *group)
{
    return group->flags == 0 || (cmd != NULL && (cmd->flags & group->flags));
}

const struct exit_note exit_meanings[] = {
    {0, "Done."},
    {1, "It failed."},
    {2, "The command line, or what it names, is wrong."},
    {3, "There is no such thing."},
    {4, "Not allowed: the admin token is missing or wrong."},
    {5, "It exists already."},
    {6, "The gateway, or the upstream, cannot be reached."},
    {7, "Partly done: some of several things failed."},
    {130, "Interrupted with Ctrl-C."},
    {-1, NULL},
};

const struct noun *noun_find(const char *word)
{
    for (size_t i = 0; i < nouns_len; i++)
        if (strcmp(nouns[i].name, word) == 0 || strcmp(nouns[i].plural, word) == 0)
            return &nouns[i];
    return NULL;
}

/* What stands behind this word and a blank, or NULL. */
static const char *second_word(const char *name, const char *first)
{
    size_t len = strlen(first);

    return strncmp(name, first, len) == 0 && name[len] == ' ' ? name + len + 1 : NULL;
}

const char *command_verb(const struct command *cmd, const char *noun)
{
    return second_word(cmd->name, noun);
}

static bool is_called(const char *name, const char *noun, const char *verb)
{
    const char *second = second_word(name, noun);

    return verb == NULL ? strcmp(name, noun) == 0 : second != NULL && strcmp(second, verb) == 0;
}

const struct command *command_find(const char *noun, const char *verb)
{
    for (size_t i = 0; i < commands_len; i++) {
        const struct command *c = commands[i];

        if (is_called(c->name, noun, verb) || (c->also && is_called(c->also, noun, verb)))
            return c;
    }
    return NULL;
}
