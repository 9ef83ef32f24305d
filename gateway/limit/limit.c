/* How many requests a client token, and an address, may make. */
#include "limit/limit.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <string.h>

#include "auth/tokens.h"
#include "base/clock.h"
#include "base/hmap.h"
#include "http/http.h"
#include "limit/client_ip.h"

/* Buckets stand in sets of a few, found by hash. When a set is full, the bucket that is nearest to
 * full gives way: what is forgotten is the least that could be. So memory is bounded whatever
 * comes. */
enum { LIMIT_SETS = 16384, LIMIT_WAYS = 8, LIMIT_LOCKS = 64, NS_PER_MS = 1000000 };

struct bucket {
    uint64_t hash; /* 0: free */
    int64_t tat_ns;
};

struct limiter {
    pthread_mutex_t locks[LIMIT_LOCKS];
    struct bucket sets[LIMIT_SETS][LIMIT_WAYS];
};

struct limiter *limiter_new(void)
{
    struct limiter *l = mem_zalloc(sizeof(*l));

    for (size_t i = 0; i < LIMIT_LOCKS; i++)
        pthread_mutex_init(&l->locks[i], NULL);
    return l;
}

void limiter_free(struct limiter *l)
{
    free(l);
}

struct limit_result limit_take(const struct limit_rate *rate, int64_t *tat_ns, int64_t now_ns)
{
    /* Rounded up, so that the requests of a window are exactly as many as allowed. */
    int64_t each_ns = (rate->window_ms * NS_PER_MS + rate->requests - 1) / rate->requests;
    int64_t full_ns = each_ns * rate->requests;
    int64_t used_ns = *tat_ns > now_ns ? *tat_ns - now_ns : 0;
    struct limit_result r = {0};

    if (used_ns > full_ns) /* the window was longer when this was counted */
        used_ns = full_ns;
    r.allowed = used_ns + each_ns <= full_ns;
    if (r.allowed)
        used_ns += each_ns;
    else
        r.wait_ms = (used_ns + each_ns - full_ns + NS_PER_MS - 1) / NS_PER_MS;
    *tat_ns = now_ns + used_ns;
    r.remaining = (full_ns - used_ns) / each_ns;
    r.reset_ms = (used_ns + NS_PER_MS - 1) / NS_PER_MS;
    if (r.reset_ms > rate->window_ms)
        r.reset_ms = rate->window_ms;
    return r;
}

static struct bucket *bucket_get(struct bucket set[LIMIT_WAYS], uint64_t hash)
{
    struct bucket *oldest = &set[0];

    for (size_t i = 0; i < LIMIT_WAYS; i++) {
        if (set[i].hash == hash)
            return &set[i];
        if (set[i].tat_ns < oldest->tat_ns)
            oldest = &set[i];
    }
    *oldest = (struct bucket){.hash = hash};
    return oldest;
}

static struct limit_result limiter_take(struct limiter *l, const struct limit_rate *rate,
                                        uint64_t hash)
{
    size_t set = (hash >> 32) % LIMIT_SETS;
    pthread_mutex_t *lock = &l->locks[set % LIMIT_LOCKS];
    struct limit_result r;

    pthread_mutex_lock(lock);
    r = limit_take(rate, &bucket_get(l->sets[set], hash)->tat_ns, (int64_t)clock_mono_us() * 1000);
    pthread_mutex_unlock(lock);
    return r;
}

static void limit_headers(struct http_req *r, const struct limit_rate *rate,
                          const struct limit_result *res)
{
    static const char *const names[] = {"x-ratelimit-limit-requests",
                                        "x-ratelimit-remaining-requests",
                                        "x-ratelimit-reset-requests"};
    const int64_t values[] = {rate->requests, res->allowed ? res->remaining : 0, res->reset_ms};
    static const char *const units[] = {"", "", "ms"};
    char *text = r->extra_text;
    size_t room = sizeof(r->extra_text);

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        size_t used = (size_t)snprintf(text, room, "%lld%s", (long long)values[i], units[i]) + 1;

        r->extra[r->extra_len++] = (struct http_header){names[i], text};
        text += used;
        room -= used;
    }
    r->extra_used = (size_t)(text - r->extra_text);
}

enum err_code limit_check(struct http_req *r, struct err *e, int64_t *wait_s)
{
    const struct conf *conf = gateway_conf(r->w->gw);
    struct limit_rate rate = {conf->rate_limit_requests, conf->rate_limit_window};
    struct limiter *l = r->w->gw->limiter;
    struct limit_result by_ip, worst;
    char ip[CLIENT_IP_TEXT];

    if (!conf->enable_rate_limit)
        return ERR_OK;
    client_ip(r, ip);
    by_ip = worst = limiter_take(l, &rate, hash_bytes(ip, strlen(ip)) | 1);
    if (by_ip.allowed && r->token != NULL) {
        struct limit_result by_token = limiter_take(l, &rate, r->token->id | 1);

        if (!by_token.allowed || by_token.remaining < by_ip.remaining)
            worst = by_token;
    }
    limit_headers(r, &rate, &worst);
    if (worst.allowed)
        return ERR_OK;
    *wait_s = (worst.wait_ms + 999) / 1000;
    return err_set(e, ERR_RATE_LIMITED, "More than %lld requests in %lld s. Try again in %lld s.",
                   (long long)rate.requests, (long long)rate.window_ms / 1000, (long long)*wait_s);
}
