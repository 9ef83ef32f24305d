/* Changes: a binding's command line is put together, asked for, shown in advance, and run. */
#ifndef TUI_COMMAND_H
#define TUI_COMMAND_H

#include "app.h"

enum ask_id {
#define ASK(name, ...)   ASK_PASTE(ASK_ON_LINE_, __LINE__),
#define ASK_PASTE_(a, b) a##b
#define ASK_PASTE(a, b)  ASK_PASTE_(a, b)
#define EDIT             ASK
#define HIDDEN           ASK
#include "asks.def"
#undef HIDDEN
#undef EDIT
#undef ASK
    ASK_COUNT
};

struct ask_def {
    const char *name, *label, *first, *hint;
    bool needed;
    bool hidden, again; /* not shown; to be as the one before it */
    const char *field;  /* that has it already; NULL: none */
    const char *clear;  /* takes it away; NULL: it cannot be */
};
extern const struct ask_def ask_defs[ASK_COUNT];

/* Whether the command changes what is known of things: its form shows what that is. */
bool command_edits(enum action action);
/* Whether there is anything to ask for. */
bool command_asks(enum action action);

/* A command on its way. Owned by whoever has it; freed by command_free(). */
struct command_line {
    enum action action;
    struct selection what;
    char *answers[ASK_COUNT]; /* owned, or NULL: not asked for, or left as it is */
    char *typed;              /* owned: the name of a protected context; or NULL */
};
void command_free(struct command_line *c);

/* Does what a CMD of keys.def says, for what is selected in the view that is shown. */
void command_begin(struct app *app, enum action action);
/* Behind the questions: shows what would be done, or does it. Takes c. */
void command_ready(struct app *app, struct command_line *c);
/* Behind the confirmation. Takes c. */
void command_do(struct app *app, struct command_line *c);
/* A command line that was typed, without "poolctl" before it. */
void command_typed(struct app *app, const char *line);

/* "Disable 3 keys"; owned by the caller. */
char *command_title(const struct app *app, const struct command_line *c);
/* Columns of a form inside its frame; a label, two blanks, and what is typed behind them. */
enum { FORM_WIDTH = 66, FORM_LABEL_X = 2, FORM_FIELD_LEAST = 30 };
/* Pushes the questions of the command, with the answers that it has. Takes c. */
void form_push(struct app *app, struct command_line *c);
/* Pushes the question whether it is to be done, below what the request says would be; NULL: below
 * what it is. Takes c. */
struct run;
struct run_request;
void confirm_push(struct app *app, struct command_line *c, struct run_request *request);
/* The output of a run, or what went wrong. Borrowed. */
const char *command_said(const struct run *run);
/* Shows all that a run said. */
void command_show_text(struct app *app, const char *title, const struct run *run);
/* Shows a run that failed. */
void command_failed(struct app *app, const struct run *run);
/* The same of a run of this command: what was asked for is asked again, as it was typed. Takes c.
 */
void command_refused(struct app *app, struct command_line *c, const struct run *run);
/* Shows what the command made, once. */
void command_show_secret(struct app *app, const struct run *run);
/* The log of commands. */
void log_push(struct app *app);
/* The keys of the view. */
void help_push(struct app *app);

#endif
