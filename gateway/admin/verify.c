/* Asks an upstream whether a key is good: first a call that costs nothing, then, if that does not
 * tell and a model is set for it, one token of chat. */
#include <stdlib.h>
#include <string.h>

#include "admin/admin.h"
#include "base/clock.h"
#include "upstream/upstream.h"

enum { VERIFY_BODY_BYTES = 16 * 1024 };

/* Lives from the handler until the job is posted. */
struct verify {
    struct dead dead;
    struct admin_job *job;
    struct transfer *transfer;
    struct timer timer;
    struct arena arena;
    struct buf body;
    int status;
    bool chatted; /* the second way was tried */
};

static const char *verify_header(void *arg, const char *name)
{
    return transfer_header_value(((struct verify *)arg)->transfer, name);
}

static void verify_head(void *arg, int status)
{
    ((struct verify *)arg)->status = status;
}

static enum transfer_flow verify_body(void *arg, const char *data, size_t len)
{
    struct verify *v = arg;

    if (v->body.len + len <= VERIFY_BODY_BYTES)
        buf_add(&v->body, data, len);
    return TRANSFER_TAKEN;
}

static void verify_bury(struct dead *d)
{
    struct verify *v = container_of(d, struct verify, dead);

    arena_done(&v->arena);
    buf_done(&v->body);
    free(v);
}

/* The answer is in: the rest is for the store thread. */
static void verify_end(struct verify *v)
{
    struct admin_job *j = v->job;

    j->probe_status = v->status;
    wheel_cancel(&v->timer);
    worker_bury(j->w, &v->dead, verify_bury);
    admin_job_own(j);
    admin_job_post(j);
}

/* The client leaves: the upstream is not asked any further. */
static void verify_request_done(void *arg, bool complete)
{
    struct verify *v = arg;

    (void)complete;
    transfer_cancel(v->transfer);
    wheel_cancel(&v->timer);
    worker_bury(v->job->w, &v->dead, verify_bury);
    admin_job_free(v->job);
}

static void verify_gone(void *arg)
{
    http_resume(((struct verify *)arg)->job->req);
}

static const struct http_owner verify_owner = {.gone = verify_gone, .done = verify_request_done};

static void verify_start(struct verify *v, const char *method, const char *path, const char *body);

static bool verify_told(const struct verdict *verdict)
{
    return verdict->effect == EFFECT_SUCCESS || verdict->effect == EFFECT_HARD ||
           verdict->effect == EFFECT_COOL;
}

