/* Client tokens and small named values in PostgreSQL. */
#include <stdlib.h>
#include <string.h>

#include "store/pg_db.h"

bool pg_take_token(struct pg_call *c, struct store_token *t)
{
    const void *digest;
    size_t len;

    *t = (struct store_token){.id = pg_take_id(c, 't')};
    digest = pg_take_blob(c, &len);
    memcpy(t->digest, digest, len < sizeof(t->digest) ? len : sizeof(t->digest));
    t->hint = pg_take_text(c);
    t->name = pg_take_text(c);
    t->created_at = pg_take_int(c);
    t->expires_at = pg_take_int(c);
    pg_take_tally(c, &t->tally);
    t->last_used = pg_take_int(c);
    return c->rc == ERR_OK;
}

enum err_code pg_tokens_load(void *db, int provider, store_token_fn *fn, void *arg, struct err *e)
{
    struct store_token t;
    struct pg_call c;

    pg_call(&c, db, provider, PG_TOKENS_LOAD, "loading the tokens");
    while (pg_step(&c))
        if (!pg_take_token(&c, &t) || !fn(arg, &t))
            break;
    return pg_done(&c, e);
}

/* Runs it, and tells of the token. */
static enum err_code run_told(struct pg_call *c, uint64_t id, struct err *e)
{
    struct pg_db *db = c->db;
    int provider = c->provider;
    enum err_code rc = pg_batch_begin(db, e);

    if (rc == ERR_OK)
        rc = pg_queue(c, e);
    pg_values_free(c);
    if (rc == ERR_OK)
        rc = pg_tell(db, CHANGE_TOKENS, provider, 't', &id, 1, e);
    return rc == ERR_OK ? pg_batch_end(db, e) : rc;
}

enum err_code pg_token_insert(void *db, int provider, const struct store_token *t, struct err *e)
{
    int64_t added = 0;
    char id[DIGEST_ID_TEXT];
    struct pg_call c;
    enum err_code rc;

    pg_call(&c, db, provider, PG_TOKEN_INSERT, "adding a token");
    c.changes = &added;
    pg_give_id(&c, 't', t->id);
    pg_give_blob(&c, t->digest, sizeof(t->digest));
    pg_give_text(&c, t->hint);
    pg_give_text(&c, t->name);
    pg_give_when(&c, t->created_at);
    pg_give_time(&c, t->expires_at);
    rc = run_told(&c, t->id, e);
    if (rc == ERR_OK && added == 0)
        return err_set(e, ERR_CONFLICT, "There is a token with the id %s already.",
                       digest_id_text('t', t->id, id));
    return rc;
}

/* Counters are not written meanwhile, which takes the same rows in another order. */
enum err_code pg_tokens_edit(void *db, int provider, const struct store_token_edit *edits,
                             size_t len, struct err *e)
{
    static const char doing[] = "changing tokens";
    uint64_t *ids = mem_array(len, sizeof(*ids));
    enum err_code rc = pg_batch_begin(db, e);

    if (rc == ERR_OK)
        rc = pg_queue_word(db, PG_LOCK_COUNTS, doing, e);
    for (size_t i = 0; i < len && rc == ERR_OK; i++) {
        struct pg_call c;

        ids[i] = edits[i].id;
        pg_call(&c, db, provider, PG_TOKEN_EDIT, doing);
        pg_give_text(&c, edits[i].name);
        pg_give_time(&c, edits[i].expires_at);
        pg_give_id(&c, 't', edits[i].id);
        rc = pg_queue(&c, e);
    }
    if (rc == ERR_OK)
        rc = pg_tell(db, CHANGE_TOKENS, provider, 't', ids, len, e);
    free(ids);
    return rc == ERR_OK ? pg_batch_end(db, e) : rc;
}

/* Likewise. */
enum err_code pg_tokens_delete(void *db, int provider, const uint64_t *ids, size_t len,
                               struct err *e)
{
    static const char doing[] = "deleting tokens";
    enum err_code rc = pg_batch_begin(db, e);

    if (rc == ERR_OK)
        rc = pg_queue_word(db, PG_LOCK_COUNTS, doing, e);
    for (size_t i = 0; i < len && rc == ERR_OK; i += PG_ROWS_MAX) {
        struct pg_call c;

        pg_call(&c, db, provider, PG_TOKENS_DELETE, doing);
        pg_give_ids(&c, 't', ids + i, len - i < PG_ROWS_MAX ? len - i : PG_ROWS_MAX);
        rc = pg_queue(&c, e);
    }
    if (rc == ERR_OK)
        rc = pg_tell(db, CHANGE_TOKENS, provider, 't', ids, len, e);
    return rc == ERR_OK ? pg_batch_end(db, e) : rc;
}

enum err_code pg_meta_get(void *db, const char *name, char *value, size_t room, struct err *e)
{
    struct pg_call c;
    size_t len = 0;
    enum err_code rc;

    value[0] = '\0';
    pg_call(&c, db, 0, PG_META_GET, "reading a named value");
    pg_give_text(&c, name);
    if (pg_step(&c))
        len = (size_t)snprintf(value, room, "%s", pg_take_text(&c));
    rc = pg_done(&c, e);
    if (rc == ERR_OK && len >= room)
        rc = err_set(e, ERR_STORE, "%s: the value of \"%s\" is longer than expected",
                     ((struct pg_db *)db)->place, name);
    return rc;
}

/* A single statement is a transaction of its own. */
static enum err_code write_meta(struct pg_db *db, enum pg_statement which, const char *name,
                                const char *value, struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, 0, which, "writing a named value");
    pg_give_text(&c, name);
    pg_give_text(&c, value);
    return pg_run(&c, e);
}

enum err_code pg_meta_put(void *db, const char *name, const char *value, struct err *e)
{
    return write_meta(db, PG_META_PUT, name, value, e);
}

enum err_code pg_meta_add(void *db, const char *name, const char *value, struct err *e)
{
    return write_meta(db, PG_META_ADD, name, value, e);
}
