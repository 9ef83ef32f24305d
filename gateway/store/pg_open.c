/* Opens a PostgreSQL database for this gateway alone, and closes it. */
#include <stdlib.h>
#include <string.h>

#include "store/pg_migrate.h"

void pg_close(void *opaque)
{
    struct pg_db *db = opaque;

    pg_disconnect(db);
    pg_params_free(db);
    for (int provider = 0; provider < STORE_PROVIDERS_MAX; provider++)
        for (int which = 0; which < PG_COUNT; which++)
            free(db->texts[provider][which]);
    free(db->sent);
    free(db->place);
    free(db);
}

const struct store_ops pg_ops = {
    .name = "postgresql",
    .close = pg_close,
    .meta_get = pg_meta_get,
    .meta_put = pg_meta_put,
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
    .audit_prune = pg_audit_prune,
    .keys_load = pg_keys_load,
    .keys_insert = pg_keys_insert,
    .keys_edit = pg_keys_edit,
    .keys_delete = pg_keys_delete,
    .tokens_load = pg_tokens_load,
    .token_insert = pg_token_insert,
    .token_delete = pg_token_delete,
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
};

enum err_code pg_open(struct store *s, const char *rest, struct err *e)
{
    struct pg_db *db = mem_zalloc(sizeof(*db));
    enum err_code rc;

    db->place = mem_strdup("PostgreSQL");
    for (int provider = 0; provider < SCHEMA_BUILTINS; provider++)
        snprintf(db->prefixes[provider], SCHEMA_PREFIX_BYTES, "%s", schema_prefixes[provider]);
    rc = pg_params(db, rest, e);
    if (rc == ERR_OK)
        rc = pg_connect(db, e);
    if (rc == ERR_OK)
        rc = pg_migrate(db, pg_migrations, pg_migrations_len, e);
    if (rc != ERR_OK) {
        pg_close(db);
        return rc;
    }
    s->ops = &pg_ops;
    s->db = db;
    return ERR_OK;
}
