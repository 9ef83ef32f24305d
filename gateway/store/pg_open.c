/* Opens a PostgreSQL database, which several gateways may share, and closes it. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "crypto/secret.h"
#include "store/pg_migrate.h"
#include "store/users.h"

void pg_free(struct pg_db *db)
{
    pg_disconnect(db);
    if (db->dial != NULL)
        pg_dial_free(db->dial);
    pg_params_free(db);
    for (int provider = 0; provider < STORE_PROVIDERS_MAX; provider++)
        for (int which = 0; which < PG_COUNT; which++)
            free(db->texts[provider][which]);
    free(db->sent);
    free(db->place);
    free(db);
}

static void pg_close(void *db)
{
    pg_free(db);
}

const struct store_ops pg_ops = {
    .name = "postgresql",
    .share = &pg_share_ops,
    .close = pg_close,
    .ping = pg_ping,
    .meta_get = pg_meta_get,
    .meta_put = pg_meta_put,
    .meta_add = pg_meta_add,
    .providers_load = pg_providers_load,
    .provider_open = pg_provider_open,
    .provider_add = pg_provider_add,
    .provider_put = pg_provider_put,
    .provider_remove = pg_provider_remove,
    .admins_load = pg_admins_load,
    .admin_insert = pg_admin_insert,
    .admin_delete = pg_admin_delete,
    .jobs_load = pg_jobs_load,
    .job_put = pg_job_put,
    .audit_add = pg_audit_add,
    .audit_list = pg_audit_list,
    .audit_page = pg_audit_page,
    .audit_count = pg_audit_count,
    .audit_prune = pg_audit_prune,
    .keys_load = pg_keys_load,
    .keys_insert = pg_keys_insert,
    .keys_edit = pg_keys_edit,
    .keys_delete = pg_keys_delete,
    .tokens_load = pg_tokens_load,
    .token_insert = pg_token_insert,
    .tokens_edit = pg_tokens_edit,
    .tokens_delete = pg_tokens_delete,
    .global_load = pg_global_load,
    .models_load = pg_models_load,
    .flush = pg_flush,
    .hours_rank = pg_hours_rank,
    .hours_load = pg_hours_load,
    .spreads_load = pg_spreads_load,
    .hours_prune = pg_hours_prune,
    .together_begin = pg_together_begin,
    .together_end = pg_together_end,
    .keys_after = pg_keys_after,
    .keys_reseal = pg_keys_reseal,
    .hours_all = pg_hours_all,
    .spreads_all = pg_spreads_all,
    .audit_all = pg_audit_all,
    .global_put = pg_global_put,
    .model_put = pg_model_put,
    .provider_clear = pg_provider_clear,
    .common_clear = pg_common_clear,
    .snapshot = pg_snapshot,
    .users = &pg_user_ops,
};

#define FORGET_AFTER_MS (INT64_C(7) * 24 * 3600 * 1000)

/* The dial borrows what is connected with, so that is complete. */
static bool begin_dial(struct pg_db *db)
{
    db->dial = pg_dial_new((const char *const *)db->names, (const char *const *)db->values);
    return db->dial != NULL;
}

static struct pg_db *with_builtins(void)
{
    struct pg_db *db = mem_zalloc(sizeof(*db));

    for (int provider = 0; provider < SCHEMA_BUILTINS; provider++)
        snprintf(db->prefixes[provider], SCHEMA_PREFIX_BYTES, "%s", schema_prefixes[provider]);
    return db;
}

struct pg_db *pg_new(const char *rest, struct err *e)
{
    struct pg_db *db = with_builtins();

    db->place = mem_strdup("PostgreSQL");
    secret_random(&db->writer, sizeof(db->writer));
    if (pg_params(db, rest, e) == ERR_OK) {
        if (begin_dial(db))
            return db;
        err_set(e, ERR_STORE, "%s: the system gives no thread", db->place);
    }
    pg_free(db);
    return NULL;
}

struct pg_db *pg_twin(const struct pg_db *db)
{
    struct pg_db *twin = with_builtins();

    for (; twin->params_len < db->params_len; twin->params_len++) {
        twin->names[twin->params_len] = mem_strdup(db->names[twin->params_len]);
        twin->values[twin->params_len] = mem_strdup(db->values[twin->params_len]);
    }
    twin->pooled = db->pooled;
    twin->place = mem_strdup(db->place);
    if (begin_dial(twin))
        return twin;
    pg_free(twin);
    return NULL;
}

enum err_code pg_open(struct store *s, const char *rest, struct err *e)
{
    struct pg_db *db = pg_new(rest, e);
    enum err_code rc;

    if (db == NULL)
        return e != NULL ? e->code : ERR_STORE;
    secret_random(&db->flushes, sizeof(db->flushes));
    rc = pg_connect(db, e);
    if (rc == ERR_OK)
        rc = pg_migrate(db, pg_migrations, pg_migrations_len, e);
    if (rc == ERR_OK)
        rc = pg_flushes_forget(db, (uint64_t)(clock_wall_ms() - FORGET_AFTER_MS), e);
    if (rc != ERR_OK) {
        s->away = db->away;
        pg_free(db);
        return rc;
    }
    s->ops = &pg_ops;
    s->db = db;
    return ERR_OK;
}

/* ---- from outside ---- */

/* For a look, or to migrate. */
static struct pg_db *visit(const char *rest, struct err *e)
{
    struct pg_db *db = pg_new(rest, e);

    if (db == NULL)
        return NULL;
    db->visiting = true;
    if (pg_connect(db, e) == ERR_OK)
        return db;
    pg_free(db);
    return NULL;
}

enum err_code pg_migrate_all(const char *rest, store_migrated_fn *fn, void *arg, struct err *e)
{
    struct pg_db *db = visit(rest, e);
    enum err_code rc;

    if (db == NULL)
        return e != NULL ? e->code : ERR_STORE;
    db->migrated = fn;
    db->migrated_arg = arg;
    rc = pg_migrate(db, pg_migrations, pg_migrations_len, e);
    pg_free(db);
    return rc;
}

enum err_code pg_survey(struct store_survey *out, const char *rest, struct err *e)
{
    struct pg_db *db = visit(rest, e);
    enum err_code rc;

    out->backend = pg_ops.name;
    if (db == NULL)
        return e != NULL ? e->code : ERR_STORE;
    snprintf(out->place, sizeof(out->place), "%s", db->place);
    rc = pg_migrated(db, pg_migrations, pg_migrations_len, &out->applied, e);
    out->known = pg_migrations_len;
    out->there = out->applied > 0;
    if (rc == ERR_OK && out->applied < out->known)
        out->next = pg_migrations[out->applied].name;
    if (rc == ERR_OK && out->there)
        rc = pg_meta_get(db, "key-check", out->key_check, sizeof(out->key_check), e);
    pg_free(db);
    return rc;
}
