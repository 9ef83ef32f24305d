/* Reads a command line by the tables of command.h. */
#ifndef POOLCTL_ARGS_H
#define POOLCTL_ARGS_H

#include "base/buf.h"
#include "command.h"

struct arg_value {
    const struct arg *arg;
    const char *text; /* borrowed from argv; NULL for a flag */
    int64_t num;
};

/* What a command line said. */
struct args {
    const struct command *cmd; /* NULL: only a noun, or nothing at all */
    const struct noun *noun;
    struct arg_value *values; /* owned */
    size_t values_len;
    const char **many; /* owned: the values of the argument that takes several */
    size_t many_len;
};

/* Reads argv[1…], which must outlive out. On error out holds what was understood up to there; e
 * names the word, and the nearest one that would have been right. Call args_done() in any case.
 * With --help or --version nothing else is asked for. */
enum err_code args_parse(int argc, char *const argv[], struct args *out, struct err *e) MUST_CHECK;
void args_done(struct args *a);

/* The value of an argument by name: as text (NULL: not given), as number, or just whether it is
 * there. The last one counts where an option was given twice. */
const char *args_text(const struct args *a, const char *name);
int64_t args_num(const struct args *a, const char *name, int64_t otherwise);
/* The number of an option whose value may be left out: that of when it was, or 0 when the option
 * was not given. */
int64_t args_maybe(const struct args *a, const char *name, int64_t when_left_out);
/* Which of its choices an AT_CHOICE is, counted from 0, which also stands for none given. */
int args_choice(const struct args *a, const char *name);
bool args_has(const struct args *a, const char *name);
/* Whether the option was given with this value, perhaps beside others. */
bool args_says(const struct args *a, const char *name, const char *text);

/* The option with this name, or with this letter unless that is 0, that may stand behind what was
 * said so far; NULL: there is none. */
const struct arg *args_option(const struct args *a, const char *name, size_t len, char letter);
/* The n-th positional of the command, counted from 0, or the last one if that takes many; or NULL.
 */
const struct arg *args_positional(const struct command *cmd, size_t n);
/* Adds a value as if the line had said it, unchecked; text is borrowed. */
void args_keep(struct args *a, const struct arg *arg, const char *text, int64_t num);

#endif
