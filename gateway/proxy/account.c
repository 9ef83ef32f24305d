/* The account of an exchange: one line in the log, one set of counters. */
#include <string.h>

#include "auth/tokens.h"
#include "base/clock.h"
#include "limit/bots.h"
#include "proxy/exchange.h"
#include "stats/flusher.h"

enum { STATUSES_BYTES = 80 };

static int64_t positive(int64_t n)
{
    return n > 0 ? n : 0;
}

/* What the last attempt, or the whole call, adds to the counters. */
static struct store_tally account_tally(const struct exchange *x, bool success, uint64_t began_us,
                                        uint64_t now_us)
{
    return (struct store_tally){.requests = 1,
                                .success = success,
                                .failure = !success,
                                .prompt_tokens = positive(x->usage.prompt_tokens),
                                .completion_tokens = positive(x->usage.completion_tokens),
                                .bytes_in = (int64_t)x->body_len,
                                .bytes_out = (int64_t)(x->bytes_out + x->queue.len_bytes),
                                .ttfb_us =
                                    x->first_us > began_us ? (int64_t)(x->first_us - began_us) : 0,
                                .duration_us = (int64_t)(now_us - began_us)};
}

void exchange_count_attempt(struct exchange *x, bool success)
{
    struct attempt *a = &x->attempts[x->attempts_len - 1];
    struct store_tally t = account_tally(x, success, x->attempt_at_ms * 1000, clock_mono_us());

    if (a->counted)
        return;
    a->counted = true;
    ledger_attempt(x->w->ledger, x->provider,
                   x->verdict.rule != NULL ? x->verdict.rule : err_info(ERR_ABORTED)->json_code);
    worker_flush_soon(x->w);
    subject_count(&a->key->subject, &t, x->w->loop.wall_ms, &x->w->gw->flusher->keys[x->provider]);
}

static void account_count(struct exchange *x, bool success, uint64_t now_us)
{
    struct store_tally t = account_tally(x, success, x->req->began_us, now_us);
    int64_t now_ms = x->w->loop.wall_ms;

    struct ledger_request q = {.provider = x->provider,
                               .model = x->call.model,
                               .token = x->req->token != NULL ? x->req->token->id : 0,
                               .now_ms = now_ms,
                               .tally = &t,
                               .outcome = outcome_of(x->end, x->sent_status),
                               .answered = x->first_us > x->req->began_us};

    t.bytes_out = (int64_t)x->bytes_out;
    if (x->req->token != NULL)
        subject_count(&x->req->token->subject, &t, now_ms, &x->w->gw->flusher->tokens[x->provider]);
    ledger_count(x->w->ledger, &q);
    worker_flush_soon(x->w);
}

/* "429,200": of each attempt; 0 is one without an answer. */
static void account_statuses(const struct exchange *x, char out[STATUSES_BYTES])
{
    char *at = out, *end = out + STATUSES_BYTES - sizeof(",999");

    for (size_t i = 0; i < x->attempts_len && at < end; i++) {
        int status = x->attempts[i].status;

        if (i > 0)
            *at++ = ',';
        if (status >= 100) {
            *at++ = (char)('0' + status / 100 % 10);
            *at++ = (char)('0' + status / 10 % 10);
        }
        *at++ = (char)('0' + status % 10);
    }
    *at = '\0';
}

static void account_log(const struct exchange *x, uint64_t now_us)
{
    const struct http_req *r = x->req;
    const char *agent = http_header(r, "User-Agent");
    char key[DIGEST_ID_TEXT] = "-", statuses[STATUSES_BYTES];

    account_statuses(x, statuses);
    if (x->attempts_len > 0)
        digest_id_text('k', x->attempts[x->attempts_len - 1].key->id, key);
    LOG(INFO, "request", F_STR("id", r->id), F_STR("provider", provider_at(x->provider)->name),
        F_STR("path", r->route->path), F_STR("token", r->token ? token_name(r->token) : NULL),
        F_STR("model", x->call.model), F_INT("stream", x->call.stream), F_STR("key", key),
        F_INT("attempts", x->attempts_len), F_STR("statuses", statuses),
        F_INT("status", x->sent_status), F_STR("end", err_info(x->end)->json_code),
        F_STR("rule", x->cache_hit ? "cached" : x->verdict.rule),
        F_US("ttfb_ms", x->first_us > r->began_us ? x->first_us - r->began_us : 0),
        F_US("duration_ms", now_us - r->began_us), F_INT("prompt_tokens", x->usage.prompt_tokens),
        F_INT("completion_tokens", x->usage.completion_tokens), F_INT("bytes_in", x->body_len),
        F_INT("bytes_out", x->bytes_out),
        F_STR("bot", x->conf->enable_bot_detection && agent != NULL ? bots_find(agent) : NULL));
}

/* A call succeeded when the client got a 2xx that came to its end, or left while one was coming. */
void exchange_account(struct exchange *x)
{
    bool good = x->sent_status >= 200 && x->sent_status < 300;
    uint64_t now_us = clock_mono_us();

    if (log_enabled(LOG_LEVEL_INFO))
        account_log(x, now_us);
    if (x->accepted && x->req->route->dialect != DIALECT_NONE)
        account_count(x, good && (x->end == ERR_OK || x->end == ERR_ABORTED), now_us);
}
