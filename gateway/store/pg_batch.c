/* Many statements of PostgreSQL in one round trip, and their answers. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/pg_db.h"

/* The server ends a statement after a minute by itself: see pg_conn.c. */
enum { SILENCE_MS = 75 * 1000 };

/* ---- failures ---- */

static const struct {
    const char *state, *remedy; /* SQLSTATE: its beginning is enough */
} remedies[] = {
    {"53100", "; free some disk space on its server"},
    {"53300", "; raise max_connections there, or stop other clients"},
    {"42501", "; grant this to the user in DATABASE_URL"},
    {"25006", "; name the primary server in DATABASE_URL"},
    {"26000", "; behind a pooler, end DATABASE_URL with ?pgbouncer=true"},
    {"42P05", "; behind a pooler, end DATABASE_URL with ?pgbouncer=true"},
    {"42P01", "; restore a backup, or name another database in DATABASE_URL"},
};

/* libpq's messages have several lines, and end in one. None holds a password. */
static void one_line(const char *text, char *out, size_t room)
{
    size_t n = 0;

    for (; *text != '\0' && n + 1 < room; text++)
        out[n++] = *text == '\n' || *text == '\t' ? ' ' : *text;
    while (n > 0 && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
}

enum err_code pg_lost(struct pg_db *db, const char *doing, const char *why, struct err *e)
{
    char text[200];

    one_line(why != NULL ? why : PQerrorMessage(db->conn), text, sizeof(text));
    pg_disconnect(db);
    return err_set(e, ERR_STORE, "%s: %s: %s", db->place, doing,
                   text[0] != '\0' ? text : "the connection was lost");
}

enum err_code pg_check(struct pg_db *db, const PGresult *result, const char *doing, struct err *e)
{
    ExecStatusType status = PQresultStatus(result);
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *what = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY), *remedy = "";
    char text[200];

    if (status != PGRES_FATAL_ERROR && status != PGRES_PIPELINE_ABORTED)
        return ERR_OK;
    for (size_t i = 0; i < ARRAY_LEN(remedies) && state != NULL; i++)
        if (strncmp(state, remedies[i].state, strlen(remedies[i].state)) == 0)
            remedy = remedies[i].remedy;
    one_line(what != NULL ? what : PQresultErrorMessage(result), text, sizeof(text));
    err_set(e, ERR_STORE, "%s: %s: %s%s", db->place, doing, text, remedy);
    if (e != NULL && state != NULL && strcmp(state, "42P07") == 0)
        e->code = ERR_CONFLICT; /* a table of this name is there */
    return e != NULL ? e->code : ERR_STORE;
}

/* ---- sending and waiting ---- */

enum err_code pg_batch_begin(struct pg_db *db, struct err *e)
{
    enum err_code rc = pg_connect(db, e); /* which sends something itself */

    db->sent_len = 0;
    return rc;
}

enum err_code pg_batch_sync(struct pg_db *db, struct err *e)
{
    return PQpipelineSync(db->conn) ? ERR_OK : pg_lost(db, "sending", NULL, e);
}

/* Sends what is left to send and reads until there is a result: one without the other could wait
 * for ever, as the server does not read while nobody takes its answers. */
static enum err_code wait_result(struct pg_db *db, const char *doing, struct err *e)
{
    while (PQisBusy(db->conn)) {
        int unsent = PQflush(db->conn);
        struct pollfd p = {.fd = PQsocket(db->conn), .events = POLLIN};
        int rc;

        if (unsent < 0)
            return pg_lost(db, doing, NULL, e);
        if (unsent > 0)
            p.events |= POLLOUT;
        rc = poll(&p, 1, SILENCE_MS);
        if (rc < 0 && errno == EINTR)
            continue;
        if (rc == 0)
            return pg_lost(db, doing, "the server does not answer", e);
        if (rc < 0 || (p.revents & ~POLLOUT && !PQconsumeInput(db->conn)))
            return pg_lost(db, doing, NULL, e);
    }
    return ERR_OK;
}

