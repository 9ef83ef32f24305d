/* The one thread that hashes passwords, which takes long on purpose: a bounded queue of jobs. */
#include "user/hasher.h"

#include <pthread.h>
#include <stdlib.h>

struct hasher {
    size_t bound;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct hash_job *first, **last; /* the lock's, from here on */
    size_t depth;
    bool stopping;
};

static struct hash_job *next_job(struct hasher *h, bool *stopping)
{
    struct hash_job *job;

    pthread_mutex_lock(&h->lock);
    while (h->first == NULL && !h->stopping)
        pthread_cond_wait(&h->wake, &h->lock);
    job = h->first;
    *stopping = h->stopping;
    if (job != NULL) {
        h->first = job->next;
        if (h->first == NULL)
            h->last = &h->first;
        h->depth--;
    }
    pthread_mutex_unlock(&h->lock);
    return job;
}

static void *hasher_run(void *arg)
{
    struct hash_job *job;
    bool stopping;

    while ((job = next_job(arg, &stopping)) != NULL)
        job->run(job, stopping);
    return NULL;
}

struct hasher *hasher_start(size_t bound)
{
    struct hasher *h = mem_zalloc(sizeof(*h));

    h->bound = bound;
    h->last = &h->first;
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->wake, NULL);
    if (pthread_create(&h->thread, NULL, hasher_run, h) != 0)
        abort();
    pthread_setname_np(h->thread, "hasher");
    return h;
}

bool hasher_post(struct hasher *h, struct hash_job *job)
{
    bool posted;

    job->next = NULL;
    pthread_mutex_lock(&h->lock);
    posted = h->depth < h->bound && !h->stopping;
    if (posted) {
        *h->last = job;
        h->last = &job->next;
        h->depth++;
        pthread_cond_signal(&h->wake);
    }
    pthread_mutex_unlock(&h->lock);
    return posted;
}

void hasher_stop(struct hasher *h)
{
    pthread_mutex_lock(&h->lock);
    h->stopping = true;
    pthread_cond_signal(&h->wake);
    pthread_mutex_unlock(&h->lock);
    pthread_join(h->thread, NULL);
}

void hasher_free(struct hasher *h)
{
    pthread_cond_destroy(&h->wake);
    pthread_mutex_destroy(&h->lock);
    free(h);
}
