/* Brings the tables of a PostgreSQL database up to what this program was built with. */
#include "store/pg_migrate.h"

#include <string.h>

#include "base/intl.h"

const struct migration pg_migrations[] = {
#define SCHEMA_FILE(name, sql) {name, sql},
#include "schema_postgres.h"
#undef SCHEMA_FILE
};
const size_t pg_migrations_len = ARRAY_LEN(pg_migrations);

/* ---- scripts ---- */

/* Past a dollar quote that begins at p, such as $$…$$ or $body$…$body$; p + 1 when it is none. */
static const char *dollar_end(const char *p)
{
    size_t len = 1 + strspn(p + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_");
    const char *end = p[len] == '$' ? p + len + 1 : NULL;

    while (end != NULL && (end = strchr(end, '$')) != NULL && strncmp(end, p, len + 1) != 0)
        end++;
    if (p[len] != '$')
        return p + 1;
    return end != NULL ? end + len + 1 : p + strlen(p);
}

const char *pg_statement_end(const char *sql)
{
    const char *end;

    while (*sql != '\0') {
        switch (*sql) {
        case ';':
            return sql + 1;
        case '\'':
        case '"': /* one that is doubled begins the next string */
            end = strchr(sql + 1, *sql);
            sql = end != NULL ? end + 1 : sql + strlen(sql);
            break;
        case '$':
            sql = dollar_end(sql);
            break;
        case '-':
            sql += sql[1] == '-' ? strcspn(sql, "\n") : 1;
            break;
        default:
            sql++;
        }
    }
    return NULL;
}

struct script {
    struct pg_db *db;
    const char *doing;
};

static enum err_code queue_one(void *arg, const char *sql, struct err *e)
{
    struct script *s = arg;
    struct pg_call c;

    pg_call_plain(&c, s->db, sql, s->doing);
    return pg_queue(&c, e);
}

static enum err_code queue_script(struct pg_db *db, const struct migration *m,
                                  const struct migration_prefixes *p, const char *doing,
                                  struct err *e)
{
    struct script s = {db, doing};
    enum err_code rc = migration_run(m, p, pg_statement_end, queue_one, &s, db->place, doing, e);

    /* What was queued must not be taken for whole. */
    if (rc != ERR_OK && db->conn != NULL)
        pg_disconnect(db);
    return rc;
}

enum err_code pg_make_tables(struct pg_db *db, const char *prefix, struct err *e)
{
    struct migration_prefixes p = {.len = 1, .theirs_only = true};
    enum err_code rc = ERR_OK;

    snprintf(p.text[0], SCHEMA_PREFIX_BYTES, "%s", prefix);
    for (size_t i = 0; i < pg_migrations_len && rc == ERR_OK; i++)
        rc = queue_script(db, &pg_migrations[i], &p, "making the tables of a provider", e);
    return rc;
}

/* ---- what was applied ---- */

/* A schema without tables is ours to fill; one with tables must be a pool. */
static enum err_code check_owner(struct pg_db *db, const char *remedy, bool *fresh, struct err *e)
{
    int64_t tables = 0, ours = 0;
    struct pg_call c;

    pg_call(&c, db, 0, PG_OWNER, "reading the schema");
    if (pg_step(&c)) {
        tables = pg_take_int(&c);
        ours = pg_take_int(&c);
    }
    *fresh = tables == 0;
    if (pg_done(&c, e) != ERR_OK)
        return ERR_STORE;
    if (*fresh || ours > 0)
        return ERR_OK;
    return migration_refuse_foreign(db->place, remedy, e);
}

/* Checks all that was applied; *applied is how many there are. */
static enum err_code check_all(struct pg_db *db, const struct migration *list, size_t len,
                               size_t *applied, struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, 0, PG_MIGRATIONS, "reading the schema");
    for (*applied = 0; pg_step(&c); (*applied)++) {
        const char *name = pg_take_text(&c), *sha = pg_take_text(&c);

        c.rc = migration_check(db->place, list, len, *applied, name, sha, &c.err);
        if (c.rc != ERR_OK)
            break;
    }
    return pg_done(&c, e);
}

static enum err_code look(struct pg_db *db, const struct migration *list, size_t len,
                          const char *remedy, size_t *applied, struct err *e)
{
    bool fresh = false;
    enum err_code rc = check_owner(db, remedy, &fresh, e);

    *applied = 0;
    return rc == ERR_OK && !fresh ? check_all(db, list, len, applied, e) : rc;
}

enum err_code pg_migrated(struct pg_db *db, const struct migration *list, size_t len,
                          size_t *applied, struct err *e)
{
    return look(db, list, len, N_("name another database in DATABASE_URL"), applied, e);
}

