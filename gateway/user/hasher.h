/* The one thread that hashes passwords, which takes long on purpose: a bounded queue of jobs. */
#ifndef USER_HASHER_H
#define USER_HASHER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

/* As struct store_job: it belongs to run() from its first line on. */
struct hash_job {
    struct hash_job *next;
    void (*run)(struct hash_job *job); /* on the hasher's thread */
};

struct hasher;

/* At most bound jobs wait. Never NULL; aborts when the system gives no thread. */
struct hasher *hasher_start(size_t bound);
/* false: the queue is full or stopping, and the job is still the caller's. Any thread. */
bool hasher_post(struct hasher *h, struct hash_job *job) MUST_CHECK;
/* Runs what is queued and ends the thread; hasher_post() refuses from then on. Main thread. */
void hasher_stop(struct hasher *h);
/* After everybody who might post has ended. */
void hasher_free(struct hasher *h);

#endif
