/* What other gateways changed besides keys: providers, tokens, jobs, and the audit log's records.
 */
#include <stdlib.h>
#include <string.h>

#include "admin/admin.h"
#include "auth/admins.h"
#include "base/arena.h"
#include "base/clock.h"
#include "events/events.h"
#include "jobs/jobs.h"
#include "sync/sync_impl.h"

enum { ALIVE_MAX = 256 };

/* ---- providers ---- */

struct rows {
    struct arena arena; /* what the rows point to */
    struct store_provider list[PROVIDERS_MAX];
    size_t len;
};

static const char *keep(struct rows *r, const char *text)
{
    return arena_strndup(&r->arena, text, strlen(text));
}

static bool take_provider(void *arg, const struct store_provider *row)
{
    struct rows *r = arg;
    struct store_provider *to;

    if (r->len == PROVIDERS_MAX)
        return false;
    to = &r->list[r->len++];
    *to = *row;
    to->name = keep(r, row->name);
    to->base_url = keep(r, row->base_url);
    to->auth = keep(r, row->auth);
    to->probe_path = keep(r, row->probe_path);
    to->models_path = keep(r, row->models_path);
    to->probe_model = keep(r, row->probe_model);
    return true;
}

static const struct store_provider *row_of(const struct rows *r, const struct provider_info *p)
{
    for (size_t i = 0; i < r->len; i++)
        if (strcmp(r->list[i].name, p->name) == 0)
            return &r->list[i];
    return NULL;
}

static bool same(const struct provider_info *p, const struct store_provider *row)
{
    if (p->switched_off == row->enabled)
        return false;
    return p->builtin ||
           (strcmp(p->base_url, row->base_url) == 0 && strcmp(p->auth, row->auth) == 0 &&
            strcmp(p->probe_path, row->probe_path) == 0 &&
            strcmp(p->models_path, row->models_path) == 0 &&
            strcmp(p->probe_model, row->probe_model) == 0 && p->inject_usage == row->inject_usage);
}

/* Gone, or gone and another one of its name made. */
static void drop_removed(struct sync *y, struct store *s, const struct rows *r)
{
    providers_each (p) {
        const struct provider_info *info = provider_at(p);
        const struct store_provider *row = row_of(r, info);

        if (info->builtin || (row != NULL && row->created_at == info->created_at))
            continue;
        y->ops->provider_close(s->db, p);
        provider_remove(p);
        admin_provider_forget(y->gw, p);
    }
}

static enum err_code put_row(struct store *s, const struct store_provider *row, struct err *e)
{
    int p = provider_by_name(row->name);

    if (p >= 0 && !same(provider_at(p), row))
        provider_publish(p, row);
    if (p >= 0 || row->base_url[0] == '\0')
        return ERR_OK;
    p = provider_place();
    if (p < 0) {
        LOG(ERROR, "sync_provider", F_STR("name", row->name),
            F_STR("error", "there is no place for another provider; restart this gateway"));
        return ERR_OK;
    }
    if (s->ops->provider_open(s->db, p, row->name, e) != ERR_OK)
        return e->code;
    provider_publish(p, row);
    return ERR_OK;
}

enum err_code sync_providers(struct sync *y, struct store *s, struct err *e)
{
    struct rows r = {.len = 0};
    enum err_code rc = s->ops->providers_load(s->db, take_provider, &r, e);

    if (rc == ERR_OK)
        drop_removed(y, s, &r);
    for (size_t i = 0; i < r.len && rc == ERR_OK; i++)
        rc = put_row(s, &r.list[i], e);
    arena_done(&r.arena);
    return rc;
}

/* ---- admin tokens ---- */

static bool take_admin(void *arg, const struct store_admin *row)
{
    admins_add(arg, row);
    return true;
}

enum err_code sync_admins(struct sync *y, struct store *s, struct err *e)
{
    static const struct digest no_root;
    struct admins *fresh = admins_new(&no_root);
    enum err_code rc = s->ops->admins_load(s->db, take_admin, fresh, e);

    if (rc == ERR_OK)
        admins_replace(y->gw->admins, fresh);
    else
        admins_free(fresh);
    return rc;
}

/* ---- client tokens ---- */

struct token_rows {
    struct sync *y;
    int provider;
    uint64_t *came; /* ids */
    size_t len, room;
};