enum err_code pg_migrated_whole(struct pg_db *db, struct err *e)
{
    size_t applied = 0;
    enum err_code rc =
        look(db, pg_migrations, pg_migrations_len,
             "give another source; for the original's tables: --original", &applied, e);

    return rc == ERR_OK ? migration_check_whole(db->place, applied, pg_migrations_len, e) : rc;
}

/* Those of all providers that the database has: the program's own, and added ones. */
static enum err_code all_prefixes(struct pg_db *db, struct migration_prefixes *p, struct err *e)
{
    struct pg_call c;
    bool there;

    for (int i = 0; i < SCHEMA_BUILTINS; i++)
        snprintf(p->text[p->len++], SCHEMA_PREFIX_BYTES, "%s", schema_prefixes[i]);
    pg_call(&c, db, 0, PG_HAS_TABLE, "reading the schema");
    pg_give_text(&c, "pool_providers");
    there = pg_step(&c);
    if (pg_done(&c, e) != ERR_OK)
        return ERR_STORE;
    if (!there)
        return ERR_OK;
    pg_call(&c, db, 0, PG_PROVIDERS_ADDED, "reading the schema");
    while (p->len < STORE_PROVIDERS_MAX && pg_step(&c))
        schema_prefix(pg_take_text(&c), p->text[p->len++]);
    return pg_done(&c, e);
}

/* ---- applying ---- */

static const char make_migrations[] =
    "CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT "
    "NOT NULL, applied_at TIMESTAMPTZ NOT NULL DEFAULT now())";

static enum err_code queue_record(struct pg_db *db, const struct migration *m, size_t version,
                                  const char *doing, struct err *e)
{
    char sha[MIGRATION_SHA_TEXT];
    struct pg_call c;

    migration_checksum(m, sha);
    pg_call(&c, db, 0, PG_MIGRATED, doing);
    pg_give_int(&c, (int64_t)version);
    pg_give_text(&c, m->name);
    pg_give_text(&c, sha);
    return pg_queue(&c, e);
}

/* In the transaction that found it missing. */
static enum err_code apply(struct pg_db *db, const struct migration *m, size_t version,
                           struct err *e)
{
    struct migration_prefixes prefixes = {.len = 0};
    struct script s = {db, NULL};
    char doing[96];
    enum err_code rc = all_prefixes(db, &prefixes, e);

    snprintf(doing, sizeof(doing), "applying migration %s", m->name);
    s.doing = doing;
    if (rc == ERR_OK)
        rc = pg_batch_begin(db, e);
    if (rc == ERR_OK && version == 1)
        rc = queue_one(&s, make_migrations, e);
    if (rc == ERR_OK)
        rc = queue_script(db, m, &prefixes, doing, e);
    if (rc == ERR_OK)
        rc = queue_record(db, m, version, doing, e);
    if (rc == ERR_OK)
        rc = pg_batch_end(db, e);
    if (e != NULL && rc != ERR_OK)
        rc = e->code = ERR_STORE; /* a table that is there is no conflict here */
    return rc;
}

/* Another gateway may be at it. */
static enum err_code take_lock(struct pg_db *db, struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, 0, PG_PATIENCE, "taking the lock of the schema");
    if (pg_run(&c, e) != ERR_OK)
        return ERR_STORE;
    pg_call(&c, db, 0, PG_LOCK_SCHEMA, "taking the lock of the schema");
    return pg_run(&c, e);
}

/* One transaction: looks what there is, and applies what is next. */
static enum err_code migrate_one(struct pg_db *db, const struct migration *list, size_t len,
                                 size_t *applied, struct err *e)
{
    bool missing = false;
    enum err_code rc = pg_tx_begin(db, e);

    if (rc != ERR_OK)
        return rc;
    rc = take_lock(db, e);
    if (rc == ERR_OK)
        rc = pg_migrated(db, list, len, applied, e);
    missing = rc == ERR_OK && *applied < len;
    if (missing)
        rc = apply(db, &list[*applied], *applied + 1, e);
    rc = pg_tx_end(db, rc, e);
    if (rc == ERR_OK && missing && db->migrated != NULL)
        db->migrated(db->migrated_arg, list[*applied].name);
    return rc;
}

enum err_code pg_migrate(struct pg_db *db, const struct migration *list, size_t len, struct err *e)
{
    size_t applied = 0;
    enum err_code rc;

    do {
        rc = migrate_one(db, list, len, &applied, e);
    } while (rc == ERR_OK && applied + 1 < len);
    return rc;
}
