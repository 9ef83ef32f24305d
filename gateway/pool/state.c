/* The state machine of a key: what it is in follows from the clock and what was decided about it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/intl.h"
#include "crypto/secret.h"
#include "pool/pool_impl.h"

static const char *const status_names[] = {
#define X(name, text) [KEY_##name] = text,
    KEY_STATES(X)
#undef X
};

const char *key_status_name(enum key_status s)
{
    return status_names[s];
}

bool key_status_parse(const char *name, enum key_status *out)
{
    for (int i = 0; i < KEY_STATUS_COUNT; i++) {
        if (strcmp(status_names[i], name) == 0) {
            *out = (enum key_status)i;
            return true;
        }
    }
    return false;
}

enum key_status pool_status_at(const struct pool_key *k, int64_t now_ms)
{
    const struct store_key_state *s = &k->state;

    if (k->expires_at != 0 && k->expires_at <= now_ms)
        return KEY_EXPIRED;
    if (s->disabled && (s->disabled_until == 0 || s->disabled_until > now_ms))
        return KEY_DISABLED;
    if (s->cooling_until > now_ms)
        return KEY_COOLING;
    return KEY_ACTIVE;
}

/* The next time at which the clock alone may change the key's status, or 0. */
static int64_t key_next_change(const struct pool_key *k, int64_t now_ms)
{
    const int64_t times[] = {k->expires_at, k->state.disabled ? k->state.disabled_until : 0,
                             k->state.cooling_until};
    int64_t soonest = 0;

    for (size_t i = 0; i < ARRAY_LEN(times); i++)
        if (times[i] > now_ms && (soonest == 0 || times[i] < soonest))
            soonest = times[i];
    return soonest;
}

/* When the key will be usable again, or 0: it is, or nobody knows. */
static int64_t key_return(const struct pool_key *k)
{
    const struct store_key_state *s = &k->state;
    int64_t at = s->cooling_until;

    if (k->status == KEY_ACTIVE || k->status == KEY_EXPIRED || (s->disabled && !s->disabled_until))
        return 0;
    if (s->disabled && s->disabled_until > at)
        at = s->disabled_until;
    return k->expires_at != 0 && k->expires_at <= at ? 0 : at;
}

static void pool_count_key(struct pool *p, const struct pool_key *k, bool in)
{
    size_t by = in ? 1 : (size_t)-1;

    bits_put(&p->in_status[k->status], k->slot, in);
    p->by_status[k->status] += by;
    if (k->status == KEY_COOLING && k->state.limited)
        p->limited += by;
}

void pool_unsettle(struct pool *p, const struct pool_key *k)
{
    pool_count_key(p, k, false);
}

void pool_settle(struct pool *p, struct pool_key *k, int64_t now_ms)
{
    k->status = pool_status_at(k, now_ms);
    pool_count_key(p, k, true);
    if (!pool_on_trial(k, now_ms))
        k->trial = 0; /* whoever tries it is told no more of it */
    rota_put(&p->usable, k->slot, pool_usable(k));
    rota_put(&p->trials, k->slot, k->trial != 0);
    sets_settle(&p->sets, k->slot, k->set, pool_usable(k));
    for (size_t i = 0; i < p->models_len; i++)
        pool_model_settle(&p->models[i], k, now_ms);
    dues_set(&p->changes, k->slot, key_next_change(k, now_ms));
    dues_set(&p->returns, k->slot, key_return(k));
}

bool pool_wake_due(struct pool *p, int64_t now_ms, size_t max)
{
    uint32_t slot;

    for (; max > 0 && dues_over(&p->changes, now_ms, &slot); max--) {
        pool_unsettle(p, p->keys[slot]);
        pool_settle(p, p->keys[slot], now_ms);
    }
    return max == 0;
}

void pool_lock_awake(struct pool *p, int64_t now_ms)
{
    pthread_mutex_lock(&p->lock);
    while (pool_wake_due(p, now_ms, POOL_WAKE_BATCH)) {
        pthread_mutex_unlock(&p->lock);
        pool_pause(p);
        pthread_mutex_lock(&p->lock);
    }
}

static void state_reason(struct store_key_state *s, const char *reason)
{
    snprintf(s->reason, sizeof(s->reason), "%s", reason);
}

void pool_state_refused(struct store_key_state *s, const char *rule, int64_t now_ms)
{
    /* What is found out does not undo what an operator decided. */
    if (s->disabled && !s->disabled_auto &&
        (s->disabled_until == 0 || s->disabled_until > now_ms + POOL_OUT_MS))
        return;
    s->disabled = s->disabled_auto = true;
    s->disabled_until = now_ms + POOL_OUT_MS;
    state_reason(s, rule);
}

static int64_t backoff_until(struct pool_key *k, int64_t now_ms)
{
    int64_t rest = POOL_BACKOFF_FIRST_MS;
    uint32_t jitter;

    for (uint32_t i = 1; i < k->limit_streak && rest < POOL_BACKOFF_MAX_MS; i++)
        rest *= 2;
    if (rest > POOL_BACKOFF_MAX_MS)
        rest = POOL_BACKOFF_MAX_MS;
    secret_random(&jitter, sizeof(jitter));
    return now_ms + rest + rest / 10 * ((int64_t)(jitter % 2001) - 1000) / 1000;
}

