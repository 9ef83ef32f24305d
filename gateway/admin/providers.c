/* Providers by API: listed, switched, added, changed, removed. */
#include <stdlib.h>
#include <string.h>

#include "admin/admin.h"
#include "base/clock.h"
#include "conf/conf_check.h"

void admin_write_provider(struct jout *out, struct gateway *gw, int provider)
{
    const struct provider_info *p = provider_at(provider);
    const struct conf *conf = gateway_conf(gw);
    struct pool_outlook o;

    pool_outlook(gw->pools[provider], clock_wall_ms(), &o);
    jout_object(out, NULL);
    jout_str(out, "name", p->name);
    jout_bool(out, "builtin", p->builtin);
    jout_bool(out, "enabled", !provider_off(conf, provider));
    jout_object(out, "keys");
    jout_int(out, "total", (int64_t)o.total);
    for (int i = 0; i < KEY_STATUS_COUNT; i++)
        jout_int(out, key_status_name((enum key_status)i), (int64_t)o.by_status[i]);
    jout_object_end(out);
    jout_int(out, "tokens", (int64_t)tokens_count(gw->tokens, provider));
    jout_str(out, "prefix", p->prefix);
    jout_str(out, "base_url", provider_base_url(conf, provider));
    jout_str(out, "auth", p->auth);
    jout_str(out, "probe_path", p->probe_path);
    jout_str(out, "models_path", p->models_path);
    jout_str(out, "probe_model", provider_probe_model(conf, provider));
    jout_bool(out, "inject_usage", p->inject_usage);
    jout_time(out, "created_at", p->created_at);
    jout_object_end(out);
}

static enum err_code work_list(struct admin_job *j, struct store *s)
{
    (void)s;
    jout_object(&j->json, NULL);
    jout_array(&j->json, "providers");
    providers_each (p)
        admin_write_provider(&j->json, j->gw, p);
    jout_array_end(&j->json);
    jout_object_end(&j->json);
    return ERR_OK;
}

void admin_providers_list(struct http_req *r)
{
    admin_run(r, work_list);
}

/* The provider that the path names; -1 and an error: there is none. */
static int named(struct admin_job *j)
{
    char known[PROVIDER_NAMES_BYTES];
    int provider = provider_by_name(j->param);

    if (provider < 0)
        err_set(&j->e, ERR_PROVIDER_NOT_FOUND, "There is no such provider; there are: %s.",
                provider_names(known));
    else
        j->provider = provider;
    return provider;
}

static enum err_code work_show(struct admin_job *j, struct store *s)
{
    int provider = named(j);

    (void)s;
    if (provider >= 0)
        admin_write_provider(&j->json, j->gw, provider);
    return j->e.code;
}

void admin_provider_show(struct http_req *r)
{
    admin_run(r, work_show);
}

enum { PATH_MAX_BYTES = 200, MODEL_MAX_BYTES = 128 };

static bool path_good(const char *path)
{
    return path[0] == '\0' ||
           (path[0] == '/' && strlen(path) <= PATH_MAX_BYTES &&
            path[strspn(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                              "/._-")] == '\0');
}

static bool model_good(const char *model)
{
    return strlen(model) <= MODEL_MAX_BYTES && model[strcspn(model, "\"\\ \t\r\n")] == '\0';
}

static enum err_code check_row(struct store_provider *row, char **url, struct err *e)
{
    char names[PROVIDER_NAMES_BYTES];

    if (!conf_parse_url(row->base_url, url))
        return err_param(e, ERR_BAD_FIELD, "base_url",
                         "base_url must be an http:// or https:// address without user, password, "
                         "? and #, up to what stands in front of /v1.");
    if (conf_ends_in_v1(*url))
        return err_param(e, ERR_BAD_FIELD, "base_url",
                         "base_url must not end in /v1, which calls begin with: leave that out.");
    row->base_url = *url;
    if (!provider_auth_known(row->auth))
        return err_param(e, ERR_BAD_FIELD, "auth", "auth must be one of: %s.",
                         provider_auth_names(names));
    if (!path_good(row->probe_path))
        return err_param(e, ERR_BAD_FIELD, "probe_path",
                         "probe_path must be a path such as /v1/models, or empty: no free probe.");
    if (!path_good(row->models_path) || row->models_path[0] == '\0')
        return err_param(e, ERR_BAD_FIELD, "models_path",
                         "models_path must be a path such as /v1/models.");
    if (!model_good(row->probe_model))
        return err_param(e, ERR_BAD_FIELD, "probe_model", "probe_model is not a model's name.");
    return ERR_OK;
}

