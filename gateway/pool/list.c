/* Lists of keys: which are meant, and what they are like at the moment. */
#include "pool/list.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "crypto/digest.h"
#include "pool/pool_impl.h"

enum {
    LOOK_BATCH = 16, /* keys whose state is copied while the lock is held */
    ID_DIGITS = 16,
    FILTER_TEXT_BYTES = 1 << 20,
};

/* The states are the workers' to change: a copy is taken of who is in which. */
static void select_status(struct pool *p, unsigned statuses, int64_t now_ms, struct bits *out)
{
    pool_lock_awake(p, now_ms);
    for (int i = 0; i < KEY_STATUS_COUNT; i++)
        if (statuses == 0 || statuses & 1u << i)
            bits_or(out, &p->in_status[i]);
    pthread_mutex_unlock(&p->lock);
}

/* "k_" and the first digits of an id; *low and *high are the ids that begin so. */
static bool id_prefix(const char *text, uint64_t *low, uint64_t *high)
{
    size_t digits;
    unsigned shift;

    if (strncmp(text, "k_", 2) != 0)
        return false;
    digits = strspn(text + 2, "0123456789abcdef");
    if (digits > ID_DIGITS || text[2 + digits] != '\0')
        return false;
    *low = 0;
    *high = UINT64_MAX;
    if (digits == 0)
        return true;
    shift = (unsigned)(ID_DIGITS - digits) * 4;
    *low = strtoull(text + 2, NULL, 16) << shift;
    *high = *low | (((uint64_t)1 << shift) - 1);
    return true;
}

static void select_search(struct pool *p, const char *text, struct bits *out)
{
    uint64_t low, high;
    struct digest d;
    struct pool_key *k;

    texts_search(&p->index.texts, text, out);
    if (id_prefix(text, &low, &high))
        for (size_t slot = 0; slot < p->slots; slot++)
            if (p->index.ids[slot] >= low && p->index.ids[slot] <= high)
                bits_put(out, slot, true);
    digest_of(text, strlen(text), &d);
    k = pool_get(p, digest_id(&d));
    if (k != NULL && strcmp(k->secret, text) == 0)
        bits_put(out, k->slot, true);
}

static bool profile_fits(const struct profile *profile, const struct key_filter *f)
{
    return (f->tag == NULL || words_have(profile->tags, f->tag)) &&
           (f->category == NULL || strcmp(profile->category, f->category) == 0) &&
           (f->model == NULL || words_have(profile->models, f->model));
}

/* Each combination is looked at once, then the keys by the number of theirs. */
static void select_profiles(struct pool *p, const struct key_filter *f, struct bits *out)
{
    const struct profiles *ps = &p->index.profiles;
    bool *fits = mem_array(ps->len, sizeof(*fits));

    for (size_t i = 0; i < ps->len; i++)
        fits[i] = ps->items[i] != NULL && profile_fits(ps->items[i], f);
    bits_room(out, (p->slots + 63) / 64);
    for (size_t slot = 0; slot < p->slots; slot++)
        out->words[slot / 64] |=
            (uint64_t)(p->keys[slot] != NULL && fits[p->index.profiles_of[slot]]) << (slot % 64);
    free(fits);
}

static void narrow(struct bits *to, struct bits *by, bool *any)
{
    if (*any)
        bits_and(to, by);
    else
        bits_copy(to, by);
    *any = true;
    bits_done(by);
}

static void found_fill(struct pool *p, const struct key_filter *f, struct bits *out)
{
    struct bits part = {0};
    bool any = false;

    if (f->search != NULL) {
        select_search(p, f->search, &part);
        narrow(out, &part, &any);
    }
    if (f->username != NULL) {
        texts_match(&p->index.texts, f->username, &part);
        narrow(out, &part, &any);
    }
    if (f->tag != NULL || f->category != NULL || f->model != NULL) {
        select_profiles(p, f, &part);
        narrow(out, &part, &any);
    }
}

/* NULL when the filter asks for nothing but a status. */
static char *filter_text(const struct key_filter *f)
{
    const char *parts[] = {f->search, f->tag, f->category, f->model, f->username};
    bool any = false;
    struct buf out;

    buf_init(&out, FILTER_TEXT_BYTES);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        any |= parts[i] != NULL;
        buf_addf(&out, "%zu:%s ", parts[i] ? strlen(parts[i]) + 1 : 0, parts[i] ? parts[i] : "");
    }
    if (!any) {
        buf_done(&out);
        return NULL;
    }
    return buf_take(&out);
}

/* The pages of a list come one after the other: what was found for the one before is kept. */
static const struct bits *found_get(struct pool *p, const struct key_filter *f)
{
    struct pool_index *x = &p->index;
    struct pool_found *oldest = &x->found[0];
    char *text = filter_text(f);

    if (text == NULL)
        return NULL;
    for (size_t i = 0; i < POOL_FOUND_KEPT; i++) {
        struct pool_found *at = &x->found[i];

        if (at->filter != NULL && at->edition == x->edition && strcmp(at->filter, text) == 0) {
            free(text);
            at->used = ++x->uses;
            return &at->slots;
        }
        if (at->used < oldest->used)
            oldest = at;
    }
    free(oldest->filter);
    bits_done(&oldest->slots);
    oldest->filter = text;
    oldest->edition = x->edition;
    oldest->used = ++x->uses;
    found_fill(p, f, &oldest->slots);
    return &oldest->slots;
}

size_t pool_select(struct pool *p, const struct key_filter *f, int64_t now_ms, struct bits *found)
{
    const struct bits *filtered = found_get(p, f);

    select_status(p, f->statuses, now_ms, found);
    if (filtered != NULL)
        bits_and(found, filtered);
    return bits_count(found);
}

/* Where a key is fetched from memory while the one before is copied. */
static void look_ahead(const struct pool *p, const uint32_t *slots, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        __builtin_prefetch(&p->keys[slots[i]]->state);
        __builtin_prefetch(&p->keys[slots[i]]->limit_streak);
    }
}

void pool_look(struct pool *p, const uint32_t *slots, size_t len, int64_t now_ms,
               struct key_look *out)
{
    uint32_t hour = recent_hour(now_ms);

    for (size_t done = 0; done < len;) {
        size_t end = len - done > LOOK_BATCH ? done + LOOK_BATCH : len;

        look_ahead(p, slots + done, end - done);
        pthread_mutex_lock(&p->lock);
        for (; done < end; done++) {
            const struct pool_key *k = p->keys[slots[done]];

            out[done].key = k;
            out[done].profile = pool_profile(p, slots[done]);
            out[done].hour = hour;
            out[done].recent =
                slots[done] < p->index.recents_room ? p->index.recents[slots[done]] : NULL;
            out[done].state = k->state;
            out[done].status = pool_status_at(k, now_ms);
            out[done].trial = out[done].status == KEY_ACTIVE && k->trial != 0;
        }
        pthread_mutex_unlock(&p->lock);
        pool_pause(p);
    }
}

bool pool_slot(struct pool *p, uint64_t id, uint32_t *slot)
{
    const struct pool_key *k = pool_get(p, id);

    if (k != NULL)
        *slot = k->slot;
    return k != NULL;
}

int64_t key_until(const struct store_key_state *s, enum key_status status)
{
    switch (status) {
    case KEY_COOLING:
        return s->cooling_until;
    case KEY_DISABLED:
        return s->disabled_until;
    default:
        return 0;
    }
}
