/* An import of which only those keys are taken that the upstream takes. */
#ifndef POOLCTL_IMPORT_CHECKED_H
#define POOLCTL_IMPORT_CHECKED_H

#include "ctl.h"
#include "input.h"
#include "job_follow.h"

/* Begins the job, tells of lines that hold no key, and follows it unless --no-wait is given. */
enum err_code import_checked(struct ctl *c, struct input *in, struct err *e) MUST_CHECK;

#endif
