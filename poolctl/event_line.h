/* An event of the gateway as a line for people. */
#ifndef POOLCTL_EVENT_LINE_H
#define POOLCTL_EVENT_LINE_H

#include "ctl.h"

/* Prints it on stdout; with --fields, these. */
void event_line_print(const struct ctl *c, const json_t *event);

#endif
