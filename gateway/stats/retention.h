/* Forgets what is older than STATS_KEEP and AUDIT_KEEP, a little at a time. */
#ifndef STATS_RETENTION_H
#define STATS_RETENTION_H

#include "gateway.h"

/* The store thread's alone; all zero at first. */
struct retention {
    uint64_t begin_ms; /* monotonic: when the next round may begin */
    int provider;      /* whose hours are looked at; -1: the round is over */
    bool failed;       /* the last time, which was said */
};

/* One step of a round over all providers, or the beginning of one, which there is at most once a
 * minute. A step is short, whatever there is to forget. Store thread. */
void retention_tick(struct retention *r, struct gateway *gw, struct store *s);

#endif
