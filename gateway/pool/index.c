/* What lists and edits work on: columns by slot, so that they need not look at each key. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pool/pool_impl.h"

static void write_words(struct texts *t, const struct words *w)
{
    for (size_t i = 0; w != NULL && i < w->len; i++)
        texts_add(t, w->items[i]);
}

/* The user name comes first: texts_match() compares it. */
static void index_write(struct texts *t, void *arg, uint32_t slot)
{
    struct pool *p = arg;
    const struct pool_key *k = slot < p->slots ? p->keys[slot] : NULL;

    if (k == NULL)
        return;
    texts_add(t, k->username);
    write_words(t, pool_profile(p, slot)->tags);
    if (k->about != NULL && k->about->note[0] != '\0')
        texts_add(t, k->about->note);
}

void index_init(struct pool *p)
{
    p->index.texts.write = index_write;
    p->index.texts.arg = p;
    profiles_init(&p->index.profiles);
}

void index_done(struct pool *p)
{
    struct pool_index *x = &p->index;

    for (size_t i = 0; i < POOL_FOUND_KEPT; i++) {
        free(x->found[i].filter);
        bits_done(&x->found[i].slots);
    }
    for (size_t i = 0; i < POOL_ORDERS_KEPT; i++)
        free(x->orders[i].slots);
    texts_done(&x->texts);
    profiles_done(&x->profiles);
    for (size_t i = 0; i < x->recents_room; i++)
        free(x->recents[i]);
    free(x->recents);
    free(x->ids);
    free(x->profiles_of);
}

void index_room(struct pool *p)
{
    p->index.ids = mem_resize(p->index.ids, p->slots_room, sizeof(*p->index.ids));
    p->index.profiles_of =
        mem_resize(p->index.profiles_of, p->slots_room, sizeof(*p->index.profiles_of));
}

static void about_set(struct pool_key *k, const char *note, int64_t checked_at)
{
    size_t len = strlen(note);

    free(k->about);
    k->about = NULL;
    if (len == 0 && checked_at == 0)
        return;
    k->about = mem_alloc(sizeof(*k->about) + len + 1);
    k->about->checked_at = checked_at;
    memcpy(k->about->note, note, len + 1);
}

/* The key's set is that of its models. Which sets there are may change by it. */
static void index_set(struct pool *p, struct pool_key *k, struct words *models)
{
    uint64_t edition = p->sets.edition;

    sets_leave(&p->sets, k->slot, k->set);
    k->set = (int8_t)sets_join(&p->sets, k->slot, models);
    if (edition != p->sets.edition)
        pool_models_follow(p);
}

void index_add(struct pool *p, struct pool_key *k, const struct store_key *row)
{
    struct profiles *ps = &p->index.profiles;
    const struct profile *profile = profiles_take(ps, profiles_words(ps, row->tags), row->category,
                                                  profiles_words(ps, row->models));

    p->index.ids[k->slot] = k->id;
    p->index.profiles_of[k->slot] = profile->number;
    k->set = SETS_NONE;
    index_set(p, k, profile->models);
    about_set(k, row->note ? row->note : "", row->checked_at);
    texts_append(&p->index.texts, k->slot);
    p->index.edition++;
}

void index_remove(struct pool *p, struct pool_key *k)
{
    index_set(p, k, NULL);
    profiles_give_back(&p->index.profiles, pool_profile(p, k->slot));
    if (k->slot < p->index.recents_room) {
        free(p->index.recents[k->slot]);
        p->index.recents[k->slot] = NULL;
    }
    p->index.edition++;
}

/* New room is zeroed memory that the system gives when it is first used. */
static void recents_grow(struct pool_index *x, size_t room)
{
    struct recent **more = mem_zalloc(room * sizeof(struct recent *));

    if (x->recents_room > 0)
        memcpy(more, x->recents, x->recents_room * sizeof(struct recent *));
    free(x->recents);
    x->recents = more;
    x->recents_room = room;
}

void pool_count_recent(struct pool *p, const struct pool_key *k, uint32_t hour, int64_t requests,
                       int64_t failures)
{
    struct pool_index *x = &p->index;

    if (k->slot >= p->slots || p->keys[k->slot] != k || requests <= 0)
        return;
    if (k->slot >= x->recents_room)
        recents_grow(x, p->slots_room);
    x->recents[k->slot] = recent_add(x->recents[k->slot], hour, requests, failures);
}

void index_edit(struct pool *p, struct pool_key *k, const struct store_key_edit *edit)
{
    struct profiles *ps = &p->index.profiles;
    struct profile *was = pool_profile(p, k->slot);
    struct words *tags = was->tags, *models = was->models;

    if (edit->parts & EDIT_TAGS)
        tags = profiles_words(ps, edit->tags);
    if (edit->parts & EDIT_MODELS)
        models = profiles_words(ps, edit->models);
    p->index.profiles_of[k->slot] =
        profiles_take(ps, tags, edit->parts & EDIT_CATEGORY ? edit->category : was->category,
                      models)
            ->number;
    if (models != was->models)
        index_set(p, k, models);
    profiles_give_back(ps, was);
    if (edit->parts & (EDIT_NOTE | EDIT_CHECKED_AT)) {
        const char *note = k->about != NULL ? k->about->note : "";
        char *copy = mem_strdup(edit->parts & EDIT_NOTE ? (edit->note ? edit->note : "") : note);
        int64_t checked_at = k->about != NULL ? k->about->checked_at : 0;

        about_set(k, copy, edit->parts & EDIT_CHECKED_AT ? edit->checked_at : checked_at);
        free(copy);
    }
    if (edit->parts & EDIT_USERNAME) {
        free(k->username);
        k->username = mem_strdup(edit->username ? edit->username : "");
    }
    if (edit->parts & (EDIT_USERNAME | EDIT_NOTE | EDIT_TAGS))
        texts_change(&p->index.texts, k->slot);
}
