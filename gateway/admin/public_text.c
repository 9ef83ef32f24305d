/* What GET /admin/public-stats says. */
#include <stdlib.h>
#include <string.h>

#include "admin/public_stats.h"
#include "base/clock.h"
#include "proxy/call.h"
#include "stats/series.h"

enum {
    TOP_MODELS = 10,
    RECENT_MODELS = 3,
    TREND_HOURS = 24,
    NAME_BYTES = 100,
    DAY_MS = 24 * 3600 * 1000
};

/* Clients choose these names: an address, a secret or a sentence is nobody else's business. */
bool public_name_shown(const char *model)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    static const char marks[] = "._:/-";
    size_t len = strlen(model), at = 0;

    while (at < len) {
        at += strspn(model + at, letters);
        if (at == 0)
            return false;
        at += strspn(model + at, marks);
        if (model[at] != '\0' && strchr(letters, model[at]) == NULL)
            return false;
    }
    return len > 0 && len <= NAME_BYTES && strncmp(model, "sk-", 3) != 0;
}

/* The busiest models that may be shown; the others together, as one of them. */
struct top {
    size_t max, len;
    struct {
        char name[CALL_MODEL_BYTES];
        struct store_tally tally;
    } models[TOP_MODELS + 1];
    struct store_tally hidden;
};

/* They come in order, the busiest first. */
static bool top_add(void *arg, const struct store_model *m)
{
    struct top *t = arg;

    if (!public_name_shown(m->model)) {
        tally_add(&t->hidden, &m->tally);
    } else if (t->len < t->max) {
        snprintf(t->models[t->len].name, sizeof(t->models[0].name), "%s", m->model);
        t->models[t->len++].tally = m->tally;
    }
    return true;
}

static void top_place_hidden(struct top *t)
{
    size_t at = t->len;

    if (t->hidden.requests == 0)
        return;
    for (; at > 0 && t->models[at - 1].tally.requests < t->hidden.requests; at--)
        t->models[at] = t->models[at - 1];
    snprintf(t->models[at].name, sizeof(t->models[0].name), "%s", LEDGER_OTHER);
    t->models[at].tally = t->hidden;
    if (t->len < t->max)
        t->len++;
}

static const char *rate_text(const struct store_tally *t, char out[16])
{
    snprintf(out, 16, "%.2f",
             t->requests > 0 ? 100.0 * (double)t->success / (double)t->requests : 0.0);
    return out;
}

static void write_top(struct jout *out, const char *name, struct top *t)
{
    char rate[16];

    top_place_hidden(t);
    jout_array(out, name);
    for (size_t i = 0; i < t->len; i++) {
        const struct store_tally *tally = &t->models[i].tally;

        jout_object(out, NULL);
        jout_str(out, "model", t->models[i].name);
        jout_int(out, "requests", tally->requests);
        jout_int(out, "success", tally->success);
        jout_int(out, "failure", tally->failure);
        jout_str(out, "successRate", rate_text(tally, rate));
        jout_object_end(out);
    }
    jout_array_end(out);
}

/* ---- the last day ---- */

struct name_list {
    char **names;
    size_t len;
};

static void name_add(void *arg, const char *name, int64_t requests)
{
    struct name_list *l = arg;

    (void)requests;
    if (l->len < LEDGER_NAMES_MAX)
        l->names[l->len++] = mem_strdup(name);
}

static void hour_add(void *arg, int64_t hour, const struct store_tally *t)
{
    (void)hour;
    tally_add(arg, t);
}

/* Ranked by requests alone, and the hours read of those that are needed. */
static enum err_code recent_models(struct store *s, int provider, const struct store_range *r,
                                   struct top *top, struct err *e)
{
    struct name_list l = {.names = mem_array(LEDGER_NAMES_MAX, sizeof(*l.names))};
    enum err_code rc = s->ops->hours_rank(s->db, provider, r, LEDGER_NAMES_MAX, name_add, &l, e);

    for (size_t i = 0; i < l.len; i++) {
        struct store_model m = {.model = l.names[i]};

        if (rc == ERR_OK && strcmp(m.model, LEDGER_NONE) != 0 &&
            (top->len < top->max || !public_name_shown(m.model))) {
            rc = s->ops->hours_load(s->db, provider, r, m.model, hour_add, &m.tally, e);
            top_add(top, &m);
        }
        free(l.names[i]);
    }
    free(l.names);
    return rc;
}

