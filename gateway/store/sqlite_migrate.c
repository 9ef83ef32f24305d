/* Brings the tables of a database up to what this program was built with. */
#include "store/sqlite_migrate.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/intl.h"

const struct migration sqlite_migrations[] = {
#define SCHEMA_FILE(name, sql) {name, sql},
#include "schema_sqlite.h"
#undef SCHEMA_FILE
};
const size_t sqlite_migrations_len = ARRAY_LEN(sqlite_migrations);

static enum err_code run(struct sqlite_db *db, const char *sql, const char *doing, struct err *e)
{
    if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK)
        return ERR_OK;
    return sqlite_fail(db, doing, e);
}

/* ---- what was applied ---- */

static enum err_code prepare(struct sqlite_db *db, const char *sql, sqlite3_stmt **out,
                             struct err *e)
{
    if (sqlite3_prepare_v2(db->handle, sql, -1, out, NULL) == SQLITE_OK)
        return ERR_OK;
    return sqlite_fail(db, "reading the schema", e);
}

/* A file without tables is ours to fill; one with tables must be a pool. */
static enum err_code check_owner(struct sqlite_db *db, const char *remedy, bool *fresh,
                                 struct err *e)
{
    sqlite3_stmt *stmt;
    int tables = 0, ours = 0;
    enum err_code rc = prepare(
        db, "SELECT count(*), sum(name = 'schema_migrations') FROM sqlite_schema", &stmt, e);

    if (rc != ERR_OK)
        return rc;
    if (sqlite3_step(stmt) == SQLITE_ROW) {
        tables = sqlite3_column_int(stmt, 0);
        ours = sqlite3_column_int(stmt, 1);
    } else {
        rc = sqlite_fail(db, "reading the schema", e);
    }
    sqlite3_finalize(stmt);
    *fresh = tables == 0;
    if (rc == ERR_OK && !*fresh && ours == 0)
        rc = migration_refuse_foreign(db->path, remedy, e);
    return rc;
}

static enum err_code check_applied(struct sqlite_db *db, const struct migration *list, size_t len,
                                   size_t at, sqlite3_stmt *row, struct err *e)
{
    const char *name = (const char *)sqlite3_column_text(row, 0);
    const char *sha = (const char *)sqlite3_column_text(row, 1);

    if (name == NULL || sha == NULL)
        return sqlite_fail(db, "reading the schema", e);
    return migration_check(db->path, list, len, at, name, sha, e);
}

/* Checks all that was applied; *applied is how many there are. */
static enum err_code check_all(struct sqlite_db *db, const struct migration *list, size_t len,
                               size_t *applied, struct err *e)
{
    sqlite3_stmt *row;
    enum err_code rc =
        prepare(db, "SELECT name, sha256 FROM schema_migrations ORDER BY version", &row, e);
    int step = SQLITE_DONE;

    while (rc == ERR_OK && (step = sqlite3_step(row)) == SQLITE_ROW)
        rc = check_applied(db, list, len, (*applied)++, row, e);
    if (rc == ERR_OK && step != SQLITE_DONE)
        rc = sqlite_fail(db, "reading the schema", e);
    sqlite3_finalize(row);
    return rc;
}

/* ---- applying ---- */

/* Where the statement at the start of sql ends, its semicolon included; NULL: nowhere. */
static const char *statement_end(const char *sql)
{
    const char *end = sql;

    while ((end = strchr(end, ';')) != NULL) {
        char *copy = mem_strndup(sql, (size_t)(++end - sql));
        bool complete = sqlite3_complete(copy) != 0;

        free(copy);
        if (complete) /* the semicolon is not in a comment, a string or a trigger */
            return end;
    }
    return NULL;
}

struct script {
    struct sqlite_db *db;
    const char *doing;
};

static enum err_code run_one(void *arg, const char *sql, struct err *e)
{
    struct script *s = arg;

    return run(s->db, sql, s->doing, e);
}

static enum err_code run_script(struct sqlite_db *db, const struct migration *m,
                                const struct migration_prefixes *p, const char *doing,
                                struct err *e)
{
    struct script s = {db, doing};

    return migration_run(m, p, statement_end, run_one, &s, db->path, doing, e);
}

/* Those of all providers that the database has: the program's own, and added ones. */
static enum err_code all_prefixes(struct sqlite_db *db, struct migration_prefixes *p, struct err *e)
{
    sqlite3_stmt *row;
    bool there = false;

