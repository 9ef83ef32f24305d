/* Reads a command line by the tables of command.h. */
#include "args.h"

#include <stdlib.h>
#include <string.h>

#include "argtype.h"
#include "conf/suggest.h"
#include "nearest.h"

enum { OPTION_SHOWN = 24 };

struct parse {
    struct args *out;
    int argc, at;
    char *const *argv;
    size_t positionals;
    bool options_end; /* "--" was seen */
    struct err *e;
};

void args_done(struct args *a)
{
    free(a->values);
    free(a->many);
    *a = (struct args){.cmd = NULL};
}

static const struct arg_value *value_of(const struct args *a, const char *name)
{
    for (size_t i = a->values_len; i-- > 0;)
        if (strcmp(a->values[i].arg->name, name) == 0)
            return &a->values[i];
    return NULL;
}

const char *args_text(const struct args *a, const char *name)
{
    const struct arg_value *v = value_of(a, name);

    return v ? v->text : NULL;
}

int64_t args_num(const struct args *a, const char *name, int64_t otherwise)
{
    const struct arg_value *v = value_of(a, name);

    return v ? v->num : otherwise;
}

int64_t args_maybe(const struct args *a, const char *name, int64_t when_left_out)
{
    const struct arg_value *v = value_of(a, name);

    if (v == NULL)
        return 0;
    return v->text ? v->num : when_left_out;
}

int args_choice(const struct args *a, const char *name)
{
    const struct arg_value *v = value_of(a, name);
    const char *at = v ? v->arg->choices : "";
    size_t len = v ? strlen(v->text) : 0;

    for (int i = 0; *at != '\0'; i++) {
        size_t word = strcspn(at, "|");

        if (word == len && memcmp(at, v->text, len) == 0)
            return i;
        at += word + (at[word] == '|');
    }
    return 0;
}

bool args_says(const struct args *a, const char *name, const char *text)
{
    for (size_t i = 0; i < a->values_len; i++)
        if (strcmp(a->values[i].arg->name, name) == 0 && a->values[i].text != NULL &&
            strcmp(a->values[i].text, text) == 0)
            return true;
    return false;
}

bool args_has(const struct args *a, const char *name)
{
    return value_of(a, name) != NULL;
}

/* ---- nouns and verbs ---------------------------------------------------------------------------
 */

/* Repeats a word of the command line, unless it might be a secret. */
static const char *shown(const char *word)
{
    return argtype_is_secret(word) ? _("(not shown)") : word;
}

static enum err_code take_noun(struct parse *p, const char *word)
{
    const char *near;

    p->out->cmd = command_find(word, NULL);
    p->out->noun = noun_find(word);
    if (p->out->cmd != NULL || p->out->noun != NULL)
        return ERR_OK;
    near = nearest_noun(word);
    if (near == NULL)
        return err_set(p->e, ERR_USAGE, _("there is no command '%.80s'"), shown(word));
    return err_set(p->e, ERR_USAGE, _("there is no command '%.80s'; did you mean %s?"), shown(word),
                   near);
}

static enum err_code take_verb(struct parse *p, const char *word)
{
    const char *noun = p->out->noun->name, *near;

    p->out->cmd = command_find(noun, word);
    if (p->out->cmd != NULL)
        return ERR_OK;
    near = nearest_verb(noun, word);
    if (near == NULL)
        return err_set(p->e, ERR_USAGE, _("there is no command '%s %.80s'"), noun, shown(word));
    return err_set(p->e, ERR_USAGE, _("there is no command '%s %.80s'; did you mean %s %s?"), noun,
                   shown(word), noun, near);
}

/* ---- values ------------------------------------------------------------------------------------
 */

void args_keep(struct args *a, const struct arg *arg, const char *text, int64_t num)
{
    a->values = mem_resize(a->values, a->values_len + 1, sizeof(*a->values));
    a->values[a->values_len++] = (struct arg_value){arg, text, num};
}

/* Grown by doubling: a list of ids may be long. */
static void keep_many(struct args *a, const char *text)
{
    if ((a->many_len & (a->many_len - 1)) == 0)
        a->many = mem_resize(a->many, a->many_len ? a->many_len * 2 : 1, sizeof(*a->many));
    a->many[a->many_len++] = text;
}

static enum err_code take_value(struct parse *p, const struct arg *arg, const char *text)
{
    int64_t num = 0;
    enum err_code code;

