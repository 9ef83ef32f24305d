/* A worker: one thread, one event loop, and everything of the requests that live on it. */
#ifndef GATEWAY_WORKER_H
#define GATEWAY_WORKER_H

#include <stdatomic.h>
#include <sys/socket.h>

#include "base/chunkq.h"
#include "conf/conf_net.h"
#include "evloop.h"
#include "gateway.h"
#include "mailbox.h"
#include "stats/pulse.h"

struct http_server;
struct upstream;
struct ledger;

/* Something to be freed when the turn ends, as events of the same turn may still point to it. */
struct dead {
    struct list link;
    void (*bury)(struct dead *d);
};

/* Owned by its thread; other threads post mail and read the atomics. */
struct worker {
    struct gateway *gw;
    size_t index;
    pthread_t thread;
    struct evloop loop;
    struct mailbox mailbox;
    struct http_server *http;
    struct upstream *upstream;
    struct chunk_spares spares;
    struct list dead, exchanges;
    struct list asks; /* keys that are being asked about for a job */
    size_t asks_len;
    struct timer jobs_timer; /* when the next may be asked about */
    struct ledger *ledger;   /* what was counted since it was last handed over */
    struct timer flush_timer;
    struct pulse pulse;
    const struct conf *conf_seen; /* what trusted was made of */
    struct conf_nets trusted;     /* TRUSTED_PROXIES */
    uint64_t random;              /* state of a generator for request ids: unique, not secret */
    atomic_uint given;            /* connections that main gave it and that have not ended */
    atomic_uint connections, open_requests;
    _Atomic uint64_t requests;
    bool stopping;
};

/* Boot, main thread. */
struct worker *worker_start(struct gateway *gw, size_t index);
/* Hands over an accepted connection; main thread. */
void worker_give_connection(struct worker *w, int fd, const struct sockaddr *addr, socklen_t len);
/* Ends every connection, hands over what was counted, and joins the thread; main thread. */
void worker_stop(struct worker *w);
/* After the store thread ended too, as it may have posted mail until then; main thread. */
void worker_free(struct worker *w);

/* On the worker's thread. */
void worker_bury(struct worker *w, struct dead *d, void (*bury)(struct dead *d));
uint64_t worker_random(struct worker *w);
/* Hands what was counted to the flusher soon: within a second. */
void worker_flush_soon(struct worker *w);
/* At once. */
void worker_flush_now(struct worker *w);

#endif
