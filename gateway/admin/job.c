/* Admin calls as jobs: from the worker to the store thread and back. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "admin/admin.h"

void admin_job_free(struct admin_job *j)
{
    if (j->key != NULL)
        subject_unref(&j->key->subject);
    free(j->param);
    free(j->probe_models);
    free(j->doctor);
    free(j->mail_test);
    admin_user_draft_free(j->draft);
#define X(name) free(j->name);
    ADMIN_QUERY(X)
#undef X
    buf_wipe(&j->body);
    buf_wipe(&j->out);
    buf_done(&j->audit_text);
    free(j);
}

void admin_job_answer(struct admin_job *j)
{
    if (j->req != NULL) {
        j->req->owner = NULL;
        if (j->e.code != ERR_OK)
            http_send_error(j->req, &j->e, j->retry_after_s);
        else
            http_send_json(j->req, j->http_status, &j->out);
    }
    admin_job_free(j);
}

/* Back on the worker. */
static void job_returned(struct mail *m)
{
    admin_job_answer(container_of(m, struct admin_job, mail));
}

static void job_run(struct store_job *job, struct store *s)
{
    struct admin_job *j = container_of(job, struct admin_job, job);

    enum err_code rc = j->work(j, s);

    if (rc == ADMIN_TAKEN)
        return;
    if (rc == ERR_OK && admin_audit_write(j, s) == ERR_OK && j->out.overflowed)
        err_set(&j->e, ERR_INTERNAL, "The answer is larger than %d bytes; ask for pages.",
                ADMIN_OUT_BYTES);
    mailbox_post(&j->w->mailbox, &j->mail);
}

/* The job goes on; when it comes back, nobody waits for it. */
static void job_gone(void *arg)
{
    (void)arg;
}

static void job_done(void *arg, bool complete)
{
    (void)complete;
    ((struct admin_job *)arg)->req = NULL;
}

static const struct http_owner job_owner = {.gone = job_gone, .done = job_done};

void admin_job_own(struct admin_job *j)
{
    if (j->req == NULL)
        return;
    j->req->owner = &job_owner;
    j->req->owner_arg = j;
}

static const char *const no_query[] = {NULL};

static struct admin_job *job_new(struct http_req *r, const char *const *query, admin_work_fn *work)
{
    struct admin_job *j = mem_zalloc(sizeof(*j));
    const char *type = http_header(r, "Content-Type"), *value;

    j->job.run = job_run;
    j->mail.open = job_returned;
    j->w = r->w;
    j->gw = r->w->gw;
    j->req = r;
    j->work = work;
    j->provider = r->provider;
    j->provider_named = http_query(r, "provider") != NULL;
    j->http_status = 200;
    j->param = route_param(r);
    j->body = r->body;
    buf_init(&r->body, 0);
    j->body_is_json = type == NULL || strncasecmp(type, "text/plain", 10) != 0;
#define X(name)                                                                                    \
    value = http_query(r, #name);                                                                  \
    j->name = value != NULL ? mem_strdup(value) : NULL;
    ADMIN_QUERY(X)
#undef X
    buf_init(&j->out, ADMIN_OUT_BYTES);
    jout_init(&j->json, &j->out);
    admin_job_own(j);
    admin_audit_begin(j, r);
    j->e.code = admin_query_check(r->query, query, &j->e);
    return j;
}

struct admin_job *admin_job_new(struct http_req *r, admin_work_fn *work)
{
    return job_new(r, no_query, work);
}

void admin_job_post(struct admin_job *j)
{
    if (store_thread_post(j->gw->store_thread, &j->job))
        return;
    err_set(&j->e, ERR_STORE, "The store has too much to do at the moment. Try again shortly.");
    j->retry_after_s = 1;
    admin_job_answer(j);
}

static void job_post_or_answer(struct admin_job *j)
{
    if (j->e.code == ERR_OK)
        admin_job_post(j);
    else
        admin_job_answer(j);
}

void admin_run(struct http_req *r, admin_work_fn *work)
{
    job_post_or_answer(job_new(r, no_query, work));
}

void admin_run_query(struct http_req *r, const char *const *query, admin_work_fn *work)
{
    job_post_or_answer(job_new(r, query, work));
}
