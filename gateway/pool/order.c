/* Orders of keys: all of them sorted by one field, kept for the pages that follow. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/ranked.h"
#include "pool/pool_impl.h"

enum {
    ORDER_KEEP_MS = 5000, /* what requests change may stand in its old place for so long */
    ORDER_BATCH = 32,     /* keys looked at while the lock is held */
};

/* ---- what a key's place is made of ---- */

/* Called with the lock held for those made of the state; the others are this thread's own to
 * change, or atomic. */
typedef uint64_t value_fn(const struct pool_key *k);

#define TALLY(member, column, text)                                                                \
    static inline uint64_t value_##column(const struct pool_key *k)                                \
    {                                                                                              \
        return (uint64_t)atomic_load_explicit(&k->subject.member, memory_order_relaxed);           \
    }
#include "stats/tally.def"
#undef TALLY
#define TIME(field, from)                                                                          \
    static uint64_t value_##field(const struct pool_key *k)                                        \
    {                                                                                              \
        return (uint64_t)(from);                                                                   \
    }
TIME(created_at, k->created_at)
TIME(expires_at, k->expires_at)
TIME(checked_at, k->about != NULL ? k->about->checked_at : 0)
TIME(last_used, atomic_load_explicit(&k->subject.last_used, memory_order_relaxed))
TIME(last_success, atomic_load_explicit(&k->subject.last_success, memory_order_relaxed))
TIME(last_failure, atomic_load_explicit(&k->subject.last_failure, memory_order_relaxed))
#undef TIME

static uint64_t value_ratio(uint64_t part, uint64_t of)
{
    return of > 0 ? (uint64_t)((double)part / (double)of * 1e6) : 0;
}

static uint64_t value_success_rate(const struct pool_key *k)
{
    return value_ratio(value_success_count(k), value_total_requests(k));
}

static uint64_t value_avg_ttfb_ms(const struct pool_key *k)
{
    return value_ratio(value_ttfb_us(k), value_total_requests(k));
}

static uint64_t value_avg_duration_ms(const struct pool_key *k)
{
    return value_ratio(value_duration_us(k), value_total_requests(k));
}

static uint64_t value_status(const struct pool_key *k)
{
    return k->status;
}

static uint64_t value_until(const struct pool_key *k)
{
    return (uint64_t)key_until(&k->state, k->status);
}

static uint64_t value_consecutive_failures(const struct pool_key *k)
{
    return (uint64_t)k->state.consecutive_failures;
}

/* Made of the columns, without a look at the key. */
static value_fn *const value_id = NULL, *const value_username = NULL, *const value_category = NULL;

static const struct {
    const char *name;
    bool lasting, locked;
} sorts[KEY_SORT_COUNT] = {[SORT_ADDED] = {"", true, false},
#define LASTING(ID, field) [SORT_##ID] = {#field, true, false},
#define COUNTED(ID, field) [SORT_##ID] = {#field, false, false},
#define STATE(ID, field)   [SORT_##ID] = {#field, false, true},
                           KEY_SORTS(LASTING, COUNTED, STATE)
#undef LASTING
#undef COUNTED
#undef STATE
};

const char *key_sort_name(enum key_sort sort)
{
    return sorts[sort].name;
}

static value_fn *sort_value(enum key_sort sort)
{
    switch (sort) {
#define X(ID, field)                                                                               \
    case SORT_##ID:                                                                                \
        return value_##field;
        KEY_SORTS(X, X, X)
#undef X
    default:
        return NULL;
    }
}

static const char *username_at(void *pool, uint32_t slot)
{
    return ((struct pool *)pool)->keys[slot]->username;
}

/* ---- orders ---- */

enum { AHEAD = 12 };

static void fill_values(struct pool *p, enum key_sort sort, struct ranked *items, size_t len)
{
    value_fn *value = sort_value(sort);

    for (size_t done = 0; done < len;) {
        size_t end = sorts[sort].locked && len - done > ORDER_BATCH ? done + ORDER_BATCH : len;

        if (sorts[sort].locked)
            pthread_mutex_lock(&p->lock);
        for (; done < end; done++) {
            if (done + AHEAD < len)
                __builtin_prefetch(p->keys[items[done + AHEAD].at]);
            items[done].value = value(p->keys[items[done].at]);
        }
        if (sorts[sort].locked) {
            pthread_mutex_unlock(&p->lock);
            pool_pause(p);
        }
    }
}

static int compare_categories(const void *a, const void *b)
{
    const struct profile *x = *(struct profile *const *)a, *y = *(struct profile *const *)b;

    return strcmp(x->category, y->category);
}

