/* What one thread has seen; only the control API looks at other threads' counts, under the lock. */
#ifndef FAKEUP_COUNTS_H
#define FAKEUP_COUNTS_H

#include "buf.h"

#include <pthread.h>

#define COUNTS_RECENT   64
#define COUNTS_NAME_CAP 160

struct tally {
    char *name;
    size_t len;
    uint64_t hash;
    uint64_t count;
};

/* Open addressing, a power of two of slots; an empty slot has no name. */
struct tally_map {
    struct tally *slots;
    size_t cap;
    size_t used;
};

struct recent {
    uint64_t seq; /* 0: never used */
    int status;   /* 0: no status line sent yet */
    char key[COUNTS_NAME_CAP];
    char path[COUNTS_NAME_CAP];
};

#define COUNTS_NUMBERS                                                                             \
    N(total)            /* requests whose head was read */                                         \
    N(answered)         /* answers sent to their last byte */                                      \
    N(aborted)          /* the client went away first */                                           \
    N(cut)              /* ended early by a directive */                                           \
    N(open)             /* in flight now */                                                        \
    N(connections)      /* connections that carried at least one counted request */                \
    N(connections_open) /* those of them that are open now */

struct counts {
    pthread_mutex_t lock;
#define N(name) uint64_t name;
    COUNTS_NUMBERS
#undef N
    uint64_t by_status[1000];
    struct tally_map by_key;
    struct tally_map by_path;
    struct recent recent[COUNTS_RECENT];
    uint64_t last_seq;
    struct buf last; /* head and body of this thread's last request */
    size_t last_head_len;
    uint64_t last_body_total;
};

void counts_init(struct counts *c);
void counts_free(struct counts *c);
/* A request has a number in the order of arrival over all threads. */
uint64_t counts_begin(struct counts *c, struct span key, struct span path, int first_on_connection);
void counts_keep_last(struct counts *c, uint64_t seq, struct span head, struct span body,
                      uint64_t body_total);
void counts_status(struct counts *c, uint64_t seq, int status);
void counts_end(struct counts *c, uint64_t *which);
void counts_connection_closed(struct counts *c);

/* Over all threads' counts. */
void counts_reset(struct counts **all, int n);
void counts_render(struct counts **all, int n, struct buf *out);
void counts_render_last(struct counts **all, int n, struct buf *out);
void counts_render_recent(struct counts **all, int n, struct buf *out);

#endif
