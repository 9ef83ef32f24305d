/* Live events: what happens in the gateway, to whoever listens. */
#include "events/events.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "admin/admin.h"
#include "base/clock.h"
#include "http/http.h"
#include "pool/list.h"
#include "json/jout.h"

enum {
    EVENTS_QUEUE_BYTES = 256 * 1024, /* what a slow listener may be behind */
    EVENTS_EVENT_BYTES = 64 * 1024,
    EVENTS_BEAT_MS = 15 * 1000, /* a comment now and then, so that proxies keep the connection */
    EVENTS_LISTENERS_MAX = 1000,
};

static const char *const kind_names[] = {
#define X(NAME, name, text) [EVENT_##NAME] = name,
    EVENT_KINDS(X)
#undef X
};

/* One stream. Its request is the worker's; what else is under the lock of events. It is freed by
 * the worker when neither the request nor a letter on its way needs it any more. */
struct listener {
    struct list link;
    struct mail mail;
    struct worker *w;
    struct http_req *req; /* NULL: over */
    struct timer beat;
    unsigned kinds; /* 1 << EVENT_… */
    int provider;   /* -1: any */
    struct buf queue;
    size_t taken; /* bytes of it that were sent */
    uint64_t lost, seq;
    bool mailed, closed;
};

struct events {
    pthread_mutex_t lock;
    struct list listeners;
    size_t len;
    bool closed;
    atomic_uint wanted[EVENT_KINDS_COUNT];
};

struct events *events_new(void)
{
    struct events *ev = mem_zalloc(sizeof(*ev));

    pthread_mutex_init(&ev->lock, NULL);
    list_init(&ev->listeners);
    return ev;
}

void events_free(struct events *ev)
{
    pthread_mutex_destroy(&ev->lock);
    free(ev);
}

bool events_wanted(struct gateway *gw, enum event_kind kind)
{
    return atomic_load_explicit(&gw->events->wanted[kind], memory_order_relaxed) > 0;
}

/* ---- to the listeners; with the lock ---- */

static void listener_open(struct mail *m);

static void listener_wake(struct listener *l)
{
    if (l->mailed)
        return;
    l->mailed = true;
    l->mail.open = listener_open;
    mailbox_post(&l->w->mailbox, &l->mail);
}

/* What was sent makes room. */
static void listener_compact(struct listener *l)
{
    if (l->taken == 0)
        return;
    memmove(l->queue.data, l->queue.data + l->taken, l->queue.len - l->taken);
    l->queue.len -= l->taken;
    l->taken = 0;
}

static bool listener_room(struct listener *l, size_t bytes)
{
    if (l->queue.len + bytes > EVENTS_QUEUE_BYTES)
        listener_compact(l);
    return l->queue.len + bytes <= EVENTS_QUEUE_BYTES;
}

static void listener_tell_lost(struct listener *l)
{
    if (l->lost > 0)
        buf_addf(&l->queue, "event: lost\ndata: {\"lost\":%llu}\n\n", (unsigned long long)l->lost);
    l->lost = 0;
}

static void listener_add(struct listener *l, const char *kind, const char *json, size_t len)
{
    enum { FRAME_BYTES = 128 };

    l->seq++;
    if (!listener_room(l, len + 2 * FRAME_BYTES)) {
        l->lost++;
        return;
    }
    listener_tell_lost(l);
    buf_addf(&l->queue, "id: %llu\nevent: %s\ndata: ", (unsigned long long)l->seq, kind);
    buf_add(&l->queue, json, len);
    buf_adds(&l->queue, "\n\n");
    listener_wake(l);
}

