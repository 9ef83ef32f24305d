/* Lists of models that are kept for an hour: in Redis for all gateways, or in memory. */
#include "proxy/models_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "http/park.h"

enum { MODELS_KEEP_MS = 3600 * 1000 };

struct models_cache {
    pthread_mutex_t lock;
    unsigned outage; /* of Redis, for which the lists are good: see redis_outages() */
    struct {
        char *json;           /* {"object":"list","data":[…]} */
        const char *base_url; /* of the conf it was fetched with */
        int64_t until_ms;
    } lists[PROVIDERS_MAX];
};

struct models_cache *models_cache_new(void)
{
    struct models_cache *c = mem_zalloc(sizeof(*c));

    pthread_mutex_init(&c->lock, NULL);
    return c;
}

void models_cache_free(struct models_cache *c)
{
    for (int p = 0; p < PROVIDERS_MAX; p++)
        free(c->lists[p].json);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

/* ---- in memory; with the lock ---- */

static size_t forget(struct models_cache *c, int provider, bool drop)
{
    size_t n = 0;

    for (int p = 0; p < PROVIDERS_MAX; p++) {
        if (c->lists[p].json == NULL || (provider >= 0 && p != provider))
            continue;
        n++;
        if (!drop)
            continue;
        free(c->lists[p].json);
        c->lists[p].json = NULL;
        c->lists[p].until_ms = 0;
    }
    return n;
}

/* Locks; what is left of another outage is forgotten, as it may have been cleared meanwhile. */
static struct models_cache *lock(struct gateway *gw)
{
    struct models_cache *c = gw->models;
    unsigned outage = redis_outages(gw->redis);

    pthread_mutex_lock(&c->lock);
    if (c->outage != outage)
        forget(c, -1, true);
    c->outage = outage;
    return c;
}

/* The kept list as an owned string, or NULL. */
static char *memory_get(struct gateway *gw, int provider)
{
    struct models_cache *c = lock(gw);
    char *json = NULL;

    if (c->lists[provider].until_ms > clock_wall_ms() &&
        c->lists[provider].base_url == provider_base_url(gateway_conf(gw), provider))
        json = mem_strdup(c->lists[provider].json);
    pthread_mutex_unlock(&c->lock);
    return json;
}

static void memory_put(struct gateway *gw, int provider, const char *json)
{
    struct models_cache *c = lock(gw);

    free(c->lists[provider].json);
    c->lists[provider].json = mem_strdup(json);
    c->lists[provider].base_url = provider_base_url(gateway_conf(gw), provider);
    c->lists[provider].until_ms = clock_wall_ms() + MODELS_KEEP_MS;
    pthread_mutex_unlock(&c->lock);
}

/* ---- in Redis: the address it is from, a line end, the list ---- */

static char *redis_name(struct gateway *gw, int provider)
{
    return redis_key(gw->redis, "models:%s", provider_at(provider)->name);
}

struct look {
    struct http_park park;
    models_found_fn *found;
    int provider;
};

/* The list in an answer, or NULL when there is none or it is from elsewhere. */
static const char *list_in(const struct redis_reply *reply, const char *base_url)
{
    size_t len = strlen(base_url);

    if (reply == NULL || reply->type != REDIS_TEXT || reply->len <= len ||
        memcmp(reply->text, base_url, len) != 0 || reply->text[len] != '\n')
        return NULL;
    return reply->text + len + 1;
}

static void look_answered(struct http_park *park, struct http_req *r)
{
    struct look *l = container_of(park, struct look, park);

    if (r != NULL)
        l->found(r,
                 list_in(park->call.reply, provider_base_url(gateway_conf(r->w->gw), l->provider)));
    redis_reply_free(park->call.reply);
    free(l);
}

static bool look_in_redis(struct http_req *r, models_found_fn *found)
{
    struct redis_words w = {.count = 0};
    struct look *l;
    char *name;
    bool asked;

    if (!redis_up(r->w->gw->redis))
        return false;
    l = mem_zalloc(sizeof(*l));
    l->found = found;
    l->provider = r->provider;
    name = redis_name(r->w->gw, r->provider);
    redis_word(&w, "GET");
    redis_word(&w, name);
    asked = http_park(&l->park, r, &w, look_answered);
    free(name);
    if (!asked)
        free(l);
    return asked;
}

void models_cache_get(struct http_req *r, models_found_fn *found)
{
    char *json;

    if (look_in_redis(r, found))
        return;
    json = memory_get(r->w->gw, r->provider);
    found(r, json);
    free(json);
}

void models_cache_put(struct gateway *gw, int provider, const char *json)
{
    struct redis_words w = {.count = 0};
    char *name, *value;

    if (!redis_up(gw->redis)) {
        memory_put(gw, provider, json);
        return;
    }
    name = redis_name(gw, provider);
    value = mem_printf("%s\n%s", provider_base_url(gateway_conf(gw), provider), json);
    redis_word(&w, "SET");
    redis_word(&w, name);
    redis_word(&w, value);
    redis_word(&w, "PX");
    redis_word_number(&w, MODELS_KEEP_MS);
    redis_tell(gw->redis, &w);
    free(name);
    free(value);
}

/* A command on the lists of all providers, or of one; *count becomes the sum of the answers. */
static bool redis_sum(struct gateway *gw, const char *command, int provider, size_t *count)
{
    bool good = true;

    *count = 0;
    for (int p = provider_next(0); good && p >= 0; p = provider_next(p + 1)) {
        struct redis_words w = {.count = 0};
        struct redis_reply *reply;
        char *name;

        if (provider >= 0 && p != provider)
            continue;
        name = redis_name(gw, p);
        redis_word(&w, command);
        redis_word(&w, name);
        reply = redis_wait(gw->redis, &w);
        good = reply != NULL;
        *count += good ? (size_t)reply->number : 0;
        redis_reply_free(reply);
        free(name);
    }
    return good;
}

bool models_cache_entries(struct gateway *gw, size_t *count)
{
    struct models_cache *c;

    if (gw->redis != NULL)
        return redis_sum(gw, "EXISTS", -1, count);
    c = lock(gw);
    *count = 0;
    for (int p = 0; p < PROVIDERS_MAX; p++)
        *count += c->lists[p].until_ms > clock_wall_ms();
    pthread_mutex_unlock(&c->lock);
    return true;
}

bool models_cache_clear(struct gateway *gw, int provider, bool drop, size_t *count)
{
    struct models_cache *c = lock(gw);

    *count = forget(c, provider, drop);
    pthread_mutex_unlock(&c->lock);
    return gw->redis == NULL || redis_sum(gw, drop ? "DEL" : "EXISTS", provider, count);
}
