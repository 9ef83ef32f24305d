/* Brings a pool from elsewhere into this one, as a job: restore and migration. */
#include "archive/bring.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "archive/apply.h"
#include "archive/follow.h"
#include "base/clock.h"

enum { BRING_TELL_EVERY = 1000, BRING_REPORT_BYTES = 16 * 1024 };

struct bring_task {
    struct archive_task task;
    struct bring *b;
    char id[JOB_ID_TEXT];
    struct plan plan;
    struct err e;
    enum err_code rc;
    struct buf report;
    int64_t skipped, passwordless;
};

/* A source that tells the job how far it is, and ends when that is cancelled. */
struct watched {
    struct source source;
    struct bring_task *task;
    struct source *inner;
    record_fn *fn;
    void *arg;
    int64_t done, total; /* total 0: not known */
};

struct bring *bring_new(enum job_kind kind)
{
    struct bring *b = mem_zalloc(sizeof(*b));

    b->kind = kind;
    return b;
}

static void wipe(char *text)
{
    if (text != NULL)
        secret_wipe(text, strlen(text));
    free(text);
}

void bring_free(struct bring *b)
{
    if (b->source != NULL)
        b->source->close(b->source);
    upload_close(b->upload);
    wipe(b->passphrase);
    wipe(b->url);
    wipe(b->master_key);
    sealer_free(b->sealer);
    free(b);
}

/* ---- how far it is ---- */

static enum err_code watch_one(void *arg, struct record *r, struct err *e)
{
    struct watched *w = arg;
    struct archive *a = w->task->task.archive;

    if (archive_stopping(a))
        return err_set(e, ERR_DRAINING, NULL);
    if (++w->done % BRING_TELL_EVERY == 0 &&
        !jobs_whole_at(archive_gateway(a)->jobs, w->task->id, w->done, w->total))
        return err_set(e, ERR_ABORTED, "It was cancelled; nothing was changed.");
    return w->fn(w->arg, r, e);
}

static enum err_code watch_each(struct source *s, record_fn *fn, void *arg, struct err *e)
{
    struct watched *w = container_of(s, struct watched, source);

    w->fn = fn;
    w->arg = arg;
    w->done = 0;
    return w->inner->each(w->inner, watch_one, w, e);
}

static int64_t plan_total(const struct plan *p)
{
    int64_t total = 0;

    for (int kind = 0; kind < RECORD_KINDS; kind++)
        total += p->counts[kind].total;
    return total;
}

/* ---- the work ---- */

static enum err_code compare(struct bring_task *t, struct watched *w)
{
    struct gateway *gw = archive_gateway(t->task.archive);
    struct store snapshot = {0};
    struct source *pool;
    enum err_code rc;

    rc = archive_flush(t->task.archive, &t->e);
    if (rc == ERR_OK)
        rc = gw->store.ops->snapshot(gw->store.db, &snapshot, &t->e);
    if (rc != ERR_OK)
        return rc;
    pool = source_pool(&snapshot, NULL);
    rc = plan_make(&t->plan, &w->source, pool, &t->e);
    pool->close(pool);
    return rc;
}

static char *audit_detail(const struct bring_task *t)
{
    struct plan_counts sum = {0};

    for (int kind = 0; kind < RECORD_KINDS; kind++) {
        const struct plan_counts *c = &t->plan.counts[kind];

        sum.total += c->total;
        sum.same += c->same;
        sum.differing += c->differing;
        sum.others += c->others;
    }
    return mem_printf("{\"replace\":%s,\"new\":%lld,\"same\":%lld,\"differing\":%lld,"
                      "\"others\":%lld}",
                      t->b->replace ? "true" : "false", (long long)plan_new(&sum),
                      (long long)sum.same, (long long)sum.differing, (long long)sum.others);
}

static enum err_code bring_all(struct bring_task *t, struct watched *w)
{
    const struct bring_who *who = &t->b->who;
    char *detail = audit_detail(t);
    const struct store_audit audit = {.at = clock_wall_ms(),
                                      .actor = who->actor,
                                      .role = who->role,
                                      .address = who->address,
                                      .action = who->action,
                                      .provider = "",
                                      .target = t->id,
                                      .request_id = who->request_id,
                                      .detail = detail};
    const struct apply apply = {t->task.archive, t->b->replace, &t->plan, &audit};
    enum err_code rc;

    w->total = plan_total(&t->plan);
    rc = apply_all(&apply, &w->source, &t->e);
    free(detail);
    return rc == ERR_OK ? follow_all(t->task.archive, !t->b->replace, &t->e) : rc;
}

static void write_report(struct bring_task *t)
{
    struct jout out;

    jout_init(&out, &t->report);
    jout_array(&out, NULL);
    plan_write(&t->plan, &out);
    jout_array_end(&out);
}

static enum err_code work(struct bring_task *t)
{
    struct bring *b = t->b;
    struct watched w = {.source = {.each = watch_each}, .task = t};
    enum err_code rc = b->open != NULL ? b->open(b, &t->e) : ERR_OK;

