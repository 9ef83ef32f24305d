/* The rows of an answer of /admin/stats/series as a number for each step of its time. */
#ifndef VIEW_STEPS_H
#define VIEW_STEPS_H

#include <jansson.h>
#include <stddef.h>

/* A number of each step between from and to, as told in the answer, of the rows with this name
 * (NULL: of all). Owned; *len becomes how many. Steps without a row are 0. */
double *steps_read(const json_t *answer, const char *name, const char *field, size_t *len);

#endif
