/* Client tokens and small named values in SQLite. */
#include <string.h>

#include "store/sqlite_db.h"

enum err_code sqlite_tokens_load(void *db, int provider, store_token_fn *fn, void *arg,
                                 struct err *e)
{
    struct sqlite_call c;

    sqlite_call(&c, db, provider, SQL_TOKENS_LOAD, "loading the tokens");
    while (sqlite_step(&c)) {
        struct store_token t = {.id = sqlite_take_id(&c, 't')};
        size_t len;
        const void *digest = sqlite_take_blob(&c, &len);

        memcpy(t.digest, digest, len < sizeof(t.digest) ? len : sizeof(t.digest));
        t.hint = sqlite_take_text(&c);
        t.name = sqlite_take_text(&c);
        t.created_at = sqlite_take_int(&c);
        t.expires_at = sqlite_take_int(&c);
        sqlite_take_tally(&c, &t.tally);
        t.last_used = sqlite_take_int(&c);
        if (c.failed != SQLITE_OK || !fn(arg, &t))
            break;
    }
    return sqlite_done(&c, e);
}

/* A single statement is a transaction of its own. */
enum err_code sqlite_token_insert(void *db, int provider, const struct store_token *t,
                                  struct err *e)
{
    struct sqlite_db *d = db;
    struct sqlite_call c;
    enum err_code rc;

    sqlite_call(&c, d, provider, SQL_TOKEN_INSERT, "adding a token");
    sqlite_give_id(&c, 't', t->id);
    sqlite_give_blob(&c, t->digest, sizeof(t->digest));
    sqlite_give_text(&c, t->hint);
    sqlite_give_text(&c, t->name);
    sqlite_give_int(&c, t->created_at);
    sqlite_give_time(&c, t->expires_at);
    rc = sqlite_run(&c, e);
    if (rc == ERR_OK && sqlite3_changes(d->handle) == 0)
        return err_set(e, ERR_CONFLICT, "There is a token with the id %s already.", c.id);
    return rc;
}

enum err_code sqlite_tokens_edit(void *db, int provider, const struct store_token_edit *edits,
                                 size_t len, struct err *e)
{
    enum err_code rc = sqlite_begin(db, e);

    if (rc != ERR_OK)
        return rc;
    for (size_t i = 0; i < len && rc == ERR_OK; i++) {
        struct sqlite_call c;

        sqlite_call(&c, db, provider, SQL_TOKEN_EDIT, "changing tokens");
        sqlite_give_text(&c, edits[i].name);
        sqlite_give_time(&c, edits[i].expires_at);
        sqlite_give_id(&c, 't', edits[i].id);
        rc = sqlite_run(&c, e);
    }
    return sqlite_end(db, rc, e);
}

enum err_code sqlite_tokens_delete(void *db, int provider, const uint64_t *ids, size_t len,
                                   struct err *e)
{
    return sqlite_delete_ids(db, provider, SQL_TOKEN_DELETE, 't', ids, len, "deleting tokens", e);
}

enum err_code sqlite_meta_get(void *db, const char *name, char *value, size_t room, struct err *e)
{
    struct sqlite_call c;
    size_t len = 0;
    enum err_code rc;

    value[0] = '\0';
    sqlite_call(&c, db, 0, SQL_META_GET, "reading a named value");
    sqlite_give_text(&c, name);
    if (sqlite_step(&c))
        len = (size_t)snprintf(value, room, "%s", sqlite_take_text(&c));
    rc = sqlite_done(&c, e);
    if (rc == ERR_OK && len >= room)
        rc = err_set(e, ERR_STORE, "%s: the value of \"%s\" is longer than expected", c.db->path,
                     name);
    return rc;
}

static enum err_code write_meta(void *db, int which, const char *name, const char *value,
                                struct err *e)
{
    struct sqlite_call c;

    sqlite_call(&c, db, 0, which, "writing a named value");
    sqlite_give_text(&c, name);
    sqlite_give_text(&c, value);
    return sqlite_run(&c, e);
}

enum err_code sqlite_meta_put(void *db, const char *name, const char *value, struct err *e)
{
    return write_meta(db, SQL_META_PUT, name, value, e);
}

enum err_code sqlite_meta_add(void *db, const char *name, const char *value, struct err *e)
{
    return write_meta(db, SQL_META_ADD, name, value, e);
}
