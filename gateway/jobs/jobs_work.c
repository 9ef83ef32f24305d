/* The workers' part of jobs: which key is asked about next, and how many at a time. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "jobs/jobs_impl.h"

/* A key that is being asked about. */
struct ask {
    struct list link; /* in worker.asks */
    struct worker *w;
    struct job *job; /* stays until its asks have told */
    struct job_item item;
    struct pool_key *key; /* with a reference, or NULL: the item has the secret */
    struct probe *probe;
};

/* What may be asked next. */
enum take { TAKE_ITEM, TAKE_LATER, TAKE_NOTHING };

static struct job *job_with_work(struct jobs *js)
{
    struct list *pos, *safe;

    list_each (pos, safe, &js->all) {
        struct job *j = list_of(pos, struct job, link);

        if (!job_over(j) && !j->cancelled && j->next < j->len)
            return j;
    }
    return NULL;
}

/* Takes the next key of the oldest job that has one, within what settings allow; *wait_ms is how
 * long TAKE_LATER is. */
static enum take take_item(struct jobs *js, struct ask *a, int64_t *wait_ms)
{
    const struct conf *conf = gateway_conf(js->gw);
    struct limit_rate rate = {conf->probe_rate, 1000};
    struct limit_result allowed;
    struct job *j;
    enum take took = TAKE_NOTHING;

    pthread_mutex_lock(&js->lock);
    j = job_with_work(js);
    if (j != NULL && js->asking < (size_t)conf->probe_concurrency) {
        allowed = limit_take(&rate, &js->tat_ns, (int64_t)clock_mono_us() * 1000);
        *wait_ms = allowed.wait_ms;
        took = allowed.allowed ? TAKE_ITEM : TAKE_LATER;
    }
    if (took == TAKE_ITEM) {
        a->job = j;
        a->item = j->items[j->next++];
        j->asking++;
        js->asking++;
    }
    pthread_mutex_unlock(&js->lock);
    return took;
}

/* Hands what was told over to the store thread; result NULL: the key is not there any more. */
static void ask_told(struct ask *a, const struct probe_result *result)
{
    struct jobs *js = a->job->jobs;
    struct job_result *r = mem_zalloc(sizeof(*r));

    r->item = a->item;
    r->answer = result != NULL ? result->answer : PROBE_UNKNOWN;
    snprintf(r->rule, sizeof(r->rule), "%s", result != NULL ? result->verdict.rule : "deleted");
    if (result != NULL && result->models != NULL) {
        r->models = mem_strdup(result->models);
        r->category = result->category;
    }
    pthread_mutex_lock(&js->lock);
    a->job->asking--;
    js->asking--;
    a->job->keeping++;
    list_push(&a->job->results, &r->link);
    job_keep_soon(a->job);
    pthread_mutex_unlock(&js->lock);
}

static void ask_free(struct ask *a)
{
    list_drop(&a->link);
    a->w->asks_len--;
    if (a->key != NULL)
        subject_unref(&a->key->subject);
    free(a);
}

static void ask_done(void *arg, const struct probe_result *result)
{
    struct ask *a = arg;
    struct worker *w = a->w;

    ask_told(a, result);
    ask_free(a);
    jobs_work(w);
}

static void ask_start(struct ask *a)
{
    struct pool *pool = a->w->gw->pools[a->job->provider];

    if (a->item.secret == NULL)
        a->key = pool_find(pool, a->item.id);
    if (a->item.secret == NULL && a->key == NULL) {
        ask_told(a, NULL);
        ask_free(a);
        return;
    }
    a->probe = probe_start(a->w, a->job->provider, a->key ? a->key->secret : a->item.secret, true,
                           ask_done, a);
}

/* Each worker takes its share, so that all have something to do. */
static size_t share(const struct worker *w)
{
    size_t workers = w->gw->workers_len > 0 ? w->gw->workers_len : 1;
    size_t most = (size_t)gateway_conf(w->gw)->probe_concurrency;

    return (most + workers - 1) / workers;
}

void jobs_work(struct worker *w)
{
    struct jobs *js = w->gw->jobs;

    while (w->asks_len < share(w)) {
        struct ask *a = mem_zalloc(sizeof(*a));
        int64_t wait_ms = 0;
        enum take took = take_item(js, a, &wait_ms);

        if (took != TAKE_ITEM) {
            free(a);
            if (took == TAKE_LATER)
                wheel_set(&w->loop.wheel, &w->jobs_timer, w->loop.now_ms + (uint64_t)wait_ms);
            return;
        }
        a->w = w;
        list_push(&w->asks, &a->link);
        w->asks_len++;
        ask_start(a);
    }
}

void jobs_leave(struct worker *w)
{
    struct list *pos, *safe;

    wheel_cancel(&w->jobs_timer);
    list_each (pos, safe, &w->asks) {
        struct ask *a = list_of(pos, struct ask, link);

        probe_cancel(a->probe);
        job_item_done(&a->item);
        ask_free(a);
    }
}

void jobs_due(struct timer *t)
{
    jobs_work(container_of(t, struct worker, jobs_timer));
}
