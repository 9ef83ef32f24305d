/* What the files of the Redis client share: its state, and its queues of calls. */
#ifndef STORE_REDIS_IMPL_H
#define STORE_REDIS_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "stats/pulse.h"
#include "store/redis_conn.h"

struct calls {
    struct redis_call *first, **last;
};

struct redis {
    struct redis_conn conn; /* the thread's; its sha and prefix are read by all */
    int timeout_ms;
    pthread_t thread;
    bool running; /* main's: the thread is to be stopped */
    int wake_fd;
    atomic_bool up, stopping;
    atomic_uint outages;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* the first try is over, or a redis_wait() */
    /* The lock's. */
    struct calls waiting;
    size_t depth, bytes; /* of all that have no answer yet */
    bool tried;
    enum redis_opened first;
    uint64_t since_ms; /* that it is up, or is not */
    char why[REDIS_WHY_BYTES];
    bool left; /* the thread did not end in time, so that all this has to stay */
    /* The thread's. */
    struct calls sent;
    bool complained; /* of a refusal, on this connection */
    _Atomic uint64_t calls, call_us, failed[REDIS_FAILURES];
    struct pulse pulse;
};

static inline void calls_init(struct calls *c)
{
    c->first = NULL;
    c->last = &c->first;
}

static inline void calls_push(struct calls *c, struct redis_call *call)
{
    call->next = NULL;
    *c->last = call;
    c->last = &call->next;
}

static inline struct redis_call *calls_pop(struct calls *c)
{
    struct redis_call *call = c->first;

    if (call == NULL)
        return NULL;
    c->first = call->next;
    if (c->first == NULL)
        c->last = &c->first;
    return call;
}

/* The thread; arg is the struct redis. */
void *redis_run(void *arg);
/* What a gateway without Redis is told in the log. */
#define REDIS_MEANWHILE "this gateway counts alone, and keeps answers for itself"

#endif
