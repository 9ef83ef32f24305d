/* The list of jobs: begun, found, cancelled, shown. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "crypto/secret.h"
#include "events/events.h"
#include "jobs/jobs_impl.h"

static const char *const kind_names[] = {
#define X(name, text) [JOB_##name] = text,
    JOB_KINDS(X)
#undef X
};
const char *const job_state_names[] = {
#define X(name, text) [JOB_##name] = text,
    JOB_STATES(X)
#undef X
};

const char *job_kind_name(enum job_kind kind)
{
    return kind_names[kind];
}

bool job_state_known(const char *state)
{
    for (size_t i = 0; i < ARRAY_LEN(job_state_names); i++)
        if (strcmp(job_state_names[i], state) == 0)
            return true;
    return false;
}

struct jobs *jobs_new(struct gateway *gw)
{
    struct jobs *js = mem_zalloc(sizeof(*js));

    js->gw = gw;
    pthread_mutex_init(&js->lock, NULL);
    list_init(&js->all);
    return js;
}

void job_item_done(struct job_item *item)
{
    if (item->secret != NULL)
        explicit_bzero(item->secret, strlen(item->secret));
    free(item->secret);
    free(item->username);
    item->secret = item->username = NULL;
}

void job_free(struct job *j)
{
    for (size_t i = j->next; i < j->len; i++)
        job_item_done(&j->items[i]);
    job_results_free(&j->results);
    list_drop(&j->link);
    free(j->items);
    free(j->actor);
    free(j->loaded);
    free(j->problems);
    free(j->error);
    free(j->report);
    free(j);
}

void jobs_free(struct jobs *js)
{
    struct list *pos, *safe;

    list_each (pos, safe, &js->all)
        job_free(list_of(pos, struct job, link));
    pthread_mutex_destroy(&js->lock);
    free(js);
}

bool job_over(const struct job *j)
{
    return j->state != JOB_RUNNING;
}

struct job *jobs_find(struct jobs *js, const char *id)
{
    struct list *pos, *safe;

    list_each (pos, safe, &js->all) {
        struct job *j = list_of(pos, struct job, link);

        if (strcmp(j->id, id) == 0)
            return j;
    }
    return NULL;
}

void jobs_add(struct jobs *js, struct job *j)
{
    struct list *pos, *safe;

    list_push(&js->all, &j->link);
    js->all_len++;
    list_each (pos, safe, &js->all) {
        struct job *old = list_of(pos, struct job, link);

        if (js->all_len <= JOBS_KEPT)
            break;
        if (job_over(old) && !old->keep_posted && old->asking == 0) {
            js->all_len--;
            job_free(old);
        }
    }
}

struct job *job_new(struct jobs *js)
{
    struct job *j = mem_zalloc(sizeof(*j));

    j->jobs = js;
    list_init(&j->results);
    return j;
}

void job_name(struct job *j)
{
    uint64_t random;

    secret_random(&random, sizeof(random));
    digest_id_text('j', random, j->id);
}

/* Letters that have the workers look for work; each is freed by the one that opens it. */
struct call_mail {
    struct mail mail;
    struct worker *w;
};

static void call_open(struct mail *m)
{
    struct call_mail *call = container_of(m, struct call_mail, mail);

    jobs_work(call->w);
    free(call);
}

static void call_workers(struct gateway *gw)
{
    for (size_t i = 0; i < gw->workers_len; i++) {
        struct call_mail *call = mem_zalloc(sizeof(*call));

        call->mail.open = call_open;
        call->w = gw->workers[i];
        mailbox_post(&gw->workers[i]->mailbox, &call->mail);
    }
}

enum err_code job_insert(struct job *j, struct store *s, struct err *e)
{
    struct buf text;
    struct jout out;
    enum err_code rc;

    buf_init(&text, JOB_RECORD_BYTES);
    jout_init(&out, &text);
    job_write(j, &out);
    rc = s->ops->job_put(s->db, j->id, text.data, j->created_at, e);
    buf_done(&text);
    return rc;
}

static struct job *job_of(struct jobs *js, const struct job_order *o)
{
    struct job *j = job_new(js);

    job_name(j);
    j->kind = o->kind;
    j->provider = o->provider;
    snprintf(j->provider_name, sizeof(j->provider_name), "%s", provider_at(o->provider)->name);
    j->actor = mem_strdup(o->actor);
    j->items = o->items;
    j->len = o->len;
    j->total = (int64_t)o->total;
    j->done = (int64_t)(o->total - o->len);
    j->add_unknown = o->add_unknown;
    j->counts = *o->counts;
    j->problems = o->problems;
    j->problems_omitted = o->problems_omitted;
    j->created_at = clock_wall_ms();
    if (o->len == 0) {
        j->state = JOB_DONE;
        j->ended_at = j->created_at;
    }
    return j;
}

enum err_code jobs_start(struct jobs *js, struct store *s, const struct job_order *order,
                         char id[JOB_ID_TEXT], struct err *e)
{
    struct job *j = job_of(js, order);
    enum err_code rc = job_insert(j, s, e);

    if (rc != ERR_OK) {
        j->items = NULL;
        j->len = 0;
        job_free(j);
        return rc;
    }
    memcpy(id, j->id, JOB_ID_TEXT);
    pthread_mutex_lock(&js->lock);
    jobs_add(js, j);
    pthread_mutex_unlock(&js->lock);
    LOG(INFO, "job_started", F_STR("job", id), F_STR("kind", kind_names[order->kind]),
        F_STR("provider", provider_at(order->provider)->name), F_INT("keys", order->len));
    call_workers(js->gw);
    return ERR_OK;
}