void events_publish(struct gateway *gw, enum event_kind kind, int provider, const struct buf *json)
{
    struct events *ev = gw->events;
    struct list *pos, *safe;

    if (json->overflowed || json->len == 0)
        return;
    pthread_mutex_lock(&ev->lock);
    list_each (pos, safe, &ev->listeners) {
        struct listener *l = list_of(pos, struct listener, link);

        if ((l->kinds >> kind & 1) && (l->provider < 0 || l->provider == provider) && !l->closed)
            listener_add(l, kind_names[kind], json->data, json->len);
    }
    pthread_mutex_unlock(&ev->lock);
}

void events_key(struct gateway *gw, int provider, struct pool_key *k)
{
    struct store_key_state state;
    enum key_status status;
    char id[DIGEST_ID_TEXT];
    struct buf text;
    struct jout out;

    if (!events_wanted(gw, EVENT_KEY) ||
        !pool_get_state(gw->pools[provider], k, clock_wall_ms(), &state, &status))
        return;
    buf_init(&text, EVENTS_EVENT_BYTES);
    jout_init(&out, &text);
    jout_object(&out, NULL);
    jout_time(&out, "at", clock_wall_ms());
    jout_str(&out, "provider", provider_at(provider)->name);
    jout_str(&out, "id", digest_id_text('k', k->id, id));
    jout_str(&out, "status", key_status_name(status));
    jout_str(&out, "reason", status == KEY_ACTIVE ? "" : state.reason);
    jout_time(&out, "until", key_until(&state, status));
    jout_object_end(&out);
    events_publish(gw, EVENT_KEY, provider, &text);
    buf_done(&text);
}

void events_close(struct gateway *gw)
{
    struct events *ev = gw->events;
    struct list *pos, *safe;

    pthread_mutex_lock(&ev->lock);
    ev->closed = true;
    list_each (pos, safe, &ev->listeners) {
        struct listener *l = list_of(pos, struct listener, link);

        l->closed = true;
        listener_wake(l);
    }
    pthread_mutex_unlock(&ev->lock);
}

/* ---- the stream; on its worker ---- */

static void listener_free(struct listener *l)
{
    buf_done(&l->queue);
    free(l);
}

static void listener_open(struct mail *m)
{
    struct listener *l = container_of(m, struct listener, mail);
    struct events *ev = l->w->gw->events;
    bool over;

    pthread_mutex_lock(&ev->lock);
    l->mailed = false;
    over = l->req == NULL;
    pthread_mutex_unlock(&ev->lock);
    if (over)
        listener_free(l);
    else
        http_resume(l->req);
}

static ssize_t listener_read(void *arg, char *out, size_t max)
{
    struct listener *l = arg;
    struct events *ev = l->w->gw->events;
    size_t n;
    bool closed;

    pthread_mutex_lock(&ev->lock);
    n = l->queue.len - l->taken;
    n = n < max ? n : max;
    if (n > 0)
        memcpy(out, l->queue.data + l->taken, n);
    l->taken += n;
    if (l->taken == l->queue.len) {
        buf_clear(&l->queue);
        l->taken = 0;
        listener_tell_lost(l);
    }
    closed = l->closed;
    pthread_mutex_unlock(&ev->lock);
    if (n > 0)
        return (ssize_t)n;
    return closed ? HTTP_STREAM_END : HTTP_STREAM_WAIT;
}

static void listener_beat(struct timer *t)
{
    struct listener *l = container_of(t, struct listener, beat);
    struct events *ev = l->w->gw->events;

    pthread_mutex_lock(&ev->lock);
    if (l->queue.len == 0)
        buf_adds(&l->queue, ": still here\n\n");
    pthread_mutex_unlock(&ev->lock);
    wheel_set(&l->w->loop.wheel, &l->beat, l->w->loop.now_ms + EVENTS_BEAT_MS);
    http_resume(l->req);
}

static void count_wanted(struct events *ev, const struct listener *l, int by)
{
    for (int kind = 0; kind < EVENT_KINDS_COUNT; kind++)
        if (l->kinds >> kind & 1)
            atomic_fetch_add(&ev->wanted[kind], (unsigned)by);
}

