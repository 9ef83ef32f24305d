/* What the last 24 hours were like, in a few lines. */
#ifndef POOLCTL_STATS_DAY_H
#define POOLCTL_STATS_DAY_H

#include "ctl.h"

/* Prints the member window_24h of /admin/stats for people, with a line of the hours if the gateway
 * tells them. NULL, or nothing in it: prints nothing. */
void stats_day_print(struct ctl *c, const json_t *window);

/* A number of each step between from and to, as told in an answer of /admin/stats/series, of the
 * rows with this name (NULL: of all). Owned; *len becomes how many. Steps without a row are 0. */
double *stats_steps(const json_t *answer, const char *name, const char *field, size_t *len);

#endif
