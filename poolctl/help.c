/* Help, made from the tables of commands and of topics. */
#include "help.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "argtype.h"
#include "term/text.h"

enum {
    HELP_WIDTH = 80,
    HELP_WIDEST = 100,
    HELP_COLUMN = 28,
    HELP_NAMES = 20,
    HELP_LINE_BYTES = 4096,
    HELP_DETAILS_BYTES = 16384,
};

size_t help_width(const struct ctl *c)
{
    size_t width = c->term.out_tty && c->term.width > 0 ? c->term.width : HELP_WIDTH;

    return width > HELP_WIDEST ? HELP_WIDEST : width;
}

void help_title(const struct ctl *c, const char *text)
{
    bool colour = c->term.colour_out;

    printf("\n%s%s%s\n", colour ? TERM_BOLD : "", text, colour ? TERM_RESET : "");
}

void help_row(const struct ctl *c, size_t column, const char *word, const char *text)
{
    size_t used = 2 + text_width(word);

    printf("  %s", word);
    if (used + 2 > column) {
        putchar('\n');
        used = 0;
    }
    text_pad(stdout, column - used);
    text_wrap(stdout, text, column, help_width(c));
}

static void paragraph(const struct ctl *c, const char *text)
{
    text_pad(stdout, *text ? 2 : 0);
    text_wrap(stdout, text, 2, help_width(c));
}

static void lines(const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");

        printf("  %.*s\n", (int)len, text);
        text += len + (text[len] == '\n');
    }
}

static void details(const struct ctl *c, const char *const *texts)
{
    putchar('\n');
    for (; *texts != NULL; texts++)
        if (**texts == ' ')
            lines(*texts);
        else
            paragraph(c, **texts ? _(*texts) : "");
}

char *help_details(const struct command *cmd)
{
    struct buf joined;

    buf_init(&joined, HELP_DETAILS_BYTES);
    for (const char *const *p = cmd->details; *p != NULL; p++)
        buf_addf(&joined, "%s%s", p > cmd->details ? "\n" : "", *p);
    return buf_take(&joined);
}

/* ---- arguments ---------------------------------------------------------------------------------
 */

static void add_upper(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++)
        buf_addc(out, (char)toupper((unsigned char)*text));
}

static void add_positional(const struct arg *arg, struct buf *out)
{
    bool optional = !(arg->flags & ARG_REQUIRED);

    buf_adds(out, optional ? " [" : " ");
    if (arg->type == AT_DASH)
        buf_adds(out, "-");
    else
        add_upper(out, arg->name);
    if (arg->flags & ARG_MANY)
        buf_adds(out, "…");
    if (arg->flags & ARG_STDIN)
        buf_adds(out, "|-");
    if (optional)
        buf_adds(out, "]");
}

static void add_option(const struct command *cmd, const struct arg *arg, struct buf *out)
{
    buf_addf(out, "--%s", arg->name);
    if (arg->type == AT_FLAG)
        return;
    buf_adds(out, arg->flags & ARG_MAYBE ? "[=" : " ");
    argtype_name(cmd, arg, out);
    buf_adds(out, arg->flags & ARG_MAYBE ? "]" : "");
}

static void add_options(const struct command *cmd, const struct arg *args, struct buf *out)
{
    for (; args->kind != ARG_END_KIND; args++) {
        if (args->kind != ARG_OPT_KIND)
            continue;
        buf_adds(out, args->flags & ARG_REQUIRED ? " " : " [");
        add_option(cmd, args, out);
        buf_adds(out, args->flags & ARG_REQUIRED ? "" : "]");
    }
}

void help_usage(const struct command *cmd, struct buf *out)
{
    buf_adds(out, cmd->name);
    for (const struct arg *a = cmd->args; a->kind != ARG_END_KIND; a++)
        if (a->kind == ARG_POS_KIND)
            add_positional(a, out);
    add_options(cmd, cmd->args, out);
    for (size_t i = 0; i < option_groups_len; i++)
        if (option_groups[i].flags & cmd->flags)
            add_options(cmd, option_groups[i].args, out);
}

static void positionals(const struct ctl *c, const struct command *cmd)
{
    struct buf word;

    buf_init(&word, HELP_LINE_BYTES);
    for (const struct arg *a = cmd->args; a->kind != ARG_END_KIND; a++) {
        if (a->kind != ARG_POS_KIND)
            continue;
        buf_clear(&word);
        if (a->type == AT_DASH)
            buf_adds(&word, "-");
        else
            add_upper(&word, a->name);
        buf_adds(&word, a->flags & ARG_MANY ? "…" : "");
        help_row(c, HELP_COLUMN, word.data, _(a->text));
    }
    buf_done(&word);
}

void help_options(const struct ctl *c, const struct command *cmd, const struct arg *args)
{
    struct buf word;

    buf_init(&word, HELP_LINE_BYTES);
    for (; args->kind != ARG_END_KIND; args++) {
        if (args->kind != ARG_OPT_KIND)
            continue;
        buf_clear(&word);
        if (args->letter)
            buf_addf(&word, "-%c, ", args->letter);
        else
            buf_adds(&word, "    ");
        add_option(cmd, args, &word);
        help_row(c, HELP_COLUMN, word.data, _(args->text));
    }
    buf_done(&word);
}

static bool has_kind(const struct command *cmd, enum arg_kind kind)
{
    for (const struct arg *a = cmd->args; a->kind != ARG_END_KIND; a++)
        if (a->kind == kind)
            return true;
    return false;
}

