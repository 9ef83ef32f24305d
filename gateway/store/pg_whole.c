/* The whole pool in PostgreSQL at a time: read through a second connection, emptied, and written.
 */
#include <stdlib.h>
#include <string.h>

#include "store/pg_migrate.h"
#include "store/pg_words.h"
#include "store/series.h"

/* ---- one transaction of many calls ---- */

/* It cannot be done again when the server ends it for another's sake: so those that change keys,
 * users and counters wait for its end. Users first: who changes one may go on to the others. */
static enum err_code take_locks(struct pg_db *db, struct err *e)
{
    static const enum pg_statement words[] = {PG_PATIENCE, PG_LOCK_USERS_ALONE, PG_LOCK_KEYS_ALONE,
                                              PG_LOCK_COUNTS};
    enum err_code rc = pg_batch_begin(db, e);

    for (size_t i = 0; i < ARRAY_LEN(words) && rc == ERR_OK; i++)
        rc = pg_queue_word(db, words[i], "waiting for other gateways", e);
    return rc == ERR_OK ? pg_batch_end(db, e) : rc;
}

enum err_code pg_together_begin(void *opaque, struct err *e)
{
    struct pg_db *db = opaque;
    enum err_code rc = pg_tx_begin(db, e);

    if (rc != ERR_OK)
        return rc;
    rc = take_locks(db, e);
    db->together = rc == ERR_OK;
    db->untold = false;
    return rc == ERR_OK ? rc : pg_tx_end(db, rc, e);
}

static enum err_code tell_all(struct pg_db *db, struct err *e)
{
    enum err_code rc = pg_batch_begin(db, e);

    if (rc == ERR_OK)
        rc = pg_tell_text(db, CHANGE_ALL, -1, "", e);
    return rc == ERR_OK ? pg_batch_end(db, e) : rc;
}

/* After a failure the session is left, as it may know statements of providers that never were. */
enum err_code pg_together_end(void *opaque, enum err_code rc, struct err *e)
{
    struct pg_db *db = opaque;

    db->together = false;
    if (rc == ERR_OK && db->untold)
        rc = tell_all(db, e);
    rc = pg_tx_end(db, rc, e);
    if (rc != ERR_OK && db->conn != NULL)
        pg_disconnect(db);
    return rc;
}

/* ---- reading ---- */

enum err_code pg_keys_after(void *db, int provider, int64_t after, int64_t limit, store_key_fn *fn,
                            void *arg, struct err *e)
{
    struct store_key key;
    struct pg_call c;

    pg_call(&c, db, provider, PG_KEYS_AFTER, "reading keys");
    pg_give_int(&c, after);
    pg_give_int(&c, limit);
    while (pg_step(&c))
        if (!pg_take_key(&c, &key) || !fn(arg, &key))
            break;
    return pg_done(&c, e);
}

enum err_code pg_hours_all(void *db, int provider, enum store_hours of, store_any_hour_fn *fn,
                           void *arg, struct err *e)
{
    static const enum pg_statement all[] = {
        [STORE_HOURS_MODELS] = PG_MODEL_HOURS_ALL, [STORE_HOURS_TOKENS] = PG_TOKEN_HOURS_ALL};
    struct store_tally t;
    struct pg_call c;

    pg_call(&c, db, provider, all[of], "reading the counters of hours");
    while (pg_step(&c)) {
        const char *name = pg_take_text(&c);
        int64_t hour = pg_take_int(&c);

        pg_take_tally(&c, &t);
        if (!fn(arg, name, hour, &t))
            break;
    }
    return pg_done(&c, e);
}

enum err_code pg_spreads_all(void *db, int provider, store_any_spread_fn *fn, void *arg,
                             struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, provider, PG_SPREADS_ALL, "reading the spreads of models");
    while (pg_step(&c)) {
        const char *name = pg_take_text(&c);
        int64_t hour = pg_take_int(&c), metric = pg_take_int(&c);
        size_t place = series_place_of(metric, pg_take_int(&c));

        if (place != SIZE_MAX && !fn(arg, name, hour, place, pg_take_int(&c)))
            break;
    }
    return pg_done(&c, e);
}

enum err_code pg_audit_all(void *db, store_audit_fn *fn, void *arg, struct err *e)
{
    struct store_audit a;
    struct pg_call c;

    pg_call(&c, db, 0, PG_AUDIT_ALL, "reading the audit log");
    while (pg_step(&c)) {
        pg_take_audit(&c, &a);
        if (!fn(arg, &a))
            break;
    }
    return pg_done(&c, e);
}

/* ---- writing ---- */

enum err_code pg_keys_reseal(void *db, int provider, const struct store_seal *rows, size_t len,
                             struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, provider, PG_KEYS_RESEAL, "sealing keys anew");
    pg_rows(&c);
    for (const struct store_seal *row = rows; row < rows + len; row++) {
        pg_give_blob(&c, row->sealed, row->len);
        pg_give_id(&c, 'k', row->id);
        pg_next(&c);
    }
    if (c.rows == 0) {
        pg_values_free(&c);
        return ERR_OK;
    }
    return pg_run(&c, e);
}

#include "store/whole_ops.def"

/* ---- a connection for reading ---- */

/* Whoever takes the rows may be slower than the time that a statement has. */
enum err_code pg_reader_begin(struct pg_db *db, struct err *e)
{
    static const char *const words[] = {
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "SET LOCAL statement_timeout = 0",
        "SET LOCAL idle_in_transaction_session_timeout = 0",
        "SELECT 1" /* the moment that is seen is that of the first look */};
    enum err_code rc;

    db->visiting = true;
    rc = pg_connect(db, e);
    for (size_t i = 0; i < ARRAY_LEN(words) && rc == ERR_OK; i++) {
        struct pg_call c;

        pg_call_plain(&c, db, words[i], "beginning to read");
        rc = pg_run(&c, e);
        db->in_tx = true;
    }
    return rc;
}

static enum err_code reader_open(struct pg_db *db, bool check, struct store *out, struct err *e)
{
    enum err_code rc = pg_reader_begin(db, e);

    if (rc == ERR_OK && check)
        rc = pg_migrated_whole(db, e);
    if (rc != ERR_OK) {
        pg_free(db);
        return rc;
    }
    *out = (struct store){.ops = &pg_ops, .db = db};
    return ERR_OK;
}

enum err_code pg_snapshot(const void *of, struct store *out, struct err *e)
{
    struct pg_db *db = pg_twin(of);

    if (db == NULL)
        return err_set(e, ERR_STORE, "The system gives no thread to read the store with.");
    return reader_open(db, false, out, e);
}

enum err_code pg_open_source(struct store *s, const char *rest, struct err *e)
{
    struct pg_db *db = pg_new(rest, e);

    return db != NULL ? reader_open(db, true, s, e) : e->code;
}
