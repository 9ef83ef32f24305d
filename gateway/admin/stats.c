/* Totals, and the state of the process. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin/admin.h"
#include "base/clock.h"
#include "stats/flusher.h"
#include "stats/series.h"
#include "store/share.h"
#include "sync/sync.h"

enum { WINDOW_MODELS = 10, WINDOW_MS = 24 * 3600 * 1000 };

static void write_totals(struct admin_job *j, const struct pool_outlook *o)
{
    struct store_tally t;
    char rate[16];

    flusher_totals(j->gw->flusher, j->provider, &t);
    snprintf(rate, sizeof(rate), "%.2f",
             t.requests > 0 ? 100.0 * (double)t.success / (double)t.requests : 0.0);
    jout_int(&j->json, "total_api_keys", (int64_t)o->total);
    jout_int(&j->json, "active_keys", (int64_t)o->by_status[KEY_ACTIVE]);
    jout_int(&j->json, "cooling_keys", (int64_t)o->by_status[KEY_COOLING]);
    jout_int(&j->json, "disabled_keys", (int64_t)o->by_status[KEY_DISABLED]);
    jout_int(&j->json, "expired_keys", (int64_t)o->by_status[KEY_EXPIRED]);
    jout_int(&j->json, "failed_keys", (int64_t)(o->total - o->by_status[KEY_ACTIVE]));
    jout_int(&j->json, "total_client_tokens", (int64_t)tokens_count(j->gw->tokens, j->provider));
    jout_int(&j->json, "total_requests", t.requests);
    jout_int(&j->json, "success_count", t.success);
    jout_int(&j->json, "failure_count", t.failure);
    jout_str(&j->json, "success_rate", rate); /* text with two decimals, as the original has it */
    jout_int(&j->json, "prompt_tokens", t.prompt_tokens);
    jout_int(&j->json, "completion_tokens", t.completion_tokens);
    jout_int(&j->json, "bytes_in", t.bytes_in);
    jout_int(&j->json, "bytes_out", t.bytes_out);
    jout_real(&j->json, "avg_ttfb_ms",
              t.requests ? (double)t.ttfb_us / (double)t.requests / 1000.0 : 0.0, 3);
    jout_real(&j->json, "avg_duration_ms",
              t.requests ? (double)t.duration_us / (double)t.requests / 1000.0 : 0.0, 3);
}

static bool write_model(void *arg, const struct store_model *m)
{
    struct jout *out = arg;

    jout_object(out, NULL);
    jout_str(out, "model", m->model);
    admin_write_tally(out, &m->tally);
    jout_time(out, "last_used", m->last_used);
    jout_object_end(out);
    return true;
}

static void write_window_all(void *arg, const char *name, int64_t start,
                             const struct series_cell *c)
{
    (void)name;
    (void)start;
    *(struct series_cell *)arg = *c;
}

static void write_window_model(void *arg, const char *name, int64_t start,
                               const struct series_cell *c)
{
    struct jout *out = arg;

    (void)start;
    if (strcmp(name, LEDGER_NONE) == 0)
        return;
    jout_object(out, NULL);
    jout_str(out, "model", name);
    admin_write_tally(out, &c->tally);
    admin_write_spread(out, &c->spread);
    jout_object_end(out);
}

/* The hour that runs and the 23 before it. */
static enum err_code write_window(struct admin_job *j, struct store *s)
{
    int64_t now_ms = clock_wall_ms();
    struct series_query q = {.provider = j->provider,
                             .name = "",
                             .limit = WINDOW_MODELS,
                             .step = SERIES_TOTAL,
                             .from = series_span_start(SERIES_TOTAL, now_ms, WINDOW_MS),
                             .to = zone_next(ZONE_HOUR, now_ms)};
    struct series_cell all = {{0}, {{0}, {{0}}}};

    if (series_read(&q, s, write_window_all, &all, &j->e) != ERR_OK)
        return j->e.code;
    jout_object(&j->json, "window_24h");
    jout_time(&j->json, "from", q.from);
    jout_time(&j->json, "to", q.to);
    admin_write_tally(&j->json, &all.tally);
    admin_write_spread(&j->json, &all.spread);
    jout_array(&j->json, "models");
    q.name = NULL;
    if (series_read(&q, s, write_window_model, &j->json, &j->e) != ERR_OK)
        return j->e.code;
    jout_array_end(&j->json);
    jout_object_end(&j->json);
    return ERR_OK;
}

static enum err_code work_stats(struct admin_job *j, struct store *s)
{
    struct pool_outlook o;

