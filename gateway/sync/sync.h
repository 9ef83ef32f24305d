/* Several gateways on one store: what the others change comes into force here. */
#ifndef SYNC_SYNC_H
#define SYNC_SYNC_H

#include "gateway.h"

struct sync;

/* Boot, before anything is loaded: notes how far the changes are, so that none is missed. *out
 * stays NULL where the store is not shared; the calls below take that as well. */
enum err_code sync_new(struct gateway *gw, struct sync **out, struct err *e) MUST_CHECK;
void sync_free(struct sync *y);
/* Main, with a store thread that runs; and before it stops. */
void sync_start(struct sync *y);
void sync_stop(struct sync *y);
/* Store thread, about every second: says that this gateway is there, and forgets old changes. */
void sync_tick(struct sync *y, struct store *s);
/* A key's state may be another one: the others are to know it soon. Any thread; cheap. */
void sync_hurry(struct gateway *gw, const struct pool_key *k);

enum { SYNC_ADDRESS_BYTES = 80 };
/* Whether another gateway was there within the last minute, and where one of them listens. Store
 * thread. */
enum err_code sync_others(const struct gateway *gw, struct store *s, bool *there,
                          char address[SYNC_ADDRESS_BYTES], struct err *e) MUST_CHECK;

/* How far behind this gateway is. */
struct sync_lag {
    int64_t applied;    /* the last change that is in force here, and all before it */
    int64_t waiting;    /* changes that are known of, and not in force yet */
    int64_t unheard_ms; /* since the store last told whether there are changes */
    uint64_t full;      /* times that everything was read again since the start */
};
/* Any thread; false: the store is not shared. */
bool sync_lag(struct sync *y, struct sync_lag *out);

/* Store thread or main while booting. Opens a stored key and puts it into its pool; false: it does
 * not open with this master key. */
bool sync_add_key(struct gateway *gw, int provider, const struct store_key *row, int64_t now_ms);

#endif
