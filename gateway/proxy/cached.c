/* Calls and the cache of answers: what is answered from it, and what it keeps. */
#include <string.h>

#include "base/clock.h"
#include "proxy/exchange.h"

/* Whole answers of calls that make something: a stream is never kept. */
static bool may_be_kept(const struct exchange *x)
{
    return x->conf->response_cache_ttl > 0 && x->whole == NULL && !x->call.stream &&
           x->req->route->dialect != DIALECT_NONE && x->req->route->dialect != DIALECT_PLAIN &&
           x->req->token != NULL;
}

bool exchange_from_cache(struct exchange *x)
{
    struct cached_answer hit;
    struct http_answer a = {0};

    if (!may_be_kept(x))
        return false;
    x->cacheable = true;
    buf_init(&x->cache_copy, CACHE_ANSWER_BYTES);
    response_cache_key(x->req, &x->cache_key);
    if (!response_cache_get(x->w->gw->responses, &x->cache_key, clock_wall_ms(), &x->arena, &hit))
        return false;
    x->cache_hit = x->ended = true;
    x->sent_status = a.status = hit.status;
    x->bytes_out = a.body_len = hit.body_len;
    a.body = hit.body;
    a.headers[a.headers_len++] = (struct http_header){"Content-Type", hit.type};
    a.headers[a.headers_len++] = (struct http_header){"X-Cache", "HIT"};
    a.headers[a.headers_len++] = (struct http_header){"Cache-Control", "private, no-store"};
    http_send(x->req, &a);
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
    const char *type = transfer_header_value(x->transfer, "content-type");
    struct cached_answer a = {.status = x->status,
                              .type = type ? type : "application/json",
                              .body = x->cache_copy.data ? x->cache_copy.data : "",
                              .body_len = x->cache_copy.len};

    if (!x->cacheable || x->cache_copy.overflowed || x->streamed || x->error_status != 0 ||
        x->broken != ERR_OK || x->verdict.effect != EFFECT_SUCCESS)
        return;
    response_cache_put(x->w->gw->responses, &x->cache_key, x->provider, &a,
                       clock_wall_ms() + x->conf->response_cache_ttl,
                       (size_t)x->conf->response_cache_bytes);
}