    if (arg->type != AT_FLAG &&
        (code = argtype_check(p->out->cmd, arg, text, &num, p->e)) != ERR_OK) {
        snprintf(p->e->param, sizeof(p->e->param), "%s", arg->name);
        return code;
    }
    if (arg->flags & ARG_MANY)
        keep_many(p->out, text);
    else
        args_keep(p->out, arg, text, num);
    return ERR_OK;
}

const struct arg *args_positional(const struct command *cmd, size_t n)
{
    for (const struct arg *a = cmd->args; a->kind != ARG_END_KIND; a++)
        if (a->kind == ARG_POS_KIND && ((a->flags & ARG_MANY) || n-- == 0))
            return a;
    return NULL;
}

/* "stats series": a command of one word may begin another one's name. */
static bool take_second_word(struct parse *p, const char *word)
{
    const struct command *cmd = p->positionals == 0 ? command_find(p->out->cmd->name, word) : NULL;

    if (cmd != NULL)
        p->out->cmd = cmd;
    return cmd != NULL;
}

static enum err_code take_word(struct parse *p, const char *word)
{
    const struct arg *arg;

    if (p->out->cmd == NULL)
        return p->out->noun == NULL ? take_noun(p, word) : take_verb(p, word);
    if (take_second_word(p, word))
        return ERR_OK;
    arg = args_positional(p->out->cmd, p->positionals++);
    if (arg == NULL)
        return err_set(p->e, ERR_USAGE, _("%s takes no further argument; what to do with '%.80s'?"),
                       p->out->cmd->name, shown(word));
    return take_value(p, arg, word);
}

/* ---- options -----------------------------------------------------------------------------------
 */

static const struct arg *in_table(const struct arg *args, const char *name, size_t len, char letter)
{
    for (; args->kind != ARG_END_KIND; args++)
        if (args->kind == ARG_OPT_KIND &&
            (letter ? args->letter == letter
                    : strlen(args->name) == len && memcmp(args->name, name, len) == 0))
            return args;
    return NULL;
}

const struct arg *args_option(const struct args *a, const char *name, size_t len, char letter)
{
    const struct arg *found = a->cmd ? in_table(a->cmd->args, name, len, letter) : NULL;

    for (size_t i = 0; found == NULL && i < option_groups_len; i++)
        if (command_has_group(a->cmd, &option_groups[i]))
            found = in_table(option_groups[i].args, name, len, letter);
    return found;
}

/* The nearest, or one that begins so. */
static void offer_options(struct suggest *near, const struct arg *args)
{
    for (; args->kind != ARG_END_KIND; args++) {
        if (args->kind != ARG_OPT_KIND)
            continue;
        suggest_offer(near, args->name);
        if (near->best == NULL && near->word_len > 2 &&
            strncmp(args->name, near->word, near->word_len) == 0)
            near->best = args->name;
    }
}

static enum err_code unknown_before_command(struct parse *p, const char *name, size_t len,
                                            const char *near)
{
    const char *word = p->out->noun ? p->out->noun->name : "poolctl";

    if (near != NULL)
        return err_set(
            p->e, ERR_USAGE,
            _("%s has no option --%.*s; did you mean --%s? (options of a command stand behind it)"),
            word, (int)len, name, near);
    return err_set(p->e, ERR_USAGE,
                   _("%s has no option --%.*s (options of a command stand behind it)"), word,
                   (int)len, name);
}

static enum err_code unknown_option(struct parse *p, const char *name, size_t len)
{
    const struct args *a = p->out;
    struct suggest near;

    if (len > OPTION_SHOWN) /* no option is so long; it may be something else altogether */
        return err_set(p->e, ERR_USAGE, _("there is no such option; see poolctl help options"));
    suggest_init(&near, name, len);
    if (a->cmd != NULL)
        offer_options(&near, a->cmd->args);
    for (size_t i = 0; i < option_groups_len; i++)
        if (command_has_group(a->cmd, &option_groups[i]))
            offer_options(&near, option_groups[i].args);
    if (a->cmd == NULL)
        return unknown_before_command(p, name, len, near.best);
    if (near.best != NULL)
        return err_set(p->e, ERR_USAGE, _("%s has no option --%.*s; did you mean --%s?"),
                       a->cmd->name, (int)len, name, near.best);
    return err_set(p->e, ERR_USAGE, _("%s has no option --%.*s"), a->cmd->name, (int)len, name);
}

/* The value of an option: what is joined to it, else the next word. */
static enum err_code take_option(struct parse *p, const struct arg *arg, const char *joined)
{
    struct buf name;

