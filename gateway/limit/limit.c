/* How many requests a client token, and an address, may make. */
#include "limit/limit_impl.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "auth/tokens.h"
#include "auth/users.h"
#include "base/clock.h"
#include "base/hmap.h"
#include "http/http.h"

/* Buckets stand in sets of a few, found by hash. When a set is full, the bucket that is nearest to
 * full gives way: what is forgotten is the least that could be. So memory is bounded whatever
 * comes. */
enum {
    LIMIT_SETS = 16384,
    LIMIT_WAYS = 8,
    LIMIT_LOCKS = 64,
    NS_PER_MS = 1000000,
    LIMIT_DAY_MS = 86400000
};

struct bucket {
    uint64_t hash; /* 0: free */
    int64_t tat_ns;
};

struct limiter {
    struct leases *leases;
    pthread_mutex_t locks[LIMIT_LOCKS];
    struct bucket sets[LIMIT_SETS][LIMIT_WAYS];
};

struct limiter *limiter_new(void)
{
    struct limiter *l = mem_zalloc(sizeof(*l));

    l->leases = leases_new();
    for (size_t i = 0; i < LIMIT_LOCKS; i++)
        pthread_mutex_init(&l->locks[i], NULL);
    return l;
}

void limiter_free(struct limiter *l)
{
    leases_free(l->leases);
    free(l);
}

struct leases *limit_leases(struct limiter *l)
{
    return l->leases;
}

/* Rounded up, so that the requests of a window are exactly as many as allowed. */
int64_t limit_each_ns(const struct limit_rate *rate)
{
    return (rate->window_ms * NS_PER_MS + rate->requests - 1) / rate->requests;
}