/* What the body says about a provider, into row, whose strings stay the body's. */
static enum err_code read_row(const json_t *o, struct store_provider *row, struct err *e)
{
    if (admin_text(o, "base_url", &row->base_url, e) != ERR_OK ||
        admin_text(o, "auth", &row->auth, e) != ERR_OK ||
        admin_text(o, "probe_path", &row->probe_path, e) != ERR_OK ||
        admin_text(o, "models_path", &row->models_path, e) != ERR_OK ||
        admin_text(o, "probe_model", &row->probe_model, e) != ERR_OK ||
        admin_bool(o, "inject_usage", &row->inject_usage, e) != ERR_OK ||
        admin_bool(o, "enabled", &row->enabled, e) != ERR_OK)
        return e->code;
    return ERR_OK;
}

/* For the audit log: what the provider is like, before and after. */
static void audit_form(struct admin_job *j, const char *when, int provider)
{
    const struct provider_info *p = provider_at(provider);

    jout_object(&j->audit, when);
    jout_bool(&j->audit, "enabled", !p->switched_off);
    if (!p->builtin) {
        jout_str(&j->audit, "base_url", p->base_url);
        jout_str(&j->audit, "auth", p->auth);
        jout_str(&j->audit, "probe_path", p->probe_path);
        jout_str(&j->audit, "models_path", p->models_path);
        jout_str(&j->audit, "probe_model", p->probe_model);
    }
    jout_object_end(&j->audit);
}

static enum err_code add(struct admin_job *j, struct store *s, struct store_provider *row)
{
    const char *flaw;
    int place = provider_place();

    if (row->name == NULL)
        return err_param(&j->e, ERR_BAD_FIELD, "name", "name is missing.");
    flaw = provider_name_flaw(row->name);
    if (flaw != NULL)
        return err_param(&j->e, ERR_BAD_FIELD, "name", "name: %s.", flaw);
    if (provider_by_name(row->name) >= 0)
        return err_param(&j->e, ERR_CONFLICT, "name", "There is a provider of this name.");
    if (place < 0)
        return err_set(&j->e, ERR_CONFLICT,
                       "There is no place for another provider: %d are known since the start. "
                       "Places of removed ones are free again after a restart.",
                       PROVIDERS_MAX);
    if (s->ops->provider_add(s->db, place, row, &j->e) != ERR_OK)
        return j->e.code;
    provider_publish(place, row);
    j->provider = place;
    admin_audit_target(j, row->name);
    audit_form(j, "after", place);
    admin_write_provider(&j->json, j->gw, place);
    return ERR_OK;
}

static enum err_code work_add(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {"name",       "base_url",     "auth",
                                         "probe_path", "models_path",  "probe_model",
                                         "enabled",    "inject_usage", NULL};
    struct store_provider row = {.base_url = "",
                                 .auth = "bearer",
                                 .probe_path = "/v1/models",
                                 .models_path = "/v1/models",
                                 .probe_model = "",
                                 .enabled = true,
                                 .created_at = clock_wall_ms()};
    char *url = NULL;
    json_t *o;

    if (admin_object(j, fields, &o, &j->e) != ERR_OK)
        return j->e.code;
    if (admin_text(o, "name", &row.name, &j->e) == ERR_OK && read_row(o, &row, &j->e) == ERR_OK &&
        check_row(&row, &url, &j->e) == ERR_OK)
        add(j, s, &row);
    free(url);
    json_decref(o);
    return j->e.code;
}

void admin_provider_add(struct http_req *r)
{
    admin_run(r, work_add);
}

/* One that the program brings along is set up by settings, but for its switch. */
static enum err_code check_builtin(struct admin_job *j, int provider, const json_t *o)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)o, name, value)
    {
        (void)value;
        if (strcmp(name, "enabled") != 0 && strcmp(name, "provider") != 0)
            return err_param(&j->e, ERR_BAD_FIELD, name,
                             "Of %s only enabled can be changed here; the rest are settings.",
                             provider_at(provider)->name);
    }
    if (json_is_true(json_object_get(o, "enabled")) &&
        provider_off_by_setting(gateway_conf(j->gw), provider))
        return err_param(&j->e, ERR_CONFLICT, "enabled",
                         "%s is switched off by a setting; take that out and reload the settings.",
                         provider_at(provider)->name);
    return ERR_OK;
}

