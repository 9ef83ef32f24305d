/* Limits over all gateways: the buckets in Redis, taken from by one script. */
#include <stdlib.h>
#include <string.h>

#include "auth/tokens.h"
#include "auth/users.h"
#include "base/clock.h"
#include "crypto/digest.h"
#include "http/park.h"
#include "limit/limit_impl.h"

enum { NS_PER_US = 1000 };

/* One of the two buckets of a request. */
struct part {
    uint64_t hash; /* 0: there is none */
    char *key;
    bool held;    /* one was taken of what was leased */
    int64_t want; /* more of it, else */
    struct limit_result result;
};

/* A request that waits for its buckets. */
struct ask {
    struct http_park park;
    struct worker *w;
    limit_then_fn *then;
    struct limit_buckets buckets;
    struct part parts[2];
};

static int64_t now_ns(void)
{
    return (int64_t)clock_mono_us() * NS_PER_US;
}

static void ask_free(struct ask *a)
{
    redis_reply_free(a->park.call.reply);
    for (size_t i = 0; i < ARRAY_LEN(a->parts); i++)
        free(a->parts[i].key);
    free(a);
}

/* What was leased for a request that gets nothing. */
static void parts_undo(struct limiter *l, const struct limit_buckets *b, struct part *parts)
{
    int64_t now = now_ns();

    for (int i = 0; i < 2; i++) {
        if (parts[i].held)
            lease_give_back(limit_leases(l), parts[i].hash, now);
        else if (parts[i].want > 0)
            lease_fill(limit_leases(l), parts[i].hash, &b->rate, now, parts[i].want, 0, 0);
    }
}

/* How the part of the answer that is about this bucket reads. */
static void part_read(struct ask *a, struct part *p, size_t at)
{
    int64_t got = redis_reply_number(a->park.call.reply, 2 * at, 0);
    int64_t used_ns = redis_reply_number(a->park.call.reply, 2 * at + 1, 0), tat_ns = used_ns;

    if (p->held)
        return;
    p->result = limit_take(&a->buckets.rate, &tat_ns, 0);
    lease_fill(limit_leases(a->w->gw->limiter), p->hash, &a->buckets.rate, now_ns(), p->want, got,
               used_ns);
    p->want = 0; /* it was told */
}

/* Nothing came: by our own buckets then. */
static void ask_alone(struct ask *a, struct http_req *r)
{
    struct err e = {0};
    int64_t wait_s = 0;

    parts_undo(a->w->gw->limiter, &a->buckets, a->parts);
    if (r != NULL && limit_check(r, &e, &wait_s) != ERR_RATE_LIMITED)
        e.code = ERR_OK;
    if (r != NULL)
        a->then(r, &e, wait_s);
}

static void ask_answered(struct http_park *park, struct http_req *r)
{
    struct ask *a = container_of(park, struct ask, park);
    struct part *parts = a->parts;
    const struct limit_result *worst = &parts[0].result;
    struct err e = {0};
    int64_t wait_s = 0;
    size_t at = 0;

    if (park->call.reply == NULL) {
        ask_alone(a, r);
        ask_free(a);
        return;
    }
    for (int i = 0; i < 2 && parts[i].hash != 0; i++) {
        part_read(a, &parts[i], at++);
        worst = i == 0 ? worst : limit_worse(&parts[0].result, &parts[1].result);
    }
    if (worst->allowed)
        limit_note(a->w->gw->limiter, &a->buckets);
    else
        parts_undo(a->w->gw->limiter, &a->buckets, parts);
    if (r != NULL && limit_tell(r, &a->buckets.rate, worst, &e, &wait_s) == ERR_OK)
        e.code = ERR_OK;
    if (r != NULL)
        a->then(r, &e, wait_s);
    ask_free(a);
}

static void part_name(struct redis *redis, const struct limit_rate *rate, struct part *p,
                      const char *name)
{
    p->key = redis_key(redis, "limit:%lld/%lld:%s", (long long)rate->requests,
                       (long long)rate->window_ms, name);
}

/* Both keys, and how many of each; none of one that is held. */
static void ask_words(struct ask *a, const struct http_req *r, struct redis_words *w)
{
    struct redis *redis = a->w->gw->redis;
    char id[DIGEST_ID_TEXT];
    int keys = a->parts[1].hash != 0 ? 2 : 1;

    part_name(redis, &a->buckets.rate, &a->parts[0], a->buckets.ip);
    if (keys == 2)
        part_name(redis, &a->buckets.rate, &a->parts[1], digest_id_text('t', r->token->id, id));
    redis_words_script(redis, w, REDIS_SCRIPT_LIMIT_TAKE, keys);
    for (int i = 0; i < keys; i++)
        redis_word(w, a->parts[i].key);
    redis_word_number(w, limit_each_ns(&a->buckets.rate));
    redis_word_number(w, a->buckets.rate.requests);
    for (int i = 0; i < keys; i++)
        redis_word_number(w, a->parts[i].want);
}

