/* The thread of what is for the whole pool at a time, and its ways to the other threads. */
#include "archive/archive.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "archive/uploads.h"
#include "stats/flusher.h"
#include "worker.h"

enum { STORE_BUSY_MS = 20 };

struct archive {
    struct gateway *gw;
    struct uploads *uploads;
    pthread_t thread; /* the store thread's, as are these two */
    bool started;
    struct archive_task *task;
    atomic_bool busy, stopping;
};

struct archive *archive_new(struct gateway *gw)
{
    struct archive *a = mem_zalloc(sizeof(*a));

    a->gw = gw;
    a->uploads = uploads_new(gateway_conf(gw)->state_dir);
    return a;
}

struct uploads *archive_uploads(struct archive *a)
{
    return a->uploads;
}

struct gateway *archive_gateway(struct archive *a)
{
    return a->gw;
}

bool archive_stopping(struct archive *a)
{
    return atomic_load(&a->stopping);
}

static void *archive_run(void *arg)
{
    struct archive *a = arg;

    a->task->run(a->task);
    atomic_store(&a->busy, false);
    return NULL;
}

enum err_code archive_free_now(struct archive *a, struct err *e)
{
    if (atomic_load(&a->stopping))
        return err_set(e, ERR_DRAINING, NULL);
    if (atomic_load(&a->busy))
        return err_set(e, ERR_CONFLICT,
                       "A backup, a restore, a migration or a change of the master key runs "
                       "already. Wait for its end: GET /admin/jobs.");
    return ERR_OK;
}

enum err_code archive_begin(struct archive *a, struct archive_task *t, struct err *e)
{
    if (archive_free_now(a, e) != ERR_OK)
        return e->code;
    if (a->started)
        pthread_join(a->thread, NULL);
    t->archive = a;
    a->task = t;
    atomic_store(&a->busy, true);
    a->started = pthread_create(&a->thread, NULL, archive_run, a) == 0;
    if (a->started) {
        pthread_setname_np(a->thread, "archive");
        return ERR_OK;
    }
    atomic_store(&a->busy, false);
    return err_set(e, ERR_BUSY, "The system gives no thread for this.");
}

void archive_stop(struct archive *a)
{
    atomic_store(&a->stopping, true);
    if (a->started)
        pthread_join(a->thread, NULL);
    a->started = false;
}

void archive_free(struct archive *a)
{
    if (a == NULL)
        return;
    uploads_free(a->uploads);
    free(a);
}

/* ---- to the store thread ---- */

struct visit {
    struct store_job job;
    archive_store_fn *fn;
    void *arg;
    struct err *e;
    enum err_code rc;
    pthread_mutex_t lock;
    pthread_cond_t done;
    bool over;
};

static void visit_run(struct store_job *job, struct store *s)
{
    struct visit *v = container_of(job, struct visit, job);

    v->rc = v->fn(v->arg, s, v->e);
    pthread_mutex_lock(&v->lock);
    v->over = true;
    pthread_cond_signal(&v->done);
    pthread_mutex_unlock(&v->lock);
}

enum err_code archive_on_store(struct archive *a, archive_store_fn *fn, void *arg, struct err *e)
{
    const struct timespec pause = {.tv_nsec = STORE_BUSY_MS * 1000000L};
    struct visit v = {.job = {.run = visit_run}, .fn = fn, .arg = arg, .e = e};

    pthread_mutex_init(&v.lock, NULL);
    pthread_cond_init(&v.done, NULL);
    while (!store_thread_post(a->gw->store_thread, &v.job))
        nanosleep(&pause, NULL); /* it does not stop before this thread has ended */
    pthread_mutex_lock(&v.lock);
    while (!v.over)
        pthread_cond_wait(&v.done, &v.lock);
    pthread_mutex_unlock(&v.lock);
    pthread_cond_destroy(&v.done);
    pthread_mutex_destroy(&v.lock);
    return v.rc;
}

/* ---- to the workers ---- */

struct call_in {
    struct mail mail;
    struct worker *w;
    struct muster *of;
};
struct muster {
    pthread_mutex_t lock;
    pthread_cond_t done;
    size_t left;
};

static void hand_over(struct mail *m)
{
    struct call_in *c = container_of(m, struct call_in, mail);
    struct muster *of = c->of;

    worker_flush_now(c->w);
    pthread_mutex_lock(&of->lock);
    of->left--;
    pthread_cond_signal(&of->done);
    pthread_mutex_unlock(&of->lock);
}

static enum err_code flush_store(void *arg, struct store *s, struct err *e)
{
    struct flusher *f = arg;

    flusher_flush(f, s);
    return flusher_healthy(f) ? ERR_OK
                              : err_set(e, ERR_STORE, "What was counted cannot be stored.");
}

/* Workers end before this thread does, and then have handed over all: nobody is left to call. */
static void muster_workers(struct archive *a)
{
    struct gateway *gw = a->gw;
    struct call_in *calls = mem_array(gw->workers_len, sizeof(*calls));
    struct muster of = {.left = gw->workers_len};

    pthread_mutex_init(&of.lock, NULL);
    pthread_cond_init(&of.done, NULL);
    for (size_t i = 0; i < gw->workers_len; i++) {
        calls[i] = (struct call_in){.mail = {.open = hand_over}, .w = gw->workers[i], .of = &of};
        mailbox_post(&gw->workers[i]->mailbox, &calls[i].mail);
    }
    pthread_mutex_lock(&of.lock);
    while (of.left > 0)
        pthread_cond_wait(&of.done, &of.lock);
    pthread_mutex_unlock(&of.lock);
    pthread_cond_destroy(&of.done);
    pthread_mutex_destroy(&of.lock);
    free(calls);
}

enum err_code archive_flush(struct archive *a, struct err *e)
{
    muster_workers(a);
    return archive_on_store(a, flush_store, a->gw->flusher, e);
}
