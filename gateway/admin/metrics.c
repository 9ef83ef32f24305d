/* GET /metrics: what was counted of requests, and the pool. */
#include "admin/metrics.h"

#include <stdlib.h>
#include <string.h>

#include "admin/public_stats.h"
#include "base/clock.h"

enum { METRICS_BYTES = 16 << 20 };

static const struct metric families[] = {
#define METRIC(name, type, labels, source, text)                                                   \
    {#name, labels, text, METRIC_##type, metrics_##source},
#include "stats/metrics.def"
#undef METRIC
};

/* Of what a row is; NULL: of a provider that was removed since. */
static const char *row_provider(const struct ledger_row *row)
{
    const struct provider_info *p = provider_at(row->provider);

    return p != NULL && !p->removed ? p->name : NULL;
}

/* Rows of one kind, in no order. */
static const struct ledger_row *next_row(const struct metrics *m, enum ledger_kind kind, size_t *at)
{
    const struct ledger_row *row;

    while ((row = ledger_next(m->since, at)) != NULL)
        if (row->kind == kind && row_provider(row) != NULL)
            return row;
    return NULL;
}

void metrics_requests(struct metrics *m)
{
    const struct ledger_row *row;

    for (size_t at = 0; (row = next_row(m, LEDGER_MODEL, &at)) != NULL;)
        for (int o = 0; o < OUTCOME_COUNT; o++) {
            const char *const values[] = {row_provider(row), row->name,
                                          outcome_name((enum outcome)o)};

            if (row->spread->outcomes[o] > 0)
                metrics_sample(m, "", values, NULL, (double)row->spread->outcomes[o]);
        }
}

void metrics_tokens(struct metrics *m)
{
    const struct ledger_row *row;

    for (size_t at = 0; (row = next_row(m, LEDGER_MODEL, &at)) != NULL;) {
        const char *values[] = {row_provider(row), row->name, "read"};

        metrics_sample(m, "", values, NULL, (double)row->tally.prompt_tokens);
        values[2] = "written";
        metrics_sample(m, "", values, NULL, (double)row->tally.completion_tokens);
    }
}

void metrics_attempts(struct metrics *m)
{
    const struct ledger_row *row;

    for (size_t at = 0; (row = next_row(m, LEDGER_RULE, &at)) != NULL;) {
        const char *const values[] = {row_provider(row), row->name};

        metrics_sample(m, "", values, NULL, (double)row->tally.requests);
    }
}

void metrics_bytes(struct metrics *m)
{
    providers_each (p) {
        const char *values[] = {provider_at(p)->name, "in"};

        metrics_sample(m, "", values, NULL, (double)m->since->totals[p].bytes_in);
        values[1] = "out";
        metrics_sample(m, "", values, NULL, (double)m->since->totals[p].bytes_out);
    }
}

/* Added up over models. */
static void write_times(struct metrics *m, enum spread_time time)
{
    providers_each (p) {
        const char *const values[] = {provider_at(p)->name};
        const struct store_tally *t = &m->since->totals[p];
        const struct ledger_row *row;
        struct spread sum = {{0}, {{0}}};

        for (size_t at = 0; (row = next_row(m, LEDGER_MODEL, &at)) != NULL;)
            if (row->provider == p)
                spread_add(&sum, row->spread);
        metrics_histogram(m, values, sum.buckets[time],
                          (double)(time == SPREAD_TTFB ? t->ttfb_us : t->duration_us) / 1e6);
    }
}

void metrics_ttfb(struct metrics *m)
{
    write_times(m, SPREAD_TTFB);
}

void metrics_duration(struct metrics *m)
{
    write_times(m, SPREAD_DURATION);
}

void metrics_keys(struct metrics *m)
{
    providers_each (p) {
        struct pool_outlook o;

        pool_outlook(m->gw->pools[p], clock_wall_ms(), &o);
        for (int s = 0; s < KEY_STATUS_COUNT; s++) {
            const char *const values[] = {provider_at(p)->name,
                                          key_status_name((enum key_status)s)};

            metrics_sample(m, "", values, NULL, (double)o.by_status[s]);
        }
    }
}

void metrics_keys_limited(struct metrics *m)
{
    providers_each (p) {
        const char *const values[] = {provider_at(p)->name};
        struct pool_outlook o;

        pool_outlook(m->gw->pools[p], clock_wall_ms(), &o);
        metrics_sample(m, "", values, NULL, (double)o.limited);
    }
}

void metrics_client_tokens(struct metrics *m)
{
    providers_each (p) {
        const char *const values[] = {provider_at(p)->name};

        metrics_sample(m, "", values, NULL, (double)tokens_count(m->gw->tokens, p));
    }
}

/* Names of models are clients' words: where all may read, only what looks like a model's is shown.
 */
static struct ledger *without_words(struct ledger *l)
{
    struct ledger *shown = ledger_new();
    const struct ledger_row *row;

    for (size_t at = 0; (row = ledger_next(l, &at)) != NULL;) {
        struct ledger_key k = ledger_key_of(row);

        if (row->kind == LEDGER_MODEL && !public_name_shown(row->name))
            k.name = LEDGER_OTHER;
        ledger_merge(shown, &k, &row->tally, row->spread);
    }
    memcpy(shown->totals, l->totals, sizeof(shown->totals));
    ledger_free(l);
    return shown;
}

void metrics_write(struct metrics *m)
{
    m->since = ledger_new();
    flusher_since_start(m->gw->flusher, m->since);
    if (gateway_conf(m->gw)->metrics_public)
        m->since = without_words(m->since);
    for (size_t i = 0; i < ARRAY_LEN(families); i++) {
        m->family = &families[i];
        metrics_head(m);
        m->family->source(m);
    }
    ledger_free(m->since);
}

/* From memory, on the worker: it has to answer above all when the store does not. */
void admin_metrics(struct http_req *r)
{
    static const char *const none[] = {NULL};
    struct http_answer a = {.status = 200, .body_owned = true};
    struct metrics m = {.gw = r->w->gw};
    struct err e = {0};
    struct buf out;

    if (admin_query_check(r->query, none, &e) != ERR_OK) {
        http_send_error(r, &e, 0);
        return;
    }
    buf_init(&out, METRICS_BYTES);
    m.out = &out;
    metrics_write(&m);
    a.body_len = out.len;
    a.body = buf_take(&out);
    a.headers[a.headers_len++] =
        (struct http_header){"Content-Type", "text/plain; version=0.0.4; charset=utf-8"};
    http_send(r, &a);
}
