/* Models that some keys may not serve for a while. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pool/pool_impl.h"

static void model_done(struct model_block *m)
{
    free(m->name);
    free(m->until);
    rota_done(&m->usable);
    *m = (struct model_block){0};
}

struct model_block *pool_model(struct pool *p, const char *model)
{
    for (size_t i = 0; i < p->models_len; i++)
        if (p->models[i].name != NULL && strcmp(p->models[i].name, model) == 0)
            return &p->models[i];
    return NULL;
}

/* A place for one more model: one that no key is blocked for any more, or a new one. */
static struct model_block *model_place(struct pool *p)
{
    for (size_t i = 0; i < p->models_len; i++) {
        if (p->models[i].blocked == 0) {
            model_done(&p->models[i]);
            return &p->models[i];
        }
    }
    return p->models_len < POOL_MODELS_MAX ? &p->models[p->models_len++] : NULL;
}

void pool_block_model(struct pool *p, struct pool_key *k, const char *model, int64_t until_ms)
{
    struct model_block *m = pool_model(p, model);

    if (m == NULL) {
        m = model_place(p);
        if (m == NULL)
            return; /* more models than we keep account of: the key will be told again */
        m->name = mem_strdup(model);
        rota_copy(&m->usable, &p->usable);
    }
    if (k->slot >= m->until_len) {
        size_t len = p->slots_room > k->slot ? p->slots_room : k->slot + 1;

        m->until = mem_resize(m->until, len, sizeof(*m->until));
        memset(m->until + m->until_len, 0, (len - m->until_len) * sizeof(*m->until));
        m->until_len = len;
    }
    if (m->until[k->slot] == 0)
        m->blocked++;
    m->until[k->slot] = until_ms;
    due_push(
        &p->dues,
        (struct due){.at_ms = until_ms, .slot = k->slot, .model = (uint16_t)(m - p->models + 1)});
}

void pool_model_drop_slot(struct pool *p, uint32_t slot)
{
    for (size_t i = 0; i < p->models_len; i++) {
        struct model_block *m = &p->models[i];

        rota_put(&m->usable, slot, false);
        if (slot < m->until_len && m->until[slot] != 0) {
            m->until[slot] = 0;
            m->blocked--;
        }
    }
}