    w.inner = b->source;
    if (rc == ERR_OK)
        rc = compare(t, &w);
    if (rc != ERR_OK)
        return rc;
    write_report(t);
    if (b->dry_run || plan_done_already(&t->plan, b->replace))
        return ERR_OK;
    return bring_all(t, &w);
}

static enum err_code tell_end(void *arg, struct store *s, struct err *e)
{
    struct bring_task *t = arg;
    struct gateway *gw = archive_gateway(t->task.archive);

    (void)e;
    jobs_whole_at(gw->jobs, t->id, plan_total(&t->plan), plan_total(&t->plan));
    jobs_whole_end(gw->jobs, s, t->id,
                   &(struct job_end){.error = t->rc == ERR_OK ? NULL : &t->e,
                                     .report = t->report.len > 0 ? t->report.data : NULL,
                                     .invalid = t->skipped,
                                     .passwordless = t->passwordless});
    return ERR_OK;
}

static void bring_run(struct archive_task *task)
{
    struct bring_task *t = container_of(task, struct bring_task, task);
    struct err ignored;

    plan_init(&t->plan);
    buf_init(&t->report, BRING_REPORT_BYTES);
    t->rc = work(t);
    if (t->b->source != NULL) {
        t->skipped = t->b->source->skipped;
        t->passwordless = t->b->source->passwordless ? plan_new(&t->plan.counts[RECORD_USER]) : 0;
    }
    bring_free(t->b);
    if (archive_on_store(task->archive, tell_end, t, &ignored) != ERR_OK)
        LOG(ERROR, "job_record", F_STR("job", t->id));
    plan_done(&t->plan);
    buf_done(&t->report);
    free(t);
    malloc_trim(0); /* what a large pool took is given back */
}

enum err_code bring_begin(struct archive *a, struct store *s, struct bring *b, char id[JOB_ID_TEXT],
                          struct err *e)
{
    struct bring_task *t = mem_zalloc(sizeof(*t));
    struct gateway *gw = archive_gateway(a);
    enum err_code rc;

    t->task.run = bring_run;
    t->b = b;
    b->sealer = sealer_copy(gw->sealer);
    b->password_cost = (int)gateway_conf(gw)->password_cost;
    rc = archive_free_now(a, e);
    if (rc == ERR_OK)
        rc = jobs_whole_begin(gw->jobs, s, b->kind, b->who.actor, t->id, e);
    if (rc == ERR_OK) {
        memcpy(id, t->id, JOB_ID_TEXT);
        rc = archive_begin(a, &t->task, e);
        if (rc == ERR_OK)
            return ERR_OK;
        jobs_whole_end(gw->jobs, s, id, &(struct job_end){.error = e});
    }
    bring_free(b);
    free(t);
    return rc;
}

/* ---- sources ---- */

enum err_code bring_open_backup(struct bring *b, struct err *e)
{
    const struct source_stream stream = {.key = {b->passphrase, b->sealer},
                                         .pull = upload_pull,
                                         .rewind = upload_rewind,
                                         .arg = b->upload};

    (void)e;
    b->source = source_backup(&stream);
    return ERR_OK;
}

/* The other pool's own master key, or this gateway's. */
static enum err_code source_sealer(struct bring *b, struct sealer **out, struct err *e)
{
    uint8_t key[SECRET_MASTER_BYTES];

    if (b->master_key == NULL) {
        *out = sealer_copy(b->sealer);
        return ERR_OK;
    }
    if (secret_master_parse(b->master_key, "source_master_key", key, e) != ERR_OK) {
        e->code = ERR_BAD_FIELD;
        return ERR_BAD_FIELD;
    }
    *out = sealer_new(key);
    secret_wipe(key, sizeof(key));
    return ERR_OK;
}

enum err_code bring_open_pool(struct bring *b, struct err *e)
{
    struct sealer *sealer = NULL;
    struct store store = {0};
    enum err_code rc = source_sealer(b, &sealer, e);

    if (rc == ERR_OK)
        rc = store_open_source(&store, b->url, e);
    if (rc == ERR_OK)
        b->source = source_pool(&store, sealer);
    else
        sealer_free(sealer);
    return rc;
}

enum err_code bring_open_original(struct bring *b, struct err *e)
{
    return source_original(b->url, b->password_cost, &b->source, e);
}

static size_t pull_json(void *data, size_t room, void *arg)
{
    struct err e;
    ssize_t n = upload_pull(arg, data, room, &e);

    return n < 0 ? (size_t)-1 : (size_t)n;
}

enum err_code bring_open_kv(struct bring *b, struct err *e)
{
    json_error_t where;
    json_t *tree;

    upload_rewind(b->upload);
    tree = json_load_callback(pull_json, b->upload, 0, &where);
    if (tree == NULL)
        return err_set(e, ERR_BAD_JSON, "The export is no JSON: line %d, column %d: %.100s.",
                       where.line, where.column, where.text);
    b->source = source_kv(tree);
    return ERR_OK;
}
