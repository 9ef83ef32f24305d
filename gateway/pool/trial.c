/* Keys on trial: what put them out is over by the clock, and one request finds out whether it is
 * so. */
#include "pool/pool_impl.h"

enum { TRIAL_LOOKS = 32 /* keys looked at for a request for which there is nothing else */ };

/* Follows from the clock and the state alone, so that it holds after a restart too. */
bool pool_on_trial(const struct pool_key *k, int64_t now_ms)
{
    const struct store_key_state *s = &k->state;

    return (s->cooling_until != 0 || (s->disabled && s->disabled_auto)) &&
           pool_status_at(k, now_ms) == KEY_ACTIVE;
}

uint32_t pool_try(struct pool *p, struct pool_key *k, int64_t now_ms)
{
    if (!pool_on_trial(k, now_ms))
        return 0;
    if (++p->tickets == 0)
        p->tickets = 1;
    pool_unsettle(p, k);
    k->trial = p->tickets;
    pool_settle(p, k, now_ms);
    return k->trial;
}

/* Nothing is won by refusing a request when the key may well be good: a pool of one key would serve
 * one request at a time for as long as its first answer takes. */
struct pool_key *pool_tried_key(struct pool *p, const char *model, const struct model_block *block,
                                struct pool_key *const *tried, size_t tried_len, int64_t now_ms)
{
    uint64_t lacks = sets_lacking(&p->sets, model);
    int64_t slot = p->trials.last;

    for (size_t i = 0; i < TRIAL_LOOKS && i < p->trials.count; i++) {
        struct pool_key *k;

        slot = rota_after(&p->trials, slot);
        k = p->keys[slot];
        if (pool_status_at(k, now_ms) == KEY_ACTIVE && sets_allow(k->set, lacks) &&
            (block == NULL || dues_of(&block->ends, k->slot) <= now_ms) &&
            !pool_key_among(k, tried, tried_len)) {
            p->trials.last = slot;
            return k;
        }
    }
    return NULL;
}

void pool_release(struct pool *p, struct pool_key *k, uint32_t trial, int64_t now_ms)
{
    if (trial == 0)
        return;
    pool_lock(p);
    if (!k->deleted && k->trial == trial) {
        pool_unsettle(p, k);
        k->trial = 0;
        pool_settle(p, k, now_ms);
    }
    pthread_mutex_unlock(&p->lock);
}
