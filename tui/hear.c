/* The gateway's stream of events, heard by a thread of its own for as long as the console runs. */
#include "hear.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "wake.h"

enum {
    HEAR_KIND_BYTES = 32,
    HEAR_AGAIN_S = 2,
    HEAR_REFUSED_S = 30, /* a token that is refused is not shown again and again */
    HEAR_SILENCE_S = 40, /* the gateway says something every 15 seconds */
    HEAR_MOST = 5000,    /* kept for the main thread; more are not kept */
};

struct hearer {
    struct api_client *client; /* owned; of the thread alone */
    struct api_stop stop;
    int wake;
    char kind[HEAR_KIND_BYTES]; /* of the event that comes in */
    json_t *data;               /* owned: of that one, or NULL */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t end;
    json_t *heard; /* owned array; null stands for the beginning of a stream */
    bool ending;
};

/* Takes event. */
static void keep(struct hearer *h, json_t *event)
{
    pthread_mutex_lock(&h->lock);
    if (json_array_size(h->heard) < HEAR_MOST)
        json_array_append_new(h->heard, event);
    else
        json_decref(event);
    pthread_mutex_unlock(&h->lock);
    wake_write(h->wake);
}

/* An event is whole with the empty line behind it. */
static void end_event(struct hearer *h)
{
    if (json_is_object(h->data)) {
        json_object_set_new(h->data, "event", json_string(h->kind));
        keep(h, h->data);
        h->data = NULL; /* the main thread's from here on */
    }
    json_decref(h->data);
    h->data = NULL;
    h->kind[0] = '\0';
}

static bool on_line(void *arg, const char *line, size_t len)
{
    static const char event[] = "event: ", data[] = "data: ";
    struct hearer *h = arg;

    if (len == 0)
        end_event(h);
    else if (strncmp(line, event, sizeof(event) - 1) == 0)
        snprintf(h->kind, sizeof(h->kind), "%s", line + sizeof(event) - 1);
    else if (strncmp(line, data, sizeof(data) - 1) == 0 && h->data == NULL)
        h->data = json_loads(line + sizeof(data) - 1, 0, NULL);
    else if (*line == ':' && strcmp(line, ": still here") != 0)
        keep(h, json_null());
    return true;
}

/* One connection, as long as it lasts. */
static enum err_code listen_once(struct hearer *h)
{
    const struct api_request request = {
        .route = API_EVENTS,
        .line = on_line,
        .line_arg = h,
        .silence_s = HEAR_SILENCE_S,
        .stop = &h->stop,
    };
    struct err e;
    enum err_code code = api_call(h->client, &request, NULL, &e);

    json_decref(h->data);
    h->data = NULL;
    return code; /* the calls for the header tell that the gateway is away */
}

static void *run(void *arg)
{
    struct hearer *h = arg;

    pthread_mutex_lock(&h->lock);
    while (!h->ending) {
        struct timespec until;
        enum err_code code;

        pthread_mutex_unlock(&h->lock);
        code = listen_once(h);
        pthread_mutex_lock(&h->lock);
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += code == ERR_ADMIN_TOKEN ? HEAR_REFUSED_S : HEAR_AGAIN_S;
        if (!h->ending)
            pthread_cond_timedwait(&h->end, &h->lock, &until);
    }
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

struct hearer *hearer_new(struct api_client *client, int wake)
{
    struct hearer *h = mem_zalloc(sizeof(*h));

    h->client = client;
    h->wake = wake;
    h->heard = json_array();
    api_stop_init(&h->stop);
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->end, NULL);
    wake_thread(&h->thread, run, h);
    return h;
}

void hearer_take(struct hearer *h, hear_fn *fn, void *arg)
{
    json_t *heard;

    pthread_mutex_lock(&h->lock);
    heard = h->heard;
    h->heard = json_array();
    pthread_mutex_unlock(&h->lock);
    for (size_t i = 0; i < json_array_size(heard); i++) {
        const json_t *event = json_array_get(heard, i);

        fn(arg, json_is_null(event) ? NULL : event);
    }
    json_decref(heard);
}

void hearer_free(struct hearer *h)
{
    if (h == NULL)
        return;
    pthread_mutex_lock(&h->lock);
    h->ending = true;
    pthread_cond_signal(&h->end);
    pthread_mutex_unlock(&h->lock);
    api_stop_now(&h->stop);
    pthread_join(h->thread, NULL);
    json_decref(h->heard);
    api_client_free(h->client);
    pthread_cond_destroy(&h->end);
    pthread_mutex_destroy(&h->lock);
    free(h);
}
