/* The keys of one provider: adding, finding, changing, removing, and taking turns. */
#include "pool/pool.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "crypto/secret.h"
#include "pool/list.h"
#include "pool/pool_impl.h"

enum {
    POOL_EDIT_BATCH = 16,   /* keys changed while the lock is held */
    POOL_PAUSE_TURNS = 200, /* a request that waits still has been taken off its core */
};

struct pool *pool_new(void)
{
    struct pool *p = mem_zalloc(sizeof(*p));

    pthread_mutex_init(&p->lock, NULL);
    index_init(p);
    return p;
}

void pool_lock(struct pool *p)
{
    if (pthread_mutex_trylock(&p->lock) == 0)
        return;
    atomic_fetch_add_explicit(&p->waiting, 1, memory_order_relaxed);
    pthread_mutex_lock(&p->lock);
    atomic_fetch_sub_explicit(&p->waiting, 1, memory_order_relaxed);
}

void pool_pause(struct pool *p)
{
    for (int i = 0; i < POOL_PAUSE_TURNS; i++) {
        if (atomic_load_explicit(&p->waiting, memory_order_relaxed) == 0)
            return;
        sched_yield();
    }
}

static void key_release(struct subject *s)
{
    struct pool_key *k = container_of(s, struct pool_key, subject);

    explicit_bzero(k->secret, strlen(k->secret));
    free(k->secret);
    free(k->username);
    free(k->about);
    free(k);
}

