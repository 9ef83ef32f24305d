/* job list, show, wait, cancel: long work that the gateway does by itself. */
#include <string.h>

#include "bulk.h"
#include "help.h"
#include "job_follow.h"
#include "view/problems.h"

#define JOBS_MOST "200" /* as many as the gateway keeps */
enum { JOB_PROBLEMS_MOST = 100 };

static enum err_code fetch(struct ctl *c, const char *id, json_t **job, struct err *e)
{
    const struct api_request request = {.route = API_JOB_SHOW, .id = id};
    enum err_code code = ctl_call(c, &request, job, e);

    if (code == ERR_JOB_NOT_FOUND)
        err_wrap(e, "%s", id);
    return code;
}

/* ---- list --------------------------------------------------------------------------------------
 */

static enum err_code run_list(struct ctl *c, struct err *e)
{
    const struct api_param params[] = {
        {"status", args_text(&c->args, "status")}, {"limit", JOBS_MOST}, {NULL, NULL}};
    const struct api_request request = {.route = API_JOBS_LIST, .params = params};
    json_t *answer;
    enum err_code code = ctl_call(c, &request, &answer, e);

    if (code != ERR_OK)
        return code;
    if (out_list(c, RES_JOB, json_object_get(answer, "jobs")) == 0 && out_is_table(c->format))
        ctl_say(c, params[0].value || c->filter ? _("no such jobs") : _("no jobs yet"));
    json_decref(answer);
    return ERR_OK;
}

const struct command cmd_job_list = {
    .name = "job list",
    .text = N_("List the jobs, the latest first."),
    .args =
        (const struct arg[]){ARG_ONE_OF("status", 's', "running|done|cancelled|interrupted|failed",
                                        N_("Only jobs in this state.")),
                             ARG_END},
    .examples =
        EXAMPLES({"poolctl job list", N_("All that the gateway remembers")},
                 {"poolctl job list --status running --watch", N_("How far they have come")}),
    .exits = EXITS({0, N_("Done; the list may be empty.")}, {2, NULL}, {4, NULL}, {6, NULL}),
    .flags = CMD_LIST,
    .resource = RES_JOB,
    .run = run_list,
};

/* ---- show --------------------------------------------------------------------------------------
 */

static void show_problems(struct ctl *c, const json_t *job)
{
    int64_t more;
    json_t *problems = problems_of_job(job, JOB_PROBLEMS_MOST, &more);

    if (json_array_size(problems) > 0) {
        help_title(c, _("Problems"));
        out_list(c, RES_PROBLEM, problems);
    }
    if (more > 0)
        ctl_say(c, _("and %lld more"), (long long)more);
    json_decref(problems);
}

static enum err_code run_show(struct ctl *c, struct err *e)
{
    json_t *job;
    enum err_code code = fetch(c, args_text(&c->args, "id"), &job, e);

    if (code != ERR_OK)
        return code;
    out_one(c, RES_JOB, job);
    if (out_is_table(c->format) && c->columns == NULL)
        show_problems(c, job);
    json_decref(job);
    return ERR_OK;
}

const struct command cmd_job_show = {
    .name = "job show",
    .text = N_(
        "Show one job: how far it is, its counts, the last keys that were not good, and the lines "
        "of an import that hold no key."),
    .args = (const struct arg[]){ARG_POS("id", AT_JOBID, ARG_REQUIRED, N_("The job.")), ARG_END},
    .examples = EXAMPLES({"poolctl job show j_0123456789abcdef", N_("All that is known of it")},
                         {"poolctl job show j_0123456789abcdef -o json | jq '.errors[].id'",
                          N_("The keys that were not good")}),
    .exits = EXITS({0, NULL}, {2, NULL}, {3, N_("There is no such job.")}, {4, NULL}, {6, NULL}),
    .flags = CMD_SHOW,
    .resource = RES_JOB,
    .run = run_show,
};

/* ---- wait --------------------------------------------------------------------------------------
 */

static enum err_code run_wait(struct ctl *c, struct err *e)
{
    json_t *job;
    enum err_code code = fetch(c, args_text(&c->args, "id"), &job, e);

    return code == ERR_OK ? job_follow(c, job, NULL, e) : code;
}

const struct command cmd_job_wait = {
    .name = "job wait",
    .text = N_("Wait for the end of a job, and tell what came of it."),
    .details =
        PARAGRAPHS(N_("On a terminal a bar shows how far it is. Ctrl-C leaves the job running.")),
    .args = (const struct arg[]){ARG_POS("id", AT_JOBID, ARG_REQUIRED, N_("The job.")), ARG_END},
    .examples = EXAMPLES({"poolctl job wait j_0123456789abcdef", N_("Until it is over")}),
    .exits = EXITS({0, N_("It is done, and all keys are good.")},
                   {1, N_("It was cancelled, cut short, or no key is known to be good.")},
                   {2, NULL}, {3, N_("There is no such job.")}, {4, NULL}, {6, NULL},
                   {7, N_("It is done; some keys are not known to be good.")},
                   {130, N_("Ctrl-C; the job goes on.")}),
    .resource = RES_JOB,
    .run = run_wait,
};

/* ---- cancel ------------------------------------------------------------------------------------
 */

static enum err_code cancel_one(struct ctl *c, const char *id, json_t **row, struct err *e)
{
    const struct api_request request = {.route = API_JOB_CANCEL, .id = id};

    (void)row;
    return ctl_call(c, &request, NULL, e);
}

static enum err_code find_one(struct ctl *c, const char *id, struct err *e)
{
    const struct api_request request = {.route = API_JOB_SHOW, .id = id};
    json_t *job;
    enum err_code code = ctl_call(c, &request, &job, e);
    const char *state = json_string_value(json_object_get(job, "state"));

    if (code == ERR_OK && (state == NULL || strcmp(state, "running") != 0))
        code = err_set(e, ERR_CONFLICT, _("This job is over already."));
    json_decref(job);
    return code;
}

static const struct bulk_text text_cancelled = {
    .done = N_("{1} cancelled"),
    .would = N_("{1} would be cancelled"),
    .failed = N_("{1} of {2} jobs could not be cancelled"),
};

static enum err_code run_cancel(struct ctl *c, struct err *e)
{
    const struct bulk bulk = {
        .type = AT_JOBID,
        .word = "cancelled",
        .text = &text_cancelled,
        .one = cancel_one,
        .find = find_one,
    };

    return bulk_run(c, &bulk, e);
}

const struct command cmd_job_cancel = {
    .name = "job cancel",
    .text = N_("Cancel jobs that run; what they have done stays done."),
    .details = PARAGRAPHS(N_("A restore or a migration that is cancelled has changed nothing. A "
                             "change of the master key cannot be cancelled.")),
    .args =
        (const struct arg[]){ARG_POS("id", AT_JOBID, ARG_REQUIRED | ARG_MANY | ARG_STDIN,
                                     N_("The jobs; a lone - reads their ids from standard input.")),
                             ARG_END},
    .examples = EXAMPLES({"poolctl job cancel j_0123456789abcdef --dry-run", N_("Would it stop?")},
                         {"poolctl job cancel j_0123456789abcdef", N_("Stop it")}),
    .exits = EXITS({0, NULL}, {2, NULL}, {3, N_("There are no such jobs.")}, {4, NULL},
                   {5, N_("They are over already, or cannot be cancelled.")}, {6, NULL},
                   {7, N_("Some could not be cancelled.")}),
    .flags = CMD_CHANGE,
    .resource = RES_CHANGE,
    .run = run_cancel,
};
