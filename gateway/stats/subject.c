/* Someone or something that is counted: a key or a token, with counters that any thread may add to.
 */
#include "stats/subject.h"

void subject_init(struct subject *s, const struct store_tally *stored,
                  void (*release)(struct subject *))
{
    atomic_init(&s->refs, 1);
    atomic_init(&s->dirty, false);
#define TALLY(member, column, text) atomic_init(&s->member, stored->member);
#include "stats/tally.def"
#undef TALLY
    s->flushed = *stored;
    s->release = release;
}

void subject_ref(struct subject *s)
{
    atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
}

void subject_unref(struct subject *s)
{
    if (atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) == 1)
        s->release(s);
}

void subject_touch(struct subject *s, struct dirty_list *list)
{
    struct subject *first;

    /* Acquire and release, so that the flusher that clears the mark sees what was counted before.
     */
    if (atomic_exchange_explicit(&s->dirty, true, memory_order_acq_rel))
        return;
    subject_ref(s);
    first = atomic_load_explicit(&list->first, memory_order_relaxed);
    do {
        s->next_dirty = first;
    } while (!atomic_compare_exchange_weak_explicit(&list->first, &first, s, memory_order_release,
                                                    memory_order_relaxed));
}

void subject_count(struct subject *s, const struct store_tally *t, int64_t now_ms,
                   struct dirty_list *list)
{
#define TALLY(member, column, text)                                                                \
    if (t->member != 0)                                                                            \
        atomic_fetch_add_explicit(&s->member, t->member, memory_order_relaxed);
#include "stats/tally.def"
#undef TALLY
    atomic_store_explicit(&s->last_used, now_ms, memory_order_relaxed);
    if (t->success > 0)
        atomic_store_explicit(&s->last_success, now_ms, memory_order_relaxed);
    if (t->failure > 0)
        atomic_store_explicit(&s->last_failure, now_ms, memory_order_relaxed);
    subject_touch(s, list);
}

void subject_read(const struct subject *s, struct store_tally *out)
{
#define TALLY(member, column, text)                                                                \
    out->member = atomic_load_explicit(&s->member, memory_order_relaxed);
#include "stats/tally.def"
#undef TALLY
}

/* Of the counters alone. */
static void rebase(struct subject *s, const struct store_tally *stored)
{
#define TALLY(member, column, text)                                                                \
    if (stored->member != s->flushed.member)                                                       \
        atomic_fetch_add_explicit(&s->member, stored->member - s->flushed.member,                  \
                                  memory_order_relaxed);
#include "stats/tally.def"
#undef TALLY
    s->flushed = *stored;
}

void subject_rebase(struct subject *s, const struct store_totals *stored)
{
    rebase(s, &stored->tally);
    atomic_store_explicit(&s->last_used, stored->last_used, memory_order_relaxed);
    atomic_store_explicit(&s->last_success, stored->last_success, memory_order_relaxed);
    atomic_store_explicit(&s->last_failure, stored->last_failure, memory_order_relaxed);
}

static void raise_to(_Atomic int64_t *at, int64_t value)
{
    int64_t was = atomic_load_explicit(at, memory_order_relaxed);

    while (was < value && !atomic_compare_exchange_weak_explicit(
                              at, &was, value, memory_order_relaxed, memory_order_relaxed))
        ;
}

void subject_absorb(struct subject *s, const struct store_totals *stored)
{
    rebase(s, &stored->tally);
    raise_to(&s->last_used, stored->last_used);
    raise_to(&s->last_success, stored->last_success);
    raise_to(&s->last_failure, stored->last_failure);
}

struct subject *dirty_take(struct dirty_list *list)
{
    struct subject *first = atomic_exchange_explicit(&list->first, NULL, memory_order_acquire);

    return first;
}

void tally_add(struct store_tally *to, const struct store_tally *t)
{
#define TALLY(member, column, text) to->member += t->member;
#include "stats/tally.def"
#undef TALLY
}

void tally_sub(struct store_tally *from, const struct store_tally *t)
{
#define TALLY(member, column, text) from->member -= t->member;
#include "stats/tally.def"
#undef TALLY
}
