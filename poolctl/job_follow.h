/* Waits for a job of the gateway, shows how far it has come, and tells what came of it. */
#ifndef POOLCTL_JOB_FOLLOW_H
#define POOLCTL_JOB_FOLLOW_H

#include "ctl.h"

/* Options of what begins a job. */
#define JOB_WAIT_ARGS                                                                              \
    ARG_OPT("wait", 0, AT_FLAG, N_("Wait for the end of the job, which is the default.")),         \
        ARG_OPT("no-wait", 0, AT_FLAG, N_("Print the job and do not wait for its end."))

/* Follows the job, an object as the gateway tells it, which it takes and owns. file names the lines
 * of problems; NULL: keys are named by their ids. The error says how the job ended. Ctrl-C leaves
 * it running and ends the command with 130. */
enum err_code job_follow(struct ctl *c, json_t *job, const char *file, struct err *e) MUST_CHECK;
/* The same for a job just begun, which with --no-wait is only printed. */
enum err_code job_begun(struct ctl *c, json_t *job, const char *file, struct err *e) MUST_CHECK;
/* Refuses --wait beside --no-wait. */
enum err_code job_check_wait(const struct args *a, struct err *e) MUST_CHECK;

#endif
