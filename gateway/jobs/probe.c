/* Asks an upstream whether a key is good, and what it may use. */
#include "jobs/probe.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/intl.h"
#include "upstream/upstream.h"

enum {
    PROBE_BODY_BYTES = 16 * 1024,
    PROBE_MODELS_BYTES = 4 * 1024 * 1024,
    PROBE_MODELS_MAX = 1000
};

/* What is asked, one after the other. */
enum probe_step { STEP_FREE, STEP_CHAT, STEP_MODELS };

struct probe {
    struct dead dead;
    struct worker *w;
    int provider;
    bool with_models;
    probe_done_fn *done;
    void *arg;
    enum probe_step step;
    struct transfer *transfer; /* NULL: none runs */
    struct timer timer;
    struct arena arena;
    char *authorization;
    struct buf body;
    int status; /* of the step */
    struct probe_result result;
};

static const struct {
    const char *name, *pattern;
} categories[] = {
#define CATEGORY(name, pattern) {name, pattern},
#include "jobs/categories.def"
#undef CATEGORY
};

const char *probe_category(const char *models)
{
    size_t i = 0;

    while (i + 1 < ARRAY_LEN(categories) && strcasestr(models, categories[i].pattern) == NULL)
        i++;
    return categories[i].name;
}

static const char *probe_header(void *arg, const char *name)
{
    return transfer_header_value(((struct probe *)arg)->transfer, name);
}

static void probe_head(void *arg, int status)
{
    ((struct probe *)arg)->status = status;
}

static enum transfer_flow probe_body(void *arg, const char *data, size_t len)
{
    struct probe *p = arg;
    size_t cap = p->step == STEP_MODELS ? PROBE_MODELS_BYTES : PROBE_BODY_BYTES;

    if (p->body.len + len <= cap)
        buf_add(&p->body, data, len);
    return TRANSFER_TAKEN;
}

static void probe_bury(struct dead *d)
{
    struct probe *p = container_of(d, struct probe, dead);

    explicit_bzero(p->authorization, strlen(p->authorization));
    free(p->authorization);
    arena_done(&p->arena);
    buf_done(&p->body);
    free(p);
}

static void probe_end(struct probe *p)
{
    wheel_cancel(&p->timer);
    worker_bury(p->w, &p->dead, probe_bury);
    p->done(p->arg, &p->result);
}

void probe_cancel(struct probe *p)
{
    if (p->transfer != NULL)
        transfer_cancel(p->transfer);
    wheel_cancel(&p->timer);
    worker_bury(p->w, &p->dead, probe_bury);
}

