/* Finds a field of a resource by what a person calls it. */
#ifndef VIEW_FIELD_H
#define VIEW_FIELD_H

#include "api/resources.h"
#include "conf/suggest.h"

/* The field with this name; or the only one whose name ends in it, as "requests" for
 * total_requests; or the only one whose column has it as title, as "reqs", with or without blanks,
 * "_" and "-": of those that have all of the flags. NULL: none, or several. near (or NULL) is
 * offered the names that have them. */
const struct field *field_find(enum resource_id resource, const char *name, size_t len,
                               unsigned flags, struct suggest *near);

#endif
