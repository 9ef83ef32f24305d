/* The live event of a call that ended: what the log has, and each attempt. */
#include "auth/tokens.h"
#include "base/clock.h"
#include "events/events.h"
#include "proxy/exchange.h"
#include "json/jout.h"

enum { CALL_EVENT_BYTES = 16 * 1024 };

/* An attempt lasts until the next one begins, the last one until now. */
static void write_attempts(const struct exchange *x, struct jout *out, uint64_t now_ms)
{
    char id[DIGEST_ID_TEXT];

    jout_array(out, "attempts");
    for (size_t i = 0; i < x->attempts_len; i++) {
        uint64_t began_ms = x->attempts[i].began_ms;
        uint64_t end_ms = i + 1 < x->attempts_len ? x->attempts[i + 1].began_ms : now_ms;

        jout_object(out, NULL);
        jout_str(out, "key", digest_id_text('k', x->attempts[i].key->id, id));
        jout_int(out, "status", x->attempts[i].status);
        jout_int(out, "took_ms", end_ms > began_ms ? (int64_t)(end_ms - began_ms) : 0);
        jout_object_end(out);
    }
    jout_array_end(out);
}

void exchange_event(const struct exchange *x)
{
    const struct http_req *r = x->req;
    uint64_t now_us = clock_mono_us();
    struct buf text;
    struct jout out;

    if (!events_wanted(x->w->gw, EVENT_REQUEST))
        return;
    buf_init(&text, CALL_EVENT_BYTES);
    jout_init(&out, &text);
    jout_object(&out, NULL);
    jout_time(&out, "at", clock_wall_ms());
    jout_str(&out, "id", r->id);
    jout_str(&out, "provider", provider_at(x->provider)->name);
    jout_str(&out, "path", r->route->path);
    jout_str(&out, "token", r->token ? token_name(r->token) : NULL);
    jout_str(&out, "model", x->call.model);
    jout_bool(&out, "stream", x->call.stream);
    jout_int(&out, "status", x->sent_status);
    jout_str(&out, "end", err_info(x->end)->json_code);
    jout_str(&out, "rule", x->verdict.rule);
    write_attempts(x, &out, now_us / 1000);
    jout_real(&out, "ttfb_ms",
              x->first_us > r->began_us ? (double)(x->first_us - r->began_us) / 1000.0 : 0.0, 3);
    jout_real(&out, "duration_ms", (double)(now_us - r->began_us) / 1000.0, 3);
    jout_int(&out, "prompt_tokens", x->usage.prompt_tokens > 0 ? x->usage.prompt_tokens : 0);
    jout_int(&out, "completion_tokens",
             x->usage.completion_tokens > 0 ? x->usage.completion_tokens : 0);
    jout_int(&out, "bytes_in", (int64_t)x->body_len);
    jout_int(&out, "bytes_out", (int64_t)x->bytes_out);
    jout_object_end(&out);
    events_publish(x->w->gw, EVENT_REQUEST, x->provider, &text);
    buf_done(&text);
}
