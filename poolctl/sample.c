/* What the gateway has counted up to a moment, and what it did between two of them. */
#include "sample.h"

#include <math.h>

#include "base/clock.h"
#include "view/cell.h"

static int64_t number(const json_t *object, const char *name)
{
    return (int64_t)cell_number(json_object_get(object, name));
}

static void read_stats(struct sample *s, const json_t *stats)
{
    s->requests = number(stats, "total_requests");
    s->success = number(stats, "success_count");
    s->failure = number(stats, "failure_count");
    s->tokens = number(stats, "prompt_tokens") + number(stats, "completion_tokens");
    s->active = number(stats, "active_keys");
    s->cooling = number(stats, "cooling_keys");
    s->disabled = number(stats, "disabled_keys");
    s->expired = number(stats, "expired_keys");
}

static void read_status(struct sample *s, const json_t *status)
{
    const json_t *workers = json_object_get(status, "workers");

    s->connections = number(status, "connections");
    for (size_t i = 0; i < json_array_size(workers); i++)
        s->open_requests += number(json_array_get(workers, i), "open_requests");
}

static void give(json_t *answer, json_t **to)
{
    if (to != NULL)
        *to = answer;
    else
        json_decref(answer);
}

enum err_code sample_take(struct ctl *c, struct sample *out, json_t **stats, json_t **status,
                          struct err *e)
{
    const struct api_request ask_stats = {.route = API_STATS}, ask_status = {.route = API_STATUS};
    json_t *totals, *process;
    enum err_code code;

    if ((code = ctl_call(c, &ask_stats, &totals, e)) != ERR_OK)
        return code;
    if ((code = ctl_call(c, &ask_status, &process, e)) != ERR_OK) {
        json_decref(totals);
        return code;
    }
    *out = (struct sample){.mono_ms = clock_mono_ms(), .wall_ms = clock_wall_ms()};
    read_stats(out, totals);
    read_status(out, process);
    give(totals, stats);
    give(process, status);
    return ERR_OK;
}

static double per_second(int64_t before, int64_t now, double seconds)
{
    return now > before ? (double)(now - before) / seconds : 0;
}

void sample_rates(const struct sample *before, const struct sample *now, struct rates *out)
{
    double seconds =
        now->mono_ms > before->mono_ms ? (double)(now->mono_ms - before->mono_ms) / 1000 : 1;
    double success = per_second(before->success, now->success, seconds);

    out->requests = per_second(before->requests, now->requests, seconds);
    out->failures = per_second(before->failure, now->failure, seconds);
    out->tokens = per_second(before->tokens, now->tokens, seconds);
    out->success_percent =
        success + out->failures > 0 ? 100 * success / (success + out->failures) : NAN;
}

/* To three decimals: what is behind them is noise. */
static json_t *rounded(double n)
{
    return isnan(n) ? json_null() : json_real((double)(int64_t)(n * 1000 + 0.5) / 1000);
}

json_t *sample_row(const struct sample *now, const struct rates *rates)
{
    char time[CLOCK_ISO_BYTES];

    return json_pack("{s:s,s:o,s:o,s:o,s:o,s:I,s:I,s:I,s:I,s:I}", "time",
                     clock_iso(now->wall_ms, time), "requests_per_second", rounded(rates->requests),
                     "success_rate", rounded(rates->success_percent), "failures_per_second",
                     rounded(rates->failures), "tokens_per_second", rounded(rates->tokens),
                     "open_requests", (json_int_t)now->open_requests, "connections",
                     (json_int_t)now->connections, "active_keys", (json_int_t)now->active,
                     "cooling_keys", (json_int_t)now->cooling, "disabled_keys",
                     (json_int_t)now->disabled);
}

bool sample_may_pass(enum err_code code)
{
    return code == ERR_UNREACHABLE || err_info(code)->http_status == 503;
}
