/* What poolctl shell is at: the options that are set, the line that is run, how it went. */
#ifndef POOLCTL_SHELL_STATE_H
#define POOLCTL_SHELL_STATE_H

#include "ctl.h"
#include "session.h"
#include "shell_worker.h"

struct shell {
    struct ctl *c;          /* borrowed: the run of poolctl shell itself */
    struct session session; /* the place of its errors, no more: commands run in the worker */
    struct words base;      /* an invocation of it with the options that are set */
    struct worker worker;
    int status; /* of the last command */
    bool quit;
};

void shell_init(struct shell *s, struct ctl *c, bool terminal);
void shell_done(struct shell *s);

/* Does what a line says, and tells what is wrong with it. Returns the exit status, which is 0 for a
 * line without any word. */
int shell_run_line(struct shell *s, const char *line);
/* Sets an option that every command has, or with value NULL one without a value; or takes it back.
 * On error nothing changes. */
enum err_code shell_set(struct shell *s, const char *option, const char *value,
                        struct err *e) MUST_CHECK;
enum err_code shell_unset(struct shell *s, const char *option, struct err *e) MUST_CHECK;
/* "prod ollama> "; owned. before and behind stand around sequences that take up no columns. */
char *shell_prompt(const struct shell *s, const char *before, const char *behind);

/* What a word behind a backslash may be given. */
enum meta_arg { META_NONE, META_COMMAND, META_CONTEXT, META_PROVIDER, META_OPTION };
struct meta {
    const char *name, *args, *text;
    enum meta_arg arg;
    enum err_code (*run)(struct shell *s, struct words *words, struct err *e);
};
extern const struct meta metas[];
extern const size_t metas_len;
/* NULL: there is none. */
const struct meta *meta_find(const char *name);
/* Runs "\name …"; words begin with the name. */
enum err_code meta_run(struct shell *s, struct words *words, struct err *e) MUST_CHECK;
/* Of the words behind \watch, how many stand before the command: 1 if there is an interval. */
size_t meta_skip(const struct meta *m, const struct words *words);
/* Runs a command; the status goes to s. */
void shell_run_words(struct shell *s, const struct words *words);

/* Lines from the terminal, until Ctrl-D or \quit: shell.c, the one file that knows readline. */
void shell_interact(struct shell *s);

#endif