void pool_free(struct pool *p)
{
    for (size_t i = 0; i < p->slots; i++)
        if (p->keys[i] != NULL)
            subject_unref(&p->keys[i]->subject);
    pool_models_done(p);
    index_done(p);
    for (int i = 0; i < KEY_STATUS_COUNT; i++)
        bits_done(&p->in_status[i]);
    sets_done(&p->sets);
    rota_done(&p->trials);
    rota_done(&p->usable);
    hmap_done(&p->by_id);
    dues_done(&p->changes);
    dues_done(&p->returns);
    free(p->keys);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

static bool key_has_id(const void *item, const void *key)
{
    return ((const struct pool_key *)item)->id == *(const uint64_t *)key;
}

/* An id is a part of a digest already: no need to hash it again. */
struct pool_key *pool_get(struct pool *p, uint64_t id)
{
    return hmap_get(&p->by_id, id, key_has_id, &id);
}

static uint32_t pool_new_slot(struct pool *p)
{
    if (p->slots == p->slots_room) {
        p->slots_room = p->slots_room ? p->slots_room * 2 : 64;
        p->keys = mem_resize(p->keys, p->slots_room, sizeof(struct pool_key *));
        index_room(p);
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
    index_add(p, k, row);
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

uint64_t *pool_ids(struct pool *p, size_t *len)
{
    uint64_t *ids = mem_array(p->slots, sizeof(*ids));

    *len = 0;
    for (size_t i = 0; i < p->slots; i++)
        if (p->keys[i] != NULL)
            ids[(*len)++] = p->index.ids[i];
    return ids;
}

void pool_spread(struct pool *p)
{
    p->spread = true;
}

bool pool_remove(struct pool *p, uint64_t id)
{
    struct pool_key *k;

    pthread_mutex_lock(&p->lock);
    k = hmap_del(&p->by_id, id, key_has_id, &id);
    if (k != NULL) {
        pool_unsettle(p, k);
        rota_put(&p->usable, k->slot, false);
        rota_put(&p->trials, k->slot, false);
        sets_settle(&p->sets, k->slot, k->set, false);
        dues_set(&p->changes, k->slot, 0);
        dues_set(&p->returns, k->slot, 0);
        pool_models_drop_slot(p, k->slot);
        index_remove(p, k);
        p->keys[k->slot] = NULL;
        if (p->last_failed == k)
            p->last_failed = NULL;
        while (p->slots > 0 && p->keys[p->slots - 1] == NULL)
            p->slots--;
        k->deleted = true;
    }
    pthread_mutex_unlock(&p->lock);
    pool_pause(p);
    if (k != NULL)
        subject_unref(&k->subject);
    return k != NULL;
}

/* By id, as a key may have been deleted and added again while the request held it. */
bool pool_key_among(const struct pool_key *k, struct pool_key *const *keys, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (keys[i]->id == k->id)
            return true;
    return false;
}

/* The key of the turn after this one is fetched into the cache meanwhile: of a million, it is not
 * there. Measured with tests/bench/choice.c: docs/internals/pool.md. */
static void pool_give(struct pool *p, struct rota *turns, int64_t slot)
{
    const struct pool_key *next;

    rota_give(turns, slot);
    next = p->keys[turns->ahead[0]];
    __builtin_prefetch(&next->subject.refs, 1);
    __builtin_prefetch(&next->expires_at);
    __builtin_prefetch(&next->limit_streak, 1);
    __builtin_prefetch(&p->keys[turns->ahead[1]]);
}

/* The next in turn that was not tried. A search in vain moves no turn. */
static struct pool_key *pool_turn(struct pool *p, struct rota *turns, struct pool_key *const *tried,
                                  size_t tried_len, int64_t now_ms)
{
    int64_t slot = turns->last;

    if (p->spread && turns->count > 0 && slot == ROTA_NONE) {
        uint32_t any;

        secret_random(&any, sizeof(any));
        slot = (int64_t)(any % p->slots);
    }
    for (size_t i = 0; i <= tried_len;) {
        slot = rota_next(turns, slot);
        if (slot == ROTA_NONE)
            break;
        if (pool_status_at(p->keys[slot], now_ms) != KEY_ACTIVE) { /* it expired in a crowd */
            pool_unsettle(p, p->keys[slot]);
            pool_settle(p, p->keys[slot], now_ms);
            continue;
        }
        i++;
        if (!pool_key_among(p->keys[slot], tried, tried_len)) {
            pool_give(p, turns, slot);
            return p->keys[slot];
        }
    }
    return NULL;
}

struct pool_key *pool_pick(struct pool *p, const char *model, struct pool_key *const *tried,
                           size_t tried_len, int64_t now_ms, uint32_t *trial)
{
    struct pool_key *k;
    struct model_block *block;
    struct rota *turns;
    bool more;

    pool_lock(p);
    turns = pool_turns(p, model, &block);
    do { /* again only while there is no key, and some may have come back */
        more = pool_wake_due(p, now_ms, POOL_WAKE_BATCH);
        if (block != NULL)
            more |= pool_model_wake_due(p, block, now_ms, POOL_WAKE_BATCH);
        k = pool_turn(p, turns, tried, tried_len, now_ms);
    } while (k == NULL && more);
    *trial = k != NULL ? pool_try(p, k, now_ms) : 0;
    if (k == NULL && p->trials.count > 0)
        k = pool_tried_key(p, model, block, tried, tried_len, now_ms);
    if (k != NULL)
        subject_ref(&k->subject);
    pthread_mutex_unlock(&p->lock);
    return k;
}

size_t pool_preview(struct pool *p, const char *model, int64_t now_ms, uint32_t *slots, size_t max)
{
    struct model_block *block;
    struct rota *turns;
    int64_t slot;
    size_t len = 0;

    pool_lock_awake(p, now_ms);
    turns = pool_turns(p, model, &block);
    if (block != NULL)
        pool_model_wake_due(p, block, now_ms, SIZE_MAX);
    slot = turns->count > 0 ? turns->last : ROTA_NONE;
    while (len < max && len < turns->count) {
        slot = rota_after(turns, slot);
        slots[len++] = (uint32_t)slot;
    }
    pthread_mutex_unlock(&p->lock);
    return len;
}

int64_t pool_blocked_until(struct pool *p, uint32_t slot, const char *model, int64_t now_ms)
{
    const struct model_block *m;
    int64_t until;

    pool_lock(p);
    m = pool_model(p, model);
    until = m != NULL ? dues_of(&m->ends, slot) : 0;
    pthread_mutex_unlock(&p->lock);
    return until > now_ms ? until : 0;
}

void pool_outlook(struct pool *p, int64_t now_ms, struct pool_outlook *out)
{
    *out = (struct pool_outlook){0};
    pool_lock_awake(p, now_ms);
    for (int i = 0; i < KEY_STATUS_COUNT; i++) {
        out->by_status[i] = p->by_status[i];
        out->total += p->by_status[i];
    }
    out->limited = p->limited;
    if (p->returns.len > 0)
        out->soonest_at = p->returns.items[0].at_ms;
    pthread_mutex_unlock(&p->lock);
}

int64_t pool_model_return(struct pool *p, const char *model)
{
    const struct model_block *m;
    int64_t at_ms = 0;

    pthread_mutex_lock(&p->lock);
    m = pool_model(p, model);
    if (m != NULL && m->usable.count == 0 && m->ends.len > 0)
        at_ms = m->ends.items[0].at_ms;
    pthread_mutex_unlock(&p->lock);
    return at_ms;
}

static void edit_key(struct pool *p, struct pool_key *k, const struct store_key_edit *edit,
                     int64_t now_ms)
{
    /* The store is about to get what requests told of the key since, and to say what comes of it.
     */
    bool newer = (edit->parts & EDIT_STATE_SEEN) && atomic_load(&k->state_dirty);

    pool_unsettle(p, k);
    if (edit->parts & (EDIT_STATE | EDIT_STATE_SEEN) && !newer) {
        k->state = *edit->state;
        if (!k->state.disabled && k->state.cooling_until == 0)
            k->limit_streak = 0;
    }
    if (edit->parts & EDIT_EXPIRES_AT)
        k->expires_at = edit->expires_at;
    if (edit->parts & ~(unsigned)(EDIT_STATE | EDIT_STATE_SEEN | EDIT_EXPIRES_AT))
        index_edit(p, k, edit);
    pool_settle(p, k, now_ms);
}

void pool_edit(struct pool *p, const struct store_key_edit *edits, size_t len, int64_t now_ms)
{
    for (size_t done = 0; done < len;) {
        pthread_mutex_lock(&p->lock);
        for (size_t n = 0; n < POOL_EDIT_BATCH && done < len; n++, done++) {
            struct pool_key *k = pool_get(p, edits[done].id);

            if (k != NULL)
                edit_key(p, k, &edits[done], now_ms);
            /* States change by requests as well, which end no list. */
            p->index.edition += edits[done].parts != EDIT_STATE_SEEN;
        }
        pthread_mutex_unlock(&p->lock);
        pool_pause(p);
    }
}
