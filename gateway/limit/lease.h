/* Requests taken from a shared bucket in advance, for the next moment, so that not each of a busy
 * client's has to ask. */
#ifndef LIMIT_LEASE_H
#define LIMIT_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"
#include "limit/limit.h"

/* A lease is as long as a client that uses it up is quick: it begins with the one request that
 * asks, doubles while the last was used up in its time, and what is left of it then is lost. So a
 * client never gets more than its rate, and loses at most what it used in the last LEASE_MS. The
 * script gives a part of what is left in the bucket, so that the last ones are taken one by one. */
enum { LEASE_MS = 100, LEASE_MAX = 1024 };

struct leases;
struct leases *leases_new(void);
void leases_free(struct leases *l);

/* All from any thread; hash names the bucket, and is not 0. now_ns is monotonic. */

/* Takes one request that was leased, and says how the bucket stands in *out. false: there is none,
 * and so many may be asked for: *want. Whoever is told more than one, or one, tells with
 * lease_fill() what came of it. */
bool lease_take(struct leases *l, uint64_t hash, const struct limit_rate *rate, int64_t now_ns,
                struct limit_result *out, int64_t *want) MUST_CHECK;
/* Undoes it. */
void lease_give_back(struct leases *l, uint64_t hash, int64_t now_ns);
/* That many came, one for the request itself, of a bucket of which used_ns were used up before; 0:
 * none. want as lease_take() said. */
void lease_fill(struct leases *l, uint64_t hash, const struct limit_rate *rate, int64_t now_ns,
                int64_t want, int64_t got, int64_t used_ns);

#endif
