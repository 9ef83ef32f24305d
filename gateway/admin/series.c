/* Statistics over time: GET /admin/stats/series. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "admin/admin.h"
#include "base/clock.h"
#include "base/intl.h"
#include "stats/series.h"

enum { NAMES = 10, NAMES_MAX = 25, DAY_MS = 24 * 3600 * 1000 };

enum series_by { BY_PROVIDER, BY_MODEL, BY_TOKEN };
static const char *const by_names[] = {
    [BY_PROVIDER] = "provider", [BY_MODEL] = "model", [BY_TOKEN] = "token", NULL};
static const char *const step_names[] = {
#define X(ID, name, days, many_days) [SERIES_##ID] = name,
    SERIES_STEPS(X)
#undef X
        NULL};

static const int percents[] = {50, 90, 99};

void admin_write_spread(struct jout *out, const struct spread *s)
{
    for (int t = 0; t < SPREAD_TIME_COUNT; t++)
        for (size_t p = 0; p < ARRAY_LEN(percents); p++) {
            char name[32];
            double us;

            snprintf(name, sizeof(name), "%s_p%d_ms", spread_time_name(t), percents[p]);
            if (histogram_percentile_us(s->buckets[t], percents[p], &us))
                jout_real(out, name, us / 1000.0, 3);
            else
                jout_null(out, name);
        }
    jout_object(out, "outcomes");
    for (int o = 0; o < OUTCOME_COUNT; o++)
        jout_int(out, outcome_name(o), s->outcomes[o]);
    jout_object_end(out);
}

/* ---- the query ---- */

/* The number of the word in a list that NULL ends; without text, *out keeps its value. */
static enum err_code word_of(const char *const *words, const char *param, const char *text,
                             int *out, struct err *e)
{
    if (text == NULL)
        return ERR_OK;
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], text) == 0) {
            *out = i;
            return ERR_OK;
        }
    return err_param(e, ERR_BAD_FIELD, param, "%s must be %s, %s or %s.", param, words[0], words[1],
                     words[2]);
}

/* "24h", "7d": milliseconds; false when it is none. */
static bool span_of(const char *text, int64_t *ms)
{
    char *end;
    long n;

    errno = 0;
    n = strtol(text, &end, 10);
    if (errno != 0 || end == text || n < 1 || n > 100000 || strlen(end) != 1 ||
        strspn(text, "0123456789") != (size_t)(end - text))
        return false;
    *ms = n * (*end == 'd' ? DAY_MS : DAY_MS / 24);
    return *end == 'd' || *end == 'h';
}

static enum err_code moment_of(const char *param, const char *text, enum series_step step,
                               int64_t now_ms, int64_t *out, struct err *e)
{
    int64_t span_ms;

    if (text == NULL)
        return ERR_OK;
    if (span_of(text, &span_ms)) {
        *out = series_span_start(step, now_ms, span_ms);
        return ERR_OK;
    }
    if (clock_parse_iso(text, out) && *out >= 0)
        return ERR_OK;
    return err_param(e, ERR_BAD_FIELD, param,
                     "%s must be a date and time (2026-01-31T12:00:00Z, a + in it written as %%2B) "
                     "or a time before now (24h, 7d).",
                     param);
}

static enum err_code range_of(struct admin_job *j, struct series_query *q, int64_t now_ms)
{
    bool many = q->name == NULL;
    int days_max = series_days_max(q->step, many ? q->limit + 1 : 1);

    q->to = now_ms;
    q->from = series_span_start(q->step, now_ms, DAY_MS);
    if (moment_of("from", j->from, q->step, now_ms, &q->from, &j->e) != ERR_OK ||
        moment_of("to", j->to, q->step, now_ms, &q->to, &j->e) != ERR_OK)
        return j->e.code;
    if (q->from >= q->to)
        return err_param(&j->e, ERR_BAD_FIELD, j->from != NULL ? "from" : "to",
                         "from must be before to.");
    if (q->to - q->from > (int64_t)days_max * DAY_MS)
        return err_param(&j->e, ERR_BAD_FIELD, "from",
                         "from and to may be %d days apart at most with step=%s%s.", days_max,
                         step_names[q->step],
                         many ? N_(" and so many names; fewer of them (limit) allow for more")
                              : "");
    series_align(q->step, &q->from, &q->to);
    return ERR_OK;
}

