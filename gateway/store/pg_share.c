/* Several gateways on one PostgreSQL database: telling of changes, hearing of them, and reading
 * what they name. */
#include <string.h>

#include "store/pg_db.h"

static const char *const kind_names[CHANGE_KINDS] = {
#define X(NAME, name) [CHANGE_##NAME] = name,
    STORE_CHANGES(X)
#undef X
};

/* ---- telling ---- */

enum err_code pg_queue_word(struct pg_db *db, enum pg_statement which, const char *doing,
                            struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, 0, which, doing);
    return pg_queue(&c, e);
}

static const char telling[] = "telling the other gateways";

enum err_code pg_tell_begin(struct pg_db *db, struct err *e)
{
    db->untold |= db->together;
    if (db->together)
        return ERR_OK;
    return pg_queue_word(db, PG_LOCK_CHANGES, telling, e);
}

enum err_code pg_tell_end(struct pg_db *db, struct err *e)
{
    if (db->together)
        return ERR_OK;
    return pg_queue_word(db, PG_CHANGE_NOTIFY, telling, e);
}

static enum err_code add_change(struct pg_db *db, enum store_change_kind kind, int provider,
                                const char *ids, struct err *e)
{
    struct pg_call c;

    if (db->together)
        return ERR_OK;
    pg_call(&c, db, 0, PG_CHANGE_ADD, telling);
    pg_give_int(&c, db->writer);
    pg_give_text(&c, kind_names[kind]);
    pg_give_text(&c, provider >= 0 ? db->prefixes[provider] : "");
    pg_give_text(&c, ids);
    return pg_queue(&c, e);
}

enum err_code pg_tell_text(struct pg_db *db, enum store_change_kind kind, int provider,
                           const char *ids, struct err *e)
{
    enum err_code rc = pg_tell_begin(db, e);

    if (rc == ERR_OK)
        rc = add_change(db, kind, provider, ids, e);
    return rc == ERR_OK ? pg_tell_end(db, e) : rc;
}

enum err_code pg_tell(struct pg_db *db, enum store_change_kind kind, int provider, char prefix,
                      const uint64_t *ids, size_t len, struct err *e)
{
    enum { IDS_BYTES = STORE_CHANGE_IDS * DIGEST_ID_TEXT + 1 };
    enum err_code rc = pg_tell_begin(db, e);
    char id[DIGEST_ID_TEXT];
    struct buf text;

    buf_init(&text, IDS_BYTES);
    for (size_t i = 0; i < len && rc == ERR_OK; i++) {
        buf_addf(&text, "%s%s", text.len > 0 ? " " : "", digest_id_text(prefix, ids[i], id));
        if (i % STORE_CHANGE_IDS != STORE_CHANGE_IDS - 1 && i + 1 < len)
            continue;
        rc = add_change(db, kind, provider, text.data, e);
        buf_clear(&text);
    }
    buf_done(&text);
    return rc == ERR_OK ? pg_tell_end(db, e) : rc;
}

/* ---- hearing ---- */

static enum err_code share_last(void *db, int64_t *seq, struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, 0, PG_CHANGES_LAST, "looking for changes");
    if (pg_step(&c))
        *seq = pg_take_int(&c);
    return pg_done(&c, e);
}

static enum store_change_kind kind_of(const char *name)
{
    int kind = 0;

    while (kind < CHANGE_KINDS && strcmp(kind_names[kind], name) != 0)
        kind++;
    return (enum store_change_kind)kind;
}

static int provider_of(const struct pg_db *db, const char *prefix)
{
    for (int i = 0; i < STORE_PROVIDERS_MAX && prefix[0] != '\0'; i++)
        if (strcmp(db->prefixes[i], prefix) == 0)
            return i;
    return -1;
}

static enum err_code share_changes(void *db, int64_t after, int64_t limit, store_change_fn *fn,
                                   void *arg, bool *cut, struct err *e)
{
    struct pg_call c;
    bool first = true;

    *cut = false;
    pg_call(&c, db, 0, PG_CHANGES_READ, "looking for changes");
    pg_give_int(&c, after);
    pg_give_int(&c, ((struct pg_db *)db)->writer);
    pg_give_int(&c, limit + 1);
    while (pg_step(&c)) {
        struct store_change change = {.seq = pg_take_int(&c)};

        *cut |= first && change.seq != after;
        if (!first && !*cut) {
            change.kind = kind_of(pg_take_text(&c));
            change.provider = provider_of(db, pg_take_text(&c));
            change.own = pg_take_int(&c) != 0;
            change.ids = pg_take_text(&c);
            if (!fn(arg, &change))
                break;
        }
        first = false;
    }
    *cut |= first;
    return pg_done(&c, e);
}

static enum err_code share_prune(void *db, int64_t keep_ms, struct err *e)
{
    struct pg_call c;
    enum err_code rc = pg_batch_begin(db, e);

