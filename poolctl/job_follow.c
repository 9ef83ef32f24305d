/* Waits for a job of the gateway, shows how far it has come, and tells what came of it. */
#include "job_follow.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/said.h"
#include "sample.h"
#include "term/progress.h"
#include "term/text.h"
#include "term/units.h"
#include "view/cell.h"

enum {
    FOLLOW_FIRST_MS = 100,
    FOLLOW_MOST_MS = 500,
    FOLLOW_GONE_MS = 30 * 1000, /* a gateway that is away for longer is given up */
    FOLLOW_INTERRUPTED = 130,
};

static const char *text_of(const json_t *job, const char *name)
{
    const char *text = json_string_value(json_object_get(job, name));

    return text ? text : "";
}

static json_int_t number(const json_t *job, const char *path)
{
    return json_integer_value(cell_get(job, path));
}

/* How a job may have ended. */
static const char *const ends[] = {N_("done"), N_("cancelled"), N_("interrupted"), N_("failed")};

/* The state as people read it; a word of a newer gateway stays as it is. */
static const char *state_of(const json_t *job)
{
    const char *state = text_of(job, "state");

    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (strcmp(ends[i], state) == 0)
            return _(ends[i]);
    return state;
}

static bool is_over(const json_t *job)
{
    return strcmp(text_of(job, "state"), "running") != 0;
}

/* ---- what came of it ---------------------------------------------------------------------------
 */

static void print_categories(const json_t *categories)
{
    const char *name;
    json_t *value;
    bool first = true;

    json_object_foreach((json_t *)(uintptr_t)categories, name, value)
    {
        char *safe = text_defuse(mem_strdup(name));

        printf("%s%s %" JSON_INTEGER_FORMAT, first ? "" : ", ", safe, json_integer_value(value));
        free(safe);
        first = false;
    }
    if (!first)
        putchar('\n');
}

/* How long it took; "": that is not known. */
static const char *span_of(const json_t *job, char out[UNITS_TEXT])
{
    int64_t from_ms, to_ms;

    if (!clock_parse_iso(text_of(job, "created_at"), &from_ms) ||
        !clock_parse_iso(text_of(job, "ended_at"), &to_ms))
        return "";
    return units_ms((double)(to_ms - from_ms), out);
}

static bool is_import(const json_t *job)
{
    return strcmp(text_of(job, "kind"), "import") == 0;
}

/* restore, migrate, rotate: their gateway's work is the whole pool. */
static bool is_whole(const json_t *job)
{
    return json_object_get(job, "report") != NULL;
}

/* "3 of 5 keys", owned. */
static char *things_of(const json_t *job)
{
    long long done = number(job, "done"), total = number(job, "total");

    if (is_import(job))
        return mem_printf(_("%lld of %lld lines"), done, total);
    return is_whole(job) ? mem_printf(_("%lld of %lld records"), done, total)
                         : mem_printf(_("%lld of %lld keys"), done, total);
}

/* "5 keys", owned. */
static char *all_of(const json_t *job)
{
    long long total = number(job, "total");

    if (is_import(job))
        return mem_printf(_("%lld lines"), total);
    return is_whole(job) ? mem_printf(_("%lld records"), total) : mem_printf(_("%lld keys"), total);
}

static void print_whole(const json_t *counts)
{
    json_int_t invalid = json_integer_value(json_object_get(counts, "invalid"));
    json_int_t passwordless = json_integer_value(json_object_get(counts, "passwordless"));

    if (invalid > 0)
        printf(_("rows that hold nothing valid, left out: %lld\n"), (long long)invalid);
    if (passwordless > 0)
        printf(_("users who have to set a new password by a mailed code: %lld\n"),
               (long long)passwordless);
}

static long long count_of(const json_t *job, const char *name)
{
    return json_integer_value(json_object_get(json_object_get(job, "counts"), name));
}

static void print_end(const json_t *job)
{
    char span[UNITS_TEXT], *things = things_of(job);
    const char *took = span_of(job, span), *state = state_of(job);

    if (*took != '\0')
        printf(_("%s %s in %s: %s\n"), text_of(job, "id"), state, took, things);
    else
        printf(_("%s %s: %s\n"), text_of(job, "id"), state, things);
    free(things);
    if (is_whole(job)) {
        print_whole(json_object_get(job, "counts"));
        return;
    }
    printf(_("good %lld, refused %lld, unknown %lld\n"), count_of(job, "good"),
           count_of(job, "refused"), count_of(job, "unknown"));
    if (is_import(job))
        printf(_("added %lld, already there %lld, duplicate lines %lld, invalid %lld\n"),
               count_of(job, "added"), count_of(job, "existing"), count_of(job, "duplicates"),
               count_of(job, "invalid"));
    print_categories(json_object_get(job, "categories"));
}

