/* What keys have in common: tags, category, models. Each combination is kept once. */
#include "pool/profile.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

bool words_have(const struct words *w, const char *word)
{
    for (size_t i = 0; w != NULL && i < w->len; i++)
        if (strcmp(w->items[i], word) == 0)
            return true;
    return false;
}

static void words_free(struct words *w)
{
    for (size_t i = 0; i < w->len; i++)
        free(w->items[i]);
    free(w->items);
    free(w->json);
    free(w);
}

static struct words *words_read(const char *text)
{
    json_t *list = json_loads(text, 0, NULL), *item;
    struct words *w;
    size_t i;

    if (json_array_size(list) == 0) {
        json_decref(list);
        return NULL;
    }
    w = mem_zalloc(sizeof(*w));
    w->json = mem_strdup(text);
    w->items = mem_array(json_array_size(list), sizeof(char *));
    json_array_foreach(list, i, item)
    {
        if (json_is_string(item))
            w->items[w->len++] = mem_strdup(json_string_value(item));
    }
    json_decref(list);
    return w;
}

static bool words_are(const void *item, const void *json)
{
    return strcmp(((const struct words *)item)->json, json) == 0;
}

struct words *profiles_words(struct profiles *ps, const char *json)
{
    struct words *w;
    uint64_t hash;

    if (json == NULL || json[0] == '\0')
        return NULL;
    hash = hash_bytes(json, strlen(json));
    w = hmap_get(&ps->words, hash, words_are, json);
    if (w == NULL) {
        w = words_read(json);
        if (w != NULL)
            hmap_put(&ps->words, hash, w);
    }
    return w;
}

static void words_drop(struct profiles *ps, struct words *w)
{
    if (w == NULL || --w->users > 0)
        return;
    hmap_del(&ps->words, hash_bytes(w->json, strlen(w->json)), words_are, w->json);
    words_free(w);
}

/* ---- combinations ---- */

static uint64_t profile_hash(const struct profile *p)
{
    struct {
        const struct words *tags, *models;
        char category[KEY_WORD_MAX + 1];
    } content;

    memset(&content, 0, sizeof(content)); /* the gaps too */
    content.tags = p->tags;
    content.models = p->models;
    snprintf(content.category, sizeof(content.category), "%s", p->category);
    return hash_bytes(&content, sizeof(content));
}

static bool profile_is(const void *item, const void *like)
{
    const struct profile *a = item, *b = like;

    return a->tags == b->tags && a->models == b->models && strcmp(a->category, b->category) == 0;
}

static struct profile *profiles_add(struct profiles *ps, const struct profile *like)
{
    struct profile *p = mem_zalloc(sizeof(*p));

    *p = *like;
    if (ps->spare_len > 0) {
        p->number = ps->spare[--ps->spare_len];
    } else {
        if (ps->len == ps->room) {
            ps->room = ps->room ? ps->room * 2 : 16;
            ps->items = mem_resize(ps->items, ps->room, sizeof(struct profile *));
            ps->spare = mem_resize(ps->spare, ps->room, sizeof(*ps->spare));
        }
        p->number = (uint32_t)ps->len++;
    }
    ps->items[p->number] = p;
    hmap_put(&ps->combinations, profile_hash(p), p);
    if (p->tags != NULL)
        p->tags->users++;
    if (p->models != NULL)
        p->models->users++;
    return p;
}

void profiles_init(struct profiles *ps)
{
    const struct profile nothing = {.keys = 0};

    *ps = (struct profiles){0};
    profiles_add(ps, &nothing);
}

void profiles_done(struct profiles *ps)
{
    struct words *w;

    for (size_t at = 0; (w = hmap_next(&ps->words, &at)) != NULL;)
        words_free(w);
    for (size_t i = 0; i < ps->len; i++)
        free(ps->items[i]);
    free(ps->items);
    free(ps->spare);
    hmap_done(&ps->combinations);
    hmap_done(&ps->words);
}

struct profile *profiles_take(struct profiles *ps, struct words *tags, const char *category,
                              struct words *models)
{
    struct profile like = {.tags = tags, .models = models}, *p;

    if (tags == NULL && models == NULL && (category == NULL || category[0] == '\0')) {
        p = ps->items[0]; /* nearly always, while a pool is loaded */
    } else {
        snprintf(like.category, sizeof(like.category), "%s", category ? category : "");
        p = hmap_get(&ps->combinations, profile_hash(&like), profile_is, &like);
        if (p == NULL)
            p = profiles_add(ps, &like);
    }
    p->keys++;
    return p;
}

void profiles_give_back(struct profiles *ps, struct profile *p)
{
    if (--p->keys > 0 || p->number == 0)
        return;
    hmap_del(&ps->combinations, profile_hash(p), profile_is, p);
    words_drop(ps, p->tags);
    words_drop(ps, p->models);
    ps->items[p->number] = NULL;
    ps->spare[ps->spare_len++] = p->number;
    free(p);
}
