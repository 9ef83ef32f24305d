/* One attempt of an exchange: a key, the request that goes upstream, and what comes back. */
#include <string.h>

#include "base/clock.h"
#include "proxy/exchange.h"

static const char *const to_upstream[] = {
#define TO_UPSTREAM(name) name,
#define TO_CLIENT(...)
#include "proxy/headers.def"
#undef TO_UPSTREAM
#undef TO_CLIENT
};

enum { ATTEMPT_HEADERS_MAX = ARRAY_LEN(to_upstream) + 4 };

struct header_list {
    struct transfer_header items[ATTEMPT_HEADERS_MAX];
    size_t len;
};

static const char *header_list_get(const struct header_list *l, const char *name)
{
    for (size_t i = 0; i < l->len; i++)
        if (strcmp(l->items[i].name, name) == 0)
            return l->items[i].value;
    return NULL;
}

/* Adds a header unless the client sent it. */
static void header_list_default(struct header_list *l, const char *name, const char *value)
{
    if (value[0] != '\0' && header_list_get(l, name) == NULL)
        l->items[l->len++] = (struct transfer_header){name, value};
}

static void attempt_headers(struct exchange *x, const struct pool_key *key, struct header_list *l)
{
    const struct provider_info *provider = provider_at(x->provider);

    for (size_t i = 0; i < ARRAY_LEN(to_upstream); i++) {
        const char *value = http_header(x->req, to_upstream[i]);

        if (value != NULL)
            l->items[l->len++] = (struct transfer_header){to_upstream[i], value};
    }
    if (x->body_len > 0)
        header_list_default(l, "Content-Type", "application/json");
    if (x->provider == PROVIDER_OPENROUTER) {
        header_list_default(l, "HTTP-Referer", x->conf->openrouter_app_url);
        header_list_default(l, "X-Title", x->conf->openrouter_app_title);
    }
    l->items[l->len++] = (struct transfer_header){
        provider->auth_header, arena_join(&x->arena, provider->auth_scheme, key->secret, NULL)};
}

static void attempt_reset(struct exchange *x)
{
    exchange_attempt_release(x);
    chunkq_clear(&x->queue);
    buf_clear(&x->cache_copy);
    x->status = x->error_status = 0;
    x->broken = ERR_OK;
    x->streamed = x->judged = x->failed = x->paused = false;
    x->event_seen = x->end_seen = false;
    x->verdict = (struct verdict){0};
    x->usage = (struct usage){-1, -1};
    x->first_us = 0;
    x->byte_at_ms = x->held_at_ms = 0;
}

void exchange_attempt_release(struct exchange *x)
{
    if (x->sse_live)
        sse_done(&x->sse);
    x->sse_live = false;
}

static void attempt_start(struct exchange *x, struct pool_key *key, uint32_t trial)
{
    struct header_list headers = {.len = 0};
    struct transfer_request q = {
        .method = x->req->route->method,
        .url = arena_join(&x->arena, provider_base_url(x->conf, x->provider), x->path,
                          x->req->query ? "?" : "", x->req->query ? x->req->query : "", NULL),
        .body = x->body,
        .body_len = x->body_len,
        .connect_timeout_ms = x->conf->connect_timeout,
        .ops = &exchange_relay_ops,
        .arg = x};

    attempt_reset(x);
    x->attempt_at_ms = x->w->loop.now_ms;
    x->attempts[x->attempts_len++] =
        (struct attempt){.key = key, .trial = trial, .began_ms = x->attempt_at_ms};
    attempt_headers(x, key, &headers);
    q.headers = headers.items;
    q.headers_len = headers.len;
    x->transfer = transfer_start(x->w->upstream, &q);
    exchange_set_timer(x); /* that of the attempt before may be later */
}

/* The next key in turn, or NULL when the call may try no other. */
static struct pool_key *attempt_key(struct exchange *x, uint32_t *trial)
{
    struct pool_key *tried[EXCHANGE_ATTEMPTS_MAX];

    if (x->attempts_len >= (size_t)x->conf->max_attempts)
        return NULL;
    for (size_t i = 0; i < x->attempts_len; i++)
        tried[i] = x->attempts[i].key;
    return pool_pick(x->w->gw->pools[x->provider], x->call.model, tried, x->attempts_len,
                     x->w->loop.wall_ms, trial);
}

bool exchange_try(struct exchange *x)
{
    uint32_t trial;
    struct pool_key *key = attempt_key(x, &trial);

    if (key == NULL)
        return false;
    attempt_start(x, key, trial);
    return true;
}