struct limit_result limit_take(const struct limit_rate *rate, int64_t *tat_ns, int64_t now_ns)
{
    int64_t each_ns = limit_each_ns(rate);
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

void limit_give_back(const struct limit_rate *rate, int64_t *tat_ns)
{
    *tat_ns -= limit_each_ns(rate);
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

static struct bucket *limiter_lock(struct limiter *l, uint64_t hash, pthread_mutex_t **lock)
{
    size_t set = (hash >> 32) % LIMIT_SETS;

    *lock = &l->locks[set % LIMIT_LOCKS];
    pthread_mutex_lock(*lock);
    return bucket_get(l->sets[set], hash);
}

static struct limit_result limiter_take(struct limiter *l, const struct limit_rate *rate,
                                        uint64_t hash)
{
    pthread_mutex_t *lock;
    struct bucket *b = limiter_lock(l, hash, &lock);
    struct limit_result r = limit_take(rate, &b->tat_ns, (int64_t)clock_mono_us() * 1000);

    pthread_mutex_unlock(lock);
    return r;
}

/* What limiter_take() would say. */
static struct limit_result limiter_look(struct limiter *l, const struct limit_rate *rate,
                                        uint64_t hash)
{
    pthread_mutex_t *lock;
    int64_t tat_ns = limiter_lock(l, hash, &lock)->tat_ns;

    pthread_mutex_unlock(lock);
    return limit_take(rate, &tat_ns, (int64_t)clock_mono_us() * 1000);
}

static void limiter_give_back(struct limiter *l, const struct limit_rate *rate, uint64_t hash)
{
    pthread_mutex_t *lock;
    struct bucket *b = limiter_lock(l, hash, &lock);

    limit_give_back(rate, &b->tat_ns);
    pthread_mutex_unlock(lock);
}

const struct limit_result *limit_worse(const struct limit_result *a, const struct limit_result *b)
{
    if (a->wait_ms != b->wait_ms)
        return a->wait_ms > b->wait_ms ? a : b;
    return a->remaining < b->remaining ? a : b;
}

/* From both buckets or from neither: what one refuses must not use up the other. */
static struct limit_result limiter_take_both(struct limiter *l, const struct limit_buckets *b)
{
    struct limit_result by_ip = limiter_take(l, &b->rate, b->by_ip), by_token;

    if (b->by_token == 0)
        return by_ip;
    by_token = by_ip.allowed ? limiter_take(l, &b->rate, b->by_token)
                             : limiter_look(l, &b->rate, b->by_token);
    if (by_ip.allowed && !by_token.allowed)
        limiter_give_back(l, &b->rate, b->by_ip);
    return *limit_worse(&by_ip, &by_token);
}

void limit_note(struct limiter *l, const struct limit_buckets *b)
{
    limiter_take(l, &b->rate, b->by_ip);
    if (b->by_token != 0)
        limiter_take(l, &b->rate, b->by_token);
}

const struct limit_rate limit_login_rate = {LIMIT_LOGINS, 60 * 1000};

static uint64_t login_hash(struct http_req *r)
{
    char text[sizeof("login ") + CLIENT_IP_TEXT], ip[CLIENT_IP_TEXT];

    client_ip(r, ip);
    snprintf(text, sizeof(text), "login %s", ip);
    return hash_bytes(text, strlen(text)) | 1;
}

int64_t limit_login_wait_s(struct http_req *r)
{
    struct limit_result res = limiter_look(r->w->gw->limiter, &limit_login_rate, login_hash(r));

    return res.allowed ? 0 : (res.wait_ms + 999) / 1000;
}

void limit_login_failed(struct http_req *r)
{
    limiter_take(r->w->gw->limiter, &limit_login_rate, login_hash(r));
}

void limit_login_refuse(struct http_req *r, int64_t wait_s)
{
    r->refused = true;
    r->retry_after_s = wait_s;
    err_set(&r->refusal, ERR_RATE_LIMITED,
            "Too many calls with a wrong admin token came from this address. Wait %lld s.",
            (long long)wait_s);
}

static uint64_t try_hash(const struct limit_rate *rate, const char *what)
{
    return (hash_bytes(what, strlen(what)) ^ hash_bytes(rate, sizeof(*rate))) | 1;
}

int64_t limit_try(struct limiter *l, const struct limit_rate *rate, const char *what)
{
    struct limit_result res = limiter_take(l, rate, try_hash(rate, what));

    return res.allowed ? 0 : (res.wait_ms + 999) / 1000;
}

void limit_try_back(struct limiter *l, const struct limit_rate *rate, const char *what)
{
    limiter_give_back(l, rate, try_hash(rate, what));
}

enum err_code limit_user(struct http_req *r, struct err *e, int64_t *wait_s)
{
    struct user *user = r->token != NULL ? r->token->owner : NULL;
    struct limit_rate rate = {0, 60 * 1000};
    int64_t now_ms = clock_wall_ms();
    char what[32];

    if (user == NULL)
        return ERR_OK;
    rate.requests = atomic_load(&user->limit_minute);
    snprintf(what, sizeof(what), "user %016llx", (unsigned long long)user->id);
    if (rate.requests > 0) {
        *wait_s = limit_try(r->w->gw->limiter, &rate, what);
        if (*wait_s > 0)
            return err_set(e, ERR_RATE_LIMITED,
                           "More than %lld requests in a minute. Try again in %lld s.",
                           (long long)rate.requests, (long long)*wait_s);
    }
    if (user_count_today(user, now_ms))
        return ERR_OK;
    if (rate.requests > 0)
        limit_try_back(r->w->gw->limiter, &rate, what);
    *wait_s = (LIMIT_DAY_MS - now_ms % LIMIT_DAY_MS + 999) / 1000;
    return err_set(e, ERR_RATE_LIMITED,
                   "More than %lld requests today. Try again in %lld s, when the next day of UTC "
                   "begins.",
                   (long long)atomic_load(&user->limit_day), (long long)*wait_s);
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

enum err_code limit_tell(struct http_req *r, const struct limit_rate *rate,
                         const struct limit_result *worst, struct err *e, int64_t *wait_s)
{
    limit_headers(r, rate, worst);
    if (worst->allowed)
        return ERR_OK;
    *wait_s = (worst->wait_ms + 999) / 1000;
    return err_set(e, ERR_RATE_LIMITED, "More than %lld requests in %lld s. Try again in %lld s.",
                   (long long)rate->requests, (long long)rate->window_ms / 1000,
                   (long long)*wait_s);
}

/* Buckets belong to a rate: when it is changed all begin anew, as what was used up under the old
 * one says nothing about the new one. */
void limit_buckets_of(const struct http_req *r, struct limit_buckets *out)
{
    const struct conf *conf = gateway_conf(r->w->gw);
    uint64_t by_rate;

    out->rate = (struct limit_rate){conf->rate_limit_requests, conf->rate_limit_window};
    client_ip(r, out->ip);
    by_rate = hash_bytes(&out->rate, sizeof(out->rate));
    out->by_ip = (hash_bytes(out->ip, strlen(out->ip)) ^ by_rate) | 1;
    out->by_token = r->token != NULL ? (r->token->id ^ by_rate) | 1 : 0;
}

enum err_code limit_check(struct http_req *r, struct err *e, int64_t *wait_s)
{
    struct limit_buckets b;
    struct limit_result worst;

    if (!gateway_conf(r->w->gw)->enable_rate_limit)
        return ERR_OK;
    limit_buckets_of(r, &b);
    worst = limiter_take_both(r->w->gw->limiter, &b);
    return limit_tell(r, &b.rate, &worst, e, wait_s);
}
