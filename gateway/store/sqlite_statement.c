/* Prepares the statements of statements.def and sqlite_statements.def, runs them, and turns
 * failures into messages. */
#include <stdlib.h>
#include <string.h>

#include "store/sqlite_db.h"

static const char *const texts[SQL_COUNT] = {
#define STATEMENT(ID, sql) [SQL_##ID] = sql,
#include "store/sqlite_statements.def"
#include "store/statements.def"
#undef STATEMENT
};

static sqlite3_stmt *prepare(struct sqlite_db *db, const char *prefix, int which)
{
    char *sql = schema_expand(texts[which], prefix, false);
    sqlite3_stmt *stmt = NULL;

    if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) !=
        SQLITE_OK)
        stmt = NULL; /* why is the connection's to say */
    free(sql);
    return stmt;
}

enum err_code sqlite_check_statements(struct sqlite_db *db, struct err *e)
{
    for (int which = 0; which < SQL_COUNT; which++) {
        bool each = schema_for_providers(texts[which]);

        for (int provider = 0; provider < (each ? SCHEMA_BUILTINS : 1); provider++) {
            sqlite3_stmt *stmt = prepare(db, each ? schema_prefixes[provider] : "", which);

            if (stmt == NULL)
                return sqlite_fail(db, "preparing the statements", e);
            sqlite3_finalize(stmt);
        }
    }
    return ERR_OK;
}

void sqlite_name_provider(struct sqlite_db *db, int provider, const char *prefix)
{
    sqlite_forget_provider(db, provider); /* one that had this number */
    db->added[provider] = mem_strdup(prefix);
}

void sqlite_forget_provider(struct sqlite_db *db, int provider)
{
    for (int which = 0; which < SQL_COUNT; which++) {
        sqlite3_finalize(db->statements[provider][which]);
        db->statements[provider][which] = NULL;
    }
    free(db->added[provider]);
    db->added[provider] = NULL;
}

void sqlite_finalize_all(struct sqlite_db *db)
{
    for (int provider = 0; provider < STORE_PROVIDERS_MAX; provider++)
        sqlite_forget_provider(db, provider);
}

static const char *prefix_of(const struct sqlite_db *db, int provider)
{
    if (db->added[provider] != NULL || provider >= SCHEMA_BUILTINS)
        return db->added[provider];
    return schema_prefixes[provider];
}

static const struct {
    int code;
    const char *remedy;
} remedies[] = {
    {SQLITE_FULL, "; free some disk space"},
    {SQLITE_IOERR, "; check the disk"},
    {SQLITE_BUSY, "; close the other program that has it open"},
    {SQLITE_READONLY, "; check its owner and mode, and those of its folder"},
    {SQLITE_CANTOPEN, "; check its owner and mode, and those of its folder"},
    {SQLITE_PERM, "; check its owner and mode, and those of its folder"},
    {SQLITE_CORRUPT, "; restore a backup, or save what is left with: sqlite3 FILE .recover"},
    {SQLITE_NOTADB, "; name another file in DATABASE_URL"},
};

static const char *remedy_of(struct sqlite_db *db)
{
    int code = sqlite3_errcode(db->handle) & 0xff, whole = sqlite3_extended_errcode(db->handle);

    if (whole == SQLITE_IOERR_WRITE)
        return "; check the disk, and the limit of the size of files (ulimit -f)";
    if (whole == SQLITE_IOERR_SHMSIZE) /* which it is on a full disk as well */
        code = SQLITE_FULL;
    for (size_t i = 0; i < ARRAY_LEN(remedies); i++)
        if (remedies[i].code == code)
            return remedies[i].remedy;
    return "";
}

enum err_code sqlite_fail(struct sqlite_db *db, const char *doing, struct err *e)
{
    return err_set(e, ERR_STORE, "%s: %s: %s%s", db->path, doing, sqlite3_errmsg(db->handle),
                   remedy_of(db));
}

/* ---- transactions ---- */

enum err_code sqlite_begin(struct sqlite_db *db, struct err *e)
{
    struct sqlite_call c;

    if (db->together)
        return ERR_OK;
    sqlite_call(&c, db, 0, SQL_BEGIN, "beginning to write");
    return sqlite_run(&c, e);
}

enum err_code sqlite_end(struct sqlite_db *db, enum err_code rc, struct err *e)
{
    struct sqlite_call c;

    if (db->together)
        return rc;
    if (rc == ERR_OK) {
        sqlite_call(&c, db, 0, SQL_COMMIT, "making it durable");
        rc = sqlite_run(&c, e);
    }
    /* A failed statement or commit may have rolled back already, or left that to us. */
    if (rc != ERR_OK && !sqlite3_get_autocommit(db->handle)) {
        sqlite_call(&c, db, 0, SQL_ROLLBACK, "");
        if (sqlite_run(&c, NULL) != ERR_OK)
            return rc;
    }
    return rc;
}

