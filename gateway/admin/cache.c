/* Caches by API: what they hold, and clearing them. */
#include <string.h>

#include "admin/admin.h"
#include "admin/public_stats.h"
#include "proxy/cache_shared.h"
#include "proxy/models.h"

static enum err_code redis_away(struct admin_job *j)
{
    j->retry_after_s = 1;
    return err_set(&j->e, ERR_STORE,
                   "Redis, which keeps the caches, cannot be used at the moment. Try again "
                   "shortly; server doctor says what is wrong.");
}

/* Those of all gateways when there is a Redis. */
static bool look_at_responses(struct gateway *gw, struct response_cache_stats *out)
{
    response_cache_stats(gw->responses, out);
    return gw->redis == NULL || shared_answers_stats(gw->redis, out);
}

static bool clear_responses(struct gateway *gw, int provider, bool drop, size_t *count)
{
    *count = response_cache_clear(gw->responses, provider, drop);
    return gw->redis == NULL || shared_answers_clear(gw->redis, provider, drop, count);
}

static enum err_code work_stats(struct admin_job *j, struct store *s)
{
    struct response_cache_stats responses;
    size_t models, stats = public_cache_entries(j->gw->public_stats);

    (void)s;
    if (!look_at_responses(j->gw, &responses) || !models_cache_entries(j->gw, &models))
        return redis_away(j);
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

/* Of the caches that the scope names by its first letter, or 'a' for all; drop: or only counts. */
static bool clear_scope(struct gateway *gw, char scope, int provider, bool drop, size_t *count)
{
    size_t some = 0;

    *count = 0;
    if (scope == 'a' || scope == 's')
        *count += public_cache_clear(gw->public_stats, provider, drop);
    if (scope == 'a' || scope == 'r') {
        if (!clear_responses(gw, provider, drop, &some))
            return false;
        *count += some;
    }
    if (scope == 'a' || scope == 'm') {
        if (!models_cache_clear(gw, provider, drop, &some))
            return false;
        *count += some;
    }
    return true;
}

static enum err_code clear(struct admin_job *j, struct store *s, const json_t *o)
{
    static const char *const scopes[] = {"all", "response", "models", "stats"};
    const char *scope = scopes[0];
    bool one = j->provider_named || json_object_get(o, "provider") != NULL, known = false;
    bool dry_run = false;
    size_t n;

    (void)s;
    if (admin_text(o, "scope", &scope, &j->e) != ERR_OK ||
        admin_bool(o, "dry_run", &dry_run, &j->e) != ERR_OK)
        return j->e.code;
    for (size_t i = 0; i < ARRAY_LEN(scopes); i++)
        known |= strcmp(scope, scopes[i]) == 0;
    if (!known)
        return err_param(&j->e, ERR_BAD_FIELD, "scope",
                         "scope must be all, response, models or stats.");
    if (!clear_scope(j->gw, scope[0], one ? j->provider : -1, !dry_run, &n))
        return redis_away(j);
    admin_audit_target(j, scope);
    jout_int(&j->audit, "cleared", (int64_t)n);
    j->unchanged = dry_run;
    jout_object(&j->json, NULL);
    jout_bool(&j->json, dry_run ? "dry_run" : "success", true);
    if (!dry_run)
        jout_str(&j->json, "message", "Cleared");
    jout_int(&j->json, "cleared", (int64_t)n);
    jout_object_end(&j->json);
    return ERR_OK;
}

static enum err_code work_clear(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {"scope", "dry_run", NULL};

    return j->body.len > 0 ? admin_with_object(j, s, fields, clear) : clear(j, s, NULL);
}

void admin_cache_clear(struct http_req *r)
{
    admin_run(r, work_clear);
}
