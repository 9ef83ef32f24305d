/* Help, made from the tables of commands and of topics. */
#ifndef POOLCTL_HELP_H
#define POOLCTL_HELP_H

#include "ctl.h"

/* On stdout: of a command, else of a noun, else of everything. */
void help_print(const struct ctl *c, const struct command *cmd, const struct noun *noun);
/* All of it, for programs: commands with their arguments, examples and exit statuses, topics.
 * Owned.
 */
json_t *help_tree(void);
/* The examples of the page that lists everything. */
extern const struct example help_examples[];
void help_print_examples(const struct ctl *c, const struct example *examples);
/* What an exit status means in a note of a command. */
const char *help_meaning(const struct exit_note *note);
/* The line "key disable [--for DURATION] ID…"; adds to out. */
void help_usage(const struct command *cmd, struct buf *out);

/* A command's details, in English, a line for each paragraph; it has some. Owned. */
char *help_details(const struct command *cmd);

/* The parts that topics are made of as well. width: columns; 0 columns of terminal mean 80. */
size_t help_width(const struct ctl *c);
void help_title(const struct ctl *c, const char *text);
/* Two columns: a word, and a text that is wrapped beside it. */
void help_row(const struct ctl *c, size_t column, const char *word, const char *text);
void help_options(const struct ctl *c, const struct command *cmd, const struct arg *args);

/* A page of help that is of no one command. */
struct topic {
    const char *name, *text;
    void (*print)(const struct ctl *c);
    const struct example *examples; /* or NULL */
};
extern const struct topic topics[];
extern const size_t topics_len;

#endif
