/* Lists of client tokens: which, in what order, and what state they are in. */
#include "auth/tokens_list.h"

#include <stdlib.h>
#include <string.h>

#include "auth/tokens_impl.h"
#include "auth/users.h"
#include "base/ranked.h"
#include "pool/texts.h"

enum { AHEAD = 12 /* tokens fetched into the cache before they are looked at */ };

const char *token_status_name(enum token_status status)
{
    static const char *const names[TOKEN_STATUS_COUNT] = {
#define X(NAME, name) name,
        TOKEN_STATES(X)
#undef X
    };

    return names[status];
}

enum token_status token_status_at(const struct token *t, int64_t now_ms)
{
    int64_t expires_at = atomic_load_explicit(&t->expires_at, memory_order_relaxed);

    if (t->owner != NULL && !atomic_load_explicit(&t->owner->active, memory_order_relaxed))
        return TOKEN_DISABLED;
    return expires_at != 0 && expires_at <= now_ms ? TOKEN_EXPIRED : TOKEN_ACTIVE;
}

/* ---- what a token's place is made of ---- */

const char *const token_sort_names[TOKEN_SORT_COUNT] = {
#define X(ID, field) #field,
    TOKEN_SORTS(X, X)
#undef X
};

typedef uint64_t value_fn(const struct token *t, int64_t now_ms);

#define VALUE(field, from)                                                                         \
    static uint64_t value_##field(const struct token *t, int64_t now_ms)                           \
    {                                                                                              \
        (void)now_ms;                                                                              \
        return (uint64_t)(from);                                                                   \
    }
#define COUNTED(member)             atomic_load_explicit(&t->subject.member, memory_order_relaxed)
#define TALLY(member, column, text) VALUE(column, COUNTED(member))
#include "stats/tally.def"
#undef TALLY
VALUE(createdAt, t->created_at)
VALUE(id, t->id)
VALUE(expires_at, atomic_load_explicit(&t->expires_at, memory_order_relaxed))
VALUE(last_used, COUNTED(last_used))

static uint64_t ratio(uint64_t part, const struct token *t)
{
    int64_t of = COUNTED(requests);

    return of > 0 ? (uint64_t)((double)part / (double)of * 1e6) : 0;
}

VALUE(success_rate, ratio((uint64_t)COUNTED(success), t))
VALUE(avg_ttfb_ms, ratio(value_ttfb_us(t, 0), t))
VALUE(avg_duration_ms, ratio(value_duration_us(t, 0), t))
#undef COUNTED
#undef VALUE

static uint64_t value_status(const struct token *t, int64_t now_ms)
{
    return token_status_at(t, now_ms);
}

/* Made of the name itself. */
static value_fn *const value_name = NULL;

static value_fn *sort_value(enum token_sort sort)
{
    switch (sort) {
#define X(ID, field)                                                                               \
    case TOKENS_BY_##ID:                                                                           \
        return value_##field;
        TOKEN_SORTS(X, X)
#undef X
    default:
        return NULL;
    }
}

/* ---- which ---- */

static bool owner_fits(const struct token *t, const struct token_filter *f)
{
    switch (f->owner) {
    case OWNER_NONE:
        return t->owner == NULL;
    case OWNER_USER:
        return t->owner != NULL;
    case OWNER_ONE:
        return t->owner != NULL && t->owner->id == f->owner_id;
    default:
        return true;
    }
}

static bool search_fits(const struct token *t, const char *search)
{
    size_t len = strlen(search);
    char id[DIGEST_ID_TEXT];

    return texts_find(token_name(t), strlen(token_name(t)), search, len) != NULL ||
           (search[0] == t->hint[0] && strncmp(t->hint, search, len) == 0) ||
           (search[0] == 't' && strncmp(digest_id_text('t', t->id, id), search, len) == 0);
}

static bool fits(const struct token *t, const struct token_filter *f)
{
    return t->provider == f->provider && owner_fits(t, f) &&
           (f->statuses == 0 || (f->statuses >> token_status_at(t, f->now_ms) & 1) != 0) &&
           (f->search[0] == '\0' || search_fits(t, f->search));
}

/* ---- orders ---- */

