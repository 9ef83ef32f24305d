/* What an attempt's answer means, and what follows: the next key, the client, or an error of ours.
 */
#include <string.h>

#include "events/events.h"
#include "proxy/exchange.h"
#include "sync/sync.h"

enum { JUDGE_BODY_BYTES = 16 * 1024 };

static const char *judge_header(void *arg, const char *name)
{
    return transfer_header_value(arg, name);
}

static const char *judge_or(const char *text, const char *otherwise)
{
    return text != NULL ? text : otherwise;
}

static void judge_report(struct exchange *x)
{
    struct attempt *a = &x->attempts[x->attempts_len - 1];
    struct pool_key *key = a->key;

    x->judged = true;
    a->status = x->status;
    pool_report(x->w->gw->pools[x->provider], key, a->trial, &x->verdict, x->call.model,
                x->w->loop.wall_ms);
    a->trial = 0;
    exchange_count_attempt(x, x->verdict.effect == EFFECT_SUCCESS);
    sync_hurry(x->w->gw, key);
    if (x->verdict.effect != EFFECT_SUCCESS) {
        char id[DIGEST_ID_TEXT];

        LOG(DEBUG, "attempt", F_STR("id", x->req->id),
            F_STR("key", digest_id_text('k', key->id, id)), F_INT("status", x->status),
            F_STR("rule", x->verdict.rule));
        if (x->verdict.effect != EFFECT_NONE)
            events_key(x->w->gw, x->provider, key);
    }
}

/* status is the answer's own, or that of an error inside a 200. */
void exchange_judge(struct exchange *x, int status)
{
    if (status >= 200 && status < 300) {
        x->verdict =
            (struct verdict){.rule = "success", .action = ACTION_PASS, .effect = EFFECT_SUCCESS};
    } else {
        char *body = arena_alloc(&x->arena, JUDGE_BODY_BYTES);
        struct answer a = {.status = status,
                           .provider = provider_at(x->provider)->name,
                           .body = body,
                           .header = judge_header,
                           .header_arg = x->transfer,
                           .now_ms = x->w->loop.wall_ms};

        a.body_len = chunkq_peek(&x->queue, body, JUDGE_BODY_BYTES);
        a.content_type = judge_or(transfer_header_value(x->transfer, "content-type"), "");
        x->verdict = classify_answer(&a);
    }
    judge_report(x);
}

/* The attempt ended without a whole answer. Nothing is sent again once a 2xx began, as it is paid
 * for; nor after the upstream had its time, as it may still be at work. */
void exchange_judge_transport(struct exchange *x, const struct transfer_result *result)
{
    bool again = result->status == 0 && result->code != ERR_TIMEOUT_FIRST_BYTE &&
                 result->code != ERR_TIMEOUT_TOTAL;

    x->broken = result->code;
    x->verdict = (struct verdict){.rule = err_info(result->code)->json_code,
                                  .scope = result->connected ? SCOPE_NONE : SCOPE_HOST,
                                  .action = again ? ACTION_NEXT_ONCE : ACTION_STOP,
                                  .effect = EFFECT_SOFT};
    if (result->code == ERR_TIMEOUT_TOTAL || result->code == ERR_DESCRIPTORS)
        x->verdict.effect =
            EFFECT_NONE; /* a long answer, or a lack of ours, is no failure of the key */
    if (result->code == ERR_DESCRIPTORS)
        x->verdict.action = ACTION_STOP;
    judge_report(x);
}

/* True when the last answer was about the request alone: it will be no better later. */
static bool judge_blames_request(const struct exchange *x)
{
    return x->attempts_len > 0 && x->verdict.scope == SCOPE_REQUEST;
}

/* Seconds until the pool has a key for this call again, for Retry-After; 0: nobody knows. */
static int64_t judge_wait_s(const struct exchange *x, const struct pool_outlook *o, int64_t now_ms)
{
    struct pool *pool = x->w->gw->pools[x->provider];
    int64_t at = o->soonest_at, model_at = pool_model_return(pool, x->call.model);

    if (judge_blames_request(x) || pool_lacks_model(pool, x->call.model))
        return 0;
    if (model_at == 0 && o->by_status[KEY_ACTIVE] > 0)
        return 1;
    if (model_at != 0 && (at == 0 || model_at < at))
        at = model_at;
    return at > now_ms ? (at - now_ms + 999) / 1000 : 0;
}

