/* Which models keys are known to have, in sets of keys that have the same ones. */
#include "pool/sets.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

struct model_name {
    uint64_t sets; /* that have it */
    char name[];
};

void sets_done(struct sets *s)
{
    struct model_name *name;

    for (size_t i = 0; i < SETS_MAX; i++)
        bits_done(&s->items[i].keys);
    for (size_t i = 0; i < SETS_VIEWS; i++)
        rota_done(&s->views[i].usable);
    for (size_t at = 0; (name = hmap_next(&s->names, &at)) != NULL;)
        free(name);
    hmap_done(&s->names);
}

static bool name_is(const void *item, const void *key)
{
    return strcmp(((const struct model_name *)item)->name, key) == 0;
}

static struct model_name *name_get(const struct sets *s, const char *model)
{
    return hmap_get(&s->names, hash_bytes(model, strlen(model)), name_is, model);
}

static void name_add(struct sets *s, const char *model, uint64_t bit)
{
    struct model_name *name = name_get(s, model);
    size_t len = strlen(model);

    if (name == NULL) {
        name = mem_zalloc(sizeof(*name) + len + 1);
        memcpy(name->name, model, len + 1);
        hmap_put(&s->names, hash_bytes(model, strlen(model)), name);
    }
    name->sets |= bit;
}

static void name_drop(struct sets *s, const char *model, uint64_t bit)
{
    struct model_name *name = name_get(s, model);

    if (name == NULL) /* it stands in the list twice */
        return;
    name->sets &= ~bit;
    if (name->sets == 0)
        free(hmap_del(&s->names, hash_bytes(model, strlen(model)), name_is, model));
}

static int sets_find(const struct sets *s, const struct words *models)
{
    for (int i = 0; i < SETS_MAX; i++)
        if (s->items[i].models == models)
            return i;
    return SETS_NONE;
}

/* A new set, or none when there is no room. */
static int sets_open(struct sets *s, struct words *models)
{
    int set = sets_find(s, NULL);

    if (set == SETS_NONE) {
        if (!s->told_full)
            LOG(WARN, "model_sets_full", F_INT("sets", SETS_MAX),
                F_STR("remedy", "keys with further lists of models are used for any model"));
        s->told_full = true;
        return SETS_NONE;
    }
    s->edition++;
    s->items[set].models = models;
    s->known |= (uint64_t)1 << set;
    for (size_t i = 0; i < models->len; i++)
        name_add(s, models->items[i], (uint64_t)1 << set);
    return set;
}

int sets_join(struct sets *s, uint32_t slot, struct words *models)
{
    int set;

    if (models == NULL)
        return SETS_NONE;
    set = sets_find(s, models);
    if (set == SETS_NONE)
        set = sets_open(s, models);
    if (set != SETS_NONE) {
        bits_put(&s->items[set].keys, slot, true);
        s->items[set].len++;
    }
    return set;
}

void sets_leave(struct sets *s, uint32_t slot, int set)
{
    if (set == SETS_NONE)
        return;
    bits_put(&s->items[set].keys, slot, false);
    if (--s->items[set].len > 0)
        return;
    for (size_t i = 0; i < s->items[set].models->len; i++)
        name_drop(s, s->items[set].models->items[i], (uint64_t)1 << set);
    s->edition++;
    s->known &= ~((uint64_t)1 << set);
    s->items[set].models = NULL;
    bits_done(&s->items[set].keys);
}

/* Names that mean the same: Ollama's "m" is "m:latest", and what stands behind a colon in
 * OpenRouter's "vendor/model:online" chooses a route, not a model. */
static const struct model_name *name_get_alike(const struct sets *s, const char *model)
{
    const struct model_name *name = name_get(s, model);
    const char *colon = strrchr(model, ':');
    char *other;

    if (name != NULL)
        return name;
    other = colon != NULL ? mem_strndup(model, (size_t)(colon - model))
                          : mem_printf("%s:latest", model);
    name = name_get(s, other);
    free(other);
    return name;
}

/* Each choice of a key asks this, and mostly for one of a few models: looking into the map of names
 * takes a quarter of the whole choice. */
uint64_t sets_lacking(struct sets *s, const char *model)
{
    const struct model_name *name;
    size_t len, at;
    uint64_t lacks;

    if (s->known == 0 || model[0] == '\0')
        return 0;
    len = strlen(model);
    at = (len * 7 + (unsigned char)model[len / 2] + (unsigned char)model[len - 1] * 3u) % SETS_MEMO;
    if (s->memo[at].edition == s->edition && len < SETS_MEMO_NAME &&
        memcmp(s->memo[at].model, model, len + 1) == 0)
        return s->memo[at].lacks;
    name = name_get_alike(s, model);
    lacks = name != NULL ? s->known & ~name->sets : s->known;
    if (len < SETS_MEMO_NAME) {
        memcpy(s->memo[at].model, model, len + 1);
        s->memo[at].edition = s->edition;
        s->memo[at].lacks = lacks;
    }
    return lacks;
}

size_t sets_keys(const struct sets *s, uint64_t mask)
{
    size_t keys = 0;

    for (int i = 0; i < SETS_MAX; i++)
        if (mask >> i & 1)
            keys += s->items[i].len;
    return keys;
}

void sets_exclude(const struct sets *s, uint64_t lacks, struct rota *from)
{
    for (int i = 0; i < SETS_MAX; i++)
        if (lacks >> i & 1)
            rota_without(from, s->items[i].keys.words, s->items[i].keys.len);
}

/* A mask says all there is to say of a view, whatever models have made it. When a set is given to
 * other models, their keys come and go by sets_settle() like any. */
struct rota *sets_view(struct sets *s, uint64_t lacks, const struct rota *usable)
{
    struct sets_view *oldest = &s->views[0];

    for (size_t i = 0; i < SETS_VIEWS; i++) {
        struct sets_view *v = &s->views[i];

        if (v->lacks == lacks) {
            v->used = ++s->uses;
            return &v->usable;
        }
        if (v->used < oldest->used)
            oldest = v;
    }
    oldest->lacks = lacks;
    oldest->used = ++s->uses;
    rota_copy(&oldest->usable, usable);
    sets_exclude(s, lacks, &oldest->usable);
    return &oldest->usable;
}

void sets_settle(struct sets *s, uint32_t slot, int set, bool usable)
{
    for (size_t i = 0; i < SETS_VIEWS; i++)
        if (s->views[i].lacks != 0)
            rota_put(&s->views[i].usable, slot, usable && sets_allow(set, s->views[i].lacks));
}
