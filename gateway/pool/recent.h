/* What a key did in each of the last hours: a ring of counts, made when the key is first used. */
#ifndef POOL_RECENT_H
#define POOL_RECENT_H

#include <stdbool.h>
#include <stdint.h>

enum { RECENT_HOURS = 24 };

struct recent_count {
    uint32_t requests, failures;
};

/* 64 bytes of memory with what malloc() takes, for as long as no hour has more than 255 requests;
 * else 208. Owned by whoever holds it, free() lets go of it; the caller locks. */
struct recent;

/* The number of an hour, as they begin in STATS_TIMEZONE. */
uint32_t recent_hour(int64_t wall_ms);
/* Adds to the hour, which becomes the last one: if the clock was set back, what lies ahead is
 * forgotten. r may be NULL, for a new one. Takes r and returns what is in its place. */
struct recent *recent_add(struct recent *r, uint32_t hour, int64_t requests, int64_t failures)
    __attribute__((returns_nonnull));
/* The hours up to this one, the oldest first. false: there were no requests; r may be NULL. */
bool recent_read(const struct recent *r, uint32_t hour, struct recent_count out[RECENT_HOURS]);

#endif
