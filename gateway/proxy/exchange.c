/* A proxied call from its request to its last byte: birth, deadlines, death. */
#include "proxy/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "auth/tokens.h"
#include "limit/limit.h"
#include "proxy/allowed.h"
#include "proxy/models.h"
#include "store/redis_reply.h"

/* The next moment at which a deadline may be over. Idle time is measured lazily: the timer is not
 * moved for every byte, it looks when it fires. */
static uint64_t exchange_due_ms(const struct exchange *x)
{
    uint64_t due = x->end_at_ms, phase;

    if (x->transfer == NULL || x->paused)
        return due;
    if (x->byte_at_ms == 0)
        phase = x->attempt_at_ms + (uint64_t)x->conf->first_byte_timeout;
    else
        phase = x->byte_at_ms + (uint64_t)x->conf->idle_timeout;
    /* Held comments are let through in time. */
    if (!x->committed && x->held_at_ms != 0 && x->held_at_ms + EXCHANGE_HOLD_MS < phase)
        phase = x->held_at_ms + EXCHANGE_HOLD_MS;
    return phase < due ? phase : due;
}

void exchange_set_timer(struct exchange *x)
{
    wheel_set(&x->w->loop.wheel, &x->timer, exchange_due_ms(x));
}

static enum err_code exchange_overdue(const struct exchange *x, uint64_t now_ms)
{
    if (now_ms >= x->end_at_ms)
        return ERR_TIMEOUT_TOTAL;
    if (x->transfer == NULL || x->paused)
        return ERR_OK;
    if (x->byte_at_ms == 0 && now_ms >= x->attempt_at_ms + (uint64_t)x->conf->first_byte_timeout)
        return ERR_TIMEOUT_FIRST_BYTE;
    if (x->byte_at_ms != 0 && now_ms >= x->byte_at_ms + (uint64_t)x->conf->idle_timeout)
        return ERR_TIMEOUT_IDLE;
    return ERR_OK;
}

static void exchange_timer(struct timer *t)
{
    struct exchange *x = container_of(t, struct exchange, timer);
    uint64_t now_ms = x->w->loop.now_ms;
    enum err_code late = exchange_overdue(x, now_ms);
    struct transfer_result result = {.code = late, .connected = true, .status = x->status};
    struct transfer *running = x->transfer;

    if (late == ERR_OK) {
        if (!x->committed && x->held_at_ms != 0 && now_ms >= x->held_at_ms + EXCHANGE_HOLD_MS)
            exchange_commit(x);
        exchange_set_timer(x);
    } else if (running != NULL) {
        exchange_relay_ops.done(x, &result);
        transfer_cancel(running);
        if (!x->ended)
            exchange_set_timer(x);
    }
}

/* Ends what runs upstream before it told anything of its key. */
static void exchange_break_off(struct exchange *x, bool success)
{
    const struct attempt *a;

    if (x->transfer == NULL)
        return;
    a = &x->attempts[x->attempts_len - 1];
    transfer_cancel(x->transfer);
    x->transfer = NULL;
    pool_release(x->w->gw->pools[x->provider], a->key, a->trial, x->w->loop.wall_ms);
    exchange_count_attempt(x, success);
}

/* The client left: whatever runs upstream for it ends now. */
static void exchange_gone(void *arg)
{
    struct exchange *x = arg;

    exchange_break_off(x, x->status >= 200 && x->status < 300);
    x->end = ERR_ABORTED;
    x->ended = x->cut = true;
    http_resume(x->req);
}

static void exchange_bury(struct dead *d)
{
    struct exchange *x = container_of(d, struct exchange, dead);

    arena_done(&x->arena);
    buf_done(&x->spliced);
    buf_done(&x->cache_copy);
    redis_reply_free(x->cache_reply);
    free(x);
}

static void exchange_done(void *arg, bool complete)
{
    struct exchange *x = arg;

    exchange_break_off(x, false);
    if (!complete && x->end == ERR_OK)
        x->end = ERR_ABORTED;
    exchange_account(x);
    exchange_event(x);
    exchange_attempt_release(x);
    for (size_t i = 0; i < x->attempts_len; i++)
        subject_unref(&x->attempts[i].key->subject);
    wheel_cancel(&x->timer);
    chunkq_clear(&x->queue);
    list_drop(&x->link);
    worker_bury(x->w, &x->dead, exchange_bury);
}

