/* The list of models, in OpenAI's form: fetched with a key of the pool. */
#include "proxy/models.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "proxy/allowed.h"
#include "proxy/exchange.h"
#include "proxy/models_cache.h"
#include "json/jout.h"

enum { MODELS_CAP_BYTES = 16 * 1024 * 1024 };

static int64_t model_created(const json_t *m)
{
    int64_t ms;
    const char *modified = json_string_value(json_object_get(m, "modified_at"));

    return modified != NULL && clock_parse_iso(modified, &ms) ? ms / 1000 : 0;
}

/* Ollama's {"models":[{"name":…}]} in OpenAI's words. */
static void write_ollama_model(struct jout *j, const json_t *m)
{
    const char *id = json_string_value(json_object_get(m, "name"));

    if (id == NULL)
        id = json_string_value(json_object_get(m, "model"));
    if (id == NULL)
        return;
    jout_object(j, NULL);
    jout_str(j, "id", id);
    jout_str(j, "object", "model");
    jout_int(j, "created", model_created(m));
    jout_str(j, "owned_by", "ollama");
    jout_object_end(j);
}

static bool models_convert(const json_t *ollama, struct buf *out)
{
    const json_t *list = json_object_get(ollama, "models"), *m;
    struct jout j;
    size_t i;

    if (!json_is_array(list))
        return false;
    jout_init(&j, out);
    jout_object(&j, NULL);
    jout_str(&j, "object", "list");
    jout_array(&j, "data");
    json_array_foreach(list, i, m) write_ollama_model(&j, m);
    jout_array_end(&j);
    jout_object_end(&j);
    return true;
}

/* A list that has OpenAI's form already passes as it came. */
static bool models_read(const char *body, size_t len, struct buf *out)
{
    json_t *o = json_loadb(body, len, 0, NULL);
    bool ok;

    if (json_is_array(json_object_get(o, "data")))
        ok = buf_add(out, body, len);
    else
        ok = models_convert(o, out);
    json_decref(o);
    return ok;
}

static void send_text(struct http_req *r, const char *json)
{
    struct buf out;

    buf_init(&out, MODELS_CAP_BYTES);
    buf_adds(&out, json);
    http_send_json(r, 200, &out);
}

static void send_one(struct http_req *r, const char *json)
{
    char *id = route_param(r);
    json_t *o = json_loads(json, 0, NULL), *m;
    struct err e;
    size_t i;

    json_array_foreach(json_object_get(o, "data"), i, m)
    {
        const char *name = json_string_value(json_object_get(m, "id"));

        if (name != NULL && strcmp(name, id) == 0 && allowed_model(r, id)) {
            char *text = json_dumps(m, JSON_COMPACT);

            send_text(r, text);
            free(text);
            free(id);
            json_decref(o);
            return;
        }
    }
    json_decref(o);
    err_param(&e, ERR_MODEL_NOT_FOUND, "model", "The model '%.120s' is not in the list.", id);
    free(id);
    http_send_error(r, &e, 0);
}

/* Those that the token's owner may use. */
static void send_some(struct http_req *r, const char *json)
{
    struct buf out;
    struct err e;

    buf_init(&out, MODELS_CAP_BYTES);
    if (allowed_list(r, "data", json, strlen(json), &out)) {
        http_send_json(r, 200, &out);
        return;
    }
    buf_done(&out);
    err_set(&e, ERR_INTERNAL, NULL);
    http_send_error(r, &e, 0);
}

static void models_send(struct http_req *r, const char *json)
{
    if (r->route->id == ROUTE_MODEL)
        send_one(r, json);
    else if (allowed_limits(r))
        send_some(r, json);
    else
        send_text(r, json);
}

/* The upstream's list came in whole. */
static void models_arrived(struct exchange *x, const char *body, size_t len)
{
    struct buf out;

    buf_init(&out, MODELS_CAP_BYTES);
    x->sent_status = 200;
    if (models_read(body, len, &out)) {
        models_cache_put(x->w->gw, x->provider, out.data);
        models_send(x->req, out.data);
    } else {
        struct err e;

        err_set(&e, ERR_UPSTREAM_ERROR, "The upstream's list of models is not understood.");
        exchange_fail(x, &e, 0);
    }
    buf_done(&out);
}

static void tags_arrived(struct exchange *x, const char *body, size_t len)
{
    struct buf out;
    struct err e;

    buf_init(&out, MODELS_CAP_BYTES);
    if (allowed_list(x->req, "models", body, len, &out)) {
        x->sent_status = 200;
        x->bytes_out = out.len;
        http_send_json(x->req, 200, &out);
        return;
    }
    buf_done(&out);
    err_set(&e, ERR_UPSTREAM_ERROR, "The upstream's list of models is not understood.");
    exchange_fail(x, &e, 0);
}

void models_tags(struct http_req *r)
{
    exchange_begin(r, r->route->path, tags_arrived, MODELS_CAP_BYTES);
}

static void models_found(struct http_req *r, const char *json)
{
    if (json == NULL)
        exchange_begin(r, provider_at(r->provider)->models_path, models_arrived, MODELS_CAP_BYTES);
    else
        models_send(r, json);
}

static void models_go(struct http_req *r)
{
    models_cache_get(r, models_found);
}

void models_list(struct http_req *r)
{
    exchange_admit(r, models_go);
}

void models_get(struct http_req *r)
{
    exchange_admit(r, models_go);
}
