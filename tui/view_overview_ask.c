/* The overview: what the gateway is asked for, and what is made of its answers. */
#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "view/cell.h"
#include "view/steps.h"
#include "view_overview.h"

enum { LOOK_EVERY_MS = 2000, READ_EVERY_MS = 10000 };

static const char *text_of(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));

    return text ? text : "";
}

static double number(const json_t *row, const char *path)
{
    return cell_number(cell_get(row, path));
}

/* ---- scope -------------------------------------------------------------------------------------
 */

const char *overview_scope(const struct overview *o)
{
    return o->scope < o->providers_len ? o->providers[o->scope].name : NULL;
}

bool overview_wants(const struct overview *o, const char *provider)
{
    return overview_scope(o) == NULL || strcmp(overview_scope(o), provider) == 0;
}

const json_t *overview_total(const struct overview *o, const char *provider)
{
    const json_t *rows = json_object_get(o->totals, "rows");

    for (size_t i = 0; i < json_array_size(rows); i++)
        if (strcmp(text_of(json_array_get(rows, i), "name"), provider) == 0)
            return json_array_get(rows, i);
    return NULL;
}

void overview_models_done(struct overview_models *m)
{
    for (size_t i = 0; i < m->len; i++) {
        free(m->list[i].name);
        json_decref(m->list[i].total);
        free(m->list[i].steps);
        free(m->list[i].failed);
    }
    free(m->list);
    *m = (struct overview_models){.list = NULL};
}

void overview_forget(struct overview *o)
{
    o->generation++;
    o->models_known = false;
    overview_models_done(&o->models);
    json_decref(o->totals);
    json_decref(o->trend);
    o->totals = o->trend = NULL;
}

/* ---- what the pools look like, every other second ----------------------------------------------
 */

/* Time has gone on by so many places: what was counted meanwhile is spread over them. */
static void add_over(double *places, size_t len, uint64_t by, double count)
{
    size_t n = by < len ? (size_t)by : len;

    if (n == 0) {
        places[len - 1] += count;
        return;
    }
    memmove(places, places + n, (len - n) * sizeof(*places));
    for (size_t i = len - n; i < len; i++)
        places[i] = count / (double)by;
}

/* Two looks that are too near to each other do not tell the pace; nor do those with a long time
 * between them in which nobody looked. */
static void take_pace(struct overview_provider *p, double done, uint64_t passed_ms)
{
    if (passed_ms < OVERVIEW_PACE_LEAST_MS)
        return;
    p->pace = done * 1000 / (double)passed_ms;
    p->paced = passed_ms < OVERVIEW_PACE_MOST_MS;
}

/* The gateway counts from the beginning of an hour or a day: where that is another one than it was,
 * there is nothing to compare with. */
static void count(struct overview *o, struct overview_provider *p, const char *from)
{
    const json_t *total = overview_total(o, p->name);
    double requests = number(total, "total_requests"), failures = number(total, "failure_count");
    double done = requests - p->requests, failed = failures - p->failures;
    uint64_t slots = o->app->mono_ms / OVERVIEW_SLOT_MS - o->slot;
    uint64_t minutes = o->app->mono_ms / 60000 - o->minute;

    if (strcmp(p->from, from) == 0 && done >= 0 && failed >= 0) {
        take_pace(p, done, o->app->mono_ms - o->counted_ms);
    } else {
        snprintf(p->from, sizeof(p->from), "%s", from);
        done = failed = 0;
    }
    add_over(p->slots, OVERVIEW_SLOTS, slots, done);
    add_over(p->minutes, OVERVIEW_MINUTES, minutes, done);
    add_over(p->failed, OVERVIEW_MINUTES, minutes, failed);
    p->requests = requests;
    p->failures = failures;
}

static void take_totals(struct overview *o, const json_t *answer)
{
    json_decref(o->totals);
    o->totals = json_incref((json_t *)(uintptr_t)answer);
    if (o->counted_ms == 0) {
        o->slot = o->app->mono_ms / OVERVIEW_SLOT_MS;
        o->minute = o->app->mono_ms / 60000;
    }
    for (size_t i = 0; i < o->providers_len; i++)
        count(o, &o->providers[i], text_of(answer, "from"));
    o->counted_ms = o->app->mono_ms;
    o->slot = o->app->mono_ms / OVERVIEW_SLOT_MS;
    o->minute = o->app->mono_ms / 60000;
}

