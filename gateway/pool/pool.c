/* The keys of one provider: adding, finding, removing, and taking turns. */
#include "pool/pool.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "crypto/secret.h"
#include "pool/pool_impl.h"

enum { POOL_EACH_BATCH = 256 };

struct pool *pool_new(void)
{
    struct pool *p = mem_zalloc(sizeof(*p));

    pthread_mutex_init(&p->lock, NULL);
    return p;
}

static void key_release(struct subject *s)
{
    struct pool_key *k = container_of(s, struct pool_key, subject);

    explicit_bzero(k->secret, strlen(k->secret));
    free(k->secret);
    free(k->username);
    free(k);
}

void pool_free(struct pool *p)
{
    for (size_t i = 0; i < p->slots; i++)
        if (p->keys[i] != NULL)
            subject_unref(&p->keys[i]->subject);
    for (size_t i = 0; i < p->models_len; i++) {
        free(p->models[i].name);
        free(p->models[i].until);
        rota_done(&p->models[i].usable);
    }
    rota_done(&p->usable);
    hmap_done(&p->by_id);
    free(p->dues.items);
    free(p->keys);
    free(p->free_slots);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

static bool key_has_id(const void *item, const void *key)
{
    return ((const struct pool_key *)item)->id == *(const uint64_t *)key;
}

/* An id is a part of a digest already: no need to hash it again. */
static struct pool_key *pool_get(struct pool *p, uint64_t id)
{
    return hmap_get(&p->by_id, id, key_has_id, &id);
}

static uint32_t pool_new_slot(struct pool *p)
{
    if (p->free_len > 0)
        return p->free_slots[--p->free_len];
    if (p->slots == p->slots_room) {
        p->slots_room = p->slots_room ? p->slots_room * 2 : 64;
        p->keys = mem_resize(p->keys, p->slots_room, sizeof(struct pool_key *));
        p->free_slots = mem_resize(p->free_slots, p->slots_room, sizeof(*p->free_slots));
    }
    return (uint32_t)p->slots++;
}

static struct pool_key *key_new(const struct store_key *row, const char *secret)
{
    struct pool_key *k = mem_zalloc(sizeof(*k));

    subject_init(&k->subject, &row->tally, key_release);
    atomic_init(&k->subject.last_used, row->last_used);
    atomic_init(&k->subject.last_success, row->last_success);
    atomic_init(&k->subject.last_failure, row->last_failure);
    k->id = row->id;
    k->secret = mem_strdup(secret);
    k->username = mem_strdup(row->username);
    secret_mask(secret, strlen(secret), k->masked);
    k->created_at = row->created_at;
    k->expires_at = row->expires_at;
    k->state = row->state;
    return k;
}

bool pool_add(struct pool *p, const struct store_key *row, const char *secret, int64_t now_ms)
{
    struct pool_key *k = key_new(row, secret);

    pthread_mutex_lock(&p->lock);
    if (pool_get(p, row->id) != NULL) {
        pthread_mutex_unlock(&p->lock);
        subject_unref(&k->subject);
        return false;
    }
    k->slot = pool_new_slot(p);
    p->keys[k->slot] = k;
    hmap_put(&p->by_id, k->id, k);
    pool_settle(p, k, now_ms);
    pthread_mutex_unlock(&p->lock);
    return true;
}

struct pool_key *pool_find(struct pool *p, uint64_t id)
{
    struct pool_key *k;

    pthread_mutex_lock(&p->lock);
    k = pool_get(p, id);
    if (k != NULL)
        subject_ref(&k->subject);
    pthread_mutex_unlock(&p->lock);
    return k;
}

bool pool_remove(struct pool *p, uint64_t id)
{
    struct pool_key *k;

    pthread_mutex_lock(&p->lock);
    k = hmap_del(&p->by_id, id, key_has_id, &id);
    if (k != NULL) {
        p->by_status[k->status]--;
        if (k->status == KEY_COOLING && k->state.limited)
            p->limited--;
        rota_put(&p->usable, k->slot, false);
        pool_model_drop_slot(p, k->slot);
        p->keys[k->slot] = NULL;
        p->free_slots[p->free_len++] = k->slot;
        k->deleted = true;
    }
    pthread_mutex_unlock(&p->lock);
    if (k != NULL)
        subject_unref(&k->subject);
    return k != NULL;
}

static bool key_among(const struct pool_key *k, struct pool_key *const *keys, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (keys[i] == k)
            return true;
    return false;
}

struct pool_key *pool_pick(struct pool *p, const char *model, struct pool_key *const *tried,
                           size_t tried_len, int64_t now_ms)
{
    struct pool_key *k = NULL;
    struct model_block *block;
    struct rota *turns;

    pthread_mutex_lock(&p->lock);
    pool_wake_due(p, now_ms);
    block = p->models_len > 0 && model[0] != '\0' ? pool_model(p, model) : NULL;
    turns = block ? &block->usable : &p->usable;
    for (size_t i = 0; i <= tried_len; i++) {
        int64_t slot = rota_after(turns, p->usable.last);

        if (slot == ROTA_NONE)
            break;
        p->usable.last = slot;
        if (!key_among(p->keys[slot], tried, tried_len)) {
            k = p->keys[slot];
            subject_ref(&k->subject);
            break;
        }
    }
    pthread_mutex_unlock(&p->lock);
    return k;
}

/* When the key will be usable again, or 0. */
static int64_t key_recovery(const struct pool_key *k)
{
    const struct store_key_state *s = &k->state;
    int64_t at = s->cooling_until;

    if (s->disabled && s->disabled_until == 0)
        return 0;
    if (s->disabled && s->disabled_until > at)
        at = s->disabled_until;
    return k->expires_at != 0 && k->expires_at <= at ? 0 : at;
}

/* The top of the heap holds the soonest changes; a few hundred of them are enough to find the
 * soonest recovery among expiries and times that were put off. */
static int64_t pool_soonest(const struct pool *p, int64_t now_ms)
{
    int64_t soonest = 0;

    for (size_t i = 0; i < p->dues.len && i < POOL_EACH_BATCH; i++) {
        const struct due *d = &p->dues.items[i];
        const struct pool_key *k = d->slot < p->slots ? p->keys[d->slot] : NULL;
        int64_t at = d->model != 0 ? d->at_ms : k != NULL ? key_recovery(k) : 0;

        if (at > now_ms && (soonest == 0 || at < soonest))
            soonest = at;
    }
    return soonest;
}

void pool_outlook(struct pool *p, int64_t now_ms, struct pool_outlook *out)
{
    *out = (struct pool_outlook){0};
    pthread_mutex_lock(&p->lock);
    pool_wake_due(p, now_ms);
    for (int i = 0; i < KEY_STATUS_COUNT; i++) {
        out->by_status[i] = p->by_status[i];
        out->total += p->by_status[i];
    }
    out->limited = p->limited;
    out->soonest_at = pool_soonest(p, now_ms);
    pthread_mutex_unlock(&p->lock);
}

void pool_each(struct pool *p, int64_t now_ms, pool_key_fn *fn, void *arg)
{
    bool go_on = true;

    for (size_t slot = 0; go_on;) {
        pthread_mutex_lock(&p->lock);
        for (size_t n = 0; n < POOL_EACH_BATCH && go_on; n++, slot++) {
            if (slot >= p->slots)
                go_on = false;
            else if (p->keys[slot] != NULL)
                go_on = fn(arg, p->keys[slot], pool_status_at(p->keys[slot], now_ms));
        }
        pthread_mutex_unlock(&p->lock);
    }
}
