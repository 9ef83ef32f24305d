/* The whole pool in SQLite at a time: read through a second connection, emptied, and written. */
#include <stdlib.h>
#include <string.h>

#include "store/series.h"
#include "store/sqlite_migrate.h"
#include "store/sqlite_words.h"

/* ---- one transaction of many calls ---- */

enum err_code sqlite_together_begin(void *opaque, struct err *e)
{
    struct sqlite_db *db = opaque;
    enum err_code rc = sqlite_begin(db, e);

    db->together = rc == ERR_OK;
    return rc;
}

enum err_code sqlite_together_end(void *opaque, enum err_code rc, struct err *e)
{
    struct sqlite_db *db = opaque;

    db->together = false;
    return sqlite_end(db, rc, e);
}

/* ---- reading ---- */

enum err_code sqlite_keys_after(void *db, int provider, int64_t after, int64_t limit,
                                store_key_fn *fn, void *arg, struct err *e)
{
    struct sqlite_call c;
    struct store_key key;

    sqlite_call(&c, db, provider, SQL_KEYS_AFTER, "reading keys");
    sqlite_give_int(&c, after);
    sqlite_give_int(&c, limit);
    while (sqlite_step(&c)) {
        sqlite_take_key(&c, &key);
        if (c.failed != SQLITE_OK || !fn(arg, &key))
            break;
    }
    return sqlite_done(&c, e);
}

enum err_code sqlite_hours_all(void *db, int provider, enum store_hours of, store_any_hour_fn *fn,
                               void *arg, struct err *e)
{
    static const enum sqlite_statement all[] = {
        [STORE_HOURS_MODELS] = SQL_MODEL_HOURS_ALL, [STORE_HOURS_TOKENS] = SQL_TOKEN_HOURS_ALL};
    struct sqlite_call c;
    struct store_tally t;

    sqlite_call(&c, db, provider, all[of], "reading the counters of hours");
    while (sqlite_step(&c)) {
        const char *name = sqlite_take_text(&c);
        int64_t hour = sqlite_take_int(&c);

        sqlite_take_tally(&c, &t);
        if (!fn(arg, name, hour, &t))
            break;
    }
    return sqlite_done(&c, e);
}

enum err_code sqlite_spreads_all(void *db, int provider, store_any_spread_fn *fn, void *arg,
                                 struct err *e)
{
    struct sqlite_call c;

    sqlite_call(&c, db, provider, SQL_SPREADS_ALL, "reading the spreads of models");
    while (sqlite_step(&c)) {
        const char *name = sqlite_take_text(&c);
        int64_t hour = sqlite_take_int(&c), metric = sqlite_take_int(&c);
        size_t place = series_place_of(metric, sqlite_take_int(&c));

        if (place != SIZE_MAX && !fn(arg, name, hour, place, sqlite_take_int(&c)))
            break;
    }
    return sqlite_done(&c, e);
}

enum err_code sqlite_audit_all(void *db, store_audit_fn *fn, void *arg, struct err *e)
{
    struct store_audit a;
    struct sqlite_call c;

    sqlite_call(&c, db, 0, SQL_AUDIT_ALL, "reading the audit log");
    while (sqlite_step(&c)) {
        sqlite_take_audit(&c, &a);
        if (!fn(arg, &a))
            break;
    }
    return sqlite_done(&c, e);
}

/* ---- writing ---- */

static enum err_code reseal_one(struct sqlite_db *db, int provider, const struct store_seal *row,
                                struct err *e)
{
    struct sqlite_call c;

    sqlite_call(&c, db, provider, SQL_KEY_RESEAL, "sealing keys anew");
    sqlite_give_blob(&c, row->sealed, row->len);
    sqlite_give_id(&c, 'k', row->id);
    return sqlite_run(&c, e);
}

enum err_code sqlite_keys_reseal(void *db, int provider, const struct store_seal *rows, size_t len,
                                 struct err *e)
{
    enum err_code rc = sqlite_begin(db, e);

    if (rc != ERR_OK)
        return rc;
    for (size_t i = 0; i < len && rc == ERR_OK; i++)
        rc = reseal_one(db, provider, &rows[i], e);
    return sqlite_end(db, rc, e);
}

#include "store/whole_ops.def"

/* ---- a connection for reading ---- */

static enum err_code open_reader(struct sqlite_db *db, struct err *e)
{
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;

    if (sqlite3_open_v2(db->path, &db->handle, flags, NULL) != SQLITE_OK)
        return sqlite_fail(db, "opening", e);
    sqlite3_busy_timeout(db->handle, 5000);
    /* The moment that is seen is that of the first look. */
    if (sqlite3_exec(db->handle, "BEGIN; SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL) !=
        SQLITE_OK)
        return sqlite_fail(db, "opening", e);
    return ERR_OK;
}

static enum err_code open_prepared(struct store *out, const char *path, bool check, struct err *e)
{
    struct sqlite_db *db = mem_zalloc(sizeof(*db));
    enum err_code rc;

    db->lock_fd = -1; /* writers are not in the way of a reader */
    db->path = mem_strdup(path);
    rc = open_reader(db, e);
    if (rc == ERR_OK && check)
        rc = sqlite_migrated_whole(db, e);
    if (rc == ERR_OK && check)
        rc = sqlite_check_statements(db, e);
    if (rc != ERR_OK) {
        sqlite_close(db);
        return rc;
    }
    *out = (struct store){.ops = &sqlite_ops, .db = db};
    return ERR_OK;
}

enum err_code sqlite_snapshot(const void *db, struct store *out, struct err *e)
{
    return open_prepared(out, ((const struct sqlite_db *)db)->path, false, e);
}

enum err_code sqlite_open_source(struct store *s, const char *path, struct err *e)
{
    if (path[0] != '/')
        return err_param(e, ERR_BAD_FIELD, "source",
                         "source: sqlite: needs the whole path of a file on the gateway's machine: "
                         "sqlite:/var/lib/ollama-pool/pool.db");
    return open_prepared(s, path, true, e);
}
