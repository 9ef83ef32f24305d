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
    {"key", "keys", N_("Upstream API keys: the pool itself.")},
    {"job", "jobs", N_("Long work on many keys, which the gateway does by itself.")},
    {"token", "tokens", N_("Client tokens, which let programs use the pool.")},
    {"user", "users", N_("People who registered, as operators see them.")},
    {"invite", "invites", N_("Codes with which somebody may register.")},
    {"auth", "auths", N_("You as a user: register, log in, check in, your client token.")},
    {"provider", "providers", N_("Upstream services.")},
    {"server", "servers", N_("The running gateway.")},
    {"migrate", "migrates", N_("A whole pool from elsewhere into this one.")},
    {"admin", "admins", N_("Admin tokens: who may use the gateway's admin API, and how far.")},
    {"audit", "audits", N_("What was changed, by whom.")},
    {"events", "event", N_("What happens in the gateway, as it happens.")},
    {"cache", "caches", N_("Answers and lists that the gateway keeps for a while.")},
    {"config", "configs", N_("The gateway's settings.")},
    {"context", "contexts", N_("Named gateways, to talk to several.")},
};
const size_t nouns_len = ARRAY_LEN(nouns);

static const char format_names[] =
#define FORMAT(id, name, text) name "|"
#include "formats.def"
#undef FORMAT
    ;

static const struct arg global_args[] = {
    ARG_ONE_OF("output", 'o', format_names,
               N_("Form of the output; name prints ids only. Default: table.")),
    ARG_OPT("fields", 0, AT_FIELDS, N_("Print these fields, in this order.")),
    ARG_OPT("no-headers", 0, AT_FLAG, N_("Leave out the line of headers.")),
    ARG_OPT("provider", 'p', AT_PROVIDER, N_("The upstream service, by name. Default: ollama.")),
    ARG_OPT("url", 0, AT_URL, N_("Where the gateway is: http://HOST:PORT.")),
    ARG_OPT("context", 0, AT_CONTEXT, N_("The named gateway to talk to; see: help contexts.")),
    /* the words of --color stand in the order of enum term_colour */
    ARG_ONE_OF("color", 0, "auto|always|never",
               N_("Colours; auto, the default, means on a terminal.")),
    ARG_OPT("no-pager", 0, AT_FLAG, N_("Do not show long output page by page.")),
    ARG_OPT("yes", 'y', AT_FLAG, N_("Do not ask back.")),
    ARG_OPT("no-input", 0, AT_FLAG, N_("Never ask: fail where an answer would be needed.")),
    ARG_OPT("quiet", 'q', AT_FLAG,
            N_("Print what was asked for, and errors, but no other message.")),
    ARG_OPT("help", 'h', AT_FLAG, N_("Explain the command.")),
    ARG_OPT("version", 0, AT_FLAG, N_("Print the version.")),
    ARG_END,
};

static const struct arg list_args[] = {
    ARG_OPT("filter", 0, AT_FILTER, N_("Only rows like this, as in 'status=cooling reqs>100'.")),
    ARG_OPT("sort-by", 0, AT_SORT, N_("Sort by this field; -FIELD: the other way round.")),
    ARG_OPT("reverse", 'r', AT_FLAG, N_("The last row first.")),
    ARG_OPT("limit", 'n', AT_INT, N_("Print no more than N rows.")),
    ARG_END,
};

static const struct arg watch_args[] = {
    ARG_OPT_MAYBE("watch", 'w', AT_INTERVAL,
                  N_("Again and again, every 2s unless said otherwise.")),
    ARG_END,
};

static const struct arg change_args[] = {
    ARG_OPT("dry-run", 0, AT_FLAG, N_("Tell what would be done, and do nothing.")),
    ARG_END,
};

static const struct arg destroy_args[] = {
    ARG_OPT("confirm", 0, AT_TEXT,
            N_("The answer, where a name is to be typed; may be given twice.")),
    ARG_END,
};

const struct option_group option_groups[] = {
    {CMD_LIST, N_("Options of lists"), list_args},
    {CMD_LIST | CMD_SHOW, N_("Options of all that is shown"), watch_args},
    {CMD_CHANGE, N_("Options of changes"), change_args},
    {CMD_DESTROY, N_("Options of what cannot be undone"), destroy_args},
    {0, N_(N_("Options of every command")), global_args},
};
const size_t option_groups_len = ARRAY_LEN(option_groups);

bool command_has_group(const struct command *cmd, const struct option_group *group)
{
    return group->flags == 0 || (cmd != NULL && (cmd->flags & group->flags));
}

const struct exit_note exit_meanings[] = {
    {0, N_("Done.")},
    {1, N_("It failed.")},
    {2, N_("The command line, or what it names, is wrong.")},
    {3, N_("There is no such thing.")},
    {4, N_("Not allowed: the admin token is missing or wrong.")},
    {5, N_("It exists already.")},
    {6, N_("The gateway, or the upstream, cannot be reached.")},
    {7, N_("Partly done: some of several things failed.")},
    {130, N_("Interrupted with Ctrl-C.")},
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
