/* The one thread that calls the store: a bounded queue of jobs, and a tick between them. */
#ifndef STORE_STORE_THREAD_H
#define STORE_STORE_THREAD_H

#include <stdbool.h>
#include <stddef.h>

#include "store/store.h"

/* Embedded in what the poster needs to find again (container_of). It belongs to the queue once
 * posted, and to run() from its first line on: run() frees it, or hands it back through a mailbox.
 */
struct store_job {
    struct store_job *next;
    void (*run)(struct store_job *job, struct store *s); /* on the store thread */
};

/* Called on the store thread about every second: between two jobs when they keep coming, so that a
 * long job delays it, and once more after the last job, when the thread stops. */
typedef void store_tick_fn(void *arg, struct store *s);

struct store_thread;

/* Borrows s, which nobody else may use until store_thread_stop(). At most bound jobs wait, not
 * counting the one that runs. tick may be NULL. Returns NULL when the system gives no thread. */
struct store_thread *store_thread_start(struct store *s, size_t bound, store_tick_fn *tick,
                                        void *arg) MUST_CHECK;
/* Puts the job at the end of the queue. false: the queue is full or stopping; nothing was posted
 * and the job is still the caller's. Any thread, a running job included; never waits for the store.
 */
bool store_thread_post(struct store_thread *t, struct store_job *job) MUST_CHECK;
/* Has the tick come early: at once, or as soon as a tenth of a second is over since the last one.
 * Any thread; cheap. */
void store_thread_hurry(struct store_thread *t);
/* Jobs that wait. Any thread. */
size_t store_thread_depth(struct store_thread *t);
/* Runs what is queued, ticks a last time, and frees. The caller sees to it that no other thread
 * uses t any more; a job that posts to t while it stops is refused. The store stays open. */
void store_thread_stop(struct store_thread *t);

#endif