    for (int i = 0; i < SCHEMA_BUILTINS; i++)
        snprintf(p->text[p->len++], SCHEMA_PREFIX_BYTES, "%s", schema_prefixes[i]);
    if (prepare(db, "SELECT 1 FROM sqlite_schema WHERE name = 'pool_providers'", &row, e) != ERR_OK)
        return ERR_STORE;
    there = sqlite3_step(row) == SQLITE_ROW;
    sqlite3_finalize(row);
    if (!there)
        return ERR_OK;
    if (prepare(db, "SELECT name FROM pool_providers WHERE base_url <> ''", &row, e) != ERR_OK)
        return ERR_STORE;
    while (p->len < STORE_PROVIDERS_MAX && sqlite3_step(row) == SQLITE_ROW)
        schema_prefix((const char *)sqlite3_column_text(row, 0), p->text[p->len++]);
    sqlite3_finalize(row);
    return ERR_OK;
}

enum err_code sqlite_make_tables(struct sqlite_db *db, const char *prefix, struct err *e)
{
    struct migration_prefixes p = {.len = 1, .theirs_only = true};
    enum err_code rc = ERR_OK;

    snprintf(p.text[0], SCHEMA_PREFIX_BYTES, "%s", prefix);
    for (size_t i = 0; i < sqlite_migrations_len && rc == ERR_OK; i++)
        rc = run_script(db, &sqlite_migrations[i], &p, "making the tables of a provider", e);
    return rc;
}

static enum err_code record(struct sqlite_db *db, const struct migration *m, size_t version,
                            const char *doing, struct err *e)
{
    char sha[MIGRATION_SHA_TEXT];
    sqlite3_stmt *stmt;
    enum err_code rc = prepare(db,
                               "INSERT INTO schema_migrations (version, name, sha256, applied_at) "
                               "VALUES (?, ?, ?, ?)",
                               &stmt, e);

    if (rc != ERR_OK)
        return rc;
    migration_checksum(m, sha);
    sqlite3_bind_int64(stmt, 1, (int64_t)version);
    sqlite3_bind_text(stmt, 2, m->name, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 3, sha, -1, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 4, clock_wall_ms());
    if (sqlite3_step(stmt) != SQLITE_DONE)
        rc = sqlite_fail(db, doing, e);
    sqlite3_finalize(stmt);
    return rc;
}

static enum err_code apply(struct sqlite_db *db, const struct migration *m, size_t version,
                           struct err *e)
{
    struct migration_prefixes prefixes = {.len = 0};
    char doing[96];
    enum err_code rc;

    snprintf(doing, sizeof(doing), "applying migration %s", m->name);
    rc = run(db, "BEGIN IMMEDIATE", doing, e);
    /* In the first one's transaction, so that a file is never left with this table alone. */
    if (rc == ERR_OK && version == 1)
        rc = run(db,
                 "CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, "
                 "sha256 TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT",
                 doing, e);
    if (rc == ERR_OK)
        rc = all_prefixes(db, &prefixes, e);
    if (rc == ERR_OK)
        rc = run_script(db, m, &prefixes, doing, e);
    if (rc == ERR_OK)
        rc = record(db, m, version, doing, e);
    if (rc == ERR_OK)
        rc = run(db, "COMMIT", doing, e);
    if (rc != ERR_OK && !sqlite3_get_autocommit(db->handle))
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
    return rc;
}

static enum err_code look(struct sqlite_db *db, const struct migration *list, size_t len,
                          const char *remedy, size_t *applied, struct err *e)
{
    bool fresh;
    enum err_code rc = check_owner(db, remedy, &fresh, e);

    *applied = 0;
    return rc == ERR_OK && !fresh ? check_all(db, list, len, applied, e) : rc;
}

enum err_code sqlite_migrated(struct sqlite_db *db, const struct migration *list, size_t len,
                              size_t *applied, struct err *e)
{
    return look(db, list, len, N_("name another file in DATABASE_URL"), applied, e);
}

enum err_code sqlite_migrated_whole(struct sqlite_db *db, struct err *e)
{
    size_t applied = 0;
    enum err_code rc =
        look(db, sqlite_migrations, sqlite_migrations_len, N_("give another source"), &applied, e);

    return rc == ERR_OK ? migration_check_whole(db->path, applied, sqlite_migrations_len, e) : rc;
}

enum err_code sqlite_migrate(struct sqlite_db *db, const struct migration *list, size_t len,
                             struct err *e)
{
    size_t applied = 0;
    enum err_code rc = sqlite_migrated(db, list, len, &applied, e);

    for (size_t i = applied; i < len && rc == ERR_OK; i++) {
        rc = apply(db, &list[i], i + 1, e);
        if (rc == ERR_OK && db->migrated != NULL)
            db->migrated(db->migrated_arg, list[i].name);
    }
    return rc;
}
