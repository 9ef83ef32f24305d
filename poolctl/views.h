/* Commands whose answer holds numbers of its own, and lists besides. */
#ifndef POOLCTL_VIEWS_H
#define POOLCTL_VIEWS_H

#include "ctl.h"

/* Prints an answer's own numbers for people at a terminal. */
typedef void views_summary(struct ctl *c, const json_t *answer);

/* Gets the route and prints all of the answer, or with --by only that list of it. summary NULL:
 * field by field, as it is done for programs. */
enum err_code views_print(struct ctl *c, enum api_route route, views_summary *summary,
                          struct err *e) MUST_CHECK;

/* The same for a call with parameters. */
enum err_code views_print_call(struct ctl *c, const struct api_request *request,
                               views_summary *summary, struct err *e) MUST_CHECK;

#define VIEWS_ARGS ARG_OPT("by", 0, AT_VIEW, N_("Only the rows of these."))

#endif
