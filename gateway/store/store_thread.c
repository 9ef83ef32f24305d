/* The one thread that calls the store: a bounded queue of jobs, and a tick between them. */
#include "store/store_thread.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"

enum { TICK_MS = 1000, HURRY_MS = 100 };

struct store_thread {
    struct store *store; /* these are constant */
    size_t bound;
    store_tick_fn *tick;
    void *tick_arg;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct store_job *first, **last; /* the lock's, from here on */
    size_t depth;
    bool stopping;
    atomic_bool hurry; /* set with or without the lock, but signalled with it */
};

static uint64_t tick_at(struct store_thread *t, uint64_t ticked_ms)
{
    return ticked_ms + (atomic_load(&t->hurry) ? HURRY_MS : TICK_MS);
}

/* Waits for a job until the next tick is due; NULL: it is due, or all is done and we are stopping.
 */
static struct store_job *next_job(struct store_thread *t, uint64_t ticked_ms, bool *stop)
{
    struct store_job *job;
    int rc = 0;

    pthread_mutex_lock(&t->lock);
    while (t->first == NULL && !t->stopping && rc != ETIMEDOUT) {
        uint64_t at_ms = tick_at(t, ticked_ms);
        struct timespec until = {.tv_sec = (time_t)(at_ms / 1000),
                                 .tv_nsec = (long)(at_ms % 1000) * 1000000L};

        rc = pthread_cond_timedwait(&t->wake, &t->lock, &until);
    }
    job = t->first;
    *stop = job == NULL && t->stopping;
    if (job != NULL) {
        t->first = job->next;
        if (t->first == NULL)
            t->last = &t->first;
        t->depth--;
    }
    pthread_mutex_unlock(&t->lock);
    return job;
}

static void tick(struct store_thread *t)
{
    if (t->tick != NULL)
        t->tick(t->tick_arg, t->store);
}

static void *store_thread_run(void *arg)
{
    struct store_thread *t = arg;
    uint64_t ticked_ms = clock_mono_ms();
    bool stop = false;

    while (!stop) {
        struct store_job *job = next_job(t, ticked_ms, &stop);

        if (job != NULL)
            job->run(job, t->store);
        if (!stop && clock_mono_ms() >= tick_at(t, ticked_ms)) {
            atomic_store(&t->hurry, false);
            tick(t);
            /* From its end, so that slow ticks do not crowd out the jobs. */
            ticked_ms = clock_mono_ms();
        }
    }
    tick(t);
    return NULL;
}

struct store_thread *store_thread_start(struct store *s, size_t bound, store_tick_fn *tick_fn,
                                        void *arg)
{
    struct store_thread *t = mem_zalloc(sizeof(*t));
    pthread_condattr_t attr;

    t->store = s;
    t->bound = bound;
    t->tick = tick_fn;
    t->tick_arg = arg;
    t->last = &t->first;
    pthread_mutex_init(&t->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&t->wake, &attr);
    pthread_condattr_destroy(&attr);
    if (pthread_create(&t->thread, NULL, store_thread_run, t) == 0) {
        pthread_setname_np(t->thread, "store");
        return t;
    }
    pthread_cond_destroy(&t->wake);
    pthread_mutex_destroy(&t->lock);
    free(t);
    return NULL;
}

bool store_thread_post(struct store_thread *t, struct store_job *job)
{
    bool posted;

    job->next = NULL;
    pthread_mutex_lock(&t->lock);
    posted = t->depth < t->bound && !t->stopping;
    if (posted) {
        *t->last = job;
        t->last = &job->next;
        t->depth++;
        pthread_cond_signal(&t->wake);
    }
    pthread_mutex_unlock(&t->lock);
    return posted;
}

void store_thread_hurry(struct store_thread *t)
{
    if (atomic_exchange(&t->hurry, true))
        return;
    pthread_mutex_lock(&t->lock);
    pthread_cond_signal(&t->wake);
    pthread_mutex_unlock(&t->lock);
}

size_t store_thread_depth(struct store_thread *t)
{
    size_t depth;

    pthread_mutex_lock(&t->lock);
    depth = t->depth;
    pthread_mutex_unlock(&t->lock);
    return depth;
}

void store_thread_stop(struct store_thread *t)
{
    pthread_mutex_lock(&t->lock);
    t->stopping = true;
    pthread_cond_signal(&t->wake);
    pthread_mutex_unlock(&t->lock);
    pthread_join(t->thread, NULL);
    pthread_cond_destroy(&t->wake);
    pthread_mutex_destroy(&t->lock);
    free(t);
}
