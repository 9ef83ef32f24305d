/* Reads --fields, --sort-by and --filter, which name fields of what the command prints. */
#ifndef POOLCTL_COLUMNS_H
#define POOLCTL_COLUMNS_H

#include "ctl.h"

/* Fills c->columns, c->sort and c->filter, before the command does anything. An unknown name leaves
 * the list of the right ones in c->hint. */
enum err_code columns_read(struct ctl *c, struct err *e) MUST_CHECK;
/* Adds the names of the fields that have the flag (0: of all) to the hint. */
void columns_hint(struct ctl *c, unsigned flag);

#endif
