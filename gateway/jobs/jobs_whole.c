/* Jobs of the whole pool: others work at them, and tell here how far they are. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "jobs/jobs_impl.h"

enum err_code jobs_whole_begin(struct jobs *js, struct store *s, enum job_kind kind,
                               const char *actor, char id[JOB_ID_TEXT], struct err *e)
{
    struct job *j = job_new(js);
    enum err_code rc;

    job_name(j);
    j->kind = kind;
    j->whole = true;
    j->asking = 1;
    j->actor = mem_strdup(actor);
    j->created_at = clock_wall_ms();
    rc = job_insert(j, s, e);
    if (rc != ERR_OK) {
        job_free(j);
        return rc;
    }
    memcpy(id, j->id, JOB_ID_TEXT);
    pthread_mutex_lock(&js->lock);
    jobs_add(js, j);
    pthread_mutex_unlock(&js->lock);
    LOG(INFO, "job_started", F_STR("job", id), F_STR("kind", job_kind_name(kind)));
    return ERR_OK;
}

bool jobs_whole_at(struct jobs *js, const char *id, int64_t done, int64_t total)
{
    struct job *j;
    bool wanted = true;

    pthread_mutex_lock(&js->lock);
    j = jobs_find(js, id);
    if (j != NULL) {
        wanted = !j->cancelled;
        j->done = done;
        j->total = total;
        job_tell(j);
    }
    pthread_mutex_unlock(&js->lock);
    return wanted;
}

/* With the lock. */
static void put_end(struct job *j, const struct job_end *end)
{
    j->state = end->error == NULL ? JOB_DONE : j->cancelled ? JOB_CANCELLED : JOB_FAILED;
    j->error = end->error != NULL ? mem_strdup(end->error->text) : NULL;
    j->report = end->report != NULL ? mem_strdup(end->report) : NULL;
    j->counts.invalid = end->invalid;
    j->counts.passwordless = end->passwordless;
    j->ended_at = clock_wall_ms();
    j->asking = 0;
    job_tell(j);
}

void jobs_whole_end(struct jobs *js, struct store *s, const char *id, const struct job_end *end)
{
    struct err e = {0};
    struct job *j;

    pthread_mutex_lock(&js->lock);
    j = jobs_find(js, id);
    if (j != NULL)
        put_end(j, end);
    pthread_mutex_unlock(&js->lock);
    if (end->error != NULL)
        LOG(ERROR, "job_failed", F_STR("job", id), F_STR("error", end->error->text));
    else
        LOG(INFO, "job_done", F_STR("job", id));
    /* It stays in the list while this runs: the list is cut on this thread alone. */
    if (j != NULL && job_insert(j, s, &e) != ERR_OK)
        LOG(ERROR, "job_record", F_STR("job", id), F_STR("error", e.text));
}