static const char *chat_body(struct probe *p, const char *model)
{
    struct buf body;
    const char *text;

    buf_init(&body, PROBE_BODY_BYTES);
    buf_adds(&body, "{\"model\":\"");
    buf_add_json(&body, model, strlen(model));
    buf_adds(&body, "\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
    text = arena_strndup(&p->arena, body.data, body.len);
    buf_done(&body);
    return text;
}

static void probe_ask(struct probe *p, enum probe_step step);

/* The next step that may tell more, or the end. */
static void probe_next(struct probe *p)
{
    const char *model = provider_probe_model(gateway_conf(p->w->gw), p->provider);

    if (p->result.answer == PROBE_UNKNOWN && p->step == STEP_FREE && model[0] != '\0' &&
        p->result.verdict.effect != EFFECT_COOL) /* one that is limited has told enough */
        probe_ask(p, STEP_CHAT);
    else if (p->result.answer == PROBE_GOOD && p->with_models && p->step != STEP_MODELS)
        probe_ask(p, STEP_MODELS);
    else
        probe_end(p);
}

static void probe_judge(struct probe *p)
{
    struct answer a = {.status = p->status,
                       .provider = provider_at(p->provider)->name,
                       .body = p->body.data ? p->body.data : "",
                       .body_len = p->body.len,
                       .header = probe_header,
                       .header_arg = p,
                       .now_ms = clock_wall_ms()};
    const char *type = transfer_header_value(p->transfer, "content-type");

    a.content_type = type != NULL ? type : "";
    p->result.verdict = classify_answer(&a);
    p->result.answer = p->result.verdict.effect == EFFECT_SUCCESS ? PROBE_GOOD
                       : p->result.verdict.effect == EFFECT_HARD  ? PROBE_REFUSED
                                                                  : PROBE_UNKNOWN;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *model_name(const json_t *m)
{
    static const char *const fields[] = {"id", "name", "model"};

    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        const char *name = json_string_value(json_object_get(m, fields[i]));

        if (name != NULL)
            return name;
    }
    return NULL;
}

static const char *names_as_json(struct probe *p, const char **names, size_t len)
{
    struct buf out;
    const char *text;

    qsort(names, len, sizeof(*names), compare_names);
    buf_init(&out, PROBE_MODELS_BYTES);
    for (size_t i = 0; i < len; i++) {
        if (i > 0 && strcmp(names[i], names[i - 1]) == 0)
            continue;
        buf_adds(&out, i == 0 ? "[\"" : ",\"");
        buf_add_json(&out, names[i], strlen(names[i]));
        buf_addc(&out, '"');
    }
    buf_addc(&out, ']');
    text = arena_strndup(&p->arena, out.data, out.len);
    buf_done(&out);
    return text;
}

/* A list in OpenAI's form or in Ollama's; NULL when it is neither, or empty. */
static const char *models_of(struct probe *p)
{
    json_t *o = json_loadb(p->body.data ? p->body.data : "", p->body.len, 0, NULL), *m;
    const json_t *list = json_object_get(o, "data");
    const char *names[PROBE_MODELS_MAX], *name, *text = NULL;
    size_t i, len = 0;

    if (!json_is_array(list))
        list = json_object_get(o, "models");
    json_array_foreach(list, i, m)
    {
        name = model_name(m);
        if (name != NULL && len < PROBE_MODELS_MAX)
            names[len++] = name;
    }
    if (len > 0)
        text = names_as_json(p, names, len);
    json_decref(o);
    return text;
}

static void probe_took_models(struct probe *p, bool whole)
{
    const char *models =
        whole && p->status >= 200 && p->status < 300 && p->body.len < PROBE_MODELS_BYTES
            ? models_of(p)
            : NULL;

    if (models != NULL) {
        p->result.models = models;
        p->result.category = probe_category(models);
    }
}

static void probe_done(void *arg, const struct transfer_result *result)
{
    struct probe *p = arg;

    if (p->step == STEP_MODELS) {
        probe_took_models(p, result->code == ERR_OK);
    } else {
        p->result.status = p->status;
        if (result->code == ERR_OK)
            probe_judge(p);
        else
            p->result.verdict = (struct verdict){.rule = err_info(result->code)->json_code};
    }
    p->transfer = NULL;
    probe_next(p);
}

static const struct transfer_ops probe_ops = {
    .head = probe_head, .body = probe_body, .done = probe_done};

static void probe_ask(struct probe *p, enum probe_step step)
{
    const struct conf *conf = gateway_conf(p->w->gw);
    const struct provider_info *to = provider_at(p->provider);
    const char *const paths[] = {[STEP_FREE] = to->probe_path,
                                 [STEP_CHAT] = "/v1/chat/completions",
                                 [STEP_MODELS] = to->models_path};
    struct transfer_header headers[] = {{to->auth_header, p->authorization},
                                        {"Content-Type", "application/json"}};
    struct transfer_request q = {
        .method = step == STEP_CHAT ? "POST" : "GET",
        .url = arena_join(&p->arena, provider_base_url(conf, p->provider), paths[step], NULL),
        .headers = headers,
        .headers_len = step == STEP_CHAT ? 2 : 1,
        .connect_timeout_ms = conf->connect_timeout,
        .ops = &probe_ops,
        .arg = p};

    if (step == STEP_CHAT) {
        q.body = chat_body(p, provider_probe_model(conf, p->provider));
        q.body_len = strlen(q.body);
    }
    p->step = step;
    p->status = 0;
    p->body.cap_bytes = step == STEP_MODELS ? PROBE_MODELS_BYTES : PROBE_BODY_BYTES;
    buf_clear(&p->body);
    p->transfer = transfer_start(p->w->upstream, &q);
    wheel_set(&p->w->loop.wheel, &p->timer, p->w->loop.now_ms + (uint64_t)conf->first_byte_timeout);
}

/* The step took too long; or there was nothing to ask, and this is the turn after the start. */
static void probe_late(struct timer *t)
{
    struct probe *p = container_of(t, struct probe, timer);

    if (p->transfer != NULL) {
        transfer_cancel(p->transfer);
        p->transfer = NULL;
        if (p->step != STEP_MODELS)
            p->result.verdict =
                (struct verdict){.rule = err_info(ERR_TIMEOUT_FIRST_BYTE)->json_code};
        probe_end(p);
        return;
    }
    probe_next(p);
}

struct probe *probe_start(struct worker *w, int provider, const char *secret, bool with_models,
                          probe_done_fn *done, void *arg)
{
    struct probe *p = mem_zalloc(sizeof(*p));
    const struct provider_info *to = provider_at(provider);

    p->w = w;
    p->provider = provider;
    p->with_models = with_models;
    p->done = done;
    p->arg = arg;
    p->timer.fire = probe_late;
    p->authorization = mem_printf("%s%s", to->auth_scheme, secret);
    p->result = (struct probe_result){.answer = PROBE_UNKNOWN, .verdict = {.rule = N_("no_probe")}};
    buf_init(&p->body, PROBE_BODY_BYTES);
    if (to->probe_path[0] != '\0')
        probe_ask(p, STEP_FREE);
    else
        wheel_set(&w->loop.wheel, &p->timer, w->loop.now_ms);
    return p;
}
