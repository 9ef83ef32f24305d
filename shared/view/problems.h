/* What went wrong in a job: keys that are not good, and lines of an import without one. */
#ifndef VIEW_PROBLEMS_H
#define VIEW_PROBLEMS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* At most so many, with members of PROBLEM in resources.def, the reason in the user's language: by
 * line, as they stand in the file, or else as they came about. Owned. *more becomes how many others
 * there are. Any thread. */
json_t *problems_of_job(const json_t *job, size_t most, int64_t *more);

#endif