static enum err_code edit(struct admin_job *j, struct store *s, int provider, const json_t *o)
{
    const struct provider_info *p = provider_at(provider);
    struct store_provider row = {.name = p->name,
                                 .base_url = p->builtin ? "" : p->base_url,
                                 .auth = p->auth,
                                 .probe_path = p->probe_path,
                                 .models_path = p->models_path,
                                 .probe_model = p->builtin ? "" : p->probe_model,
                                 .inject_usage = p->inject_usage,
                                 .enabled = !p->switched_off,
                                 .created_at = p->builtin ? clock_wall_ms() : p->created_at};
    char *url = NULL;

    if (read_row(o, &row, &j->e) != ERR_OK ||
        (p->builtin ? check_builtin(j, provider, o) : check_row(&row, &url, &j->e)) != ERR_OK) {
        free(url);
        return j->e.code;
    }
    admin_audit_target(j, p->name);
    audit_form(j, "before", provider);
    if (s->ops->provider_put(s->db, &row, &j->e) == ERR_OK) {
        provider_publish(provider, &row);
        audit_form(j, "after", provider);
        admin_write_provider(&j->json, j->gw, provider);
    }
    free(url);
    return j->e.code;
}

static enum err_code work_edit(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {"base_url",    "auth",    "probe_path",   "models_path",
                                         "probe_model", "enabled", "inject_usage", NULL};
    int provider;
    json_t *o;

    if (admin_object(j, fields, &o, &j->e) != ERR_OK)
        return j->e.code;
    provider = named(j);
    if (provider >= 0)
        edit(j, s, provider, o);
    json_decref(o);
    return j->e.code;
}

void admin_provider_edit(struct http_req *r)
{
    admin_run(r, work_edit);
}

/* Ids of tokens that go with a removed provider. */
struct ids {
    uint64_t *list;
    size_t len;
};

static void take_token_id(void *arg, const struct token *t)
{
    struct ids *ids = arg;

    ids->list[ids->len++] = t->id;
}

void admin_provider_forget(struct gateway *gw, int provider)
{
    struct pool *pool = gw->pools[provider];
    struct ids ids = {.list = mem_array(tokens_count(gw->tokens, provider), sizeof(uint64_t))};
    size_t len;
    uint64_t *keys = pool_ids(pool, &len);

    for (size_t i = 0; i < len; i++)
        pool_remove(pool, keys[i]);
    tokens_each(gw->tokens, provider, take_token_id, &ids);
    for (size_t i = 0; i < ids.len; i++)
        tokens_remove(gw->tokens, ids.list[i]);
    free(ids.list);
    free(keys);
}

static enum err_code work_remove(struct admin_job *j, struct store *s)
{
    int provider = named(j);
    struct pool_outlook o;
    size_t tokens;
    bool force = j->force != NULL && strcmp(j->force, "true") == 0;

    if (provider < 0)
        return j->e.code;
    if (j->force != NULL && !force)
        return err_param(&j->e, ERR_BAD_FIELD, "force", "force must be true.");
    if (provider_at(provider)->builtin)
        return err_set(&j->e, ERR_CONFLICT, "%s cannot be removed; it can be switched off.",
                       provider_at(provider)->name);
    pool_outlook(j->gw->pools[provider], clock_wall_ms(), &o);
    tokens = tokens_count(j->gw->tokens, provider);
    if (!force && o.total + tokens > 0)
        return err_set(&j->e, ERR_CONFLICT,
                       "%s has %zu keys and %zu tokens; delete them first, or say force=true.",
                       provider_at(provider)->name, o.total, tokens);
    if (s->ops->provider_remove(s->db, provider, j->param, &j->e) != ERR_OK)
        return j->e.code;
    provider_remove(provider);
    admin_audit_target(j, j->param);
    admin_provider_forget(j->gw, provider);
    jout_int(&j->audit, "keys", (int64_t)o.total);
    jout_int(&j->audit, "tokens", (int64_t)tokens);
    admin_success(j, NULL);
    return ERR_OK;
}

void admin_provider_remove(struct http_req *r)
{
    static const char *const query[] = {"force", NULL};

    admin_run_query(r, query, work_remove);
}
