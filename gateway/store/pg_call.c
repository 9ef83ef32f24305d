/* One run of a statement of PostgreSQL: sending it, and reading its rows. */
#include <stdlib.h>
#include <string.h>

#include "store/pg_db.h"

enum { OID_JSONB = 3802, OID_TIME = 1184 }; /* pg_type.dat: they never change */

/* ---- sending ---- */

static const char *name_of(const struct pg_call *c, char name[32])
{
    snprintf(name, 32, "p%d_%d", c->provider, c->which);
    return name;
}

static const char *text_of(const struct pg_call *c)
{
    static const char *const texts[PG_COUNT] = {
#define STATEMENT(ID, sql) [PG_##ID] = sql,
#include "store/pg_statements.def"
#include "store/statements.def"
#undef STATEMENT
    };
    struct pg_db *db = c->db;
    char **text;

    if (c->which == PG_PLAIN)
        return c->sql;
    text = &db->texts[c->provider][c->which];
    if (*text == NULL)
        *text = schema_expand(texts[c->which], db->prefixes[c->provider], true);
    return *text;
}

static void note_sent(struct pg_call *c, bool prepare)
{
    struct pg_db *db = c->db;

    if (db->sent_len == db->sent_room) {
        db->sent_room = db->sent_room ? 2 * db->sent_room : 64;
        db->sent = mem_resize(db->sent, db->sent_room, sizeof(*db->sent));
    }
    db->sent[db->sent_len++] = (struct pg_sent){.provider = c->provider,
                                                .which = c->which,
                                                .prepare = prepare,
                                                .doing = c->doing,
                                                .row = c->row,
                                                .arg = c->arg,
                                                .changes = c->changes};
}

/* A statement has a name only where the session is ours alone. */
static bool send_call(struct pg_call *c)
{
    const char *data[PG_VALUES_MAX];
    int lens[PG_VALUES_MAX], formats[PG_VALUES_MAX];
    Oid types[PG_VALUES_MAX];
    struct pg_db *db = c->db;
    char name[32];

    for (int i = 0; i < c->len; i++) {
        data[i] = c->values[i].null ? NULL : c->values[i].data.len ? c->values[i].data.data : "";
        lens[i] = (int)c->values[i].data.len;
        formats[i] = 1;
        types[i] = c->values[i].type;
    }
    if (c->which == PG_PLAIN || c->afresh || db->pooled) {
        note_sent(c, false);
        return PQsendQueryParams(db->conn, text_of(c), c->len, types, data, lens, formats, 1);
    }
    if (!db->prepared[c->provider][c->which]) {
        /* Taken back when its answer is an error. */
        db->prepared[c->provider][c->which] = true;
        note_sent(c, true);
        if (!PQsendPrepare(db->conn, name_of(c, name), text_of(c), c->len, types))
            return false;
    }
    note_sent(c, false);
    return PQsendQueryPrepared(db->conn, name_of(c, name), c->len, data, lens, formats, 1);
}

enum err_code pg_queue(struct pg_call *c, struct err *e)
{
    bool sent = pg_given(c) && send_call(c);

    pg_values_free(c);
    if (sent)
        return ERR_OK;
    return pg_lost(c->db, c->doing, c->fault, e);
}

enum err_code pg_queue_rows(struct pg_call *c, struct err *e)
{
    return c->rows > 0 ? pg_queue(c, e) : ERR_OK;
}

enum err_code pg_run(struct pg_call *c, struct err *e)
{
    enum err_code rc = pg_batch_begin(c->db, e);

    if (rc == ERR_OK)
        rc = pg_queue(c, e);
    pg_values_free(c);
    return rc == ERR_OK ? pg_batch_end(c->db, e) : rc;
}

/* ---- reading ---- */