/* ---- calls ---- */

void sqlite_call(struct sqlite_call *c, struct sqlite_db *db, int provider,
                 enum sqlite_statement which, const char *doing)
{
    sqlite3_stmt **stmt = &db->statements[provider][which];

    if (*stmt == NULL)
        *stmt = prepare(db, prefix_of(db, provider), which);
    c->db = db;
    c->stmt = *stmt;
    c->at = 0;
    c->failed = *stmt != NULL ? SQLITE_OK : sqlite3_errcode(db->handle);
    c->doing = doing;
}

static void gave(struct sqlite_call *c, int rc)
{
    if (c->failed == SQLITE_OK)
        c->failed = rc;
}

void sqlite_give_int(struct sqlite_call *c, int64_t value)
{
    gave(c, sqlite3_bind_int64(c->stmt, ++c->at, value));
}

void sqlite_give_time(struct sqlite_call *c, int64_t wall_ms)
{
    if (wall_ms != 0)
        sqlite_give_int(c, wall_ms);
    else
        gave(c, sqlite3_bind_null(c->stmt, ++c->at));
}

void sqlite_give_text(struct sqlite_call *c, const char *text)
{
    gave(c, sqlite3_bind_text(c->stmt, ++c->at, text, -1, SQLITE_STATIC));
}

void sqlite_give_blob(struct sqlite_call *c, const void *data, size_t len)
{
    gave(c, sqlite3_bind_blob64(c->stmt, ++c->at, data, len, SQLITE_STATIC));
}

void sqlite_give_id(struct sqlite_call *c, char kind, uint64_t id)
{
    sqlite_give_text(c, digest_id_text(kind, id, c->id));
}

void sqlite_give_tally(struct sqlite_call *c, const struct store_tally *t)
{
#define TALLY(member, column, text) sqlite_give_int(c, t->member);
#include "stats/tally.def"
#undef TALLY
}

bool sqlite_step(struct sqlite_call *c)
{
    int rc;

    c->at = 0;
    if (c->failed != SQLITE_OK)
        return false;
    rc = sqlite3_step(c->stmt);
    c->failed = rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
    return rc == SQLITE_ROW;
}

int64_t sqlite_take_int(struct sqlite_call *c)
{
    return sqlite3_column_int64(c->stmt, c->at++);
}

const char *sqlite_take_text(struct sqlite_call *c)
{
    const unsigned char *text = sqlite3_column_text(c->stmt, c->at++);

    return text != NULL ? (const char *)text : "";
}

const void *sqlite_take_blob(struct sqlite_call *c, size_t *len)
{
    const void *data = sqlite3_column_blob(c->stmt, c->at);

    *len = (size_t)sqlite3_column_bytes(c->stmt, c->at++);
    return data;
}

uint64_t sqlite_take_id(struct sqlite_call *c, char kind)
{
    const char *text = sqlite_take_text(c);
    uint64_t id = 0;

    if (!digest_id_parse(kind, text, strlen(text), &id))
        c->failed = SQLITE_MISMATCH;
    return id;
}

void sqlite_take_tally(struct sqlite_call *c, struct store_tally *t)
{
#define TALLY(member, column, text) t->member = sqlite_take_int(c);
#include "stats/tally.def"
#undef TALLY
}

enum err_code sqlite_done(struct sqlite_call *c, struct err *e)
{
    enum err_code rc = ERR_OK;

    if (c->failed == SQLITE_MISMATCH)
        rc = err_set(e, ERR_STORE, "%s: %s: a row has a malformed id; restore a backup",
                     c->db->path, c->doing);
    else if (c->failed != SQLITE_OK)
        rc = sqlite_fail(c->db, c->doing, e);
    sqlite3_reset(c->stmt);
    return rc;
}

enum err_code sqlite_run(struct sqlite_call *c, struct err *e)
{
    sqlite_step(c);
    return sqlite_done(c, e);
}

enum err_code sqlite_delete_ids(struct sqlite_db *db, int provider, enum sqlite_statement which,
                                char kind, const uint64_t *ids, size_t len, const char *doing,
                                struct err *e)
{
    enum err_code rc = sqlite_begin(db, e);

    if (rc != ERR_OK)
        return rc;
    for (size_t i = 0; i < len && rc == ERR_OK; i++) {
        struct sqlite_call c;

        sqlite_call(&c, db, provider, which, doing);
        sqlite_give_id(&c, kind, ids[i]);
        rc = sqlite_run(&c, e);
    }
    return sqlite_end(db, rc, e);
}
