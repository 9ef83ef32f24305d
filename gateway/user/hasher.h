/* The one thread that hashes passwords, which takes long on purpose: a bounded queue of jobs. */
#ifndef USER_HASHER_H
#define USER_HASHER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

/* As struct store_job: it belongs to run() from its first line on. */
struct hash_job {
    struct hash_job *next;
    /* On the hasher's thread. stopping: nobody waits for it any more, it is only to be let go of.
     */
    void (*run)(struct hash_job *job, bool stopping);
};

struct hasher;

/* At most bound jobs wait. Never NULL; aborts when the system gives no thread. */
struct hasher *hasher_start(size_t bound);
/* false: the queue is full or stopping, and the job is still the caller's. Any thread. */
bool hasher_post(struct hasher *h, struct hash_job *job) MUST_CHECK;
/* Ends the thread after the job that runs, and lets go of all others; hasher_post() refuses from
 * then on. Main thread. */
void hasher_stop(struct hasher *h);
/* After everybody who might post has ended. */
void hasher_free(struct hasher *h);

#endif