    if (arg->type == AT_FLAG)
        return joined ? err_param(p->e, ERR_USAGE, arg->name, _("--%s takes no value"), arg->name)
                      : take_value(p, arg, NULL);
    if (joined != NULL)
        return take_value(p, arg, joined);
    if (arg->flags & ARG_MAYBE) {
        args_keep(p->out, arg, NULL, 0);
        return ERR_OK;
    }
    if (p->at + 1 < p->argc)
        return take_value(p, arg, p->argv[++p->at]);
    buf_init(&name, 1024);
    argtype_name(p->out->cmd, arg, &name);
    err_param(p->e, ERR_USAGE, arg->name, _("--%s needs a value: %s"), arg->name, name.data);
    buf_done(&name);
    return ERR_USAGE;
}

static enum err_code take_long(struct parse *p, const char *text)
{
    size_t len = strcspn(text, "=");
    const struct arg *arg = args_option(p->out, text, len, 0);

    if (arg == NULL)
        return unknown_option(p, text, len);
    return take_option(p, arg, text[len] == '=' ? text + len + 1 : NULL);
}

/* "-qy", "-ojson" and "-o json". */
static enum err_code take_letters(struct parse *p, const char *letters)
{
    enum err_code code = ERR_OK;

    for (; *letters != '\0' && code == ERR_OK; letters++) {
        const struct arg *arg = args_option(p->out, NULL, 0, *letters);

        if (arg == NULL)
            return err_set(p->e, ERR_USAGE, _("there is no option -%c"), *letters);
        if (arg->type != AT_FLAG)
            return take_option(p, arg, letters[1] ? letters + 1 : NULL);
        code = take_value(p, arg, NULL);
    }
    return code;
}

static enum err_code take(struct parse *p, const char *word)
{
    if (p->options_end || word[0] != '-' || word[1] == '\0')
        return take_word(p, word);
    if (word[1] != '-')
        return take_letters(p, word + 1);
    if (word[2] != '\0')
        return take_long(p, word + 2);
    p->options_end = true;
    return ERR_OK;
}

static enum err_code check_required(const struct args *a, struct err *e)
{
    for (const struct arg *arg = a->cmd->args; arg->kind != ARG_END_KIND; arg++) {
        bool given = arg->flags & ARG_MANY ? a->many_len > 0 : args_has(a, arg->name);
        char title[ARGTYPE_TITLE_BYTES];

        if ((arg->flags & ARG_REQUIRED) && !given)
            return err_param(e, ERR_USAGE, arg->name, _("%s needs %s: %s"), a->cmd->name,
                             argtype_title(arg, title), _(arg->text));
    }
    return ERR_OK;
}

/* "what to do with keys? import, add, list, …" */
static enum err_code verb_missing(const struct noun *noun, struct err *e)
{
    struct buf verbs;

    buf_init(&verbs, sizeof(e->text));
    for (size_t i = 0; i < commands_len; i++) {
        const char *verb = command_verb(commands[i], noun->name);

        if (verb != NULL)
            buf_addf(&verbs, "%s%s", verbs.len > 0 ? ", " : "", verb);
    }
    err_set(e, ERR_USAGE, _("what to do with %s? There is: %s"), noun->plural, verbs.data);
    buf_done(&verbs);
    return ERR_USAGE;
}

static enum err_code check_whole(const struct args *a, struct err *e)
{
    if (args_has(a, "help") || args_has(a, "version"))
        return ERR_OK;
    if (a->cmd != NULL)
        return check_required(a, e);
    if (a->noun != NULL)
        return verb_missing(a->noun, e);
    return err_set(e, ERR_USAGE, _("a command is missing, such as in: poolctl key list"));
}

/* Of a line that is wrong, the form of the output is still of interest: the error comes in it. */
static void find_output(struct parse rest)
{
    struct err ignored;

    rest.e = &ignored;
    for (rest.at++; rest.at < rest.argc; rest.at++) {
        const char *word = rest.argv[rest.at];

        if (strncmp(word, "-o", 2) == 0 || strncmp(word, "--output", strlen("--output")) == 0)
            (void)!take(&rest, word);
    }
}

enum err_code args_parse(int argc, char *const argv[], struct args *out, struct err *e)
{
    struct parse p = {.out = out, .argc = argc, .argv = argv, .e = e};
    enum err_code code;

    *out = (struct args){.cmd = NULL};
    for (p.at = 1; p.at < argc; p.at++) {
        if ((code = take(&p, argv[p.at])) != ERR_OK) {
            find_output(p);
            return code;
        }
    }
    return check_whole(out, e);
}