/* Providers that were known keep what was seen of them. */
static struct overview_provider take_provider(struct overview *o, const json_t *row)
{
    static const char *const states[] = {
#define MARK(word, ...) "keys." word,
#define RESULT(...)
#include "term/marks.def"
#undef RESULT
#undef MARK
    };
    struct overview_provider p = {.name = NULL};

    for (size_t i = 0; i < o->providers_len && p.name == NULL; i++)
        if (o->providers[i].name != NULL &&
            strcmp(o->providers[i].name, text_of(row, "name")) == 0) {
            p = o->providers[i];
            o->providers[i].name = NULL;
        }
    if (p.name == NULL)
        p.name = mem_strdup(text_of(row, "name"));
    for (size_t i = 0; i < ARRAY_LEN(states); i++)
        p.keys[i] = (int64_t)number(row, states[i]);
    return p;
}

static bool same_providers(const struct overview *o, const json_t *rows)
{
    if (json_array_size(rows) != o->providers_len)
        return false;
    for (size_t i = 0; i < o->providers_len; i++)
        if (strcmp(o->providers[i].name, text_of(json_array_get(rows, i), "name")) != 0)
            return false;
    return true;
}

/* Models know their provider by its name, and calls by its place: with others there, all is asked
 * anew. */
static void take_providers(struct overview *o, const json_t *answer)
{
    const json_t *rows = json_object_get(answer, "providers");
    struct overview_provider *now = mem_zalloc(sizeof(o->providers));
    char *scope = overview_scope(o) ? mem_strdup(overview_scope(o)) : NULL;
    size_t n = 0;

    if (!same_providers(o, rows))
        overview_forget(o);
    for (; n < json_array_size(rows) && n < OVERVIEW_PROVIDERS; n++)
        now[n] = take_provider(o, json_array_get(rows, n));
    for (size_t i = 0; i < o->providers_len; i++)
        free(o->providers[i].name);
    memcpy(o->providers, now, sizeof(o->providers));
    free(now);
    o->providers_len = n;
    o->providers_known = true;
    for (o->scope = 0; scope != NULL && o->scope < n; o->scope++)
        if (strcmp(o->providers[o->scope].name, scope) == 0)
            break;
    if (scope == NULL)
        o->scope = n;
    free(scope);
}

/* Any call's end; false: its answer does not count. */
static bool arrived(struct overview *o, const struct fetch *job, const json_t *answer,
                    const struct err *e)
{
    o->app->dirty = true;
    gauge_heard(o->app, e);
    if (job->generation != o->generation)
        return false;
    snprintf(o->error, sizeof(o->error), "%s", e->code != ERR_OK ? e->text : "");
    return answer != NULL;
}

static void on_look(void *arg, const struct fetch *job, const json_t *answer, const struct err *e)
{
    struct overview *o = arg;

    o->looking--;
    if (arrived(o, job, answer, e)) {
        if (job->route == API_PROVIDERS_LIST)
            take_providers(o, answer);
        else
            take_totals(o, answer);
    }
    if (job->generation != o->generation)
        overview_ask(o, true);
}

static struct fetch *new_call(const struct overview *o, enum api_route route, fetch_fn *done)
{
    struct fetch *job = fetch_new(route, done, (void *)(uintptr_t)o);

    job->any_provider = true;
    job->generation = o->generation;
    return job;
}

static void look(struct overview *o)
{
    struct fetch *totals;

    o->looked_ms = o->app->mono_ms;
    o->looking = 1;
    fetcher_ask(o->app->lists, new_call(o, API_PROVIDERS_LIST, on_look));
    if (!o->providers_known)
        return;
    totals = new_call(o, API_STATS_SERIES, on_look);
    fetch_param(totals, "by", "provider");
    fetch_param(totals, "step", "total");
    fetch_param(totals, "from", overview_windows[o->window].from);
    o->looking++;
    fetcher_ask(o->app->lists, totals);
}

/* ---- charts and models, now and then -----------------------------------------------------------
 */

