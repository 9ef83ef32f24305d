/* A worker: one thread, one event loop, and everything of the requests that live on it. */
#include "worker.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "crypto/secret.h"
#include "http/http.h"
#include "jobs/jobs.h"
#include "stats/flusher.h"
#include "upstream/upstream.h"

enum {
    WORKER_FLUSH_MS = 200, /* what was counted waits this long for company */
    WORKER_STEPS_MAX =
        8, /* rounds of upstream and HTTP in one turn, before events are read again */
};

void worker_bury(struct worker *w, struct dead *d, void (*bury)(struct dead *d))
{
    d->bury = bury;
    list_push(&w->dead, &d->link);
}

/* Marsaglia, "Xorshift RNGs" (2003), with a multiplication. */
uint64_t worker_random(struct worker *w)
{
    w->random ^= w->random >> 12;
    w->random ^= w->random << 25;
    w->random ^= w->random >> 27;
    return w->random * 0x2545F4914F6CDD1Du;
}

void worker_flush_now(struct worker *w)
{
    flusher_give(w->gw->flusher, w->ledger);
    w->ledger = ledger_new();
}

static void worker_flush_due(struct timer *t)
{
    worker_flush_now(container_of(t, struct worker, flush_timer));
}

void worker_flush_soon(struct worker *w)
{
    if (!list_linked(&w->flush_timer.link))
        wheel_set(&w->loop.wheel, &w->flush_timer, w->loop.now_ms + WORKER_FLUSH_MS);
}

static void worker_follow_conf(struct worker *w)
{
    const struct conf *conf = gateway_conf(w->gw);

    if (conf == w->conf_seen)
        return;
    w->conf_seen = conf;
    conf_nets_done(&w->trusted);
    if (!conf_parse_networks(conf->trusted_proxies, &w->trusted))
        LOG(ERROR, "trusted_proxies", F_STR("value", conf->trusted_proxies));
}

static int worker_wait_ms(struct worker *w)
{
    const int waits[] = {wheel_wait_ms(&w->loop.wheel, w->loop.now_ms),
                         upstream_wait_ms(w->upstream), http_server_wait_ms(w->http)};
    int soonest = -1;

    for (size_t i = 0; i < ARRAY_LEN(waits); i++)
        if (waits[i] >= 0 && (soonest < 0 || waits[i] < soonest))
            soonest = waits[i];
    return soonest;
}

/* The order matters: see docs/internals/loop.md. */
static void worker_turn(struct worker *w)
{
    struct list *link;

    evloop_turn(&w->loop, worker_wait_ms(w));
    mailbox_empty(&w->mailbox);
    worker_follow_conf(w);
    wheel_advance(&w->loop.wheel, w->loop.now_ms);
    for (int step = 0; step < WORKER_STEPS_MAX; step++) {
        upstream_timers(w->upstream);
        upstream_finish(w->upstream);
        upstream_continue(w->upstream);
        http_server_run(w->http);
        /* A call that began just now has its first step at once, not after another wait; and one
         * that may go on goes on. */
        if (upstream_wait_ms(w->upstream) != 0)
            break;
    }
    while ((link = list_pop(&w->dead)) != NULL)
        list_of(link, struct dead, link)->bury(list_of(link, struct dead, link));
    pulse_beat(&w->pulse, w->loop.now_ms, clock_mono_us() - w->loop.now_us);
}

static void *worker_run(void *arg)
{
    struct worker *w = arg;
    struct list *link;

    upstream_memory_keep();
    while (!w->stopping)
        worker_turn(w);
    http_server_free(w->http);
    jobs_leave(w);
    wheel_cancel(&w->flush_timer);
    worker_flush_now(w);
    while ((link = list_pop(&w->dead)) != NULL)
        list_of(link, struct dead, link)->bury(list_of(link, struct dead, link));
    upstream_free(w->upstream);
    upstream_memory_done();
    return NULL;
}

struct worker *worker_start(struct gateway *gw, size_t index)
{
    struct worker *w = mem_zalloc(sizeof(*w));

    w->gw = gw;
    w->index = index;
    list_init(&w->dead);
    list_init(&w->exchanges);
    list_init(&w->asks);
    w->jobs_timer.fire = jobs_due;
    secret_random(&w->random, sizeof(w->random));
    w->random |= 1;
    evloop_init(&w->loop);
    mailbox_init(&w->mailbox, &w->loop);
    w->flush_timer.fire = worker_flush_due;
    w->ledger = ledger_new();
    w->upstream = upstream_new(w);
    w->http = http_server_new(w);
    worker_follow_conf(w);
    if (pthread_create(&w->thread, NULL, worker_run, w) != 0)
        abort();
    return w;
}

/* An accepted connection on its way to its worker. */
struct arrival {
    struct mail mail;
    struct worker *w;
    int fd;
    socklen_t len;
    struct sockaddr_storage addr;
};

static void arrival_open(struct mail *m)
{
    struct arrival *a = container_of(m, struct arrival, mail);

    http_server_take(a->w->http, a->fd, (const struct sockaddr *)&a->addr, a->len);
    free(a);
}

void worker_give_connection(struct worker *w, int fd, const struct sockaddr *addr, socklen_t len)
{
    struct arrival *a = mem_zalloc(sizeof(*a));

    a->mail.open = arrival_open;
    a->w = w;
    a->fd = fd;
    a->len = len;
    memcpy(&a->addr, addr, len);
    atomic_fetch_add_explicit(&w->given, 1, memory_order_relaxed);
    mailbox_post(&w->mailbox, &a->mail);
}

struct stop_mail {
    struct mail mail;
    struct worker *w;
};

static void stop_open(struct mail *m)
{
    container_of(m, struct stop_mail, mail)->w->stopping = true;
}

void worker_stop(struct worker *w)
{
    struct stop_mail stop = {.mail.open = stop_open, .w = w};

    mailbox_post(&w->mailbox, &stop.mail);
    pthread_join(w->thread, NULL);
}

void worker_free(struct worker *w)
{
    mailbox_empty(&w->mailbox); /* what the store answered after the end */
    mailbox_done(&w->mailbox);
    evloop_done(&w->loop);
    ledger_free(w->ledger);
    chunk_spares_done(&w->spares);
    conf_nets_done(&w->trusted);
    free(w);
}
