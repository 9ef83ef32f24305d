/* How an event loop fares: how often it turned, and how long the longest turn took. */
#include "stats/pulse.h"

void pulse_beat(struct pulse *p, uint64_t now_ms, uint64_t took_us)
{
    uint64_t number = now_ms / PULSE_SLOT_MS;
    _Atomic uint64_t *at = &p->slots[number % PULSE_SLOTS].number,
                     *longest = &p->slots[number % PULSE_SLOTS].longest_us;

    /* There is one writer, so this needs no atomic addition. */
    atomic_store_explicit(&p->turns, atomic_load_explicit(&p->turns, memory_order_relaxed) + 1,
                          memory_order_relaxed);
    if (atomic_load_explicit(at, memory_order_relaxed) != number) {
        atomic_store_explicit(longest, took_us, memory_order_relaxed);
        atomic_store_explicit(at, number, memory_order_relaxed);
    } else if (atomic_load_explicit(longest, memory_order_relaxed) < took_us) {
        atomic_store_explicit(longest, took_us, memory_order_relaxed);
    }
}

uint64_t pulse_longest_us(const struct pulse *p, uint64_t now_ms)
{
    uint64_t now = now_ms / PULSE_SLOT_MS, longest = 0;

    for (int i = 0; i < PULSE_SLOTS; i++) {
        uint64_t number = atomic_load_explicit(&p->slots[i].number, memory_order_relaxed);
        uint64_t us = atomic_load_explicit(&p->slots[i].longest_us, memory_order_relaxed);

        if (number + PULSE_SLOTS > now && us > longest)
            longest = us;
    }
    return longest;
}
