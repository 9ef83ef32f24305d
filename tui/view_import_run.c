/* An import on its way: poolctl is started, it and its job are followed, and ended if asked. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/intl.h"
#include "base/said.h"
#include "import.h"
#include "job_draw.h"
#include "popup.h"
#include "run.h"

enum { IMPORT_ASK_MS = 400, IMPORT_ASK_IDLE_MS = 900 };

static void end(struct import_view *v, const char *failure)
{
    v->stage = IMPORT_OVER;
    v->ended_ms = clock_mono_ms();
    v->ended_at_ms = clock_wall_ms();
    v->top = 0;
    v->app->dirty = true;
    if (failure != NULL)
        v->failure = mem_strdup(failure);
    else
        buf_wipe(&v->pasted);
}

/* ---- poolctl -----------------------------------------------------------------------------------
 */

/* What poolctl said last; owned by the caller. */
static char *error_of(const struct run *run)
{
    const char *at = run->err.data ? run->err.data : "", *text;
    json_t *said = NULL;
    char *out;

    for (const char *line = at; *line != '\0'; line += line[strcspn(line, "\n")] == '\n') {
        if (*line == '{') {
            json_decref(said);
            said = json_loadb(line, strcspn(line, "\n"), 0, NULL);
        }
        at = line;
        line += strcspn(line, "\n");
    }
    text = json_string_value(json_object_get(json_object_get(said, "error"), "message"));
    out = text ? said_text(text) : mem_strndup(at, strcspn(at, "\n"));
    json_decref(said);
    if (*out == '\0') {
        free(out);
        out = mem_printf(_("poolctl ended with status %d"), run->status);
    }
    return out;
}

static void take_job(struct import_view *v, json_t *job)
{
    const char *id = json_string_value(json_object_get(job, "id"));

    v->job = job;
    v->job_id = mem_strdup(id ? id : "");
    if (job_is_over(job))
        end(v, NULL);
}

static void on_end(struct app *app, struct run *run, void *arg)
{
    struct import_view *v = arg;
    json_t *said = json_loadb(run->out.data ? run->out.data : "", run->out.len, 0, NULL);
    bool good = json_is_object(said) && (run->status == 0 || run_is_partly(run));
    char *failure;

    (void)app;
    if (good && v->way == IMPORT_PLAIN) {
        v->report = said;
        end(v, NULL);
        return;
    }
    if (good) {
        take_job(v, said);
        if (v->cancelled) /* it was asked for before there was a job */
            import_cancel(v);
        return;
    }
    json_decref(said);
    if (v->cancelled) {
        end(v, _("It was ended. Had the gateway everything by then, the keys are in the pool."));
        return;
    }
    failure = error_of(run);
    end(v, failure);
    free(failure);
}

/* Else it is said why not. */
static bool may_start(const struct import_view *v)
{
    static const char *const reasons[] = {
        [IMPORT_EMPTY] = N_("There is nothing to import: choose a file, or paste keys."),
        [IMPORT_READING] = N_("It is still being read."),
        [IMPORT_RUNNING] = N_("An import runs already."),
        [IMPORT_OVER] = N_("This import is over: choose another file, or paste keys."),
    };

    if (v->stage != IMPORT_READY)
        app_complain(v->app, _(reasons[v->stage]));
    else if (reading_found(v->reading)->tally.distinct == 0)
        app_complain(v->app, _("There is nothing to import: no line holds a valid key."));
    else
        return true;
    return false;
}

void import_start(struct import_view *v)
{
    static const char *const plain[] = {"--progress", "--output=json", NULL};
    static const char *const job[] = {"--no-wait", "--output=json", NULL};
    struct words words = {.list = NULL};
    const struct run_request request = {
        .words = &words,
        .input = v->path ? NULL : v->pasted.data,
        .provider = v->provider,
        .unseen = v->way == IMPORT_PLAIN ? plain : job,
        .done = on_end,
        .arg = v,
    };

    if (!may_start(v))
        return;
    words_add(&words, "key");
    words_add(&words, "import");
    words_add(&words, v->path ? v->path : "-");
    for (const char *const *word = import_ways[v->way].words; *word != NULL; word++)
        words_add(&words, *word);
    import_clear_run(v);
    v->stage = IMPORT_RUNNING;
    v->began_ms = clock_mono_ms(); /* the loop's is that of before it waited */
    v->began_at_ms = clock_wall_ms();
    v->top = 0;
    run_start(v->app, &request);
    v->line = mem_strdup(runs_first(v->app->runs)->line);
    words_done(&words);
}

/* ---- the job -----------------------------------------------------------------------------------
 */

static void on_job(void *arg, const struct fetch *call, const json_t *answer, const struct err *e)
{
    struct import_view *v = arg;

    v->asking--;
    gauge_heard(v->app, e);
    if (call->generation != v->generation || v->stage != IMPORT_RUNNING)
        return;
    v->app->dirty = true;
    if (answer != NULL) {
        json_decref(v->job);
        v->job = json_incref((json_t *)(uintptr_t)answer);
        if (job_is_over(v->job))
            end(v, NULL);
    } else if (e->code != ERR_UNREACHABLE) { /* a gateway that is away will tell later */
        end(v, e->text);
    }
}

void import_follow(struct import_view *v)
{
    uint64_t pause_ms = v->wants_job ? IMPORT_ASK_MS : IMPORT_ASK_IDLE_MS;
    struct fetch *call;

    if (v->stage == IMPORT_RUNNING && v->job_id == NULL)
        v->app->dirty = true; /* poolctl may have said how far it is */
    if (v->stage != IMPORT_RUNNING || v->job_id == NULL || v->asking > 0 || v->app->gauge.lost ||
        v->app->mono_ms - v->asked_ms < pause_ms)
        return;
    call = fetch_new(API_JOB_SHOW, on_job, v);
    call->id = mem_strdup(v->job_id);
    call->any_provider = true;
    call->generation = v->generation;
    v->asking++;
    v->asked_ms = v->app->mono_ms;
    v->wants_job = false;
    fetcher_ask(v->app->lists, call);
}

/* ---- its end -----------------------------------------------------------------------------------
 */

static void on_cancelled(struct app *app, struct run *run, void *arg)
{
    struct import_view *v = container_of(arg, struct import_view, cancel);
    char *text;

    v->wants_job = true;
    if (run->status == 0)
        return;
    text = error_of(run);
    app_complain(app, text);
    free(text);
}

static void cancel_job(struct import_view *v)
{
    struct words words = {.list = NULL};
    const struct run_request request = {.words = &words, .done = on_cancelled, .arg = &v->cancel};

    words_add(&words, "job");
    words_add(&words, "cancel");
    words_add(&words, v->job_id);
    run_start(v->app, &request);
    words_done(&words);
}

void import_cancel(struct import_view *v)
{
    if (v->stage != IMPORT_RUNNING) {
        app_complain(v->app, _("No import runs."));
        return;
    }
    v->cancelled = true;
    if (v->job_id != NULL)
        cancel_job(v);
    else if (v->way == IMPORT_PLAIN)
        runs_end(v->app->runs, v);
}
