/* What the manual pages of poolctl are put together from. */
#include "man.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../argtype.h"
#include "gen/mdoc.h"

enum { MAN_NAME_BYTES = 1024 };

/* ---- arguments ---------------------------------------------------------------------------------
 */

static void put_upper(FILE *to, const char *text)
{
    char *upper = mem_strdup(text);

    for (char *p = upper; *p != '\0'; p++)
        *p = (char)toupper((unsigned char)*p);
    mdoc_word(to, upper);
    free(upper);
}

/* "Fl -for Ar DURATION" */
static void put_option(FILE *to, const struct command *cmd, const struct arg *arg)
{
    struct buf value;

    fprintf(to, "Fl -%s", arg->name);
    if (arg->type == AT_FLAG)
        return;
    buf_init(&value, MAN_NAME_BYTES);
    argtype_name(cmd, arg, &value);
    fputs(arg->flags & ARG_MAYBE ? " Ns Op = Ns Ar " : " Ar ", to);
    mdoc_word(to, value.data);
    buf_done(&value);
}

static void put_used_positional(void *to, const struct command *cmd, const struct arg *arg)
{
    (void)cmd;
    fputs(arg->flags & ARG_REQUIRED ? ".Ar " : ".Op Ar ", to);
    put_upper(to, arg->type == AT_DASH ? "-" : arg->name);
    fputs(arg->flags & ARG_MANY ? " ...\n" : "\n", to);
}

void man_usage(FILE *to, const struct command *cmd)
{
    fprintf(to, ".Nm poolctl\n.Cm %s\n", cmd->name);
    each_positional(cmd, put_used_positional, to);
    for (const struct arg *a = cmd->args; a->kind != ARG_END_KIND; a++) {
        if (a->kind != ARG_OPT_KIND)
            continue;
        fputs(a->flags & ARG_REQUIRED ? "." : ".Op ", to);
        put_option(to, cmd, a);
        fputc('\n', to);
    }
    fputs(".Op Ar OPTION ...\n", to);
}

static void put_positional(void *to, const struct command *cmd, const struct arg *arg)
{
    (void)cmd;
    fputs(".It Ar ", to);
    put_upper(to, arg->type == AT_DASH ? "-" : arg->name);
    fputs(arg->flags & ARG_MANY ? " ...\n" : "\n", to);
    mdoc_text(to, arg->text);
}

void man_option(void *to, const struct command *cmd, const struct arg *arg)
{
    fputs(".It ", to);
    if (arg->letter)
        fprintf(to, "Fl %c , ", arg->letter);
    put_option(to, cmd, arg);
    fputc('\n', to);
    mdoc_text(to, arg->text);
}

/* ---- commands ----------------------------------------------------------------------------------
 */

/* "Further options: Options of lists, Options of changes." */
static void put_group_names(FILE *to, const struct command *cmd)
{
    bool any = false;

    for (size_t i = 0; i < option_groups_len; i++) {
        if (!(option_groups[i].flags & cmd->flags))
            continue;
        fprintf(to, any ? " ,\n.Sx %s" : ".Pp\nFurther options:\n.Sx %s", option_groups[i].title);
        any = true;
    }
    fputs(any ? " .\n" : "", to);
}

static void put_exits(FILE *to, const struct exit_note *notes)
{
    fputs(".Pp\nExit status:\n.Bl -tag -width Ds -compact\n", to);
    for (; notes->status >= 0; notes++) {
        fprintf(to, ".It %d\n", notes->status);
        mdoc_text(to, help_meaning(notes));
    }
    fputs(".El\n", to);
}

void man_details(FILE *to, const struct command *cmd)
{
    char *text = help_details(cmd);

    mdoc_text(to, text);
    free(text);
}

void man_command(FILE *to, const struct command *cmd)
{
    fprintf(to, ".Ss poolctl %s\n", cmd->name);
    mdoc_text(to, cmd->text);
    if (cmd->details != NULL) {
        fputs(".Pp\n", to);
        man_details(to, cmd);
    }
    if (cmd->args->kind != ARG_END_KIND) {
        fputs(".Bl -tag -width Ds\n", to);
        each_positional(cmd, put_positional, to);
        for (const struct arg *a = cmd->args; a->kind != ARG_END_KIND; a++)
            if (a->kind == ARG_OPT_KIND)
                man_option(to, cmd, a);
        fputs(".El\n", to);
    }
    put_group_names(to, cmd);
    put_exits(to, cmd->exits);
}

void man_groups(FILE *to, unsigned flags)
{
    bool any = false;

    for (size_t i = option_groups_len; i-- > 0;) {
        if (flags != 0 && !(option_groups[i].flags & flags))
            continue;
        if (!any)
            fputs(".Sh OPTIONS\n", to);
        any = true;
        fprintf(to, ".Ss %s\n.Bl -tag -width Ds\n", option_groups[i].title);
        for (const struct arg *a = option_groups[i].args; a->kind != ARG_END_KIND; a++)
            man_option(to, NULL, a);
        fputs(".El\n", to);
    }
}

/* ---- the rest ----------------------------------------------------------------------------------
 */

static void put_fields(FILE *to, enum resource_id id, bool printed[RES_COUNT])
{
    size_t count;
    const struct field *fields;

    if (id == RES_COUNT || printed[id])
        return;
    printed[id] = true;
    fields = resource_fields(id, &count);
    fprintf(to, ".Ss %s\n", resource_of(id)->noun);
    mdoc_text(to, resource_of(id)->text);
    fputs(".Bl -tag -width Ds -compact\n", to);
    for (size_t i = 0; i < count; i++) {
        fprintf(to, ".It Va %s\n", fields[i].json);
        mdoc_text(to, fields[i].text);
    }
    fputs(".El\n", to);
}

void man_fields(FILE *to, const struct command *cmd, bool printed[RES_COUNT])
{
    put_fields(to, cmd->resource, printed);
    for (const struct view *v = cmd->views; v != NULL && v->name != NULL; v++)
        put_fields(to, v->resource, printed);
}

void man_exits(FILE *to)
{
    fputs(".Sh EXIT STATUS\nThese do not change from version to version.\n"
          ".Bl -tag -width Ds\n",
          to);
    for (const struct exit_note *m = exit_meanings; m->status >= 0; m++) {
        fprintf(to, ".It %d\n", m->status);
        mdoc_text(to, m->text);
    }
    fputs(".El\n", to);
}

void man_examples(FILE *to, const struct example *examples, bool *any)
{
    for (; examples->line != NULL; examples++) {
        bool asks = examples->text[strlen(examples->text) - 1] == '?';
        char *text = mem_printf("%s%s", examples->text, asks ? "" : ":");

        fputs(*any ? ".Pp\n" : "", to);
        mdoc_text(to, text);
        mdoc_literal(to, examples->line);
        free(text);
        *any = true;
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void man_pages(FILE *to, const char *but)
{
    const char **names = mem_array(nouns_len + 1, sizeof(*names));

    for (size_t i = 0; i < nouns_len; i++)
        names[i] = nouns[i].name;
    names[nouns_len] = cmd_shell.name;
    qsort(names, nouns_len + 1, sizeof(*names), by_name);
    if (strcmp(but, "poolctl") != 0)
        fputs(".Xr poolctl 1 ,\n", to);
    for (size_t i = 0; i <= nouns_len; i++)
        if (strncmp(but, "poolctl-", 8) != 0 || strcmp(but + 8, names[i]) != 0)
            fprintf(to, ".Xr poolctl-%s 1 ,\n", names[i]);
    free(names);
    fputs(".Xr pool.conf 5 ,\n.Xr pool-gateway 8\n", to);
}
