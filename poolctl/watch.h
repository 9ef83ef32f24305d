/* --watch: prints the same again and again. */
#ifndef POOLCTL_WATCH_H
#define POOLCTL_WATCH_H

#include "ctl.h"

/* Runs the command every c->watch_s seconds until Ctrl-C. On a terminal each time takes the place
 * of the one before; elsewhere they follow each other, tables with a line that has the time. What
 * fails at first ends it; what fails later is shown, and it goes on. */
enum err_code watch_run(struct ctl *c, struct err *e) MUST_CHECK;

#endif