static void add_models(struct overview *o, const json_t *answer, size_t provider)
{
    const json_t *rows = json_object_get(answer, "rows");
    size_t n = json_array_size(rows);

    o->fresh.list = mem_resize(o->fresh.list, o->fresh.len + n, sizeof(*o->fresh.list));
    for (size_t i = 0; i < n; i++) {
        json_t *row = json_array_get(rows, i);

        o->fresh.list[o->fresh.len++] =
            (struct overview_model){.name = mem_strdup(text_of(row, "name")),
                                    .provider = o->providers[provider].name,
                                    .total = json_incref(row)};
    }
}

static void add_steps(struct overview *o, const json_t *answer, size_t provider)
{
    for (size_t i = 0; i < o->fresh.len; i++) {
        struct overview_model *m = &o->fresh.list[i];

        if (m->provider != o->providers[provider].name || m->steps != NULL)
            continue;
        m->steps = steps_read(answer, m->name, "total_requests", &m->len);
        m->failed = steps_read(answer, m->name, "failure_count", &m->len);
    }
}

/* What stands for many models is no model, and comes last. */
static int busier_first(const void *a, const void *b)
{
    const struct overview_model *x = a, *y = b;
    bool x_rest = x->name[0] == '(', y_rest = y->name[0] == '(';
    double n = number(x->total, "total_requests"), m = number(y->total, "total_requests");

    if (x_rest != y_rest)
        return x_rest ? 1 : -1;
    return n != m ? (n < m) - (n > m) : strcmp(x->name, y->name);
}

static void end_round(struct overview *o)
{
    if (!o->spoilt && o->fresh.len > 0)
        qsort(o->fresh.list, o->fresh.len, sizeof(*o->fresh.list), busier_first);
    if (o->spoilt) {
        overview_models_done(&o->fresh);
        return;
    }
    overview_models_done(&o->models);
    o->models = o->fresh;
    o->fresh = (struct overview_models){.list = NULL};
    o->models_known = true;
}

static void on_read(void *arg, const struct fetch *job, const json_t *answer, const struct err *e)
{
    struct overview *o = arg;
    const char *by = text_of(answer, "by"), *step = text_of(answer, "step");

    o->reading--;
    if (!arrived(o, job, answer, e) || job->page >= o->providers_len) {
        o->spoilt = true;
    } else if (strcmp(by, "provider") == 0) {
        json_decref(o->trend);
        o->trend = json_incref((json_t *)(uintptr_t)answer);
    } else if (strcmp(step, "total") == 0) {
        add_models(o, answer, job->page);
    } else {
        add_steps(o, answer, job->page);
    }
    if (o->reading == 0) {
        end_round(o);
        if (job->generation != o->generation)
            overview_ask(o, true);
    }
}

static void read_series(struct overview *o, const char *by, const char *step, size_t provider)
{
    struct fetch *job = new_call(o, API_STATS_SERIES, on_read);

    job->page = provider;
    if (strcmp(by, "model") == 0)
        fetch_param(job, "provider", o->providers[provider].name);
    fetch_param(job, "by", by);
    fetch_param(job, "step", step);
    fetch_param(job, "from", overview_windows[o->window].from);
    o->reading++;
    fetcher_ask(o->app->lists, job);
}

/* Of each provider first the totals, then the steps: add_steps() relies on it. */
static void read_all(struct overview *o)
{
    const struct overview_window_def *w = &overview_windows[o->window];

    o->read_ms = o->app->mono_ms;
    o->spoilt = false;
    if (*w->step != '\0')
        read_series(o, "provider", w->step, 0);
    for (size_t i = 0; i < o->providers_len; i++)
        if (overview_wants(o, o->providers[i].name)) {
            read_series(o, "model", "total", i);
            if (*w->model_step != '\0')
                read_series(o, "model", w->model_step, i);
        }
}

void overview_ask(struct overview *o, bool all)
{
    uint64_t now_ms = o->app->mono_ms;

    if (o->app->gauge.lost || o->paused)
        return;
    if (o->looking == 0 && (all || o->looked_ms == 0 || now_ms - o->looked_ms >= LOOK_EVERY_MS))
        look(o);
    if (!o->providers_known)
        return;
    if (o->reading == 0 && (all || o->read_ms == 0 || now_ms - o->read_ms >= READ_EVERY_MS))
        read_all(o);
}
