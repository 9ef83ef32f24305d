/* How other threads speak to a worker: a queue of letters and a descriptor that wakes it. */
#ifndef GATEWAY_MAILBOX_H
#define GATEWAY_MAILBOX_H

#include <pthread.h>

#include "evloop.h"

/* Embedded in what is sent; owned by the receiver once posted, which calls open on its own thread.
 */
struct mail {
    struct mail *next;
    void (*open)(struct mail *m);
};

struct mailbox {
    struct ev_io wake; /* an eventfd */
    pthread_mutex_t lock;
    struct mail *first, **last;
    size_t depth;
};

void mailbox_init(struct mailbox *m, struct evloop *l);
void mailbox_done(struct mailbox *m);
void mailbox_post(struct mailbox *m, struct mail *letter); /* any thread */
size_t mailbox_depth(struct mailbox *m);                   /* letters that wait; any thread */
void mailbox_empty(struct mailbox *m); /* opens all, in order; the owner's thread */

#endif
