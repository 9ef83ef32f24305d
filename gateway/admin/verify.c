/* Asks an upstream about one key, while the caller waits. */
#include <stdlib.h>
#include <string.h>

#include "admin/admin.h"
#include "base/clock.h"
#include "jobs/key_check.h"

/* Lives from the handler until the job is posted. */
struct verify {
    struct dead dead;
    struct admin_job *job;
    struct probe *probe;
};

static void verify_bury(struct dead *d)
{
    free(container_of(d, struct verify, dead));
}

/* The client leaves: the upstream is not asked any further. */
static void verify_request_done(void *arg, bool complete)
{
    struct verify *v = arg;

    (void)complete;
    probe_cancel(v->probe);
    worker_bury(v->job->w, &v->dead, verify_bury);
    admin_job_free(v->job);
}

static void verify_gone(void *arg)
{
    http_resume(((struct verify *)arg)->job->req);
}

static const struct http_owner verify_owner = {.gone = verify_gone, .done = verify_request_done};

/* The answer is in: the rest is for the store thread. */
static void verify_told(void *arg, const struct probe_result *result)
{
    struct verify *v = arg;
    struct admin_job *j = v->job;

    j->probe = *result;
    snprintf(j->probe_rule, sizeof(j->probe_rule), "%s", result->verdict.rule);
    if (result->models != NULL)
        j->probe_models = mem_strdup(result->models);
    worker_bury(j->w, &v->dead, verify_bury);
    admin_job_own(j);
    admin_job_post(j);
}

static enum err_code work_verified(struct admin_job *j, struct store *s)
{
    struct key_check check = {j->key, j->probe.answer, j->probe_rule, j->probe_models,
                              j->probe.category};
    struct store_key_state state;
    enum key_status status;
    char id[DIGEST_ID_TEXT];

    if (key_checks_keep(j->gw, s, j->provider, &check, 1, &j->e) != ERR_OK)
        return j->e.code;
    pool_get_state(j->gw->pools[j->provider], j->key, clock_wall_ms(), &state, &status);
    j->unchanged = check.answer == PROBE_UNKNOWN;
    admin_audit_id(j, 'k', j->key->id);
    jout_str(&j->audit, "state", key_status_name(status));
    jout_object(&j->json, NULL);
    if (check.answer != PROBE_UNKNOWN)
        jout_bool(&j->json, "valid", check.answer == PROBE_GOOD);
    else
        jout_null(&j->json, "valid");
    jout_int(&j->json, "status", j->probe.status);
    jout_str(&j->json, "error", check.answer == PROBE_GOOD ? NULL : check.rule);
    jout_str(&j->json, "apiKey", j->key->masked);
    jout_str(&j->json, "id", digest_id_text('k', j->key->id, id));
    jout_str(&j->json, "state", key_status_name(status));
    jout_str(&j->json, "category", check.category);
    jout_time(&j->json, "timestamp", clock_wall_ms());
    jout_object_end(&j->json);
    return ERR_OK;
}

/* Runs on the worker: the body is small, and the call goes out from here. */
void admin_key_verify(struct http_req *r)
{
    static const char *const fields[] = {"apiKey", NULL};
    struct admin_job *j = admin_job_new(r, work_verified);
    const char *key = NULL;
    struct verify *v;
    json_t *o = NULL;

    if (j->e.code == ERR_OK && admin_object(j, fields, &o, &j->e) == ERR_OK &&
        admin_text(o, "apiKey", &key, &j->e) == ERR_OK) {
        if (key == NULL)
            err_param(&j->e, ERR_BAD_FIELD, "apiKey", "apiKey is missing.");
        else if ((j->key = pool_find(j->gw->pools[j->provider], admin_id('k', key))) == NULL)
            err_set(&j->e, ERR_KEY_NOT_FOUND, NULL);
    }
    json_decref(o);
    if (j->e.code != ERR_OK) {
        admin_job_answer(j);
        return;
    }
    v = mem_zalloc(sizeof(*v));
    v->job = j;
    r->owner = &verify_owner;
    r->owner_arg = v;
    v->probe = probe_start(r->w, j->provider, j->key->secret, true, verify_told, v);
}