static void give_up_without_key(struct exchange *x, const struct pool_outlook *o, int64_t wait_s)
{
    const char *provider = provider_at(x->provider)->name;
    struct err e;

    if (o->total == 0)
        err_set(&e, ERR_NO_KEYS,
                "The pool of %s has no keys. Add some with: poolctl key import FILE", provider);
    else if (pool_lacks_model(x->w->gw->pools[x->provider], x->call.model))
        err_param(&e, ERR_MODEL_NOT_FOUND, "model",
                  "No key of %s has the model '%s'. If it is new, have the keys checked again.",
                  provider, x->call.model);
    else if (judge_blames_request(x))
        err_set(&e, ERR_POOL_LIMITED, "%s", x->verdict.sentence);
    else if (o->limited > 0 || x->verdict.limit)
        err_set(&e, ERR_POOL_LIMITED,
                "The keys of %s are at their limits: %zu cooling, %zu disabled, %zu expired.",
                provider, o->by_status[KEY_COOLING], o->by_status[KEY_DISABLED],
                o->by_status[KEY_EXPIRED]);
    else if (x->verdict.effect == EFFECT_MODEL || o->by_status[KEY_ACTIVE] > 0)
        err_set(&e, ERR_NO_KEYS, "No key of %s that was tried may serve this call.", provider);
    else
        err_set(&e, ERR_NO_KEYS, "No key of %s is usable: %zu cooling, %zu disabled, %zu expired.",
                provider, o->by_status[KEY_COOLING], o->by_status[KEY_DISABLED],
                o->by_status[KEY_EXPIRED]);
    exchange_fail(x, &e, wait_s);
}

/* No key is left for this call, and what the last one got is not for the client. */
void exchange_give_up(struct exchange *x)
{
    struct pool_outlook o;
    struct err e;
    int64_t now_ms = x->w->loop.wall_ms, wait_s;

    pool_outlook(x->w->gw->pools[x->provider], now_ms, &o);
    wait_s = judge_wait_s(x, &o, now_ms);
    if (x->attempts_len == 0) {
        give_up_without_key(x, &o, wait_s);
    } else if (x->broken != ERR_OK) {
        err_set(&e, x->broken, NULL);
        exchange_fail(x, &e, 0);
    } else if (x->verdict.action == ACTION_PASS || x->verdict.action == ACTION_STOP ||
               x->verdict.action == ACTION_NEXT_ONCE) {
        err_set(&e, ERR_UPSTREAM_ERROR, "The upstream answered with status %d.",
                x->error_status ? x->error_status : x->status);
        exchange_fail(x, &e, 0);
    } else if (x->verdict.effect == EFFECT_HARD && o.limited == 0) {
        err_set(&e, ERR_KEYS_REFUSED, "The upstream refused the %zu keys that were tried.",
                x->attempts_len);
        exchange_fail(x, &e, wait_s);
    } else {
        give_up_without_key(x, &o, wait_s);
    }
}

/* A client gets an upstream's error only if it can read it: a JSON body, and whole. */
static bool judge_may_pass(const struct exchange *x)
{
    const char *type;

    if (x->broken != ERR_OK)
        return false;
    if (x->status >= 200 && x->status < 300)
        return x->verdict.action == ACTION_PASS || x->verdict.action == ACTION_NEXT_ONCE;
    if (x->failed || (x->verdict.action != ACTION_PASS && x->verdict.action != ACTION_NEXT_ONCE) ||
        x->status == 401 || x->status == 402)
        return false;
    type = transfer_header_value(x->transfer, "content-type");
    return type != NULL && strstr(type, "json") != NULL;
}

/* The attempt is over and judged, and the client has heard nothing yet. */
void exchange_act(struct exchange *x)
{
    enum class_action action = x->verdict.action;

    if (action == ACTION_NEXT || (action == ACTION_NEXT_ONCE && !x->retried_once)) {
        x->retried_once |= action == ACTION_NEXT_ONCE;
        if (exchange_try(x))
            return;
    }
    if (judge_may_pass(x))
        exchange_send_whole(x);
    else
        exchange_give_up(x);
}
