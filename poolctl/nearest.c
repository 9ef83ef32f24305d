/* What a word that is no command may have been meant for. */
#include "nearest.h"

#include <string.h>

#include "command.h"
#include "conf/suggest.h"

/* The words people try for verbs that have another name here. */
static const struct {
    const char *word, *verb;
} synonyms[] = {
    {"ls", "list"},       {"rm", "delete"},     {"remove", "delete"}, {"del", "delete"},
    {"rm", "remove"},     {"delete", "remove"}, {"switch", "use"},    {"get", "show"},
    {"describe", "show"}, {"info", "show"},     {"new", "create"},    {"create", "add"},
    {"add", "create"},    {"check", "verify"},  {"test", "verify"},   {"load", "import"},
    {"on", "enable"},     {"off", "disable"},
};

const char *nearest_verb(const char *noun, const char *word)
{
    struct suggest near;

    for (size_t i = 0; i < ARRAY_LEN(synonyms); i++)
        if (strcmp(synonyms[i].word, word) == 0 && command_find(noun, synonyms[i].verb) != NULL)
            return synonyms[i].verb;
    suggest_init(&near, word, strlen(word));
    for (size_t i = 0; i < commands_len; i++) {
        const char *verb = command_verb(commands[i], noun);

        if (verb != NULL)
            suggest_offer(&near, verb);
    }
    return near.best;
}

const char *nearest_noun(const char *word)
{
    struct suggest near;

    suggest_init(&near, word, strlen(word));
    for (size_t i = 0; i < nouns_len; i++)
        suggest_offer(&near, nouns[i].name);
    for (size_t i = 0; i < commands_len; i++)
        if (strchr(commands[i]->name, ' ') == NULL)
            suggest_offer(&near, commands[i]->name);
    return near.best;
}