/* Sends it, and reads up to its rows. */
static void begin(struct pg_call *c)
{
    c->began = true;
    c->rc = pg_batch_begin(c->db, &c->err);
    if (c->rc == ERR_OK)
        c->rc = pg_queue(c, &c->err);
    pg_values_free(c);
    if (c->rc == ERR_OK)
        c->rc = pg_batch_sync(c->db, &c->err);
    if (c->rc == ERR_OK && c->db->sent[0].prepare) {
        PGresult *result;

        while ((result = pg_next_result(c->db, c->doing, &c->err)) != NULL) {
            if (c->rc == ERR_OK)
                c->rc = pg_check(c->db, result, c->doing, &c->err);
            PQclear(result);
        }
        c->db->prepared[c->provider][c->which] = c->rc == ERR_OK;
    }
    if (c->db->conn == NULL)
        c->rc = ERR_STORE;
    if (c->rc == ERR_OK)
        PQsetSingleRowMode(c->db->conn); /* a million keys are not held twice */
}

bool pg_step(struct pg_call *c)
{
    c->at = 0;
    if (!c->began)
        begin(c);
    PQclear(c->result);
    c->result = NULL;
    if (c->rc != ERR_OK)
        return false;
    c->result = pg_next_result(c->db, c->doing, &c->err);
    if (c->result != NULL && PQresultStatus(c->result) == PGRES_SINGLE_TUPLE)
        return true;
    c->rc = c->result != NULL ? pg_check(c->db, c->result, c->doing, &c->err) : ERR_STORE;
    return false;
}

enum err_code pg_done(struct pg_call *c, struct err *e)
{
    struct err ignored;

    PQclear(c->result);
    c->result = NULL;
    /* Up to the answer to what ended the batch; statements' answers end with NULL. */
    while (c->db->conn != NULL) {
        PGresult *result = pg_next_result(c->db, c->doing, c->rc == ERR_OK ? &c->err : &ignored);
        bool end = result != NULL && PQresultStatus(result) == PGRES_PIPELINE_SYNC;

        PQclear(result);
        if (end)
            break;
    }
    if (c->db->conn == NULL && c->rc == ERR_OK)
        c->rc = ERR_STORE;
    if (c->rc != ERR_OK && e != NULL)
        *e = c->err;
    return c->rc;
}

static bool is_null(const struct pg_call *c)
{
    return PQgetisnull(c->result, 0, c->at) != 0;
}

int64_t pg_take_int(struct pg_call *c)
{
    const char *data = PQgetvalue(c->result, 0, c->at);
    int len = PQgetlength(c->result, 0, c->at);
    bool null = is_null(c), time = PQftype(c->result, c->at++) == OID_TIME;
    uint64_t value = 0;

    if (null)
        return 0;
    for (int i = 0; i < len; i++)
        value = value << 8 | (uint8_t)data[i];
    if (time && value == INT64_MAX)
        return INT64_MAX;
    if (time)
        return (int64_t)value / 1000 + PG_EPOCH_MS;
    return len == 4 ? (int32_t)value : len == 2 ? (int16_t)value : (int64_t)value;
}

const char *pg_take_text(struct pg_call *c)
{
    bool jsonb = PQftype(c->result, c->at) == OID_JSONB && !is_null(c);

    return PQgetvalue(c->result, 0, c->at++) + jsonb; /* its first byte is a version */
}

const void *pg_take_blob(struct pg_call *c, size_t *len)
{
    *len = (size_t)PQgetlength(c->result, 0, c->at);
    return PQgetvalue(c->result, 0, c->at++);
}

uint64_t pg_take_id(struct pg_call *c, char kind)
{
    const char *text = pg_take_text(c);
    uint64_t id = 0;

    if (!digest_id_parse(kind, text, strlen(text), &id))
        c->rc = err_set(&c->err, ERR_STORE, "%s: %s: a row has a malformed id; restore a backup",
                        c->db->place, c->doing);
    return id;
}

void pg_take_tally(struct pg_call *c, struct store_tally *t)
{
#define TALLY(member, column, text) t->member = pg_take_int(c);
#include "stats/tally.def"
#undef TALLY
}
