/* Calls and the cache of answers: what is answered from it, and what it keeps. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "http/park.h"
#include "proxy/cache_shared.h"
#include "proxy/exchange.h"

/* Whole answers of calls that make something: a stream is never kept. */
static bool may_be_kept(const struct exchange *x)
{
    return x->conf->response_cache_ttl > 0 && x->whole == NULL && !x->call.stream &&
           x->req->route->dialect != DIALECT_NONE && x->req->route->dialect != DIALECT_PLAIN &&
           x->req->token != NULL;
}

static void send_cached(struct exchange *x, const struct cached_answer *hit)
{
    struct http_answer a = {.status = hit->status, .body = hit->body, .body_len = hit->body_len};

    x->cache_hit = x->ended = true;
    x->sent_status = hit->status;
    x->bytes_out = hit->body_len;
    a.headers[a.headers_len++] = (struct http_header){"Content-Type", hit->type};
    a.headers[a.headers_len++] = (struct http_header){"X-Cache", "HIT"};
    a.headers[a.headers_len++] = (struct http_header){"Cache-Control", "private, no-store"};
    http_send(x->req, &a);
}

/* A call that waits for what Redis has. */
struct look {
    struct http_park park;
    struct exchange *x;
};

static void look_answered(struct http_park *park, struct http_req *r)
{
    struct look *l = container_of(park, struct look, park);
    struct redis_reply *reply = park->call.reply;
    struct cached_answer hit;

    if (r != NULL) {
        if (reply != NULL && reply->type == REDIS_TEXT &&
            shared_answer_read(reply->text, reply->len, &hit)) {
            l->x->cache_reply = reply; /* until the answer is sent */
            reply = NULL;
            send_cached(l->x, &hit);
        } else {
            exchange_start(l->x);
        }
    }
    redis_reply_free(reply);
    free(l);
}

static bool look_in_redis(struct exchange *x)
{
    struct redis *redis = x->w->gw->redis;
    struct shared_names n;
    struct redis_words w;
    struct look *l;
    bool asked;

    if (!redis_up(redis))
        return false;
    l = mem_zalloc(sizeof(*l));
    l->x = x;
    shared_names_make(redis, x->provider, &x->cache_key, &n);
    shared_answer_words(redis, &n, &w);
    asked = http_park(&l->park, x->req, &w, look_answered);
    shared_names_done(&n);
    if (!asked)
        free(l);
    return asked;
}

bool exchange_from_cache(struct exchange *x)
{
    struct gateway *gw = x->w->gw;
    struct cached_answer hit;

    if (!may_be_kept(x))
        return false;
    x->cacheable = true;
    buf_init(&x->cache_copy, CACHE_ANSWER_BYTES);
    response_cache_key(x->req, &x->cache_key);
    if (look_in_redis(x))
        return true;
    response_cache_stand_in(gw->responses, redis_outages(gw->redis));
    if (!response_cache_get(gw->responses, &x->cache_key, clock_wall_ms(), &x->arena, &hit))
        return false;
    send_cached(x, &hit);
    return true;
}

void exchange_copy_for_cache(struct exchange *x, const char *data, size_t len)
{
    if (x->cacheable)
        buf_add(&x->cache_copy, data,
                len); /* one that is too long has overflowed, and is not kept */
}

void exchange_keep(struct exchange *x)
{
    struct gateway *gw = x->w->gw;
    const char *type = transfer_header_value(x->transfer, "content-type");
    struct cached_answer a = {.status = x->status,
                              .type = type ? type : "application/json",
                              .body = x->cache_copy.data ? x->cache_copy.data : "",
                              .body_len = x->cache_copy.len};

    if (!x->cacheable || x->cache_copy.overflowed || x->streamed || x->error_status != 0 ||
        x->broken != ERR_OK || x->verdict.effect != EFFECT_SUCCESS)
        return;
    if (redis_up(gw->redis)) {
        shared_answer_put(gw->redis, x->provider, &x->cache_key, &a, x->conf->response_cache_ttl,
                          (size_t)x->conf->response_cache_bytes);
        return;
    }
    response_cache_stand_in(gw->responses, redis_outages(gw->redis));
    response_cache_put(gw->responses, &x->cache_key, x->provider, &a,
                       clock_wall_ms() + x->conf->response_cache_ttl,
                       (size_t)x->conf->response_cache_bytes);
}
