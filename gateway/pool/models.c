/* Models that some keys may not serve for a while. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pool/pool_impl.h"

static void model_done(struct model_block *m)
{
    free(m->name);
    dues_done(&m->ends);
    rota_done(&m->usable);
    *m = (struct model_block){0};
}

void pool_models_done(struct pool *p)
{
    for (size_t i = 0; i < p->models_len; i++)
        model_done(&p->models[i]);
}

struct model_block *pool_model(struct pool *p, const char *model)
{
    for (size_t i = 0; i < p->models_len; i++)
        if (p->models[i].name != NULL && strcmp(p->models[i].name, model) == 0)
            return &p->models[i];
    return NULL;
}

void pool_model_settle(struct model_block *m, const struct pool_key *k, int64_t now_ms)
{
    rota_put(&m->usable, k->slot,
             pool_usable(k) && sets_allow(k->set, m->lacks) &&
                 dues_of(&m->ends, k->slot) <= now_ms);
}

bool pool_model_wake_due(struct pool *p, struct model_block *m, int64_t now_ms, size_t max)
{
    uint32_t slot;

    for (; max > 0 && dues_over(&m->ends, now_ms, &slot); max--) {
        dues_set(&m->ends, slot, 0);
        pool_model_settle(m, p->keys[slot], now_ms);
    }
    return max == 0;
}

/* A place for one more model: one that no key is blocked for any more, or a new one. */
static struct model_block *model_place(struct pool *p, int64_t now_ms)
{
    for (size_t i = 0; i < p->models_len; i++) {
        pool_model_wake_due(p, &p->models[i], now_ms, SIZE_MAX);
        if (p->models[i].ends.len == 0) {
            model_done(&p->models[i]);
            return &p->models[i];
        }
    }
    return p->models_len < POOL_MODELS_MAX ? &p->models[p->models_len++] : NULL;
}

void pool_block_model(struct pool *p, struct pool_key *k, const char *model, int64_t until_ms,
                      int64_t now_ms)
{
    struct model_block *m = pool_model(p, model);

    if (m == NULL) {
        m = model_place(p, now_ms);
        if (m == NULL)
            return; /* more models than we keep account of: the key will be told again */
        m->name = mem_strdup(model);
        m->lacks = sets_lacking(&p->sets, model);
        rota_copy(&m->usable, &p->usable);
        sets_exclude(&p->sets, m->lacks, &m->usable);
    }
    if (until_ms > dues_of(&m->ends, k->slot)) /* a longer block stands */
        dues_set(&m->ends, k->slot, until_ms);
}

/* Only the masks: which keys a mask leaves out follows from their sets, when they are settled. */
void pool_models_follow(struct pool *p)
{
    for (size_t i = 0; i < p->models_len; i++)
        if (p->models[i].name != NULL)
            p->models[i].lacks = sets_lacking(&p->sets, p->models[i].name);
}

struct rota *pool_turns(struct pool *p, const char *model, struct model_block **block)
{
    uint64_t lacks;

    *block = p->models_len > 0 && model[0] != '\0' ? pool_model(p, model) : NULL;
    if (*block != NULL)
        return &(*block)->usable;
    lacks = sets_lacking(&p->sets, model);
    return lacks != 0 ? sets_view(&p->sets, lacks, &p->usable) : &p->usable;
}

bool pool_lacks_model(struct pool *p, const char *model)
{
    size_t keys = 0;
    bool lacks;

    pthread_mutex_lock(&p->lock);
    for (int i = 0; i < KEY_STATUS_COUNT; i++)
        keys += p->by_status[i];
    lacks = keys > 0 && sets_keys(&p->sets, sets_lacking(&p->sets, model)) == keys;
    pthread_mutex_unlock(&p->lock);
    return lacks;
}

void pool_models_drop_slot(struct pool *p, uint32_t slot)
{
    for (size_t i = 0; i < p->models_len; i++) {
        rota_put(&p->models[i].usable, slot, false);
        dues_set(&p->models[i].ends, slot, 0);
    }
}
