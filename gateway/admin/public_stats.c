/* GET /admin/public-stats: open to all, and answered from memory for a minute. */
#include "admin/public_stats.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum { KEEP_MS = 60 * 1000, ANSWER_BYTES = 256 * 1024 };

/* A request that waits for the store: of a worker's, but for the time in which it stands in the
 * list. Only the worker looks at req. */
struct waiter {
    struct mail mail;
    struct worker *w;
    struct http_req *req; /* NULL: the client is gone */
    struct waiter *next;
    char *json; /* owned; NULL: e tells why */
    struct err e;
};

struct public_cache {
    pthread_mutex_t lock;
    struct {
        char *json; /* NULL: none */
        uint64_t until_ms;
        bool asked; /* the store is at it */
        struct waiter *waiters;
    } answers[PROVIDERS_MAX];
};

struct public_cache *public_cache_new(void)
{
    struct public_cache *c = mem_zalloc(sizeof(*c));

    pthread_mutex_init(&c->lock, NULL);
    return c;
}

void public_cache_free(struct public_cache *c)
{
    for (int p = 0; p < PROVIDERS_MAX; p++)
        free(c->answers[p].json);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

size_t public_cache_entries(struct public_cache *c)
{
    uint64_t now_ms = clock_mono_ms();
    size_t n = 0;

    pthread_mutex_lock(&c->lock);
    for (int p = 0; p < PROVIDERS_MAX; p++)
        n += c->answers[p].json != NULL && c->answers[p].until_ms > now_ms;
    pthread_mutex_unlock(&c->lock);
    return n;
}

size_t public_cache_clear(struct public_cache *c, int provider, bool drop)
{
    size_t n = 0;

    pthread_mutex_lock(&c->lock);
    for (int p = 0; p < PROVIDERS_MAX; p++) {
        if (c->answers[p].json == NULL || (provider >= 0 && p != provider))
            continue;
        n++;
        if (!drop)
            continue;
        free(c->answers[p].json);
        c->answers[p].json = NULL;
    }
    pthread_mutex_unlock(&c->lock);
    return n;
}

static void answer(struct http_req *r, char *json, const char *cache)
{
    struct http_answer a = {
        .status = 200, .body = json, .body_len = strlen(json), .body_owned = true};

    a.headers[a.headers_len++] = (struct http_header){"Content-Type", "application/json"};
    a.headers[a.headers_len++] = (struct http_header){"X-Cache", cache};
    http_send(r, &a);
}

/* ---- waiting ---- */

static void waiter_gone(void *arg)
{
    (void)arg;
}

static void waiter_done(void *arg, bool complete)
{
    (void)complete;
    ((struct waiter *)arg)->req = NULL;
}

static const struct http_owner waiter_owner = {.gone = waiter_gone, .done = waiter_done};

/* Back on the worker. */
static void waiter_told(struct mail *m)
{
    struct waiter *w = container_of(m, struct waiter, mail);

    if (w->req != NULL) {
        w->req->owner = NULL;
        if (w->json != NULL)
            answer(w->req, w->json, "MISS");
        else
            http_send_error(w->req, &w->e, 1);
        w->json = NULL;
    }
    free(w->json);
    free(w);
}

static struct waiter *waiter_new(struct http_req *r)
{
    struct waiter *w = mem_zalloc(sizeof(*w));

    w->mail.open = waiter_told;
    w->w = r->w;
    w->req = r;
    r->owner = &waiter_owner;
    r->owner_arg = w;
    return w;
}

/* ---- asking the store ---- */

struct ask {
    struct store_job job;
    struct gateway *gw;
    int provider;
};

/* Keeps the answer, and tells all who wait; json NULL: it failed. Takes json. */
static void ask_end(struct ask *a, uint64_t asked_ms, char *json, const struct err *e)
{
    struct public_cache *c = a->gw->public_stats;
    struct waiter *w, *next;

    pthread_mutex_lock(&c->lock);
    w = c->answers[a->provider].waiters;
    c->answers[a->provider].waiters = NULL;
    c->answers[a->provider].asked = false;
    if (json != NULL) {
        free(c->answers[a->provider].json);
        c->answers[a->provider].json = mem_strdup(json);
        c->answers[a->provider].until_ms = asked_ms + KEEP_MS;
    }
    pthread_mutex_unlock(&c->lock);
    for (; w != NULL; w = next) {
        next = w->next;
        w->json = json != NULL ? mem_strdup(json) : NULL;
        w->e = *e;
        mailbox_post(&w->w->mailbox, &w->mail);
    }
    free(json);
    free(a);
}

static void ask_run(struct store_job *job, struct store *s)
{
    struct ask *a = container_of(job, struct ask, job);
    uint64_t asked_ms = clock_mono_ms();
    struct err e = {0};
    struct buf out;

    buf_init(&out, ANSWER_BYTES);
    if (public_stats_write(a->gw, s, a->provider, &out, &e) != ERR_OK)
        buf_done(&out);
    ask_end(a, asked_ms, e.code == ERR_OK ? buf_take(&out) : NULL, &e);
}

static void ask_begin(struct gateway *gw, int provider)
{
    struct ask *a = mem_zalloc(sizeof(*a));
    struct err e = {0};

    a->job.run = ask_run;
    a->gw = gw;
    a->provider = provider;
    if (store_thread_post(gw->store_thread, &a->job))
        return;
    err_set(&e, ERR_STORE, "The store has too much to do at the moment. Try again shortly.");
    ask_end(a, 0, NULL, &e);
}

/* ---- the route ---- */

static enum err_code provider_of(struct http_req *r, int *provider, struct err *e)
{
    static const char *const none[] = {NULL};
    const char *name = http_query(r, "provider");
    char known[PROVIDER_NAMES_BYTES];

    if (!gateway_conf(r->w->gw)->public_stats)
        return err_set(e, ERR_NO_ROUTE, NULL);
    if (admin_query_check(r->query, none, e) != ERR_OK)
        return e->code;
    *provider = name == NULL ? PROVIDER_OLLAMA : provider_by_name(name);
    if (*provider >= 0)
        return ERR_OK;
    return err_param(e, ERR_BAD_FIELD, "provider", "provider must be one of: %s.",
                     provider_names(known));
}

void admin_public_stats(struct http_req *r)
{
    struct public_cache *c = r->w->gw->public_stats;
    struct err e = {0};
    char *json = NULL;
    bool ask = false;
    int p = 0;

    if (provider_of(r, &p, &e) != ERR_OK) {
        http_send_error(r, &e, 0);
        return;
    }
    pthread_mutex_lock(&c->lock);
    if (c->answers[p].json != NULL && clock_mono_ms() < c->answers[p].until_ms) {
        json = mem_strdup(c->answers[p].json);
    } else {
        struct waiter *w = waiter_new(r);

        w->next = c->answers[p].waiters;
        c->answers[p].waiters = w;
        ask = !c->answers[p].asked;
        c->answers[p].asked = true;
    }
    pthread_mutex_unlock(&c->lock);
    if (json != NULL)
        answer(r, json, "HIT");
    else if (ask)
        ask_begin(r->w->gw, p);
}
