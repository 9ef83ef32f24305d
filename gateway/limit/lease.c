/* Requests taken from a shared bucket in advance, for the next moment. */
#include "limit/lease.h"

#include <pthread.h>
#include <stdlib.h>

/* In sets of a few, as the buckets are: the one that ends first gives way. */
enum { LEASE_SETS = 4096, LEASE_WAYS = 8, LEASE_LOCKS = 64, NS_PER_MS = 1000000 };

struct lease {
    uint64_t hash; /* 0: free */
    int64_t until_ns;
    int64_t tat_ns; /* of the bucket, with all that is leased, by our clock */
    int32_t left, size;
    bool asking; /* someone asks for more than one */
};

struct leases {
    pthread_mutex_t locks[LEASE_LOCKS];
    struct lease sets[LEASE_SETS][LEASE_WAYS];
};

struct leases *leases_new(void)
{
    struct leases *l = mem_zalloc(sizeof(*l));

    for (size_t i = 0; i < LEASE_LOCKS; i++)
        pthread_mutex_init(&l->locks[i], NULL);
    return l;
}

void leases_free(struct leases *l)
{
    free(l);
}

static struct lease *lease_lock(struct leases *l, uint64_t hash, pthread_mutex_t **lock)
{
    size_t number = (hash >> 32) % LEASE_SETS;
    struct lease *set = l->sets[number], *oldest = set;

    *lock = &l->locks[number % LEASE_LOCKS];
    pthread_mutex_lock(*lock);
    for (size_t i = 0; i < LEASE_WAYS; i++) {
        if (set[i].hash == hash)
            return &set[i];
        if (set[i].until_ns < oldest->until_ns)
            oldest = &set[i];
    }
    *oldest = (struct lease){.hash = hash};
    return oldest;
}

/* What the bucket says to a request that is one of those that were leased. What is still left of
 * them counts as not used. */
static struct limit_result lease_look(const struct lease *x, const struct limit_rate *rate,
                                      int64_t now_ns)
{
    int64_t tat_ns = x->tat_ns - (x->left + 1) * limit_each_ns(rate);

    return limit_take(rate, &tat_ns, now_ns);
}

bool lease_take(struct leases *l, uint64_t hash, const struct limit_rate *rate, int64_t now_ns,
                struct limit_result *out, int64_t *want)
{
    pthread_mutex_t *lock;
    struct lease *x = lease_lock(l, hash, &lock);
    bool lives = now_ns < x->until_ns, taken = lives && x->left > 0;

    *want = 1;
    if (taken) {
        x->left--;
        *out = lease_look(x, rate, now_ns);
    } else if (!x->asking) {
        x->left = 0;
        x->size = !lives ? 1 : x->size < LEASE_MAX ? x->size * 2 : LEASE_MAX;
        x->asking = x->size > 1;
        *want = x->size;
    }
    pthread_mutex_unlock(lock);
    return taken;
}

void lease_give_back(struct leases *l, uint64_t hash, int64_t now_ns)
{
    pthread_mutex_t *lock;
    struct lease *x = lease_lock(l, hash, &lock);

    if (now_ns < x->until_ns)
        x->left++;
    pthread_mutex_unlock(lock);
}

void lease_fill(struct leases *l, uint64_t hash, const struct limit_rate *rate, int64_t now_ns,
                int64_t want, int64_t got, int64_t used_ns)
{
    pthread_mutex_t *lock;
    struct lease *x = lease_lock(l, hash, &lock);
    int64_t tat_ns = now_ns + used_ns + got * limit_each_ns(rate);

    if (want > 1)
        x->asking = false;
    if (got > 0) {
        x->left = (now_ns < x->until_ns ? x->left : 0) + (int32_t)got - 1;
        x->until_ns = now_ns + (int64_t)LEASE_MS * NS_PER_MS;
        x->tat_ns = tat_ns > x->tat_ns ? tat_ns : x->tat_ns;
    }
    pthread_mutex_unlock(lock);
}
