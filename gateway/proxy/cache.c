/* Answers that are kept for a while: whole ones, for the token that asked, and for the very same
 * body. */
#include "proxy/cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "auth/tokens.h"
#include "base/hmap.h"
#include "base/list.h"
#include "http/http.h"

enum { CACHE_KEY_BYTES = 64 * 1024 }; /* the head of a request, with its query, is shorter */

struct kept {
    struct list link; /* the least recently used first */
    struct digest key;
    int provider, status;
    int64_t until_ms;
    size_t type_len, body_len;
    char text[]; /* type, NUL, body */
};

struct response_cache {
    pthread_mutex_t lock;
    struct hmap by_key;
    struct list order;
    struct response_cache_stats stats;
    unsigned outage;
};

struct response_cache *response_cache_new(void)
{
    struct response_cache *c = mem_zalloc(sizeof(*c));

    pthread_mutex_init(&c->lock, NULL);
    list_init(&c->order);
    return c;
}

void response_cache_free(struct response_cache *c)
{
    response_cache_clear(c, -1, true);
    hmap_done(&c->by_key);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

/* Each part with its length, so that no two calls run into each other. */
static void key_part(struct buf *to, const char *part, size_t len)
{
    buf_addf(to, "%zu:", len);
    buf_add(to, part, len);
}

void response_cache_key(const struct http_req *r, struct digest *out)
{
    const char *provider = provider_at(r->provider)->name;
    uint64_t token = r->token != NULL ? r->token->id : 0;
    struct digest body;
    struct buf text;

    digest_of(r->body.data ? r->body.data : "", r->body.len, &body);
    buf_init(&text, CACHE_KEY_BYTES);
    key_part(&text, provider, strlen(provider));
    key_part(&text, (const char *)&token, sizeof(token));
    key_part(&text, r->route->path, strlen(r->route->path));
    key_part(&text, r->query ? r->query : "", r->query ? strlen(r->query) : 0);
    key_part(&text, (const char *)body.bytes, sizeof(body.bytes));
    digest_of(text.data, text.len, out);
    buf_done(&text);
}

static bool kept_is(const void *item, const void *key)
{
    return digest_equal(&((const struct kept *)item)->key, key);
}

static size_t kept_bytes(const struct kept *k)
{
    return sizeof(*k) + k->type_len + 1 + k->body_len;
}

/* With the lock, from here on. */
static void forget(struct response_cache *c, struct kept *k)
{
    hmap_del(&c->by_key, digest_id(&k->key), kept_is, &k->key);
    list_drop(&k->link);
    c->stats.entries--;
    c->stats.bytes -= kept_bytes(k);
    free(k);
}

static struct kept *find(struct response_cache *c, const struct digest *key)
{
    return hmap_get(&c->by_key, digest_id(key), kept_is, key);
}

bool response_cache_get(struct response_cache *c, const struct digest *key, int64_t now_ms,
                        struct arena *arena, struct cached_answer *out)
{
    struct kept *k;

    pthread_mutex_lock(&c->lock);
    k = find(c, key);
    if (k != NULL && k->until_ms <= now_ms) {
        forget(c, k);
        k = NULL;
    }
    if (k != NULL) {
        list_drop(&k->link);
        list_push(&c->order, &k->link);
        *out = (struct cached_answer){
            .status = k->status,
            .type = arena_strndup(arena, k->text, k->type_len),
            .body = arena_strndup(arena, k->text + k->type_len + 1, k->body_len),
            .body_len = k->body_len};
    }
    c->stats.hits += k != NULL;
    c->stats.misses += k == NULL;
    pthread_mutex_unlock(&c->lock);
    return k != NULL;
}

void response_cache_put(struct response_cache *c, const struct digest *key, int provider,
                        const struct cached_answer *a, int64_t until_ms, size_t cap_bytes)
{
    size_t type_len = strlen(a->type);
    struct kept *k = mem_zalloc(sizeof(*k) + type_len + 1 + a->body_len), *old;

    k->key = *key;
    k->provider = provider;
    k->status = a->status;
    k->until_ms = until_ms;
    k->type_len = type_len;
    k->body_len = a->body_len;
    memcpy(k->text, a->type, type_len + 1);
    memcpy(k->text + type_len + 1, a->body, a->body_len);
    pthread_mutex_lock(&c->lock);
    old = find(c, key);
    if (old != NULL)
        forget(c, old);
    hmap_put(&c->by_key, digest_id(key), k);
    list_push(&c->order, &k->link);
    c->stats.entries++;
    c->stats.bytes += kept_bytes(k);
    while (c->stats.bytes > cap_bytes && !list_empty(&c->order))
        forget(c, list_of(c->order.next, struct kept, link));
    pthread_mutex_unlock(&c->lock);
}

void response_cache_stats(struct response_cache *c, struct response_cache_stats *out)
{
    pthread_mutex_lock(&c->lock);
    *out = c->stats;
    pthread_mutex_unlock(&c->lock);
}

void response_cache_stand_in(struct response_cache *c, unsigned outage)
{
    struct list *pos, *safe;

    pthread_mutex_lock(&c->lock);
    if (c->outage != outage)
        list_each (pos, safe, &c->order)
            forget(c, list_of(pos, struct kept, link));
    c->outage = outage;
    pthread_mutex_unlock(&c->lock);
}

size_t response_cache_clear(struct response_cache *c, int provider, bool drop)
{
    struct list *pos, *safe;
    size_t n = 0;

    pthread_mutex_lock(&c->lock);
    list_each (pos, safe, &c->order) {
        struct kept *k = list_of(pos, struct kept, link);

        if (provider >= 0 && k->provider != provider)
            continue;
        n++;
        if (drop)
            forget(c, k);
    }
    pthread_mutex_unlock(&c->lock);
    return n;
}