    if (rc != ERR_OK)
        return rc;
    pg_call(&c, db, 0, PG_CHANGES_PRUNE, "forgetting old changes");
    pg_give_int(&c, keep_ms);
    rc = pg_queue(&c, e);
    if (rc == ERR_OK)
        rc = pg_queue_word(db, PG_GATEWAYS_PRUNE, "forgetting gateways", e);
    return rc == ERR_OK ? pg_batch_end(db, e) : rc;
}

/* ---- reading what changes name ---- */

static enum err_code share_keys_some(void *db, int provider, const uint64_t *ids, size_t len,
                                     store_key_fn *fn, void *arg, struct err *e)
{
    struct store_key key;
    struct pg_call c;

    pg_call(&c, db, provider, PG_KEYS_SOME, "reading changed keys");
    c.afresh = true;
    pg_give_ids(&c, 'k', ids, len);
    while (pg_step(&c))
        if (!pg_take_key(&c, &key) || !fn(arg, &key))
            break;
    return pg_done(&c, e);
}

static enum err_code share_keys_totals(void *db, int provider, const uint64_t *ids, size_t len,
                                       store_totals_fn *fn, void *arg, struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, provider, PG_KEYS_TOTALS, "reading the counters of keys");
    c.afresh = true;
    pg_give_ids(&c, 'k', ids, len);
    while (pg_step(&c)) {
        struct store_totals t = {.id = pg_take_id(&c, 'k')};

        pg_take_tally(&c, &t.tally);
        t.last_used = pg_take_int(&c);
        t.last_success = pg_take_int(&c);
        t.last_failure = pg_take_int(&c);
        if (c.rc != ERR_OK || !fn(arg, &t))
            break;
    }
    return pg_done(&c, e);
}

static enum err_code share_tokens_some(void *db, int provider, const uint64_t *ids, size_t len,
                                       store_token_fn *fn, void *arg, struct err *e)
{
    struct store_token t;
    struct pg_call c;

    pg_call(&c, db, provider, PG_TOKENS_SOME, "reading changed tokens");
    c.afresh = true;
    pg_give_ids(&c, 't', ids, len);
    while (pg_step(&c))
        if (!pg_take_token(&c, &t) || !fn(arg, &t))
            break;
    return pg_done(&c, e);
}

static enum err_code share_job_find(void *db, const char *id, store_job_fn *fn, void *arg,
                                    struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, 0, PG_JOB_FIND, "reading a job");
    pg_give_text(&c, id);
    if (pg_step(&c)) {
        const char *found = pg_take_text(&c), *record = pg_take_text(&c);

        fn(arg, found, record, pg_take_int(&c));
    }
    return pg_done(&c, e);
}

static enum err_code share_job_cancel(void *db, const char *id, struct err *e)
{
    enum err_code rc = pg_batch_begin(db, e);

    if (rc == ERR_OK)
        rc = pg_tell_text(db, CHANGE_CANCEL, -1, id, e);
    return rc == ERR_OK ? pg_batch_end(db, e) : rc;
}

/* ---- which gateways there are ---- */

static enum err_code share_seen(void *db, const struct store_gateway *g, struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, 0, PG_GATEWAY_SEEN, "noting that this gateway is there");
    pg_give_text(&c, g->id);
    pg_give_text(&c, g->address);
    pg_give_text(&c, g->version);
    pg_give_when(&c, g->started_at);
    return pg_run(&c, e);
}

static enum err_code share_gone(void *db, const char *id, struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, 0, PG_GATEWAY_GONE, "noting that this gateway goes");
    pg_give_text(&c, id);
    return pg_run(&c, e);
}

static enum err_code share_gateways(void *db, store_gateway_fn *fn, void *arg, struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, 0, PG_GATEWAYS, "reading which gateways there are");
    while (pg_step(&c)) {
        struct store_gateway g = {.id = pg_take_text(&c)};

        g.address = pg_take_text(&c);
        g.version = pg_take_text(&c);
        g.started_at = pg_take_int(&c);
        g.unseen_ms = pg_take_int(&c);
        if (!fn(arg, &g))
            break;
    }
    return pg_done(&c, e);
}

const struct store_share_ops pg_share_ops = {
    .last = share_last,
    .changes = share_changes,
    .prune = share_prune,
    .keys_some = share_keys_some,
    .keys_totals = share_keys_totals,
    .provider_close = pg_provider_close,
    .tokens_some = share_tokens_some,
    .job_find = share_job_find,
    .job_cancel = share_job_cancel,
    .seen = share_seen,
    .gone = share_gone,
    .gateways = share_gateways,
    .watch_new = pg_watch_new,
    .watch_free = pg_watch_free,
    .watch_wait = pg_watch_wait,
};