/* false: there is no Redis after all. */
static bool ask(struct http_req *r, const struct limit_buckets *b, const struct part *parts,
                limit_then_fn *then)
{
    struct ask *a = mem_zalloc(sizeof(*a));
    struct redis_words w;

    a->w = r->w;
    a->then = then;
    a->buckets = *b;
    memcpy(a->parts, parts, sizeof(a->parts));
    ask_words(a, r, &w);
    if (http_park(&a->park, r, &w, ask_answered))
        return true;
    parts_undo(r->w->gw->limiter, b, a->parts);
    ask_free(a);
    return false;
}

/* At once when both buckets have something that was leased. */
static bool pass_shared(struct http_req *r, limit_then_fn *then)
{
    struct limiter *l = r->w->gw->limiter;
    struct limit_buckets b;
    struct part parts[2] = {{.hash = 0}};
    int64_t now = now_ns(), wait_s;
    bool asks = false;
    struct err e = {0};

    limit_buckets_of(r, &b);
    parts[0].hash = b.by_ip;
    parts[1].hash = b.by_token;
    for (int i = 0; i < 2 && parts[i].hash != 0; i++) {
        struct part *p = &parts[i];

        p->held = lease_take(limit_leases(l), p->hash, &b.rate, now, &p->result, &p->want);
        p->want = p->held ? 0 : p->want;
        asks |= !p->held;
    }
    if (asks)
        return ask(r, &b, parts, then);
    limit_note(l, &b);
    if (limit_tell(r, &b.rate,
                   b.by_token != 0 ? limit_worse(&parts[0].result, &parts[1].result)
                                   : &parts[0].result,
                   &e, &wait_s) == ERR_OK)
        e.code = ERR_OK;
    then(r, &e, wait_s);
    return true;
}

/* Once the user's own limits let it pass. */
static void pass_on(struct http_req *r, limit_then_fn *then)
{
    struct gateway *gw = r->w->gw;
    struct err e = {0};
    int64_t wait_s = 0;

    if (gateway_conf(gw)->enable_rate_limit && redis_up(gw->redis) && pass_shared(r, then))
        return;
    if (limit_check(r, &e, &wait_s) == ERR_OK)
        e.code = ERR_OK;
    then(r, &e, wait_s);
}

/* ---- a user's requests of a day ---- */

/* A request that waits for the count of all gateways. */
struct day_ask {
    struct http_park park;
    struct user *user; /* with a reference */
    int64_t now_ms;
    limit_then_fn *then;
};

static void day_ask_free(struct day_ask *d)
{
    redis_reply_free(d->park.call.reply);
    user_unref(d->user);
    free(d);
}

/* Without an answer what was counted here counts alone. */
static void day_answered(struct http_park *park, struct http_req *r)
{
    struct day_ask *d = container_of(park, struct day_ask, park);
    bool over = redis_reply_number(park->call.reply, 1, 1) == 0;
    struct err e = {0};
    int64_t wait_s;

    user_raise_today(d->user, d->now_ms, redis_reply_number(park->call.reply, 0, 0));
    if (r != NULL && over && limit_day_over(d->user, d->now_ms, &e, &wait_s) != ERR_OK)
        d->then(r, &e, wait_s);
    else if (r != NULL)
        pass_on(r, d->then);
    day_ask_free(d);
}

/* false: the user's day has no limit, or there is no Redis. */
static bool day_ask(struct http_req *r, limit_then_fn *then)
{
    struct redis *redis = r->w->gw->redis;
    struct user *user = r->token != NULL ? r->token->owner : NULL;
    struct redis_words w;
    struct day_ask *d;
    bool parked;
    char *key;

    if (user == NULL || atomic_load(&user->limit_day) == 0 || !redis_up(redis))
        return false;
    d = mem_zalloc(sizeof(*d));
    d->then = then;
    d->now_ms = clock_wall_ms();
    d->user = user;
    user_ref(user);
    key = redis_key(redis, "day:%lld:%016llx", (long long)(d->now_ms / LIMIT_DAY_MS),
                    (unsigned long long)user->id);
    redis_words_script(redis, &w, REDIS_SCRIPT_DAY_COUNT, 1);
    redis_word(&w, key);
    redis_word_number(&w, atomic_load(&user->limit_day));
    parked = http_park(&d->park, r, &w, day_answered);
    if (!parked)
        day_ask_free(d);
    free(key);
    return parked;
}

void limit_pass(struct http_req *r, bool of_user, limit_then_fn *then)
{
    struct err e = {0};
    int64_t wait_s = 0;

    if (of_user && limit_user(r, &e, &wait_s) != ERR_OK)
        then(r, &e, wait_s);
    else if (!of_user || !day_ask(r, then))
        pass_on(r, then);
}