static void listener_gone(void *arg)
{
    struct listener *l = arg;
    struct events *ev = l->w->gw->events;

    pthread_mutex_lock(&ev->lock);
    l->closed = true;
    pthread_mutex_unlock(&ev->lock);
    http_resume(l->req);
}

static void listener_done(void *arg, bool complete)
{
    struct listener *l = arg;
    struct events *ev = l->w->gw->events;
    bool mailed;

    (void)complete;
    wheel_cancel(&l->beat);
    pthread_mutex_lock(&ev->lock);
    list_drop(&l->link);
    ev->len--;
    count_wanted(ev, l, -1);
    l->req = NULL;
    mailed = l->mailed;
    pthread_mutex_unlock(&ev->lock);
    if (!mailed)
        listener_free(l);
}

static const struct http_owner listener_owner = {.gone = listener_gone, .done = listener_done};

/* "request,key" as bits; 0: one of them is none. */
static unsigned kinds_read(const char *text)
{
    unsigned kinds = 0;

    while (*text != '\0') {
        size_t len = strcspn(text, ",");
        int kind = 0;

        while (kind < EVENT_KINDS_COUNT &&
               (strlen(kind_names[kind]) != len || strncmp(kind_names[kind], text, len) != 0))
            kind++;
        if (kind == EVENT_KINDS_COUNT)
            return 0;
        kinds |= 1u << kind;
        text += len + (text[len] == ',');
    }
    return kinds;
}

static enum err_code listener_admit(struct http_req *r, unsigned *kinds, struct err *e)
{
    static const char *const query[] = {"kinds", NULL};
    const char *text = http_query(r, "kinds");

    if (admin_query_check(r->query, query, e) != ERR_OK)
        return e->code;
    *kinds = text != NULL ? kinds_read(text) : (1u << EVENT_KINDS_COUNT) - 1;
    if (*kinds == 0)
        return err_param(e, ERR_BAD_FIELD, "kinds",
                         "kinds must be a comma-separated list of request, key, job and change.");
    return ERR_OK;
}

void events_stream(struct http_req *r)
{
    struct events *ev = r->w->gw->events;
    struct http_answer a = {.status = 200, .read = listener_read};
    struct listener *l;
    struct err e = {0};
    unsigned kinds = 0;
    bool full;

    if (listener_admit(r, &kinds, &e) != ERR_OK) {
        http_send_error(r, &e, 0);
        return;
    }
    l = mem_zalloc(sizeof(*l));
    l->w = r->w;
    l->req = r;
    l->kinds = kinds;
    l->provider = http_query(r, "provider") != NULL ? r->provider : -1;
    l->beat.fire = listener_beat;
    buf_init(&l->queue, EVENTS_QUEUE_BYTES);
    buf_adds(&l->queue, ": ollama-pool events\n\n");
    pthread_mutex_lock(&ev->lock);
    full = ev->len >= EVENTS_LISTENERS_MAX;
    if (!full) {
        l->closed = ev->closed;
        list_push(&ev->listeners, &l->link);
        ev->len++;
        count_wanted(ev, l, 1);
    }
    pthread_mutex_unlock(&ev->lock);
    if (full) {
        listener_free(l);
        err_set(&e, ERR_BUSY, "%d streams of events are open, which is the most.",
                EVENTS_LISTENERS_MAX);
        http_send_error(r, &e, 1);
        return;
    }
    r->owner = &listener_owner;
    r->owner_arg = l;
    a.read_arg = l;
    a.headers[a.headers_len++] = (struct http_header){"Content-Type", "text/event-stream"};
    a.headers[a.headers_len++] = (struct http_header){"Cache-Control", "no-cache"};
    a.headers[a.headers_len++] = (struct http_header){"X-Accel-Buffering", "no"};
    wheel_set(&r->w->loop.wheel, &l->beat, r->w->loop.now_ms + EVENTS_BEAT_MS);
    http_send(r, &a);
}