static void print_at(const char *file, json_int_t at, const char *reason)
{
    char *line = mem_printf("%s:%" JSON_INTEGER_FORMAT ": %s", file ? file : _("line"), at, reason);

    fprintf(stderr, "%s\n", text_defuse(line));
    free(line);
}

/* Lines of an import that brought nothing to ask about. */
static void print_lines(const struct ctl *c, const json_t *job, const char *file)
{
    const json_t *lines = json_object_get(job, "problems");
    json_int_t omitted = number(job, "problems_omitted");

    for (size_t i = 0; i < json_array_size(lines); i++)
        print_at(file, number(json_array_get(lines, i), "line"),
                 _(text_of(json_array_get(lines, i), "reason")));
    if (omitted > 0)
        ctl_say(c,
                P_("and %lld more such line", "and %lld more such lines", (unsigned long)omitted),
                (long long)omitted);
}

static void print_problems(const struct ctl *c, const json_t *job, const char *file)
{
    const json_t *problems = json_object_get(job, "errors");
    json_int_t omitted = number(job, "errors_omitted");

    for (size_t i = 0; i < json_array_size(problems); i++) {
        const json_t *problem = json_array_get(problems, i), *at = json_object_get(problem, "line");
        char *line;

        if (json_is_integer(at)) {
            print_at(file, json_integer_value(at), _(text_of(problem, "reason")));
            continue;
        }
        line = mem_printf("%s: %s", text_of(problem, "id"), _(text_of(problem, "reason")));
        fprintf(stderr, "%s\n", text_defuse(line));
        free(line);
    }
    if (omitted > 0)
        ctl_say(c,
                P_("and %lld more such key before these", "and %lld more such keys before these",
                   (unsigned long)omitted),
                (long long)omitted);
}

static enum err_code not_all(long long bad, long long all, bool import, struct err *e)
{
    return import ? err_set(e, ERR_PARTLY,
                            P_("%lld of %lld keys is not known to be good; the others were taken",
                               "%lld of %lld keys are not known to be good; the others were taken",
                               (unsigned long)bad),
                            bad, all)
                  : err_set(e, ERR_PARTLY,
                            P_("%lld of %lld keys is not known to be good",
                               "%lld of %lld keys are not known to be good", (unsigned long)bad),
                            bad, all);
}

static enum err_code whole_failed(const json_t *job, struct err *e)
{
    bool cancelled = strcmp(text_of(job, "state"), "cancelled") == 0;
    char *own = said_text(text_of(job, "error"));

    err_set(e, cancelled ? ERR_ABORTED : ERR_CONFLICT, "%s: %s", _(text_of(job, "kind")), own);
    free(own);
    return e->code;
}

/* Of an import what counts is what is in the pool then; of a check, what is known to be good. */
static enum err_code judge(const json_t *job, struct err *e)
{
    bool import = is_import(job);
    json_int_t good = import ? number(job, "counts.added") + number(job, "counts.existing")
                             : number(job, "counts.good");
    json_int_t all = number(job, "total") - number(job, "counts.duplicates"), bad = all - good;
    const char *id = text_of(job, "id"), *state = text_of(job, "state");

    if (is_whole(job) && text_of(job, "error")[0] != '\0')
        return whole_failed(job, e);
    if (is_whole(job) && strcmp(state, "done") == 0)
        return ERR_OK;
    if (strcmp(state, "interrupted") == 0)
        return err_set(e, ERR_ABORTED, _("the gateway stopped before %s was done"), id);
    if (strcmp(state, "failed") == 0)
        return err_set(e, ERR_STORE, _("%s failed: what came of it could not be stored"), id);
    if (strcmp(state, "done") != 0)
        return err_set(e, ERR_ABORTED, _("%s was %s before it was done"), id, state_of(job));
    if (bad <= 0)
        return ERR_OK;
    if (good == 0)
        return err_set(e, ERR_KEYS_REFUSED, _("none of the keys is known to be good"));
    return not_all(bad, all, import, e);
}