static const char *name_at(void *tokens, uint32_t at)
{
    return token_name(((const struct tokens *)tokens)->all[at]);
}

/* Puts tokens that are in the order of their ids into another one. Both arrays have room for len;
 * the one that holds it then is returned. */
static struct ranked *sort(struct tokens *t, enum token_sort by, int64_t now_ms,
                           struct ranked *items, struct ranked *spare, size_t len)
{
    value_fn *value = sort_value(by);

    if (value == NULL) {
        ranked_sort_texts(items, spare, len, name_at, t);
        return items;
    }
    for (size_t i = 0; i < len; i++) {
        if (i + AHEAD < len)
            __builtin_prefetch(&t->all[items[i + AHEAD].at]->subject);
        items[i].value = value(t->all[items[i].at], now_ms);
    }
    return ranked_sort(items, spare, len);
}

static void order_make(struct tokens *t, enum token_sort by, struct token_order *o)
{
    struct ranked *items = mem_array(t->len, sizeof(*items));
    struct ranked *spare = mem_array(t->len, sizeof(*spare)), *sorted;

    for (size_t i = 0; i < t->len; i++)
        items[i].at = (uint32_t)i;
    sorted = sort(t, TOKENS_BY_ID, 0, items, spare, t->len);
    if (by != TOKENS_BY_ID)
        sorted = sort(t, by, 0, sorted, sorted == items ? spare : items, t->len);
    free(o->places);
    o->places = mem_array(t->len, sizeof(*o->places));
    for (size_t i = 0; i < t->len; i++)
        o->places[i] = sorted[i].at;
    o->edition = t->edition;
    free(items);
    free(spare);
}

/* The order itself if it lasts, else that of the ids. */
static const uint32_t *order_get(struct tokens *t, enum token_sort by)
{
    enum token_sort kept = (size_t)by < TOKENS_LASTING ? by : TOKENS_BY_ID;
    struct token_order *o = &t->kept[kept];

    pthread_mutex_lock(&t->kept_lock);
    if (o->places == NULL || o->edition != t->edition)
        order_make(t, kept, o);
    pthread_mutex_unlock(&t->kept_lock);
    return o->places;
}

/* ---- parts ---- */

/* Those that fit, in this order; items has room for all. They are looked at as they lie in memory.
 */
static size_t find(const struct tokens *t, const struct token_filter *f, const uint32_t *places,
                   struct ranked *items)
{
    bool *wanted = mem_array(t->len, sizeof(*wanted));
    size_t n = 0;

    for (size_t i = 0; i < t->len; i++) {
        if (i + AHEAD < t->len)
            __builtin_prefetch(&t->all[i + AHEAD]->id); /* and what stands behind it */
        wanted[i] = fits(t->all[i], f);
    }
    for (size_t i = 0; i < t->len; i++)
        if (wanted[places[i]])
            items[n++].at = places[i];
    free(wanted);
    return n;
}

void tokens_part(struct tokens *t, const struct token_filter *f, const struct token_part *p,
                 struct token_refs *out, size_t *total)
{
    struct ranked *items, *spare, *sorted;
    size_t len;

    pthread_rwlock_rdlock(&t->lock);
    items = mem_array(t->len, sizeof(*items));
    spare = mem_array(t->len, sizeof(*spare));
    len = find(t, f, order_get(t, p->sort), items);
    sorted =
        (size_t)p->sort < TOKENS_LASTING ? items : sort(t, p->sort, f->now_ms, items, spare, len);
    *total = len;
    *out = (struct token_refs){.len = p->skip < len ? len - p->skip : 0};
    if (out->len > p->max)
        out->len = p->max;
    out->list = mem_array(out->len, sizeof(*out->list));
    for (size_t i = 0; i < out->len; i++) {
        size_t place = p->skip + i;

        out->list[i] = t->all[sorted[p->down ? len - 1 - place : place].at];
        subject_ref(&out->list[i]->subject);
    }
    pthread_rwlock_unlock(&t->lock);
    free(items);
    free(spare);
}

void token_refs_done(struct token_refs *refs)
{
    for (size_t i = 0; i < refs->len; i++)
        subject_unref(&refs->list[i]->subject);
    free(refs->list);
    *refs = (struct token_refs){.len = 0};
}
