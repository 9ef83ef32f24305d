/* help, version. */
#include <string.h>

#include "conf/suggest.h"
#include "help.h"

static const struct topic *topic_find(const char *name)
{
    for (size_t i = 0; i < topics_len; i++)
        if (strcmp(topics[i].name, name) == 0)
            return &topics[i];
    return NULL;
}

static enum err_code unknown(const char *word, struct err *e)
{
    struct suggest near;

    suggest_init(&near, word, strlen(word));
    for (size_t i = 0; i < topics_len; i++)
        suggest_offer(&near, topics[i].name);
    for (size_t i = 0; i < nouns_len; i++)
        suggest_offer(&near, nouns[i].name);
    for (size_t i = 0; i < commands_len; i++)
        suggest_offer(&near, commands[i]->name);
    if (near.best != NULL)
        return err_set(e, ERR_USAGE, _("there is no help on '%.80s'; did you mean %s?"), word,
                       near.best);
    return err_set(e, ERR_USAGE, _("there is no help on '%.80s'; see: poolctl help"), word);
}

static void print_topic(const struct ctl *c, const struct topic *topic)
{
    topic->print(c);
    if (topic->examples != NULL)
        help_print_examples(c, topic->examples);
}

/* Every page one after the other, or the tree of all commands for programs. */
static enum err_code print_all(struct ctl *c, struct err *e)
{
    json_t *tree;

    if (args_text(&c->args, "topic") != NULL)
        return err_param(e, ERR_USAGE, "all", _("--all is on everything; leave out '%.40s'"),
                         args_text(&c->args, "topic"));
    if (!out_is_table(c->format)) {
        tree = help_tree();
        out_one(c, RES_HELP, tree);
        json_decref(tree);
        return ERR_OK;
    }
    help_print(c, NULL, NULL);
    for (size_t i = 0; i < commands_len; i++) {
        printf("\n\n");
        help_print(c, commands[i], NULL);
    }
    for (size_t i = 0; i < topics_len; i++) {
        printf("\n\nhelp %s: %s\n", topics[i].name, _(topics[i].text));
        print_topic(c, &topics[i]);
    }
    return ERR_OK;
}

static enum err_code run_help(struct ctl *c, struct err *e)
{
    const char *first = args_text(&c->args, "topic"), *verb = args_text(&c->args, "verb");
    const struct noun *noun = first ? noun_find(first) : NULL;
    const struct topic *topic = first ? topic_find(first) : NULL;
    const struct command *cmd;

    if (args_has(&c->args, "all"))
        return print_all(c, e);
    if (topic != NULL && verb == NULL) {
        print_topic(c, topic);
        return ERR_OK;
    }
    cmd = first ? command_find(noun ? noun->name : first, verb) : NULL;
    if (first != NULL && cmd == NULL && (noun == NULL || verb != NULL)) {
        char words[128];

        snprintf(words, sizeof(words), "%.60s%s%.60s", first, verb ? " " : "", verb ? verb : "");
        return unknown(words, e);
    }
    help_print(c, cmd, noun);
    return ERR_OK;
}

const struct command cmd_help = {
    .name = "help",
    .text = N_("Explain a command, or a topic."),
    .args =
        (const struct arg[]){
            ARG_POS("topic", AT_TOPIC, 0, N_("A command's first word, or a topic.")),
            ARG_POS("verb", AT_VERB, 0, N_("Its second word.")),
            ARG_OPT("all", 'a', AT_FLAG, N_("Everything; with -o json the tree of all commands.")),
            ARG_END},
    .examples = EXAMPLES({"poolctl help", N_("List all commands")},
                         {"poolctl help key import", N_("Explain a command")},
                         {"poolctl help exit-codes", N_("Explain a topic")},
                         {"poolctl help --all -o json | jq -r '.commands[].name'",
                          N_("All commands, for programs")}),
    .exits = EXITS({0, NULL}, {2, N_("There is no help on that.")}),
    .flags = CMD_PAGED,
    .resource = RES_COUNT,
    .run = run_help,
};

static enum err_code run_version(struct ctl *c, struct err *e)
{
    json_t *row = json_pack("{s:s,s:s}", "program", "poolctl", "version", POOL_VERSION);

    (void)e;
    if (out_is_table(c->format))
        printf("poolctl %s\n", POOL_VERSION);
    else
        out_one(c, RES_VERSION, row);
    json_decref(row);
    return ERR_OK;
}

const struct command cmd_version = {
    .name = "version",
    .text = N_("Print the version of poolctl."),
    .args = (const struct arg[]){ARG_END},
    .examples = EXAMPLES({"poolctl version", N_("For people")},
                         {"poolctl version -o json", N_("For programs")}),
    .exits = EXITS({0, NULL}, {2, NULL}),
    .resource = RES_VERSION,
    .run = run_version,
};