bool jobs_cancel(struct jobs *js, const char *id, bool *was_running)
{
    struct job *j;

    pthread_mutex_lock(&js->lock);
    j = jobs_find(js, id);
    if (j != NULL && j->loaded != NULL && !job_over(j))
        j = NULL; /* another gateway's */
    *was_running = j != NULL && !job_over(j);
    if (*was_running) {
        j->cancelled = true;
        job_keep_soon(j); /* which also sees that nothing is left */
    }
    pthread_mutex_unlock(&js->lock);
    return j != NULL;
}

static void write_counts(const struct job *j, struct jout *out)
{
    jout_object(out, "counts");
#define X(name, text) jout_int(out, #name, j->counts.name);
    JOB_COUNTS(X)
#undef X
    jout_object_end(out);
    jout_object(out, "categories");
    for (size_t i = 0; i < j->categories_len; i++)
        jout_int(out, j->categories[i].name, j->categories[i].keys);
    jout_object_end(out);
}

/* Keys are asked side by side, so that an import's errors come in any order. */
static int by_line(const void *a, const void *b)
{
    const struct job_error *const *x = a, *const *y = b;

    return ((*x)->line > (*y)->line) - ((*x)->line < (*y)->line);
}

/* The last errors, in the order in which they came; returns how many. */
static size_t last_errors(const struct job *j, const struct job_error *out[JOB_ERRORS_MAX])
{
    size_t have = j->errors_seen < JOB_ERRORS_MAX ? j->errors_seen : JOB_ERRORS_MAX;

    for (size_t i = 0; i < have; i++)
        out[i] = &j->errors[(j->errors_seen - have + i) % JOB_ERRORS_MAX];
    return have;
}

static void write_errors(const struct job *j, struct jout *out)
{
    const struct job_error *last[JOB_ERRORS_MAX];
    size_t have = last_errors(j, last);
    char id[DIGEST_ID_TEXT];

    if (j->kind == JOB_IMPORT)
        qsort(last, have, sizeof(*last), by_line);
    jout_array(out, "errors");
    for (size_t i = 0; i < have; i++) {
        jout_object(out, NULL);
        jout_str(out, "id", digest_id_text('k', last[i]->id, id));
        if (last[i]->line > 0)
            jout_int(out, "line", last[i]->line);
        else
            jout_null(out, "line");
        jout_str(out, "reason", last[i]->reason);
        jout_object_end(out);
    }
    jout_array_end(out);
    jout_int(out, "errors_omitted", (int64_t)(j->errors_seen - have));
}

static void write_head(const struct job *j, struct jout *out)
{
    jout_str(out, "id", j->id);
    jout_str(out, "kind", kind_names[j->kind]);
    jout_str(out, "state", job_state_names[j->state]);
    jout_str(out, "provider", j->provider_name);
    jout_str(out, "gateway", j->jobs->gw->id);
    jout_str(out, "actor", j->actor);
    jout_int(out, "total", j->total);
    jout_int(out, "done", j->done);
    write_counts(j, out);
}

void job_write(const struct job *j, struct jout *out)
{
    if (j->loaded != NULL) {
        jout_raw(out, NULL, j->loaded);
        return;
    }
    jout_object(out, NULL);
    write_head(j, out);
    write_errors(j, out);
    if (j->problems != NULL) {
        jout_raw(out, "problems", j->problems);
        jout_int(out, "problems_omitted", j->problems_omitted);
    }
    if (j->whole) {
        jout_str(out, "error", j->error);
        jout_raw(out, "report", j->report != NULL ? j->report : "[]");
    }
    jout_time(out, "created_at", j->created_at);
    jout_time(out, "ended_at", j->ended_at);
    jout_object_end(out);
}

void job_tell(const struct job *j)
{
    struct buf text;
    struct jout out;

    if (!events_wanted(j->jobs->gw, EVENT_JOB))
        return;
    buf_init(&text, JOB_RECORD_BYTES);
    jout_init(&out, &text);
    jout_object(&out, NULL);
    jout_time(&out, "at", clock_wall_ms());
    write_head(j, &out);
    jout_object_end(&out);
    events_publish(j->jobs->gw, EVENT_JOB, j->provider, &text);
    buf_done(&text);
}

bool jobs_write(struct jobs *js, const char *id, struct jout *out)
{
    const struct job *j;

    pthread_mutex_lock(&js->lock);
    j = jobs_find(js, id);
    if (j != NULL)
        job_write(j, out);
    pthread_mutex_unlock(&js->lock);
    return j != NULL;
}

void jobs_write_all(struct jobs *js, const char *state, size_t limit, struct jout *out)
{
    pthread_mutex_lock(&js->lock);
    for (struct list *pos = js->all.prev; pos != &js->all && limit > 0; pos = pos->prev) {
        const struct job *j = list_of(pos, struct job, link);

        if (state[0] != '\0' && strcmp(job_state_names[j->state], state) != 0)
            continue;
        job_write(j, out);
        limit--;
    }
    pthread_mutex_unlock(&js->lock);
}
