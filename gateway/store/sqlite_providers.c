/* Providers in SQLite: their rows, and the making and dropping of their tables. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/sqlite_db.h"
#include "store/sqlite_migrate.h"

enum { PROVIDER_TABLES_MAX = 32 };

enum err_code sqlite_providers_load(void *db, store_provider_fn *fn, void *arg, struct err *e)
{
    struct sqlite_call c;

    sqlite_call(&c, db, 0, SQL_PROVIDERS_LOAD, "loading the providers");
    while (sqlite_step(&c)) {
        struct store_provider p = {.name = sqlite_take_text(&c)};

        p.base_url = sqlite_take_text(&c);
        p.auth = sqlite_take_text(&c);
        p.probe_path = sqlite_take_text(&c);
        p.models_path = sqlite_take_text(&c);
        p.probe_model = sqlite_take_text(&c);
        p.inject_usage = sqlite_take_int(&c) != 0;
        p.enabled = sqlite_take_int(&c) != 0;
        p.created_at = sqlite_take_int(&c);
        if (c.failed != SQLITE_OK || !fn(arg, &p))
            break;
    }
    return sqlite_done(&c, e);
}

enum err_code sqlite_provider_open(void *db, int provider, const char *name, struct err *e)
{
    char prefix[SCHEMA_PREFIX_BYTES];

    (void)e;
    sqlite_name_provider(db, provider, schema_prefix(name, prefix));
    return ERR_OK;
}

enum err_code sqlite_provider_put(void *db, const struct store_provider *row, struct err *e)
{
    struct sqlite_call c;

    sqlite_call(&c, db, 0, SQL_PROVIDER_PUT, "keeping a provider");
    sqlite_give_text(&c, row->name);
    sqlite_give_text(&c, row->base_url);
    sqlite_give_text(&c, row->auth);
    sqlite_give_text(&c, row->probe_path);
    sqlite_give_text(&c, row->models_path);
    sqlite_give_text(&c, row->probe_model);
    sqlite_give_int(&c, row->inject_usage);
    sqlite_give_int(&c, row->enabled);
    sqlite_give_int(&c, row->created_at);
    return sqlite_run(&c, e);
}

enum err_code sqlite_provider_add(void *db, int provider, const struct store_provider *row,
                                  struct err *e)
{
    char prefix[SCHEMA_PREFIX_BYTES];
    enum err_code rc = sqlite_begin(db, e);

    if (rc != ERR_OK)
        return rc;
    rc = sqlite_make_tables(db, schema_prefix(row->name, prefix), e);
    if (rc == ERR_OK)
        rc = sqlite_provider_put(db, row, e);
    rc = sqlite_end(db, rc, e);
    return rc == ERR_OK ? sqlite_provider_open(db, provider, row->name, e) : rc;
}

/* What drops its tables, which are found by their prefix. */
static enum err_code table_names(struct sqlite_db *db, const char *prefix, struct buf *drops,
                                 struct err *e)
{
    static const char sql[] =
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND substr(name, 1, length(?1) + 1) = "
        "?1 || '_' ORDER BY rowid DESC";
    sqlite3_stmt *row;
    int rc;

    if (sqlite3_prepare_v2(db->handle, sql, -1, &row, NULL) != SQLITE_OK)
        return sqlite_fail(db, "reading the schema", e);
    sqlite3_bind_text(row, 1, prefix, -1, SQLITE_STATIC);
    while ((rc = sqlite3_step(row)) == SQLITE_ROW)
        buf_addf(drops, "DROP TABLE %s;", (const char *)sqlite3_column_text(row, 0));
    sqlite3_finalize(row);
    return rc == SQLITE_DONE ? ERR_OK : sqlite_fail(db, "reading the schema", e);
}

enum err_code sqlite_provider_remove(void *opaque, int provider, const char *name, struct err *e)
{
    struct sqlite_db *db = opaque;
    char prefix[SCHEMA_PREFIX_BYTES];
    struct sqlite_call c;
    struct buf drops;
    enum err_code rc;

    buf_init(&drops, PROVIDER_TABLES_MAX * 2 * SCHEMA_PREFIX_BYTES);
    rc = table_names(db, schema_prefix(name, prefix), &drops, e);
    if (rc == ERR_OK)
        rc = sqlite_begin(db, e);
    if (rc == ERR_OK) {
        /* A prepared statement that reads a table does not hinder its end, once it is finalized. */
        sqlite_forget_provider(db, provider);
        if (sqlite3_exec(db->handle, drops.data, NULL, NULL, NULL) != SQLITE_OK)
            rc = sqlite_fail(db, "dropping the tables of a provider", e);
        if (rc == ERR_OK) {
            sqlite_call(&c, db, 0, SQL_PROVIDER_DELETE, "forgetting a provider");
            sqlite_give_text(&c, name);
            rc = sqlite_run(&c, e);
        }
        rc = sqlite_end(db, rc, e);
        if (rc != ERR_OK && sqlite_provider_open(db, provider, name, NULL) != ERR_OK)
            rc = ERR_STORE;
    }
    buf_done(&drops);
    return rc;
}