PGresult *pg_next_result(struct pg_db *db, const char *doing, struct err *e)
{
    PGresult *result;

    if (wait_result(db, doing, e) != ERR_OK)
        return NULL;
    result = PQgetResult(db->conn);
    if (PQstatus(db->conn) == CONNECTION_BAD) {
        const char *why = result != NULL ? PQresultErrorMessage(result) : NULL;

        pg_lost(db, doing, why, e);
        PQclear(result);
        return NULL;
    }
    return result;
}

/* ---- answers ---- */

static void take_rows(const struct pg_sent *sent, const PGresult *result)
{
    if (sent->changes != NULL)
        *sent->changes = strtoll(PQcmdTuples((PGresult *)result), NULL, 10);
    for (int i = 0; sent->row != NULL && i < PQntuples(result); i++)
        sent->row(sent->arg, PQgetvalue(result, i, 0));
}

/* All that belongs to one statement; rc is how it went so far. */
static enum err_code take_answer(struct pg_db *db, const struct pg_sent *sent, enum err_code rc,
                                 struct err *e)
{
    struct err later;
    PGresult *result;

    while ((result = pg_next_result(db, sent->doing, rc == ERR_OK ? e : &later)) != NULL) {
        enum err_code now = pg_check(db, result, sent->doing, rc == ERR_OK ? e : &later);

        if (sent->prepare && now != ERR_OK)
            db->prepared[sent->provider][sent->which] = false;
        if (rc == ERR_OK && now == ERR_OK && !sent->prepare)
            take_rows(sent, result);
        PQclear(result);
        rc = rc == ERR_OK ? now : rc;
    }
    return rc == ERR_OK && db->conn == NULL ? ERR_STORE : rc;
}

enum err_code pg_batch_end(struct pg_db *db, struct err *e)
{
    struct err first = {0}, *into = e != NULL ? e : &first;
    enum err_code rc = pg_batch_sync(db, into);
    PGresult *end;

    for (size_t i = 0; i < db->sent_len && db->conn != NULL; i++)
        rc = take_answer(db, &db->sent[i], rc, into);
    if (db->conn == NULL)
        return rc;
    /* Only this says that the transaction is durable. */
    end = pg_next_result(db, "making it durable", rc == ERR_OK ? into : &first);
    if (rc == ERR_OK && end == NULL)
        rc = ERR_STORE;
    if (rc == ERR_OK)
        rc = pg_check(db, end, "making it durable", into);
    if (end != NULL && PQresultStatus(end) != PGRES_PIPELINE_SYNC) {
        PQclear(end); /* the commit failed; what ends the batch is still to come */
        end = pg_next_result(db, "making it durable", &first);
        PQclear(end);
        end = pg_next_result(db, "making it durable", &first);
    }
    PQclear(end);
    return rc;
}

/* ---- transactions ---- */

static enum err_code run_word(struct pg_db *db, enum pg_statement which, const char *doing,
                              struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, 0, which, doing);
    return pg_run(&c, e);
}

enum err_code pg_tx_begin(struct pg_db *db, struct err *e)
{
    enum err_code rc;

    if (db->together)
        return ERR_OK;
    rc = run_word(db, PG_BEGIN, "beginning to write", e);
    db->in_tx = rc == ERR_OK;
    return rc;
}

enum err_code pg_tx_end(struct pg_db *db, enum err_code rc, struct err *e)
{
    if (db->together)
        return rc;
    if (rc == ERR_OK)
        rc = run_word(db, PG_COMMIT, "making it durable", e);
    db->in_tx = false;
    if (rc != ERR_OK && db->conn != NULL && PQtransactionStatus(db->conn) != PQTRANS_IDLE &&
        run_word(db, PG_ROLLBACK, "", NULL) != ERR_OK)
        pg_disconnect(db); /* then the server rolls back */
    return rc;
}