/* The place of each combination among the categories, and with it that of its keys. */
static void fill_categories(struct pool *p, struct ranked *items, size_t len)
{
    const struct profiles *ps = &p->index.profiles;
    const struct profile **sorted = mem_array(ps->len, sizeof(struct profile *));
    uint64_t *places = mem_array(ps->len, sizeof(*places)), place = 0;
    size_t n = 0;

    for (size_t i = 0; i < ps->len; i++)
        if (ps->items[i] != NULL)
            sorted[n++] = ps->items[i];
    qsort(sorted, n, sizeof(struct profile *), compare_categories);
    for (size_t i = 0; i < n; i++) {
        place += i > 0 && strcmp(sorted[i]->category, sorted[i - 1]->category) != 0;
        places[sorted[i]->number] = place;
    }
    for (size_t i = 0; i < len; i++)
        items[i].value = places[p->index.profiles_of[items[i].at]];
    free(sorted);
    free(places);
}

static void order_fill(struct pool *p, struct pool_order *o)
{
    struct ranked *items = mem_array(p->slots, sizeof(*items)), *sorted = items,
                  *spare = mem_array(p->slots, sizeof(*spare));
    size_t len = 0;

    for (size_t slot = 0; slot < p->slots; slot++)
        if (p->keys[slot] != NULL)
            items[len++] = (struct ranked){.value = p->index.ids[slot], .at = (uint32_t)slot};
    if (o->sort == SORT_USERNAME) {
        ranked_sort_texts(items, spare, len, username_at, p);
    } else {
        if (o->sort == SORT_CATEGORY)
            fill_categories(p, items, len);
        else if (o->sort != SORT_ID)
            fill_values(p, o->sort, items, len);
        sorted = ranked_sort(items, spare, len);
    }
    o->slots = mem_array(len, sizeof(*o->slots));
    o->len = len;
    for (size_t i = 0; i < len; i++)
        o->slots[i] = sorted[i].at;
    free(items);
    free(spare);
}

static bool order_good(const struct pool *p, const struct pool_order *o, enum key_sort sort,
                       uint64_t now_ms)
{
    return o->slots != NULL && o->sort == sort && o->edition == p->index.edition &&
           (sorts[sort].lasting || now_ms - o->made_ms < ORDER_KEEP_MS);
}

static const struct pool_order *order_get(struct pool *p, enum key_sort sort)
{
    struct pool_index *x = &p->index;
    struct pool_order *oldest = &x->orders[0];
    uint64_t now_ms = clock_mono_ms();

    for (size_t i = 0; i < POOL_ORDERS_KEPT; i++) {
        struct pool_order *at = &x->orders[i];

        if (order_good(p, at, sort, now_ms)) {
            at->used = ++x->uses;
            return at;
        }
        if (at->used < oldest->used)
            oldest = at;
    }
    free(oldest->slots);
    *oldest = (struct pool_order){
        .sort = sort, .edition = x->edition, .used = ++x->uses, .made_ms = now_ms};
    order_fill(p, oldest);
    return oldest;
}

/* ---- pages ---- */

static size_t page_ordered(const struct pool_order *o, const struct bits *found, bool descending,
                           size_t skip, uint32_t *slots, size_t max)
{
    size_t n = 0;

    for (size_t i = 0; i < o->len && n < max; i++) {
        uint32_t slot = o->slots[descending ? o->len - 1 - i : i];

        if (!bits_has(found, slot))
            continue;
        if (skip > 0)
            skip--;
        else
            slots[n++] = slot;
    }
    return n;
}

/* The slots of one word, from the end that comes first. */
static size_t page_word(uint64_t word, size_t at, bool descending, size_t *skip, uint32_t *slots,
                        size_t max)
{
    size_t n = 0;

    while (word != 0 && n < max) {
        unsigned bit =
            descending ? 63u - (unsigned)__builtin_clzll(word) : (unsigned)__builtin_ctzll(word);

        word &= ~((uint64_t)1 << bit);
        if (*skip > 0)
            --*skip;
        else
            slots[n++] = (uint32_t)(at * 64 + bit);
    }
    return n;
}

static size_t page_added(const struct bits *found, bool descending, size_t skip, uint32_t *slots,
                         size_t max)
{
    size_t n = 0;

    for (size_t i = 0; i < found->len && n < max; i++) {
        size_t at = descending ? found->len - 1 - i : i;
        size_t members = (size_t)__builtin_popcountll(found->words[at]);

        if (skip >= members)
            skip -= members;
        else
            n += page_word(found->words[at], at, descending, &skip, slots + n, max - n);
    }
    return n;
}

size_t pool_page(struct pool *p, const struct bits *found, enum key_sort sort, bool descending,
                 size_t skip, uint32_t *slots, size_t max)
{
    if (sort == SORT_ADDED)
        return page_added(found, descending, skip, slots, max);
    return page_ordered(order_get(p, sort), found, descending, skip, slots, max);
}
