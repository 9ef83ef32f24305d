/* How an event loop fares: how often it turned, and how long the longest turn took. */
#ifndef STATS_PULSE_H
#define STATS_PULSE_H

#include <stdatomic.h>
#include <stdint.h>

/* Ten seconds each: one that is being filled, and six that make up a minute. */
enum { PULSE_SLOT_MS = 10 * 1000, PULSE_SLOTS = 7 };

/* Written by the loop's thread, read by any; all zero at first. */
struct pulse {
    _Atomic uint64_t turns;
    struct {
        _Atomic uint64_t number; /* which ten seconds since the machine started */
        _Atomic uint64_t longest_us;
    } slots[PULSE_SLOTS];
};

/* A turn that ended at now_ms (monotonic) took so long, without its wait. */
void pulse_beat(struct pulse *p, uint64_t now_ms, uint64_t took_us);
/* The longest of about the last minute. */
uint64_t pulse_longest_us(const struct pulse *p, uint64_t now_ms);

#endif
