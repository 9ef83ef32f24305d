/* A user's call as a job: from the worker to other threads, and back. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "user/user_impl.h"

bool user_find(struct user_job *j, struct store *s)
{
    const char *email = j->user_id == 0 ? j->email : NULL;

    if (user_row_find(s, email, j->user_id, &j->found, &j->e) == ERR_OK) {
        if (j->user_id == 0 || j->found.active)
            return true;
        err_set(&j->e, j->found.id == 0 ? ERR_SESSION : ERR_USER_DISABLED, NULL);
    }
    user_answer(j);
    return false;
}

int user_find_provider(struct user_job *j, struct store *s)
{
    int provider;

    if (!user_find(j, s))
        return -1;
    provider = provider_by_name(j->found.key_provider);
    if (provider < 0)
        user_answer_error(j, ERR_PROVIDER_NOT_FOUND);
    return provider;
}

/* ---- the job ---- */

static void wipe_text(const char *text)
{
    if (text != NULL)
        secret_wipe((char *)(uintptr_t)text, strlen(text));
}

static void job_free(struct user_job *j)
{
    wipe_text(j->password);
    wipe_text(j->new_password);
    wipe_text(j->code);
    json_decref(j->input);
    user_row_done(&j->found);
    secret_wipe(j->hash, sizeof(j->hash));
    buf_wipe(&j->out);
    free(j);
}

/* Strangers may call: what is wrong with the machine is for the log. */
static void say_less(struct user_job *j)
{
    if (j->e.code != ERR_STORE && j->e.code != ERR_SEAL && j->e.code != ERR_INTERNAL)
        return;
    LOG(WARN, "user_call_failed", F_STR("id", j->request_id), F_STR("path", j->route->path),
        F_STR("error", j->e.text));
    err_set(&j->e, j->e.code == ERR_STORE ? ERR_STORE : ERR_INTERNAL, NULL);
}

/* Back on the worker. */
static void job_returned(struct mail *m)
{
    struct user_job *j = container_of(m, struct user_job, mail);

    say_less(j);
    if (j->req != NULL) {
        j->req->owner = NULL;
        if (j->e.code != ERR_OK)
            http_send_error(j->req, &j->e, j->retry_after_s);
        else
            http_send_json(j->req, 200, &j->out);
    }
    job_free(j);
}

void user_answer(struct user_job *j)
{
    mailbox_post(&j->w->mailbox, &j->mail);
}

void user_answer_error(struct user_job *j, enum err_code code)
{
    err_set(&j->e, code, NULL);
    user_answer(j);
}

void user_answer_refusal(struct user_job *j, const struct err *e)
{
    j->e = *e;
    if (e->code == ERR_ABORTED)
        j->req = NULL;
    user_answer(j);
}

void user_answer_done(struct user_job *j)
{
    jout_object(&j->json, NULL);
    jout_bool(&j->json, "success", true);
    jout_object_end(&j->json);
    user_answer(j);
}

/* The job goes on; when it comes back, nobody waits for it. */
static void job_gone(void *arg)
{
    (void)arg;
}

static void job_done(void *arg, bool complete)
{
    (void)complete;
    ((struct user_job *)arg)->req = NULL;
}

static const struct http_owner job_owner = {.gone = job_gone, .done = job_done};

static void run_on_store(struct store_job *job, struct store *s)
{
    struct user_job *j = container_of(job, struct user_job, store_job);

    j->step(j, s);
}

struct user_job *user_job_new(struct http_req *r)
{
    struct user_job *j = mem_zalloc(sizeof(*j));

    j->store_job.run = run_on_store;
    j->mail.open = job_returned;
    j->w = r->w;
    j->gw = r->w->gw;
    j->conf = gateway_conf(j->gw);
    j->req = r;
    j->user_id = r->user != NULL ? r->user->id : 0;
    j->session_id = r->session;
    j->route = r->route;
    memcpy(j->request_id, r->id, sizeof(j->request_id));
    client_ip(r, j->address);
    buf_init(&j->out, USER_OUT_BYTES);
    jout_init(&j->json, &j->out);
    r->owner = &job_owner;
    r->owner_arg = j;
    return j;
}

static void too_much(struct user_job *j, const char *whom)
{
    err_set(&j->e, ERR_STORE, "%s has too much to do at the moment. Try again shortly.", whom);
    j->retry_after_s = 1;
    user_answer(j);
}

void user_to_store(struct user_job *j, user_step_fn *step)
{
    j->step = step;
    if (!store_thread_post(j->gw->store_thread, &j->store_job))
        too_much(j, "The store");
}

static void run_on_hasher(struct hash_job *job, bool stopping)
{
    struct user_job *j = container_of(job, struct user_job, hash_job);

    if (stopping)
        user_answer_error(j, ERR_DRAINING);
    else
        j->step(j, NULL);
}

void user_to_hasher(struct user_job *j, user_step_fn *step)
{
    j->step = step;
    j->hash_job.run = run_on_hasher;
    if (!user_hash_post(j->gw, &j->hash_job))
        too_much(j, "The thread that checks passwords");
}

void user_run(struct http_req *r, user_step_fn *step)
{
    user_to_store(user_job_new(r), step);
}
