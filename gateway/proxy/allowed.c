/* Which models the owner of a client token may use: what calls name, and what lists show. */
#include "proxy/allowed.h"

#include <stdlib.h>

#include "auth/tokens.h"
#include "auth/users.h"

static const struct user *owner(const struct http_req *r)
{
    return r->token != NULL ? r->token->owner : NULL;
}

bool allowed_limits(const struct http_req *r)
{
    return owner(r) != NULL && user_is_limited(owner(r));
}

bool allowed_model(const struct http_req *r, const char *model)
{
    return owner(r) == NULL || user_may_use(owner(r), model);
}

/* OpenRouter's list of models to go on with when the first one fails. */
static bool all_allowed(const struct http_req *r, const struct call *c)
{
    const char *text = r->body.data + c->models_begin;
    json_t *list = json_loadb(text, c->models_end - c->models_begin, 0, NULL), *m;
    bool good = json_is_array(list);
    size_t i;

    json_array_foreach(list, i, m) good &=
        json_is_string(m) && allowed_model(r, json_string_value(m));
    json_decref(list);
    return good;
}

enum err_code allowed_call(const struct http_req *r, const struct call *c, struct err *e)
{
    if (!allowed_limits(r))
        return ERR_OK;
    if (c->model[0] == '\0' && c->models_end == 0)
        return err_param(e, ERR_MODEL_DENIED, "model",
                         "The call names no model, and this user may only use some: see "
                         "/v1/models.");
    if (c->model[0] != '\0' && !allowed_model(r, c->model))
        return err_param(e, ERR_MODEL_DENIED, "model", NULL);
    if (c->models_end > 0 && !all_allowed(r, c))
        return err_param(e, ERR_MODEL_DENIED, "models", NULL);
    return ERR_OK;
}

/* OpenAI's form of a model has an id, Ollama's a name and a model. */
static bool may_see(const struct http_req *r, const json_t *m)
{
    static const char *const names[] = {"id", "name", "model"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const char *name = json_string_value(json_object_get(m, names[i]));

        if (name != NULL)
            return allowed_model(r, name);
    }
    return false;
}

bool allowed_list(const struct http_req *r, const char *list, const char *json, size_t len,
                  struct buf *out)
{
    json_t *o = json_loadb(json, len, 0, NULL), *all = json_object_get(o, list);
    json_t *some = json_array(), *m;
    char *text;
    size_t i;
    bool good;

    json_array_foreach(all, i, m) if (may_see(r, m)) json_array_append(some, m);
    text = json_object_set_new(o, list, some) == 0 ? json_dumps(o, JSON_COMPACT) : NULL;
    good = text != NULL && buf_adds(out, text);
    free(text);
    json_decref(o);
    return good;
}