static const struct http_owner exchange_owner = {.gone = exchange_gone, .done = exchange_done};

/* Ollama tells the tokens of a stream only when asked; then the client must not see that we asked.
 */
static void exchange_prepare_body(struct exchange *x)
{
    const struct buf *body = &x->req->body;
    enum route_dialect dialect = x->req->route->dialect;

    x->body = body->data;
    x->body_len = body->len;
    if (!x->call.stream || x->call.usage_asked || !provider_at(x->provider)->inject_usage ||
        (dialect != DIALECT_CHAT && dialect != DIALECT_COMPLETION))
        return;
    buf_init(&x->spliced, body->len + 128);
    call_ask_usage(&x->call, body->data, body->len, &x->spliced);
    x->body = x->spliced.data;
    x->body_len = x->spliced.len;
    x->usage_hidden = true;
}

void exchange_begin(struct http_req *r, const char *path, exchange_whole_fn *whole,
                    size_t whole_cap_bytes)
{
    struct exchange *x = mem_zalloc(sizeof(*x));

    x->w = r->w;
    x->req = r;
    x->conf = gateway_conf(r->w->gw);
    x->provider = r->provider;
    x->path = path;
    x->whole = whole;
    x->whole_cap_bytes = whole_cap_bytes;
    x->usage = (struct usage){-1, -1};
    x->timer.fire = exchange_timer;
    x->end_at_ms = r->began_us / 1000 + (uint64_t)x->conf->total_timeout;
    chunkq_init(&x->queue, &r->w->spares);
    list_push(&r->w->exchanges, &x->link);
    r->owner = &exchange_owner;
    r->owner_arg = x;
    if (strcmp(r->route->method, "POST") == 0) {
        struct err e = {0};

        if (call_read(&x->call, r->route->dialect, r->body.data, r->body.len, &e) != ERR_OK ||
            allowed_call(r, &x->call, &e) != ERR_OK) {
            exchange_fail(x, &e, 0);
            return;
        }
        exchange_prepare_body(x);
    }
    x->accepted = true;
    if (!exchange_from_cache(x))
        exchange_start(x);
}

void exchange_start(struct exchange *x)
{
    if (!exchange_try(x))
        exchange_give_up(x);
    if (!x->ended)
        exchange_set_timer(x);
}

static void exchange_refuse(struct http_req *r, const struct err *e, int64_t wait_s)
{
    LOG(INFO, "refused", F_STR("id", r->id), F_STR("token", r->token ? token_name(r->token) : NULL),
        F_STR("path", r->route->path), F_STR("end", err_info(e->code)->json_code));
    http_send_error(r, e, wait_s);
}

static void exchange_admitted(struct http_req *r, const struct err *e, int64_t wait_s)
{
    if (e->code == ERR_OK)
        r->go(r);
    else
        exchange_refuse(r, e, wait_s);
}

/* What is refused for its model costs its user none of the requests of a minute or a day. */
static bool is_denied(const struct http_req *r)
{
    struct call call;
    struct err e;

    return allowed_limits(r) && strcmp(r->route->method, "POST") == 0 &&
           call_read(&call, r->route->dialect, r->body.data, r->body.len, &e) == ERR_OK &&
           allowed_call(r, &call, &e) != ERR_OK;
}

void exchange_admit(struct http_req *r, void (*go)(struct http_req *r))
{
    struct err e = {0};

    r->go = go;
    if (!provider_off(gateway_conf(r->w->gw), r->provider)) {
        limit_pass(r, !is_denied(r), exchange_admitted);
        return;
    }
    err_set(&e, ERR_PROVIDER_OFF, "The provider %s is switched off here.",
            provider_at(r->provider)->name);
    exchange_refuse(r, &e, 0);
}

static void proxy_go(struct http_req *r)
{
    if (r->route->id == ROUTE_OLLAMA_TAGS && allowed_limits(r))
        models_tags(r);
    else
        exchange_begin(r, r->route->path, NULL, 0);
}

void proxy_handle(struct http_req *r)
{
    exchange_admit(r, proxy_go);
}