static enum err_code conclude(struct ctl *c, const json_t *job, const char *file, struct err *e)
{
    if (!out_is_table(c->format) || c->columns != NULL)
        out_one(c, RES_JOB, job);
    else if (!c->quiet)
        print_end(job);
    if (is_whole(job) && c->format == OUT_TABLE && !c->quiet && c->columns == NULL &&
        json_array_size(json_object_get(job, "report")) > 0)
        out_list(c, RES_REPORT, json_object_get(job, "report"));
    if (c->format != OUT_JSON && c->format != OUT_JSONL && c->format != OUT_YAML) {
        print_lines(c, job, file);
        print_problems(c, job, file);
    }
    return judge(job, e);
}

/* ---- waiting -----------------------------------------------------------------------------------
 */

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

struct follow {
    struct ctl *c;
    struct progress *progress;
    json_t *job; /* as it was last told */
    char *id;
    uint64_t gone_since_ms; /* 0: the gateway is there */
};

/* Asks again. A gateway that is away for a moment is told of, and asked again. */
static enum err_code ask(struct follow *f, struct err *e)
{
    const struct api_request request = {.route = API_JOB_SHOW, .id = f->id};
    json_t *job;
    enum err_code code = ctl_call(f->c, &request, &job, e);
    uint64_t now_ms = clock_mono_ms();

    if (code == ERR_OK) {
        json_decref(f->job);
        f->job = job;
        f->gone_since_ms = 0;
        return ERR_OK;
    }
    if (!sample_may_pass(code))
        return code;
    if (f->gone_since_ms == 0) {
        f->gone_since_ms = now_ms;
        progress_hide(f->progress);
        ctl_say(f->c, _("%s; asking again"), e->text);
    }
    return now_ms - f->gone_since_ms > FOLLOW_GONE_MS ? code : ERR_OK;
}

static enum err_code wait_for_end(struct follow *f, struct err *e)
{
    int pause_ms = FOLLOW_FIRST_MS;
    enum err_code code = ERR_OK;

    while (code == ERR_OK && !is_over(f->job) && !interrupted) {
        int64_t total = number(f->job, "total");

        progress_at(f->progress, number(f->job, "done"), total > 0 ? total : -1);
        poll(NULL, 0, pause_ms);
        if (interrupted)
            break;
        pause_ms = pause_ms * 2 < FOLLOW_MOST_MS ? pause_ms * 2 : FOLLOW_MOST_MS;
        code = ask(f, e);
    }
    return code;
}

/* The first Ctrl-C is ours, a second one ends the program as ever. */
static enum err_code wait_with_signals(struct follow *f, struct err *e)
{
    const struct sigaction ours = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};
    struct sigaction before;
    enum err_code code;

    interrupted = 0;
    sigaction(SIGINT, NULL, &before);
    if (before.sa_handler != SIG_IGN)
        sigaction(SIGINT, &ours, NULL);
    code = wait_for_end(f, e);
    sigaction(SIGINT, &before, NULL);
    return code;
}

enum err_code job_follow(struct ctl *c, json_t *job, const char *file, struct err *e)
{
    struct follow f = {.c = c, .job = job, .id = mem_strdup(text_of(job, "id"))};
    enum err_code code;

    f.progress = progress_new(stderr, c->term.err_tty && !c->quiet, &c->term,
                              _(text_of(job, "kind")), PROGRESS_COUNT);
    code = wait_with_signals(&f, e);
    progress_end(f.progress);
    if (code == ERR_OK && interrupted && !is_over(f.job)) {
        ctl_say(c, _("%s goes on; to see how far it is: poolctl job show %s"), f.id, f.id);
        c->status = FOLLOW_INTERRUPTED;
    } else if (code == ERR_OK) {
        code = conclude(c, f.job, file, e);
    }
    json_decref(f.job);
    free(f.id);
    return code;
}

enum err_code job_check_wait(const struct args *a, struct err *e)
{
    return args_has(a, "wait") && args_has(a, "no-wait")
               ? err_set(e, ERR_USAGE, _("--wait and --no-wait do not go together"))
               : ERR_OK;
}

static void print_begun(const json_t *job)
{
    char *things = all_of(job);

    printf(_("%s begun: %s\n"), text_of(job, "id"), things);
    free(things);
}

enum err_code job_begun(struct ctl *c, json_t *job, const char *file, struct err *e)
{
    if (!args_has(&c->args, "no-wait"))
        return job_follow(c, job, file, e);
    if (!out_is_table(c->format) || c->columns != NULL)
        out_one(c, RES_JOB, job);
    else if (!c->quiet)
        print_begun(job);
    if (out_is_table(c->format))
        ctl_say(c, _("to wait for its end: poolctl job wait %s"), text_of(job, "id"));
    json_decref(job);
    return ERR_OK;
}
