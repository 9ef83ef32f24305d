/* Providers in PostgreSQL: their rows, and the making and dropping of their tables. */
#include <stdlib.h>
#include <string.h>

#include "store/pg_migrate.h"

enum { DROP_BYTES_MAX = 8192 };

enum err_code pg_providers_load(void *db, store_provider_fn *fn, void *arg, struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, 0, PG_PROVIDERS_LOAD, "loading the providers");
    while (pg_step(&c)) {
        struct store_provider p = {.name = pg_take_text(&c)};

        p.base_url = pg_take_text(&c);
        p.auth = pg_take_text(&c);
        p.probe_path = pg_take_text(&c);
        p.models_path = pg_take_text(&c);
        p.probe_model = pg_take_text(&c);
        p.inject_usage = pg_take_int(&c) != 0;
        p.enabled = pg_take_int(&c) != 0;
        p.created_at = pg_take_int(&c);
        if (!fn(arg, &p))
            break;
    }
    return pg_done(&c, e);
}

/* Statements with the tables of a provider that had this number before are forgotten: the session
 * that knows them under their names is left, so that they can be made again. */
static void forget_texts(struct pg_db *db, int provider)
{
    bool known = false;

    for (int which = 0; which < PG_COUNT; which++) {
        if (strcmp(db->prefixes[provider], "") != 0) {
            free(db->texts[provider][which]);
            db->texts[provider][which] = NULL;
            known |= db->prepared[provider][which];
        }
    }
    if (known)
        pg_disconnect(db);
}

enum err_code pg_provider_open(void *opaque, int provider, const char *name, struct err *e)
{
    struct pg_db *db = opaque;

    (void)e;
    forget_texts(db, provider);
    schema_prefix(name, db->prefixes[provider]);
    return ERR_OK;
}

static void call_put(struct pg_call *c, struct pg_db *db, const struct store_provider *row)
{
    pg_call(c, db, 0, PG_PROVIDER_PUT, "keeping a provider");
    pg_give_text(c, row->name);
    pg_give_text(c, row->base_url);
    pg_give_text(c, row->auth);
    pg_give_text(c, row->probe_path);
    pg_give_text(c, row->models_path);
    pg_give_text(c, row->probe_model);
    pg_give_bool(c, row->inject_usage);
    pg_give_bool(c, row->enabled);
    pg_give_when(c, row->created_at);
}

enum err_code pg_provider_put(void *db, const struct store_provider *row, struct err *e)
{
    struct pg_call c;
    enum err_code rc = pg_batch_begin(db, e);

    if (rc == ERR_OK) {
        call_put(&c, db, row);
        rc = pg_queue(&c, e);
    }
    if (rc == ERR_OK)
        rc = pg_tell_text(db, CHANGE_PROVIDERS, -1, "", e);
    return rc == ERR_OK ? pg_batch_end(db, e) : rc;
}

enum err_code pg_provider_add(void *db, int provider, const struct store_provider *row,
                              struct err *e)
{
    char prefix[SCHEMA_PREFIX_BYTES];
    struct pg_call c;
    enum err_code rc = pg_batch_begin(db, e);

    /* Of two that add the same name, the second finds its tables. */
    if (rc == ERR_OK)
        rc = pg_queue_word(db, PG_LOCK_SCHEMA, "taking the lock of the schema", e);
    if (rc == ERR_OK)
        rc = pg_make_tables(db, schema_prefix(row->name, prefix), e);
    if (rc == ERR_OK) {
        call_put(&c, db, row);
        rc = pg_queue(&c, e);
    }
    if (rc == ERR_OK)
        rc = pg_tell_text(db, CHANGE_PROVIDERS, -1, "", e);
    if (rc == ERR_OK)
        rc = pg_batch_end(db, e);
    return rc == ERR_OK ? pg_provider_open(db, provider, row->name, e) : rc;
}

/* What drops its tables, which are found by their prefix. */
static enum err_code drops_of(struct pg_db *db, const char *name, struct buf *drops, struct err *e)
{
    char prefix[SCHEMA_PREFIX_BYTES + 1];
    struct pg_call c;

    schema_prefix(name, prefix);
    strncat(prefix, "_", 2);
    pg_call(&c, db, 0, PG_TABLES_OF, "reading the schema");
    pg_give_text(&c, prefix);
    while (pg_step(&c))
        buf_addf(drops, "%s%s", drops->len == 0 ? "DROP TABLE " : ", ", pg_take_text(&c));
    return pg_done(&c, e);
}

static enum err_code drop(struct pg_db *db, const char *name, const char *drops, struct err *e)
{
    struct pg_call c;
    enum err_code rc = pg_batch_begin(db, e);

    /* Nobody adds to counters while their tables go, one after the other. */
    if (rc == ERR_OK)
        rc = pg_queue_word(db, PG_LOCK_COUNTS, "taking the lock of the counters", e);
    if (rc == ERR_OK && drops != NULL) {
        pg_call_plain(&c, db, drops, "dropping the tables of a provider");
        rc = pg_queue(&c, e);
    }
    if (rc != ERR_OK)
        return rc;
    pg_call(&c, db, 0, PG_PROVIDER_DELETE, "forgetting a provider");
    pg_give_text(&c, name);
    rc = pg_queue(&c, e);
    if (rc == ERR_OK)
        rc = pg_tell_text(db, CHANGE_PROVIDERS, -1, "", e);
    return rc == ERR_OK ? pg_batch_end(db, e) : rc;
}

void pg_provider_close(void *opaque, int provider)
{
    struct pg_db *db = opaque;

    forget_texts(db, provider);
    db->prefixes[provider][0] = '\0';
}

enum err_code pg_provider_remove(void *opaque, int provider, const char *name, struct err *e)
{
    struct pg_db *db = opaque;
    struct buf drops;
    enum err_code rc = pg_tx_begin(db, e);

    if (rc != ERR_OK)
        return rc;
    buf_init(&drops, DROP_BYTES_MAX);
    rc = drops_of(db, name, &drops, e);
    if (rc == ERR_OK)
        rc = drop(db, name, drops.data, e);
    rc = pg_tx_end(db, rc, e);
    buf_done(&drops);
    if (rc == ERR_OK && !db->together) /* else it may be taken back */
        pg_provider_close(db, provider);
    return rc;
}
