/* The store thread's part of jobs: what the probes told becomes durable, then counts. */
#include <stdlib.h>
#include <string.h>

#include "admin/keys_put.h"
#include "base/clock.h"
#include "jobs/jobs_impl.h"
#include "jobs/key_check.h"

enum { JOB_RECORD_EVERY_MS = 1000 };

static void keep_run(struct store_job *store_job, struct store *s);

/* When the store's queue is full, jobs_tick() tries again. */
void job_keep_soon(struct job *j)
{
    if (j->keep_posted)
        return;
    j->keep.run = keep_run;
    j->keep_posted = store_thread_post(j->jobs->gw->store_thread, &j->keep);
}

static void count_category(struct job *j, const char *category)
{
    size_t i = 0;

    while (i < j->categories_len && strcmp(j->categories[i].name, category) != 0)
        i++;
    if (i == JOB_CATEGORIES_MAX)
        return;
    if (i == j->categories_len)
        j->categories[j->categories_len++].name = category;
    j->categories[i].keys++;
}

static void count_error(struct job *j, const struct job_result *r)
{
    struct job_error *e = &j->errors[j->errors_seen++ % JOB_ERRORS_MAX];

    e->id = r->item.id;
    e->line = r->item.line;
    snprintf(e->reason, sizeof(e->reason), "%s", r->rule);
}

/* With the lock. */
static void count_result(struct job *j, const struct job_result *r)
{
    j->done++;
    j->counts.good += r->answer == PROBE_GOOD;
    j->counts.refused += r->answer == PROBE_REFUSED;
    j->counts.unknown += r->answer == PROBE_UNKNOWN;
    if (r->answer != PROBE_GOOD)
        count_error(j, r);
    if (r->category != NULL)
        count_category(j, r->category);
}

/* Keys of the pool: good ones come in again, refused ones go out, of the others nothing is known.
 */
static enum err_code keep_check(struct job *j, struct store *s, struct list *results, struct err *e)
{
    struct list *pos, *safe;
    struct key_check *checks;
    enum err_code rc;
    size_t len = 0;

    list_each (pos, safe, results)
        len++;
    checks = mem_array(len, sizeof(*checks));
    len = 0;
    list_each (pos, safe, results) {
        const struct job_result *r = list_of(pos, struct job_result, link);
        struct pool_key *k = pool_find(j->jobs->gw->pools[j->provider], r->item.id);

        if (k != NULL)
            checks[len++] = (struct key_check){k, r->answer, r->rule, r->models, r->category};
    }
    rc = key_checks_keep(j->jobs->gw, s, j->provider, checks, len, e);
    for (size_t i = 0; i < len; i++)
        subject_unref(&checks[i].key->subject);
    free(checks);
    return rc;
}

/* Lines of an import: those that are good become keys of the pool. */
static enum err_code keep_import(struct job *j, struct store *s, struct list *results,
                                 struct job_counts *counts, struct err *e)
{
    struct keys_put put;
    struct list *pos, *safe;
    enum err_code rc;

    keys_put_init(&put, j->jobs->gw, j->provider, 0);
    list_each (pos, safe, results) {
        struct job_result *r = list_of(pos, struct job_result, link);

        if (r->answer == PROBE_GOOD || (r->answer == PROBE_UNKNOWN && j->add_unknown))
            keys_put_add(&put, r->item.secret, strlen(r->item.secret), r->item.username,
                         strlen(r->item.username));
    }
    rc = keys_put_write(&put, s, e);
    counts->added += (int64_t)put.added;
    counts->existing += (int64_t)put.existing;
    keys_put_done(&put);
    return rc == ERR_OK ? keep_check(j, s, results, e) : rc;
}

static enum err_code keep_record(struct job *j, struct store *s, struct err *e)
{
    struct buf text;
    struct jout out;
    enum err_code rc;

    buf_init(&text, JOB_RECORD_BYTES);
    jout_init(&out, &text);
    pthread_mutex_lock(&j->jobs->lock);
    job_write(j, &out);
    pthread_mutex_unlock(&j->jobs->lock);
    rc = s->ops->job_put(s->db, j->id, text.data, j->created_at, e);
    buf_done(&text);
    return rc;
}

/* With the lock: whether nothing is left to be asked, and to be kept. */
static void maybe_over(struct job *j)
{
    bool nothing_left = j->asking == 0 && list_empty(&j->results) && j->keeping == 0;

    if (job_over(j) || !nothing_left || (!j->cancelled && j->next < j->len))
        return;
    j->state = j->cancelled ? JOB_CANCELLED : JOB_DONE;
    j->ended_at = clock_wall_ms();
    for (; j->next < j->len; j->next++)
        job_item_done(&j->items[j->next]);
    free(j->items);
    j->items = NULL;
    j->len = j->next = 0;
}

static void keep_failed(struct job *j, const struct err *e)
{
    LOG(ERROR, "job_failed", F_STR("job", j->id), F_STR("error", e->text));
    j->cancelled = true; /* nothing more is asked */
    j->state = JOB_FAILED;
    j->ended_at = clock_wall_ms();
}

void job_results_free(struct list *results)
{
    struct list *pos, *safe;

    list_each (pos, safe, results) {
        struct job_result *r = list_of(pos, struct job_result, link);

        list_drop(&r->link);
        job_item_done(&r->item);
        free(r->models);
        free(r);
    }
}

static void keep_run(struct store_job *store_job, struct store *s)
{
    struct job *j = container_of(store_job, struct job, keep);
    struct jobs *js = j->jobs;
    struct job_counts added = {0};
    struct list results, *pos, *safe;
    struct err e = {0};
    enum err_code rc;
    bool over, again;

    list_init(&results);
    pthread_mutex_lock(&js->lock);
    list_move_all(&results, &j->results);
    pthread_mutex_unlock(&js->lock);
    rc = j->kind == JOB_IMPORT ? keep_import(j, s, &results, &added, &e)
                               : keep_check(j, s, &results, &e);
    pthread_mutex_lock(&js->lock);
    list_each (pos, safe, &results) {
        j->keeping--;
        count_result(j, list_of(pos, struct job_result, link));
    }
    j->counts.added += added.added;
    j->counts.existing += added.existing;
    if (rc != ERR_OK && !job_over(j))
        keep_failed(j, &e);
    maybe_over(j);
    over = job_over(j);
    job_tell(j);
    pthread_mutex_unlock(&js->lock);
    if (over || clock_wall_ms() - j->recorded_at >= JOB_RECORD_EVERY_MS) {
        j->recorded_at = clock_wall_ms();
        if (keep_record(j, s, &e) != ERR_OK)
            LOG(ERROR, "job_record", F_STR("job", j->id), F_STR("error", e.text));
    }
    job_results_free(&results);
    pthread_mutex_lock(&js->lock);
    j->keep_posted = false;
    again = !list_empty(&j->results);
    if (again)
        job_keep_soon(j);
    pthread_mutex_unlock(&js->lock);
}

void jobs_tick(struct jobs *js)
{
    struct list *pos, *safe;

    pthread_mutex_lock(&js->lock);
    list_each (pos, safe, &js->all) {
        struct job *j = list_of(pos, struct job, link);

        if (!list_empty(&j->results) || (j->cancelled && !job_over(j)))
            job_keep_soon(j);
    }
    pthread_mutex_unlock(&js->lock);
}
