/* What the value of an argument may be, as far as tables, the file of contexts and the gateway say.
 */
#include <stdlib.h>
#include <string.h>

#include "api/context.h"
#include "argtype.h"
#include "complete.h"
#include "help.h"
#include "view/filter.h"

static void offer_word(void *to, const char *word)
{
    complete_offer(to, word, NULL);
}

/* The names of formats say more with their sentences. */
static void offer_choices(struct complete *c, const struct ctl *said, const struct arg *arg)
{
    static const struct {
        const char *name, *text;
    } forms[] = {
#define FORMAT(id, name, text) {name, text},
#include "formats.def"
#undef FORMAT
    };

    if (strcmp(arg->name, "output") != 0) {
        argtype_words(said->args.cmd, arg, offer_word, c);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(forms); i++)
        complete_offer(c, forms[i].name, _(forms[i].text));
}

/* Fields that have the flag, each with what stands before it in the word. */
static void offer_fields(struct complete *c, const struct ctl *said, size_t before, unsigned flag)
{
    const char *word = c->word + c->from;
    const struct field *fields;
    size_t count;

    if (ctl_resource(said) == RES_COUNT)
        return;
    fields = resource_fields(ctl_resource(said), &count);
    for (size_t i = 0; i < count; i++) {
        char *whole;

        if ((fields[i].flags & flag) != flag)
            continue;
        whole = mem_printf("%.*s%s", (int)before, word, fields[i].json);
        complete_offer(c, whole, _(fields[i].text));
        free(whole);
    }
}

static void offer_list_of_fields(struct complete *c, const struct ctl *said)
{
    const char *word = c->word + c->from, *comma = strrchr(word, ',');

    offer_fields(c, said, comma ? (size_t)(comma + 1 - word) : 0, 0);
}

/* Values of a term: the words of a state, and yes and no. */
static void offer_term_values(struct complete *c, const struct field *field, size_t before)
{
    static const char *const states[] = {
#define MARK(word, ...) word,
#define RESULT(...)
#include "term/marks.def"
#undef RESULT
#undef MARK
    };
    static const char *const truths[] = {"yes", "no"};
    const bool state = field->type == FIELD_STATE;
    const char *const *words = state ? states : truths;
    size_t count = state ? ARRAY_LEN(states) : ARRAY_LEN(truths);

    for (size_t i = 0; i < count; i++) {
        char *whole = mem_printf("%.*s%s", (int)before, c->word + c->from, words[i]);

        complete_offer(c, whole, NULL);
        free(whole);
    }
}

static void offer_filter(struct complete *c, const struct ctl *said)
{
    const char *word = c->word + c->from, *blank = strrchr(word, ' ');
    const char *term = blank ? blank + 1 : word;
    size_t name = strcspn(term, "=!<>~"), before = (size_t)(term - word);
    const struct field *field;

    if (term[name] == '\0') {
        offer_fields(c, said, before, 0);
        c->open = true;
        return;
    }
    field = ctl_resource(said) != RES_COUNT ? resource_field(ctl_resource(said), term, name) : NULL;
    if (field != NULL && (field->type == FIELD_STATE || field->type == FIELD_BOOL))
        offer_term_values(c, field, before + name + strspn(term + name, "=!<>~"));
}

static void offer_contexts(struct complete *c)
{
    struct contexts all;
    struct err ignored;

    if (contexts_load(&all, false, &ignored) == ERR_OK)
        for (size_t i = 0; i < all.len; i++)
            complete_offer(c, all.list[i]->name, all.list[i]->url);
    contexts_done(&all);
}

static void offer_topics(struct complete *c)
{
    for (size_t i = 0; i < nouns_len; i++)
        complete_offer(c, nouns[i].name, _(nouns[i].text));
    for (size_t i = 0; i < commands_len; i++)
        if (strchr(commands[i]->name, ' ') == NULL)
            complete_offer(c, commands[i]->name, _(commands[i]->text));
    for (size_t i = 0; i < topics_len; i++)
        complete_offer(c, topics[i].name, _(topics[i].text));
}

static void offer_verbs(struct complete *c, const struct ctl *said)
{
    const char *word = args_text(&said->args, "topic");
    const struct noun *noun = word ? noun_find(word) : NULL;

    for (size_t i = 0; noun != NULL && i < commands_len; i++) {
        const char *verb = command_verb(commands[i], noun->name);

        if (verb != NULL)
            complete_offer(c, verb, _(commands[i]->text));
    }
}

void complete_value(struct complete *c, struct ctl *said, const struct arg *arg)
{
    const char *word = c->word + c->from;

    switch (arg->type) {
    case AT_CHOICE:
    case AT_VIEW:
        offer_choices(c, said, arg);
        break;
    case AT_FIELDS:
        offer_list_of_fields(c, said);
        break;
    case AT_SORT:
        offer_fields(c, said, *word == '-', F_SORT);
        break;
    case AT_FILTER:
        offer_filter(c, said);
        break;
    case AT_CONTEXT:
        offer_contexts(c);
        break;
    case AT_TOPIC:
        offer_topics(c);
        break;
    case AT_VERB:
        offer_verbs(c, said);
        break;
    case AT_FILE:
        c->files = true;
        break;
    default:
        if (live_is(arg->type))
            live_offer(c, said, arg->type);
    }
}
