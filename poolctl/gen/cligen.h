/* The documents and completions that cligen writes from poolctl's tables, and what its parts share.
 */
#ifndef POOLCTL_GEN_CLIGEN_H
#define POOLCTL_GEN_CLIGEN_H

#include <stdio.h>

#include "../command.h"

void gen_bash(FILE *to);
void gen_zsh(FILE *to);
void gen_fish(FILE *to);
void gen_man_poolctl(FILE *to);
void gen_man_shell(FILE *to);
void gen_man_noun(FILE *to, const struct noun *noun);

/* Where the words come from that an argument may be. */
enum source {
    SOURCE_FLAG,  /* an option without a value */
    SOURCE_NONE,  /* nobody knows */
    SOURCE_WORDS, /* these: source_words() */
    SOURCE_LIST,  /* these, with commas between */
    SOURCE_FILE,
    SOURCE_ASK,    /* poolctl __complete says */
    SOURCE_FILTER, /* the same; the word may go on */
};
/* cmd NULL: an option of every command. */
enum source source_of(const struct command *cmd, const struct arg *arg);
/* Calls fn for each word, with what it means or "". */
typedef void word_fn(void *to, const char *word, const char *text);
void source_words(const struct command *cmd, const struct arg *arg, word_fn *fn, void *to);

/* Calls fn for each option that the command takes and not every command does. */
typedef void option_fn(void *to, const struct command *cmd, const struct arg *arg);
void each_option(const struct command *cmd, option_fn *fn, void *to);
/* For each option of every command. */
void each_common(option_fn *fn, void *to);
/* Whether a shell that can shows what each word of the argument means; and calls fn for each such
 * argument: its words differ from command to command. */
bool has_told_words(const struct arg *arg);
void each_told(option_fn *fn, void *to);
/* --fields, which every command that prints a list takes. */
const struct arg *fields_option(void);
/* The positionals, in order. */
void each_positional(const struct command *cmd, option_fn *fn, void *to);

#endif