static bool key_cool(struct pool_key *k, const struct verdict *v, int64_t now_ms)
{
    bool resting = k->state.cooling_until > now_ms;
    int64_t until = v->until_ms;

    /* Calls that were under way together are told of one limit, not of many in a row. */
    if (v->backoff && resting)
        return false;
    k->limit_streak += !resting;
    if (v->backoff)
        until = backoff_until(k, now_ms);
    if (until <= k->state.cooling_until)
        return false; /* a longer rest stands */
    k->state.cooling_until = until;
    k->state.limited = v->limit;
    state_reason(&k->state, v->rule);
    return true;
}

/* The request that tried a key failed: the key is out again, for longer than before. */
static void key_failed_trial(struct pool_key *k, const struct verdict *v, int64_t now_ms)
{
    if (k->state.disabled) {
        pool_state_refused(&k->state, v->rule, now_ms);
        return;
    }
    k->limit_streak++;
    k->state.cooling_until = backoff_until(k, now_ms);
    k->state.limited = false;
    state_reason(&k->state, v->rule);
}

/* A soft failure. When different keys fail one after the other and none succeeds, the upstream is
 * in trouble: counting that against them would put the whole pool out for an hour. */
static bool key_soft_failure(struct pool *p, struct pool_key *k, const struct verdict *v,
                             bool trial, int64_t now_ms)
{
    if (p->last_failed != k) {
        p->last_failed = k;
        p->failing_keys++;
    }
    if (p->failing_keys >= POOL_HOST_SUSPECT_KEYS)
        return false;
    if (++k->state.consecutive_failures >= POOL_FAILURES_OUT)
        pool_state_refused(&k->state, v->rule, now_ms);
    else if (trial)
        key_failed_trial(k, v, now_ms);
    return true;
}

static bool key_success(struct pool *p, struct pool_key *k, int64_t now_ms)
{
    bool changed = k->state.consecutive_failures != 0;

    p->last_failed = NULL;
    p->failing_keys = 0;
    k->limit_streak = 0;
    k->state.consecutive_failures = 0;
    if ((k->state.disabled || k->state.cooling_until != 0) &&
        pool_status_at(k, now_ms) == KEY_ACTIVE) { /* that is over */
        pool_state_enabled(&k->state);
        changed = true;
    }
    return changed;
}

/* True when the key's stored state is another one now. */
static bool key_apply(struct pool *p, struct pool_key *k, bool trial, const struct verdict *v,
                      const char *model, int64_t now_ms)
{
    switch (v->effect) {
    case EFFECT_NONE:
        break;
    case EFFECT_SUCCESS:
        return key_success(p, k, now_ms);
    case EFFECT_SOFT:
        return key_soft_failure(p, k, v, trial, now_ms);
    case EFFECT_HARD:
        k->state.consecutive_failures++;
        pool_state_refused(&k->state, v->rule, now_ms);
        return true;
    case EFFECT_COOL:
        return key_cool(k, v, now_ms);
    case EFFECT_MODEL:
        pool_block_model(p, k, model, v->until_ms, now_ms);
        break;
    }
    return false;
}

void pool_report(struct pool *p, struct pool_key *k, uint32_t trial, const struct verdict *v,
                 const char *model, int64_t now_ms)
{
    const struct store_key_state *s = &k->state;
    bool untroubled;

    pool_lock(p);
    untroubled = k->limit_streak == 0 && s->consecutive_failures == 0 && s->cooling_until == 0 &&
                 !s->disabled;
    if (v->effect == EFFECT_SUCCESS && untroubled) {
        key_success(p, k, now_ms); /* nearly always: nothing to settle */
    } else if (!k->deleted && (v->effect != EFFECT_NONE || trial != 0)) {
        bool tried = trial != 0 && trial == k->trial;

        pool_unsettle(p, k);
        if (tried)
            k->trial = 0;
        if (key_apply(p, k, tried, v, model, now_ms))
            atomic_store_explicit(&k->state_dirty, true, memory_order_release);
        pool_settle(p, k, now_ms);
    }
    pthread_mutex_unlock(&p->lock);
}

void pool_state_enabled(struct store_key_state *s)
{
    *s = (struct store_key_state){0};
}

void pool_state_disabled(struct store_key_state *s, int64_t until_ms)
{
    s->disabled = true;
    s->disabled_auto = false;
    s->disabled_until = until_ms;
    state_reason(s, N_("manual"));
}

bool pool_get_state(struct pool *p, struct pool_key *k, int64_t now_ms, struct store_key_state *s,
                    enum key_status *status)
{
    bool there;

    pthread_mutex_lock(&p->lock);
    *s = k->state;
    *status = pool_status_at(k, now_ms);
    there = !k->deleted;
    pthread_mutex_unlock(&p->lock);
    return there;
}