/* A filter goes with what it is a name of. */
static enum err_code filter_of(struct admin_job *j, struct series_query *q, enum series_by by)
{
    uint64_t id;

    if (j->model != NULL && (by != BY_MODEL || j->model[0] == '\0'))
        return err_param(&j->e, ERR_BAD_FIELD, "model", "model is a name, and goes with by=model.");
    if (j->token != NULL &&
        (by != BY_TOKEN || !digest_id_parse('t', j->token, strlen(j->token), &id)))
        return err_param(&j->e, ERR_BAD_FIELD, "token",
                         "token is the id of a client token, and goes with by=token.");
    if (j->limit != NULL && (by == BY_PROVIDER || j->model != NULL || j->token != NULL))
        return err_param(&j->e, ERR_BAD_FIELD, "limit",
                         "limit goes with by=model and by=token, when none is named.");
    q->of = by == BY_TOKEN ? STORE_HOURS_TOKENS : STORE_HOURS_MODELS;
    q->name = by == BY_PROVIDER ? "" : by == BY_MODEL ? j->model : j->token;
    return ERR_OK;
}

/* ---- the answer ---- */

struct rows {
    struct admin_job *j;
    const struct series_query *q;
    enum series_by by;
};

/* A token by its name, as long as there is one. */
static void write_token_name(struct admin_job *j, const char *id_text)
{
    struct token *t = NULL;
    uint64_t id;

    if (digest_id_parse('t', id_text, strlen(id_text), &id))
        t = tokens_find(j->gw->tokens, id);
    jout_str(&j->json, "name", t != NULL ? token_name(t) : id_text);
    jout_str(&j->json, "id", id_text);
    if (t != NULL)
        subject_unref(&t->subject);
}

static void write_row(void *arg, const char *name, int64_t start, const struct series_cell *c)
{
    struct rows *r = arg;
    struct jout *out = &r->j->json;

    jout_object(out, NULL);
    jout_time(out, "start", start);
    if (r->by == BY_TOKEN)
        write_token_name(r->j, name);
    else
        jout_str(out, "name", r->by == BY_PROVIDER ? provider_at(r->q->provider)->name : name);
    admin_write_tally(out, &c->tally);
    if (r->by != BY_TOKEN)
        admin_write_spread(out, &c->spread);
    jout_object_end(out);
}

static enum err_code write_rows(struct admin_job *j, struct store *s, struct series_query *q,
                                enum series_by by)
{
    struct rows rows = {j, q, by};

    flusher_flush(j->gw->flusher, s); /* so that the running hour is new */
    if (by != BY_PROVIDER || j->provider_named)
        return series_read(q, s, write_row, &rows, &j->e);
    providers_each (p) {
        q->provider = p;
        if (series_read(q, s, write_row, &rows, &j->e) != ERR_OK)
            return j->e.code;
    }
    return ERR_OK;
}

static enum err_code work_series(struct admin_job *j, struct store *s)
{
    struct series_query q = {.provider = j->provider};
    int by = BY_PROVIDER, step = SERIES_HOUR;
    int64_t limit = NAMES;

    if (word_of(by_names, "by", j->by, &by, &j->e) != ERR_OK ||
        word_of(step_names, "step", j->step, &step, &j->e) != ERR_OK ||
        admin_query_number("limit", j->limit, 1, NAMES_MAX, &limit, &j->e) != ERR_OK)
        return j->e.code;
    q.step = (enum series_step)step;
    q.limit = (size_t)limit;
    if (filter_of(j, &q, (enum series_by)by) != ERR_OK ||
        range_of(j, &q, clock_wall_ms()) != ERR_OK)
        return j->e.code;
    jout_object(&j->json, NULL);
    jout_str(&j->json, "by", by_names[by]);
    jout_time(&j->json, "from", q.from);
    jout_time(&j->json, "to", q.to);
    jout_str(&j->json, "step", step_names[step]);
    jout_array(&j->json, "rows");
    if (write_rows(j, s, &q, (enum series_by)by) != ERR_OK)
        return j->e.code;
    jout_array_end(&j->json);
    jout_object_end(&j->json);
    return ERR_OK;
}

void admin_stats_series(struct http_req *r)
{
    static const char *const query[] = {"by",    "from",  "to",    "step",
                                        "model", "token", "limit", NULL};

    admin_run_query(r, query, work_series);
}
