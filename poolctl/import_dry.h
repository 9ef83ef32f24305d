/* What an import of a file would do, found out without sending any key. */
#ifndef POOLCTL_IMPORT_DRY_H
#define POOLCTL_IMPORT_DRY_H

#include "ctl.h"
#include "input.h"

/* *answer (owned) is what the gateway would have answered, with "dry_run": true. Which keys are in
 * the pool already is asked for by their ids, and only when these are few: else "existing" is null.
 */
enum err_code import_dry(struct ctl *c, struct input *in, json_t **answer,
                         struct err *e) MUST_CHECK;

#endif
