/* What the last 24 hours were like, in a few lines. */
#ifndef POOLCTL_STATS_DAY_H
#define POOLCTL_STATS_DAY_H

#include "ctl.h"

/* Prints the member window_24h of /admin/stats for people, with a line of the hours if the gateway
 * tells them. NULL, or nothing in it: prints nothing. */
void stats_day_print(struct ctl *c, const json_t *window);

#endif