    flusher_flush(j->gw->flusher, s); /* so that models are as new as totals */
    pool_outlook(j->gw->pools[j->provider], clock_wall_ms(), &o);
    jout_object(&j->json, NULL);
    write_totals(j, &o);
    jout_str(&j->json, "storage", s->ops->name);
    jout_str(&j->json, "provider", provider_at(j->provider)->name);
    jout_time(&j->json, "timestamp", clock_wall_ms());
    jout_array(&j->json, "models");
    if (s->ops->models_load(s->db, j->provider, write_model, &j->json, &j->e) != ERR_OK)
        return j->e.code;
    jout_array_end(&j->json);
    if (write_window(j, s) != ERR_OK)
        return j->e.code;
    jout_object_end(&j->json);
    return ERR_OK;
}

void admin_stats(struct http_req *r)
{
    admin_run(r, work_stats);
}

static void write_workers(struct jout *out, struct gateway *gw)
{
    jout_array(out, "workers");
    for (size_t i = 0; i < gw->workers_len; i++) {
        struct worker *w = gw->workers[i];

        jout_object(out, NULL);
        jout_int(out, "id", (int64_t)i);
        jout_int(out, "connections", atomic_load(&w->connections));
        jout_int(out, "requests", (int64_t)atomic_load(&w->requests));
        jout_int(out, "open_requests", atomic_load(&w->open_requests));
        jout_object_end(out);
    }
    jout_array_end(out);
}

static void write_settings(struct jout *out, const struct conf *conf)
{
    struct buf value;

    buf_init(&value, 64 * 1024);
    jout_object(out, "settings");
    for (size_t i = 0; i < conf_options_len; i++) {
        buf_clear(&value);
        conf_print(conf, &conf_options[i], &value);
        jout_str(out, conf_options[i].name, value.data ? value.data : "");
    }
    jout_object_end(out);
    buf_done(&value);
}

static void write_sync(struct jout *out, struct gateway *gw)
{
    struct sync_lag lag = {0};

    jout_object(out, "sync");
    jout_bool(out, "shared", sync_lag(gw->sync, &lag));
    jout_int(out, "applied", lag.applied);
    jout_int(out, "waiting", lag.waiting);
    jout_int(out, "unheard_ms", lag.unheard_ms);
    jout_int(out, "full_reads", (int64_t)lag.full);
    jout_object_end(out);
}

static bool write_gateway(void *arg, const struct store_gateway *g)
{
    struct jout *out = arg;

    jout_object(out, NULL);
    jout_str(out, "id", g->id);
    jout_str(out, "listen", g->address);
    jout_str(out, "version", g->version);
    jout_time(out, "started_at", g->started_at);
    jout_int(out, "unseen_seconds", g->unseen_ms / 1000);
    jout_object_end(out);
    return true;
}

static enum err_code write_gateways(struct admin_job *j, struct store *s)
{
    struct gateway *gw = j->gw;
    struct store_gateway me = {.id = gw->id,
                               .address = gw->address,
                               .version = POOL_VERSION,
                               .started_at = gw->started_at};
    enum err_code rc = ERR_OK;

    jout_array(&j->json, "gateways");
    if (s->ops->share != NULL)
        rc = s->ops->share->gateways(s->db, write_gateway, &j->json, &j->e);
    else
        write_gateway(&j->json, &me);
    jout_array_end(&j->json);
    return rc;
}

static enum err_code work_status(struct admin_job *j, struct store *s)
{
    struct gateway *gw = j->gw;
    struct jout *out = &j->json;

    jout_object(out, NULL);
    jout_str(out, "version", POOL_VERSION);
    jout_int(out, "pid", getpid());
    jout_time(out, "started_at", gw->started_at);
    jout_int(out, "uptime_seconds", (clock_wall_ms() - gw->started_at) / 1000);
    jout_str(out, "id", gw->id);
    jout_str(out, "listen", gw->address);
    jout_bool(out, "draining", atomic_load(&gw->draining));
    write_workers(out, gw);
    jout_int(out, "connections", atomic_load(&gw->connections));
    jout_int(out, "max_connections", gateway_conf(gw)->max_connections);
    jout_array(out, "providers");
    providers_each (p)
        admin_write_provider(out, gw, p);
    jout_array_end(out);
    jout_object(out, "store");
    jout_str(out, "backend", s->ops->name);
    jout_bool(out, "healthy", flusher_healthy(gw->flusher));
    jout_int(out, "queue", (int64_t)store_thread_depth(gw->store_thread));
    jout_object_end(out);
    write_sync(out, gw);
    if (write_gateways(j, s) != ERR_OK)
        return j->e.code;
    write_settings(out, gateway_conf(gw));
    jout_object_end(out);
    return ERR_OK;
}

void admin_status(struct http_req *r)
{
    admin_run(r, work_status);
}