struct trend {
    int64_t starts[TREND_HOURS];
    struct store_tally hours[TREND_HOURS];
};

static void trend_add(void *arg, const char *name, int64_t start, const struct series_cell *c)
{
    struct trend *t = arg;

    (void)name;
    for (int i = 0; i < TREND_HOURS; i++)
        if (t->starts[i] == start)
            t->hours[i] = c->tally;
}

static enum err_code write_trend(struct jout *out, struct store *s, struct series_query *q,
                                 struct err *e)
{
    struct trend t = {{0}, {{0}}};
    int64_t at = q->from;
    char hour[ZONE_TEXT_BYTES];

    for (int i = 0; i < TREND_HOURS; i++, at = zone_next(ZONE_HOUR, at))
        t.starts[i] = at;
    if (series_read(q, s, trend_add, &t, e) != ERR_OK)
        return e->code;
    jout_array(out, "hourlyTrend");
    for (int i = 0; i < TREND_HOURS; i++) {
        jout_object(out, NULL);
        jout_str(out, "hour", zone_hour_text(t.starts[i], hour));
        jout_int(out, "requests", t.hours[i].requests);
        jout_int(out, "success", t.hours[i].success);
        jout_int(out, "failure", t.hours[i].failure);
        jout_object_end(out);
    }
    jout_array_end(out);
    return ERR_OK;
}

/* ---- all of it ---- */

static void write_keys(struct jout *out, const struct pool_outlook *o, const char *storage)
{
    jout_int(out, "totalApiKeys", (int64_t)o->total);
    jout_int(out, "activeKeys", (int64_t)o->by_status[KEY_ACTIVE]);
    jout_int(out, "failedKeys", (int64_t)(o->total - o->by_status[KEY_ACTIVE]));
    jout_str(out, "storage", storage);
}

static void write_global(struct jout *out, const struct store_tally *t,
                         const struct pool_outlook *o, const char *storage, const char *at)
{
    char rate[16];

    jout_object(out, "global");
    jout_int(out, "totalRequests", t->requests);
    jout_int(out, "successCount", t->success);
    jout_int(out, "failureCount", t->failure);
    jout_str(out, "successRate", rate_text(t, rate));
    jout_str(out, "lastUpdated", at);
    write_keys(out, o, storage);
    jout_object_end(out);
}

static void write_meta(struct jout *out, const struct store_tally *t, const struct pool_outlook *o,
                       const char *storage, const char *at)
{
    jout_object(out, "meta");
    write_keys(out, o, storage);
    jout_str(out, "generatedAt", at);
    jout_real(out, "successRate",
              t->requests > 0 ? 100.0 * (double)t->success / (double)t->requests : 0.0, 2);
    jout_object_end(out);
    jout_str(out, "storage", storage);
    jout_str(out, "timestamp", at);
}

enum err_code public_stats_write(struct gateway *gw, struct store *s, int provider, struct buf *out,
                                 struct err *e)
{
    int64_t now_ms = clock_wall_ms();
    struct series_query q = {.provider = provider,
                             .name = "",
                             .step = SERIES_HOUR,
                             .from = series_span_start(SERIES_HOUR, now_ms, DAY_MS),
                             .to = zone_next(ZONE_HOUR, now_ms)};
    struct store_range day = {STORE_HOURS_MODELS, q.from, q.to};
    struct top ever = {.max = TOP_MODELS}, recent = {.max = RECENT_MODELS};
    char at[ZONE_TEXT_BYTES];
    struct pool_outlook o;
    struct store_tally t;
    struct jout j;

    flusher_flush(gw->flusher, s); /* so that all numbers are of one moment */
    flusher_totals(gw->flusher, provider, &t);
    pool_outlook(gw->pools[provider], now_ms, &o);
    zone_iso(now_ms, at);
    if (s->ops->models_load(s->db, provider, top_add, &ever, e) != ERR_OK ||
        recent_models(s, provider, &day, &recent, e) != ERR_OK)
        return e->code;
    jout_init(&j, out);
    jout_object(&j, NULL);
    write_global(&j, &t, &o, s->ops->name, at);
    write_top(&j, "topModels", &ever);
    write_top(&j, "recentTopModels", &recent);
    if (write_trend(&j, s, &q, e) != ERR_OK)
        return e->code;
    write_meta(&j, &t, &o, s->ops->name, at);
    jout_object_end(&j);
    return ERR_OK;
}
