/* Someone or something that is counted: a key or a token, with counters that any thread may add to.
 */
#ifndef STATS_SUBJECT_H
#define STATS_SUBJECT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "store/share.h"

/* Adding costs a few relaxed atomics. What changed since the last flush is found through a list, so
 * that a flush costs as much as there was traffic, not as there are keys. A subject that stands in
 * a list holds a reference to itself. */
struct subject {
    atomic_int refs;
    atomic_bool dirty;
    struct subject *next_dirty;
#define TALLY(member, column, text) _Atomic int64_t member;
#include "stats/tally.def"
#undef TALLY
    _Atomic int64_t last_used, last_success, last_failure; /* wall ms */
    struct store_tally flushed;                            /* the flusher's: what the store has */
    void (*release)(struct subject *s);                    /* the last reference is gone */
};

/* A stack that any thread pushes to and one takes whole. */
struct dirty_list {
    _Atomic(struct subject *) first;
};

void subject_init(struct subject *s, const struct store_tally *stored,
                  void (*release)(struct subject *));
void subject_ref(struct subject *s);
void subject_unref(struct subject *s);
/* Adds one request's tally; any thread. */
void subject_count(struct subject *s, const struct store_tally *t, int64_t now_ms,
                   struct dirty_list *list);
/* Marks it for the next flush without counting. */
void subject_touch(struct subject *s, struct dirty_list *list);
void subject_read(const struct subject *s, struct store_tally *out);
/* What the store has in all, now that others may have added to it. The flusher's thread. */
void subject_absorb(struct subject *s, const struct store_totals *stored);
/* The same after the pool was put in another's place: times may be earlier ones, too. */
void subject_rebase(struct subject *s, const struct store_totals *stored);
/* Takes all that is dirty, linked by next_dirty; each comes with a reference for the taker, and is
 * clean: a later count puts it into the list again. */
struct subject *dirty_take(struct dirty_list *list);

/* Plain sums. */
void tally_add(struct store_tally *to, const struct store_tally *t);
void tally_sub(struct store_tally *from, const struct store_tally *t);

#endif
