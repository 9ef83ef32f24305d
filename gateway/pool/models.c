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
    rota_put(&m->usable, k->slot, k->status == KEY_ACTIVE && dues_of(&m->ends, k->slot) <= now_ms);
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
        rota_copy(&m->usable, &p->usable);
    }
    if (until_ms > dues_of(&m->ends, k->slot)) /* a longer block stands */
        dues_set(&m->ends, k->slot, until_ms);
}

void pool_models_drop_slot(struct pool *p, uint32_t slot)
{
    for (size_t i = 0; i < p->models_len; i++) {
        rota_put(&p->models[i].usable, slot, false);
        dues_set(&p->models[i].ends, slot, 0);
    }
}