/* Own ones, or of a group that not every command has. */
static bool has_options(const struct command *cmd)
{
    bool has = has_kind(cmd, ARG_OPT_KIND);

    for (size_t i = 0; i < option_groups_len; i++)
        has = has || (option_groups[i].flags & cmd->flags);
    return has;
}

/* ---- pages -------------------------------------------------------------------------------------
 */

void help_print_examples(const struct ctl *c, const struct example *examples)
{
    bool colour = c->term.colour_out;

    help_title(c, _("Examples"));
    for (const struct example *x = examples; x->line != NULL; x++) {
        printf("  %s# %s%s\n", colour ? TERM_FAINT : "", _(x->text), colour ? TERM_RESET : "");
        printf("  %s\n", x->line);
    }
}

const char *help_meaning(const struct exit_note *note)
{
    for (const struct exit_note *m = exit_meanings; note->text == NULL && m->status >= 0; m++)
        if (m->status == note->status)
            return m->text;
    return note->text;
}

static void print_exits(const struct ctl *c, const struct exit_note *notes)
{
    char number[16];

    help_title(c, _("Exit status"));
    for (; notes->status >= 0; notes++) {
        snprintf(number, sizeof(number), "%d", notes->status);
        help_row(c, 5, number, _(help_meaning(notes)));
    }
}

static void print_fields(const struct ctl *c, const struct command *cmd)
{
    struct buf names;
    size_t count;
    const struct field *fields;

    if (cmd->resource == RES_COUNT)
        return;
    fields = resource_fields(cmd->resource, &count);
    buf_init(&names, HELP_LINE_BYTES);
    for (size_t i = 0; i < count; i++)
        buf_addf(&names, "%s%s", i > 0 ? " " : "", fields[i].json);
    help_title(c, _("Fields"));
    paragraph(c, names.data);
    buf_done(&names);
}

static void print_command(const struct ctl *c, const struct command *cmd)
{
    char *title = mem_printf("poolctl %s: %s", cmd->name, _(cmd->text));
    struct buf usage;

    text_wrap(stdout, title, 0, help_width(c));
    free(title);
    help_print_examples(c, cmd->examples);
    buf_init(&usage, HELP_LINE_BYTES);
    help_usage(cmd, &usage);
    help_title(c, _("Synopsis"));
    printf("  poolctl ");
    text_wrap(stdout, usage.data, 10 + text_width(cmd->name) + 1, help_width(c));
    buf_done(&usage);
    if (cmd->details != NULL)
        details(c, cmd->details);
    if (has_kind(cmd, ARG_POS_KIND)) {
        help_title(c, _("Arguments"));
        positionals(c, cmd);
    }
    if (has_options(cmd)) {
        help_title(c, _("Options"));
        help_options(c, cmd, cmd->args);
        for (size_t i = 0; i < option_groups_len; i++)
            if (option_groups[i].flags != 0 && command_has_group(cmd, &option_groups[i]))
                help_options(c, cmd, option_groups[i].args);
    }
    print_fields(c, cmd);
    print_exits(c, cmd->exits);
    printf(_("\nOptions of every command: poolctl help options\n"));
}

static void list_commands(const struct ctl *c, const struct noun *noun)
{
    for (size_t i = 0; i < commands_len; i++) {
        bool mine = noun ? command_verb(commands[i], noun->name) != NULL
                         : strchr(commands[i]->name, ' ') == NULL;

        if (mine)
            help_row(c, HELP_NAMES, commands[i]->name, _(commands[i]->text));
    }
}

static void print_noun(const struct ctl *c, const struct noun *noun)
{
    printf("poolctl %s: %s\n", noun->name, _(noun->text));
    help_title(c, _("Commands"));
    list_commands(c, noun);
    printf(_("\nMore on each: poolctl help %s COMMAND\n"), noun->name);
}

const struct example help_examples[] = {
    {"poolctl key import ollama.txt", N_("Fill the pool")},
    {"poolctl token create laptop", N_("Let a program use it")},
    {"poolctl stats", N_("See how it does")},
    {NULL, NULL},
};

static void print_overview(const struct ctl *c)
{
    printf(_("poolctl runs the pool of API keys behind a pool-gateway.\n"));
    help_print_examples(c, help_examples);
    help_title(c, _("Synopsis"));
    printf(_("  poolctl COMMAND [ARGUMENT…] [OPTION…]\n"));
    for (size_t i = 0; i < nouns_len; i++) {
        help_title(c, _(nouns[i].text));
        list_commands(c, &nouns[i]);
    }
    help_title(c, _("And:"));
    list_commands(c, NULL);
    help_title(c, _("Options of every command"));
    help_options(c, NULL, option_groups[option_groups_len - 1].args);
    help_title(c, _("More help"));
    help_row(c, HELP_NAMES, _("help COMMAND"), _("On a command, with examples and exit status."));
    for (size_t i = 0; i < topics_len; i++) {
        char word[64];

        snprintf(word, sizeof(word), "help %s", topics[i].name);
        help_row(c, HELP_NAMES, word, _(topics[i].text));
    }
}

void help_print(const struct ctl *c, const struct command *cmd, const struct noun *noun)
{
    if (cmd != NULL)
        print_command(c, cmd);
    else if (noun != NULL)
        print_noun(c, noun);
    else
        print_overview(c);
}