static void verify_done(void *arg, const struct transfer_result *result)
{
    struct verify *v = arg;
    struct admin_job *j = v->job;
    const char *model = provider_probe_model(gateway_conf(j->gw), j->provider);
    struct answer a = {.status = v->status,
                       .provider = providers[j->provider].name,
                       .body = v->body.data ? v->body.data : "",
                       .body_len = v->body.len,
                       .header = verify_header,
                       .header_arg = v,
                       .now_ms = clock_wall_ms()};
    const char *type = transfer_header_value(v->transfer, "content-type");

    a.content_type = type != NULL ? type : "";
    if (result->code == ERR_OK)
        j->verdict = classify_answer(&a);
    else
        j->verdict = (struct verdict){.rule = err_info(result->code)->json_code};
    if (!verify_told(&j->verdict) && !v->chatted && model[0] != '\0') {
        struct buf body;

        v->chatted = true;
        buf_init(&body, VERIFY_BODY_BYTES);
        buf_adds(&body, "{\"model\":\"");
        buf_add_json(&body, model, strlen(model));
        buf_adds(&body,
                 "\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
        verify_start(v, "POST", "/v1/chat/completions",
                     arena_strndup(&v->arena, body.data, body.len));
        buf_done(&body);
        return;
    }
    verify_end(v);
}

static const struct transfer_ops verify_ops = {
    .head = verify_head, .body = verify_body, .done = verify_done};

static void verify_start(struct verify *v, const char *method, const char *path, const char *body)
{
    const struct conf *conf = gateway_conf(v->job->gw);
    struct transfer_header headers[] = {
        {"Authorization", arena_join(&v->arena, "Bearer ", v->job->key->secret, NULL)},
        {"Content-Type", "application/json"}};
    struct transfer_request q = {
        .method = method,
        .url = arena_join(&v->arena, provider_base_url(conf, v->job->provider), path, NULL),
        .headers = headers,
        .headers_len = body != NULL ? 2 : 1,
        .body = body,
        .body_len = body != NULL ? strlen(body) : 0,
        .connect_timeout_ms = conf->connect_timeout,
        .ops = &verify_ops,
        .arg = v};

    v->status = 0;
    buf_clear(&v->body);
    v->transfer = transfer_start(v->job->w->upstream, &q);
    wheel_set(&v->job->w->loop.wheel, &v->timer,
              v->job->w->loop.now_ms + (uint64_t)conf->first_byte_timeout);
}

static void verify_late(struct timer *t)
{
    struct verify *v = container_of(t, struct verify, timer);

    transfer_cancel(v->transfer);
    v->job->verdict = (struct verdict){.rule = err_info(ERR_TIMEOUT_FIRST_BYTE)->json_code};
    verify_end(v);
}

/* A good key is active again, also when it was out; a refused one goes out; else its state is as it
 * was. When it was told is kept. */
static enum err_code verify_keep(struct admin_job *j, struct store *s,
                                 struct store_key_state *state, enum key_status *status)
{
    struct pool *pool = j->gw->pools[j->provider];
    int64_t now_ms = clock_wall_ms();
    struct store_key_edit edit = {.id = j->key->id, .state = state, .checked_at = now_ms};

    pool_get_state(pool, j->key, now_ms, state, status);
    if (j->verdict.effect == EFFECT_SUCCESS)
        pool_state_enabled(state);
    else if (j->verdict.effect == EFFECT_HARD)
        pool_state_refused(state, j->verdict.rule, now_ms);
    if (!verify_told(&j->verdict))
        return ERR_OK;
    edit.parts = EDIT_CHECKED_AT | (j->verdict.effect == EFFECT_COOL ? 0 : EDIT_STATE);
    if (s->ops->keys_edit(s->db, j->provider, &edit, 1, &j->e) != ERR_OK)
        return j->e.code;
    pool_edit(pool, &edit, 1, now_ms);
    pool_get_state(pool, j->key, now_ms, state, status);
    return ERR_OK;
}

static enum err_code work_verified(struct admin_job *j, struct store *s)
{
    struct store_key_state state;
    enum key_status status;
    char id[DIGEST_ID_TEXT];

    if (verify_keep(j, s, &state, &status) != ERR_OK)
        return j->e.code;
    jout_object(&j->json, NULL);
    if (verify_told(&j->verdict))
        jout_bool(&j->json, "valid", j->verdict.effect != EFFECT_HARD);
    else
        jout_null(&j->json, "valid");
    jout_int(&j->json, "status", j->probe_status);
    jout_str(&j->json, "error", j->verdict.effect == EFFECT_SUCCESS ? NULL : j->verdict.rule);
    jout_str(&j->json, "apiKey", j->key->masked);
    jout_str(&j->json, "id", digest_id_text('k', j->key->id, id));
    jout_str(&j->json, "state", key_status_name(status));
    jout_time(&j->json, "timestamp", clock_wall_ms());
    jout_object_end(&j->json);
    return ERR_OK;
}

/* Runs on the worker: the body is small, and the call goes out from here. */
void admin_key_verify(struct http_req *r)
{
    static const char *const fields[] = {"apiKey", NULL};
    struct admin_job *j = admin_job_new(r, work_verified);
    const struct provider_info *p;
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
    p = &providers[j->provider];
    v = mem_zalloc(sizeof(*v));
    v->job = j;
    v->timer.fire = verify_late;
    buf_init(&v->body, VERIFY_BODY_BYTES);
    r->owner = &verify_owner;
    r->owner_arg = v;
    verify_start(v, p->probe_method, p->probe_path, NULL);
}
