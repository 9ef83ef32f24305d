/* Caches by API: what they hold, and clearing them. */
#include <string.h>

#include "admin/admin.h"
#include "admin/public_stats.h"
#include "base/clock.h"
#include "proxy/cache.h"
#include "proxy/models.h"

static enum err_code work_stats(struct admin_job *j, struct store *s)
{
    struct response_cache_stats responses;
    size_t models = models_cache_entries(j->gw->models, clock_wall_ms());
    size_t stats = public_cache_entries(j->gw->public_stats);

    (void)s;
    response_cache_stats(j->gw->responses, &responses);
    jout_object(&j->json, NULL);
    jout_int(&j->json, "totalEntries", (int64_t)(responses.entries + models + stats));
    jout_object(&j->json, "byType");
    jout_int(&j->json, "response", (int64_t)responses.entries);
    jout_int(&j->json, "models", (int64_t)models);
    jout_int(&j->json, "stats", (int64_t)stats);
    jout_object_end(&j->json);
    jout_int(&j->json, "response_bytes", (int64_t)responses.bytes);
    jout_int(&j->json, "response_hits", (int64_t)responses.hits);
    jout_int(&j->json, "response_misses", (int64_t)responses.misses);
    jout_int(&j->json, "response_ttl_ms", gateway_conf(j->gw)->response_cache_ttl);
    jout_object_end(&j->json);
    return ERR_OK;
}

void admin_cache_stats(struct http_req *r)
{
    admin_run(r, work_stats);
}

static enum err_code clear(struct admin_job *j, struct store *s, const json_t *o)
{
    const char *scope = "all";
    bool one = j->provider_named || json_object_get(o, "provider") != NULL, all;
    int provider = one ? j->provider : -1;
    size_t n = 0;

    (void)s;
    if (admin_text(o, "scope", &scope, &j->e) != ERR_OK)
        return j->e.code;
    all = strcmp(scope, "all") == 0;
    if (!all && strcmp(scope, "response") != 0 && strcmp(scope, "models") != 0 &&
        strcmp(scope, "stats") != 0)
        return err_param(&j->e, ERR_BAD_FIELD, "scope",
                         "scope must be all, response, models or stats.");
    if (all || scope[0] == 'r')
        n += response_cache_clear(j->gw->responses, provider);
    if (all || scope[0] == 'm')
        n += models_cache_clear(j->gw->models, provider);
    if (all || scope[0] == 's')
        n += public_cache_clear(j->gw->public_stats, provider);
    admin_audit_target(j, scope);
    jout_int(&j->audit, "cleared", (int64_t)n);
    jout_object(&j->json, NULL);
    jout_bool(&j->json, "success", true);
    jout_str(&j->json, "message", "Cleared");
    jout_int(&j->json, "cleared", (int64_t)n);
    jout_object_end(&j->json);
    return ERR_OK;
}

static enum err_code work_clear(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {"scope", NULL};

    return j->body.len > 0 ? admin_with_object(j, s, fields, clear) : clear(j, s, NULL);
}

void admin_cache_clear(struct http_req *r)
{
    admin_run(r, work_clear);
}
