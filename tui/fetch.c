/* Calls of the gateway that the screen does not wait for: a thread that makes them one by one. */
#include "fetch.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wake.h"

enum { FETCH_TIMEOUT_MS = 20000, FETCH_SILENCE_S = 10 };

struct fetcher {
    struct api_client *client; /* owned; of the thread alone */
    struct api_stop stop;
    int wake;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct list asked, answered;
    bool ending;
};

struct fetch *fetch_new(enum api_route route, fetch_fn *done, void *arg)
{
    struct fetch *job = mem_zalloc(sizeof(*job));

    job->route = route;
    job->done = done;
    job->arg = arg;
    return job;
}

void fetch_param(struct fetch *job, const char *name, const char *value)
{
    size_t n = 0;

    if (value == NULL)
        return;
    while (n < FETCH_PARAMS && job->params[n].name != NULL)
        n++;
    if (n < FETCH_PARAMS)
        job->params[n] = (struct api_param){mem_strdup(name), mem_strdup(value)};
}

static void fetch_free(struct fetch *job)
{
    for (struct api_param *p = job->params; p->name != NULL; p++) {
        free((void *)(uintptr_t)p->name);
        free((void *)(uintptr_t)p->value);
    }
    json_decref(job->answer);
    free(job->id);
    free(job);
}

static void call(struct fetcher *f, struct fetch *job)
{
    const struct api_request request = {
        .route = job->route,
        .id = job->id,
        .params = job->params,
        .any_provider = job->any_provider,
        .silence_s = FETCH_SILENCE_S,
        .timeout_ms = FETCH_TIMEOUT_MS,
        .stop = &f->stop,
    };

    job->e.code = api_call(f->client, &request, &job->answer, &job->e);
}

/* Whoever is refused is not asked for more at once: the gateway shuts addresses out for that. With
 * the lock held. */
static void refuse_rest(struct fetcher *f, const struct err *e)
{
    struct list *link;

    while ((link = list_pop(&f->asked)) != NULL) {
        list_of(link, struct fetch, link)->e = *e;
        list_push(&f->answered, link);
    }
}

static void *run(void *arg)
{
    struct fetcher *f = arg;
    struct fetch *job;

    pthread_mutex_lock(&f->lock);
    while (!f->ending) {
        struct list *link = list_pop(&f->asked);

        if (link == NULL) {
            pthread_cond_wait(&f->more, &f->lock);
            continue;
        }
        pthread_mutex_unlock(&f->lock);
        job = list_of(link, struct fetch, link);
        call(f, job);
        pthread_mutex_lock(&f->lock);
        list_push(&f->answered, link);
        if (job->e.code == ERR_ADMIN_TOKEN)
            refuse_rest(f, &job->e);
        wake_write(f->wake);
    }
    pthread_mutex_unlock(&f->lock);
    return NULL;
}

struct fetcher *fetcher_new(struct api_client *client, int wake)
{
    struct fetcher *f = mem_zalloc(sizeof(*f));

    f->client = client;
    f->wake = wake;
    api_stop_init(&f->stop);
    list_init(&f->asked);
    list_init(&f->answered);
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->more, NULL);
    wake_thread(&f->thread, run, f);
    return f;
}

void fetcher_ask(struct fetcher *f, struct fetch *job)
{
    pthread_mutex_lock(&f->lock);
    list_push(&f->asked, &job->link);
    pthread_cond_signal(&f->more);
    pthread_mutex_unlock(&f->lock);
}

void fetcher_take(struct fetcher *f)
{
    struct list taken, *link;

    list_init(&taken);
    pthread_mutex_lock(&f->lock);
    list_move_all(&taken, &f->answered);
    pthread_mutex_unlock(&f->lock);
    while ((link = list_pop(&taken)) != NULL) {
        struct fetch *job = list_of(link, struct fetch, link);

        job->done(job->arg, job, job->answer, &job->e);
        fetch_free(job);
    }
}

static void free_all(struct list *jobs)
{
    struct list *link, *next;

    list_each (link, next, jobs)
        fetch_free(list_of(link, struct fetch, link));
}

void fetcher_free(struct fetcher *f)
{
    if (f == NULL)
        return;
    pthread_mutex_lock(&f->lock);
    f->ending = true;
    pthread_cond_signal(&f->more);
    pthread_mutex_unlock(&f->lock);
    api_stop_now(&f->stop);
    pthread_join(f->thread, NULL);
    free_all(&f->asked);
    free_all(&f->answered);
    api_client_free(f->client);
    pthread_cond_destroy(&f->more);
    pthread_mutex_destroy(&f->lock);
    free(f);
}
