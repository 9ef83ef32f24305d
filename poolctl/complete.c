/* What may stand where the cursor is in a line that is being typed. */
#include "complete.h"

#include <stdlib.h>
#include <string.h>

#include "ctl.h"

void complete_done(struct complete *c)
{
    for (size_t i = 0; i < c->len; i++) {
        free(c->list[i].text);
        free(c->list[i].hint);
    }
    free(c->list);
    *c = (struct complete){.list = NULL};
}

void complete_offer(struct complete *c, const char *text, const char *hint)
{
    const char *begun = c->word + c->from;

    if (strncmp(text, begun, strlen(begun)) != 0)
        return;
    c->list = mem_resize(c->list, c->len + 1, sizeof(*c->list));
    c->list[c->len++] = (struct complete_item){mem_strdup(text), mem_strdup(hint ? hint : "")};
}

/* ---- the words before the last one -------------------------------------------------------------
 */

/* Like args_parse(), but for a line that need not be whole, nor right. */
struct walk {
    struct args *said;
    const struct arg *wants; /* an option whose value is the next word */
    size_t positionals;
    bool options_end, lost; /* a word was no command: nothing is known from there on */
};

static void keep_value(struct walk *w, const struct arg *arg, const char *text)
{
    args_keep(w->said, arg, text, 0);
}

static void walk_word(struct walk *w, const char *word)
{
    struct args *a = w->said;
    const struct arg *arg;

    if (a->cmd == NULL && a->noun == NULL) {
        a->cmd = command_find(word, NULL);
        a->noun = noun_find(word);
        w->lost = a->cmd == NULL && a->noun == NULL;
    } else if (a->cmd == NULL) {
        a->cmd = command_find(a->noun->name, word);
        w->lost = a->cmd == NULL;
    } else if ((arg = args_positional(a->cmd, w->positionals++)) != NULL) {
        keep_value(w, arg, word);
    }
}

static void walk_long(struct walk *w, const char *text)
{
    size_t len = strcspn(text, "=");
    const struct arg *arg = args_option(w->said, text, len, 0);

    if (arg == NULL)
        return;
    if (text[len] == '=' || arg->type == AT_FLAG || (arg->flags & ARG_MAYBE))
        keep_value(w, arg, text[len] == '=' ? text + len + 1 : NULL);
    else
        w->wants = arg;
}

/* Of "-qo", -o wants a value; of "-ojson" it has it. Returns where the value begins, or NULL. */
static const char *walk_letters(struct walk *w, const char *letters)
{
    for (; *letters != '\0'; letters++) {
        const struct arg *arg = args_option(w->said, NULL, 0, *letters);

        if (arg == NULL)
            return NULL;
        if (arg->type == AT_FLAG || (letters[1] == '\0' && (arg->flags & ARG_MAYBE))) {
            keep_value(w, arg, NULL);
            continue;
        }
        w->wants = arg;
        return letters + 1;
    }
    return NULL;
}

static void walk(struct walk *w, const char *word)
{
    const char *value;

    if (w->wants != NULL) {
        keep_value(w, w->wants, word);
        w->wants = NULL;
    } else if (w->options_end || word[0] != '-' || word[1] == '\0') {
        walk_word(w, word);
    } else if (word[1] != '-') {
        value = walk_letters(w, word + 1);
        if (value != NULL && *value != '\0') {
            keep_value(w, w->wants, value);
            w->wants = NULL;
        }
    } else if (word[2] != '\0') {
        walk_long(w, word + 2);
    } else {
        w->options_end = true;
    }
}

/* ---- the last one ------------------------------------------------------------------------------
 */

static void offer_table(struct complete *c, const struct args *said, const struct arg *args)
{
    for (; args->kind != ARG_END_KIND; args++) {
        char name[64];

        if (args->kind != ARG_OPT_KIND || args_has(said, args->name))
            continue;
        snprintf(name, sizeof(name), "--%s", args->name);
        complete_offer(c, name, _(args->text));
    }
}

void complete_options(struct complete *c, const struct args *said)
{
    if (said->cmd != NULL)
        offer_table(c, said, said->cmd->args);
    for (size_t i = 0; i < option_groups_len; i++)
        if (command_has_group(said->cmd, &option_groups[i]))
            offer_table(c, said, option_groups[i].args);
}

static void offer_first_words(struct complete *c)
{
    for (size_t i = 0; i < nouns_len; i++)
        complete_offer(c, nouns[i].name, _(nouns[i].text));
    for (size_t i = 0; i < commands_len; i++)
        if (strchr(commands[i]->name, ' ') == NULL)
            complete_offer(c, commands[i]->name, _(commands[i]->text));
}

static void offer_verbs(struct complete *c, const struct noun *noun)
{
    for (size_t i = 0; i < commands_len; i++) {
        const char *verb = command_verb(commands[i], noun->name);

        if (verb != NULL)
            complete_offer(c, verb, _(commands[i]->text));
    }
}

static void last_word(struct complete *c, struct walk *w, struct ctl *said)
{
    const struct args *a = w->said;
    const struct arg *arg;

    if (a->cmd == NULL && a->noun == NULL) {
        offer_first_words(c);
    } else if (a->cmd == NULL) {
        offer_verbs(c, a->noun);
    } else if ((arg = args_positional(a->cmd, w->positionals)) != NULL) {
        complete_value(c, said, arg);
    } else if (*c->word == '\0' && !w->options_end) {
        complete_options(c, a);
    }
}

static void last_option(struct complete *c, struct walk *w, struct ctl *said)
{
    const char *value = strchr(c->word, '=');
    const struct arg *arg;

    if (c->word[1] != '-') {
        value = walk_letters(w, c->word + 1);
        if (value != NULL && *value != '\0') {
            c->from = (size_t)(value - c->word);
            complete_value(c, said, w->wants);
        } else if (c->word[1] == '\0') {
            complete_options(c, w->said);
        }
    } else if (value == NULL) {
        complete_options(c, w->said);
    } else {
        arg = args_option(w->said, c->word + 2, (size_t)(value - c->word - 2), 0);
        c->from = (size_t)(value + 1 - c->word);
        if (arg != NULL && arg->type != AT_FLAG)
            complete_value(c, said, arg);
    }
}

void complete_words(struct session *session, char *const words[], size_t len, struct complete *out)
{
    struct ctl c = {.format = OUT_TABLE, .session = session};
    struct walk w = {.said = &c.args};

    *out = (struct complete){.word = words[len - 1]};
    buf_init(&c.hint, 1024);
    for (size_t i = 0; i + 1 < len && !w.lost; i++)
        walk(&w, words[i]);
    if (!w.lost) {
        if (w.wants != NULL)
            complete_value(out, &c, w.wants);
        else if (*out->word == '-' && !w.options_end)
            last_option(out, &w, &c);
        else
            last_word(out, &w, &c);
    }
    ctl_done(&c);
}

int complete_main(int argc, char *const argv[])
{
    struct complete c;

    if (argc < 1)
        return err_info(ERR_USAGE)->exit_status;
    complete_words(NULL, argv, (size_t)argc, &c);
    for (size_t i = 0; i < c.len; i++)
        printf("%s\t%s\n", c.list[i].text, c.list[i].hint);
    complete_done(&c);
    return 0;
}
