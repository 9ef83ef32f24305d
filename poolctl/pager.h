/* Shows output that is longer than the screen page by page. */
#ifndef POOLCTL_PAGER_H
#define POOLCTL_PAGER_H

#include "ctl.h"

/* Runs what prints. On a terminal, what is longer than its screen goes to POOLCTL_PAGER, else
 * PAGER, else less; an empty one means none. Returns what run returned. */
enum err_code pager_run(struct ctl *c, enum err_code (*run)(struct ctl *c, struct err *e),
                        struct err *e) MUST_CHECK;

#endif
