/* Keys in SQLite: loading all, adding, changing, deleting. */
#include <string.h>

#include "store/sqlite_db.h"

/* The order of these two is that of the columns in KEYS_LOAD, KEY_INSERT and KEY_STATE. */
static void give_state(struct sqlite_call *c, const struct store_key_state *s)
{
    sqlite_give_int(c, s->disabled);
    sqlite_give_int(c, s->disabled_auto);
    sqlite_give_time(c, s->disabled_until);
    sqlite_give_time(c, s->cooling_until);
    sqlite_give_text(c, s->reason);
    sqlite_give_int(c, s->consecutive_failures);
    sqlite_give_int(c, s->limited);
}

static void take_state(struct sqlite_call *c, struct store_key_state *s)
{
    s->disabled = sqlite_take_int(c) != 0;
    s->disabled_auto = sqlite_take_int(c) != 0;
    s->disabled_until = sqlite_take_int(c);
    s->cooling_until = sqlite_take_int(c);
    snprintf(s->reason, sizeof(s->reason), "%s", sqlite_take_text(c));
    s->consecutive_failures = (int32_t)sqlite_take_int(c);
    s->limited = sqlite_take_int(c) != 0;
}

void sqlite_take_key(struct sqlite_call *c, struct store_key *k)
{
    k->id = sqlite_take_id(c, 'k');
    k->username = sqlite_take_text(c);
    k->sealed = sqlite_take_blob(c, &k->sealed_len);
    k->created_at = sqlite_take_int(c);
    k->expires_at = sqlite_take_int(c);
    take_state(c, &k->state);
    sqlite_take_tally(c, &k->tally);
    k->last_used = sqlite_take_int(c);
    k->last_success = sqlite_take_int(c);
    k->last_failure = sqlite_take_int(c);
    k->note = sqlite_take_text(c);
    k->tags = sqlite_take_text(c);
    k->category = sqlite_take_text(c);
    k->models = sqlite_take_text(c);
    k->checked_at = sqlite_take_int(c);
    k->place = sqlite_take_int(c);
    k->inserted = true;
}

enum err_code sqlite_keys_load(void *db, int provider, store_key_fn *fn, void *arg, struct err *e)
{
    struct sqlite_call c;
    struct store_key key;

    sqlite_call(&c, db, provider, SQL_KEYS_LOAD, "loading the keys");
    while (sqlite_step(&c)) {
        sqlite_take_key(&c, &key);
        if (c.failed != SQLITE_OK || !fn(arg, &key))
            break;
    }
    return sqlite_done(&c, e);
}

static enum err_code insert_one(struct sqlite_db *db, int provider, struct store_key *k,
                                struct err *e)
{
    struct sqlite_call c;
    enum err_code rc;

    sqlite_call(&c, db, provider, SQL_KEY_INSERT, "adding keys");
    sqlite_give_id(&c, 'k', k->id);
    sqlite_give_text(&c, k->username);
    sqlite_give_blob(&c, k->sealed, k->sealed_len);
    sqlite_give_int(&c, k->created_at);
    sqlite_give_time(&c, k->expires_at);
    give_state(&c, &k->state);
    rc = sqlite_run(&c, e);
    k->inserted = rc == ERR_OK && sqlite3_changes(db->handle) == 1;
    return rc;
}

enum err_code sqlite_keys_insert(void *db, int provider, struct store_key *rows, size_t len,
                                 struct err *e)
{
    enum err_code rc = sqlite_begin(db, e);

    if (rc == ERR_OK) {
        for (size_t i = 0; i < len && rc == ERR_OK; i++)
            rc = insert_one(db, provider, &rows[i], e);
        rc = sqlite_end(db, rc, e);
    }
    for (size_t i = 0; i < len && rc != ERR_OK; i++)
        rows[i].inserted = false;
    return rc;
}

enum err_code sqlite_key_put_state(struct sqlite_db *db, int provider, uint64_t id,
                                   const struct store_key_state *state, struct err *e)
{
    struct sqlite_call c;

    sqlite_call(&c, db, provider, SQL_KEY_STATE, "changing the state of a key");
    give_state(&c, state);
    sqlite_give_id(&c, 'k', id);
    return sqlite_run(&c, e);
}

static enum err_code edit_row(struct sqlite_db *db, int provider, const struct store_key_edit *d,
                              struct err *e)
{
    struct sqlite_call c;

    sqlite_call(&c, db, provider, SQL_KEY_EDIT, "changing keys");
    sqlite_give_int(&c, (d->parts & EDIT_USERNAME) != 0);
    sqlite_give_text(&c, d->username ? d->username : "");
    sqlite_give_int(&c, (d->parts & EDIT_EXPIRES_AT) != 0);
    sqlite_give_time(&c, d->expires_at);
    sqlite_give_id(&c, 'k', d->id);
    return sqlite_run(&c, e);
}

static void give_part(struct sqlite_call *c, const struct store_key_edit *d,
                      enum store_key_part part, const char *text)
{
    sqlite_give_text(c, (d->parts & part) != 0 && text != NULL ? text : "");
}

/* The part's texts come first, then which of them count where there is a row already. */
static enum err_code edit_about(struct sqlite_db *db, int provider, const struct store_key_edit *d,
                                struct err *e)
{
    static const enum store_key_part parts[] = {EDIT_NOTE, EDIT_TAGS, EDIT_CATEGORY, EDIT_MODELS,
                                                EDIT_CHECKED_AT};
    struct sqlite_call c;

    sqlite_call(&c, db, provider, SQL_KEY_ABOUT, "changing what is known of keys");
    give_part(&c, d, EDIT_NOTE, d->note);
    give_part(&c, d, EDIT_TAGS, d->tags);
    give_part(&c, d, EDIT_CATEGORY, d->category);
    give_part(&c, d, EDIT_MODELS, d->models);
    sqlite_give_time(&c, d->parts & EDIT_CHECKED_AT ? d->checked_at : 0);
    sqlite_give_id(&c, 'k', d->id);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        sqlite_give_int(&c, (d->parts & parts[i]) != 0);
    return sqlite_run(&c, e);
}

static enum err_code edit_one(struct sqlite_db *db, int provider, const struct store_key_edit *d,
                              struct err *e)
{
    enum err_code rc = ERR_OK;

    if (d->parts & EDIT_STATE)
        rc = sqlite_key_put_state(db, provider, d->id, d->state, e);
    if (rc == ERR_OK && d->parts & (EDIT_USERNAME | EDIT_EXPIRES_AT))
        rc = edit_row(db, provider, d, e);
    if (rc == ERR_OK && d->parts & ~(unsigned)(EDIT_STATE | EDIT_USERNAME | EDIT_EXPIRES_AT))
        rc = edit_about(db, provider, d, e);
    return rc;
}

enum err_code sqlite_keys_edit(void *db, int provider, const struct store_key_edit *edits,
                               size_t len, struct err *e)
{
    enum err_code rc = sqlite_begin(db, e);

    if (rc != ERR_OK)
        return rc;
    for (size_t i = 0; i < len && rc == ERR_OK; i++)
        rc = edit_one(db, provider, &edits[i], e);
    return sqlite_end(db, rc, e);
}

enum err_code sqlite_keys_delete(void *db, int provider, const uint64_t *ids, size_t len,
                                 struct err *e)
{
    return sqlite_delete_ids(db, provider, SQL_KEY_DELETE, 'k', ids, len, "deleting keys", e);
}