static bool take_token(void *arg, const struct store_token *row)
{
    struct token_rows *r = arg;
    struct token *t = tokens_find(r->y->gw->tokens, row->id);
    const struct store_totals totals = {.tally = row->tally, .last_used = row->last_used};

    if (t != NULL) {
        tokens_put(r->y->gw->tokens, t, row->name, row->expires_at);
        subject_absorb(&t->subject, &totals);
        subject_unref(&t->subject);
    } else {
        tokens_add(r->y->gw->tokens, r->provider, row);
    }
    if (r->len == r->room) {
        r->room = r->room ? 2 * r->room : 64;
        r->came = mem_resize(r->came, r->room, sizeof(*r->came));
    }
    r->came[r->len++] = row->id;
    return true;
}

static int by_id(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* Those that were asked for and did not come are gone. */
static void drop_tokens(struct token_rows *r, const uint64_t *ids, size_t len)
{
    if (r->len > 0)
        qsort(r->came, r->len, sizeof(*r->came), by_id);
    for (size_t i = 0; i < len; i++)
        if (r->len == 0 || bsearch(&ids[i], r->came, r->len, sizeof(*r->came), by_id) == NULL)
            tokens_remove(r->y->gw->tokens, ids[i]);
    free(r->came);
}

enum err_code sync_tokens(struct sync *y, struct store *s, int provider, const uint64_t *ids,
                          size_t len, struct err *e)
{
    struct token_rows r = {.y = y, .provider = provider};
    enum err_code rc;

    if (len == 0 || provider_at(provider) == NULL || provider_at(provider)->removed)
        return ERR_OK;
    rc = y->ops->tokens_some(s->db, provider, ids, len, take_token, &r, e);
    drop_tokens(&r, ids, rc == ERR_OK ? len : 0);
    return rc;
}

struct ids {
    uint64_t *list;
    size_t len, room;
};

static void take_id(void *arg, const struct token *t)
{
    struct ids *ids = arg;

    if (ids->len < ids->room)
        ids->list[ids->len++] = t->id;
}

enum err_code sync_all_tokens(struct sync *y, struct store *s, int provider, struct err *e)
{
    struct token_rows r = {.y = y, .provider = provider};
    struct ids ids = {.room = tokens_count(y->gw->tokens, provider)};
    enum err_code rc;

    ids.list = mem_array(ids.room, sizeof(*ids.list));
    tokens_each(y->gw->tokens, provider, take_id, &ids);
    rc = s->ops->tokens_load(s->db, provider, take_token, &r, e);
    drop_tokens(&r, ids.list, rc == ERR_OK ? ids.len : 0);
    free(ids.list);
    return rc;
}

/* ---- jobs ---- */

static bool take_job(void *arg, const char *id, const char *record, int64_t created_at)
{
    jobs_hear(arg, id, record, created_at);
    return true;
}

enum err_code sync_job(struct sync *y, struct store *s, const char *id, struct err *e)
{
    if (id[0] != '\0')
        return y->ops->job_find(s->db, id, take_job, y->gw->jobs, e);
    return s->ops->jobs_load(s->db, JOBS_KEPT, take_job, y->gw->jobs, e);
}

struct alive {
    char ids[ALIVE_MAX][DIGEST_ID_TEXT];
    size_t len;
};

static bool take_gateway(void *arg, const struct store_gateway *g)
{
    struct alive *a = arg;

    if (g->unseen_ms < SYNC_GONE_MS && a->len < ALIVE_MAX)
        snprintf(a->ids[a->len++], DIGEST_ID_TEXT, "%s", g->id);
    return true;
}

static bool is_alive(void *arg, const char *gateway)
{
    const struct alive *a = arg;

    for (size_t i = 0; i < a->len; i++)
        if (strcmp(a->ids[i], gateway) == 0)
            return true;
    return a->len == ALIVE_MAX;
}

enum err_code sync_orphans(struct sync *y, struct store *s, struct err *e)
{
    struct alive alive = {.len = 0};
    enum err_code rc = y->ops->gateways(s->db, take_gateway, &alive, e);
    char id[JOB_ID_TEXT];
    int64_t created_at;
    char *record;

    while (rc == ERR_OK &&
           (record = jobs_interrupt(y->gw->jobs, is_alive, &alive, id, &created_at)) != NULL) {
        rc = s->ops->job_put(s->db, id, record, created_at, e);
        free(record);
    }
    return rc;
}

/* ---- the audit log ---- */

static bool tell_audit(void *arg, const struct store_audit *a)
{
    admin_audit_tell(arg, provider_by_name(a->provider), a);
    return false;
}

enum err_code sync_audit(struct sync *y, struct store *s, int64_t seq, struct err *e)
{
    const struct store_audit_filter any = {.actor = "", .action = "", .target = "", .search = ""};

    if (!events_wanted(y->gw, EVENT_CHANGE))
        return ERR_OK;
    return s->ops->audit_list(s->db, &any, seq + 1, 1, tell_audit, y->gw, e);
}
