/* What the manual pages of poolctl are put together from. */
#ifndef POOLCTL_GEN_MAN_H
#define POOLCTL_GEN_MAN_H

#include "../help.h"
#include "cligen.h"

enum { MAN_COLUMNS = 68 /* of a literal text, which is indented */ };

/* The command with its own arguments, as a line of the synopsis. */
void man_usage(FILE *to, const struct command *cmd);
/* What there is to say about the command, which is something. */
void man_details(FILE *to, const struct command *cmd);
/* A part on the command: what it does, its arguments, options and exit statuses. */
void man_command(FILE *to, const struct command *cmd);
/* The section on options that several commands have: those of any of the flags; 0: of all. */
void man_groups(FILE *to, unsigned flags);
/* What the command prints, unless it was printed. */
void man_fields(FILE *to, const struct command *cmd, bool printed[RES_COUNT]);
/* The section on what an exit status means everywhere. */
void man_exits(FILE *to);
/* *any: there were some before. */
void man_examples(FILE *to, const struct example *examples, bool *any);
/* References to all pages but this one. */
void man_pages(FILE *to, const char *but);
/* A list item for an option. */
void man_option(void *to, const struct command *cmd, const struct arg *arg);

#endif
