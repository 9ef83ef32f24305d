/* Reads --fields and --sort, which name fields of what the command prints. */
#ifndef POOLCTL_COLUMNS_H
#define POOLCTL_COLUMNS_H

#include "ctl.h"

/* Fills c->columns and c->sort, before the command does anything. An unknown name leaves the list
 * of the right ones in c->hint. */
enum err_code columns_read(struct ctl *c, struct err *e) MUST_CHECK;

#endif
