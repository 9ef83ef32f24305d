/* The session with PostgreSQL: set up, found to be lost, and had again. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/pg_db.h"

/* A call that finds the session lost waits so long for another one: users of a server that sends
 * idle sessions away notice nothing. At the start there is time for what the URL allows. */
enum { CONNECT_WAIT_MS = 1500, FIRST_WAIT_MS = 10 * 60 * 1000, RETRY_AFTER_MS = 1000 };

/* Notices are not shown; the last words of a session that the server ends are heard. */
static void take_notice(void *arg, const PGresult *result)
{
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    struct pg_db *db = arg;

    if (severity != NULL && (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0))
        db->ended = true;
}

static void note_place(struct pg_db *db)
{
    const char *host = PQhost(db->conn), *name = PQdb(db->conn);

    free(db->place);
    db->place = mem_printf("%s:%s/%s", host ? host : "", PQport(db->conn), name ? name : "");
}

void pg_disconnect(struct pg_db *db)
{
    PQfinish(db->conn);
    db->conn = NULL;
    db->sent_len = 0;
    memset(db->prepared, 0, sizeof(db->prepared));
}

/* Gateways share it; what holds it alone has the database for itself, such as a gateway from before
 * they could. A pooler has no sessions to hold it. */
static enum err_code take_lock(struct pg_db *db, struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, 0, PG_LOCK_GATEWAY, "taking the gateways' lock");
    if (pg_queue(&c, e) != ERR_OK)
        return ERR_STORE;
    if (pg_batch_end(db, e) == ERR_OK)
        return ERR_OK;
    if (e != NULL && strstr(e->text, "lock timeout") != NULL)
        err_set(e, ERR_STORE,
                "%s: another gateway has this database for itself; stop it, or give this one "
                "another database in DATABASE_URL",
                db->place);
    return ERR_STORE;
}

static enum err_code set_up(struct pg_db *db, struct err *e)
{
    const char *encoding = PQparameterStatus(db->conn, "server_encoding");

    if (encoding != NULL && strcmp(encoding, "UTF8") != 0)
        return err_set(e, ERR_STORE,
                       "%s: the database has the encoding %s; make one with: createdb -E UTF8 -T "
                       "template0 NAME",
                       db->place, encoding);
    db->ended = false;
    PQsetNoticeReceiver(db->conn, take_notice, db);
    if (!PQenterPipelineMode(db->conn) || PQsetnonblocking(db->conn, 1) != 0)
        return pg_lost(db, "connecting", NULL, e);
    db->sent_len = 0;
    return db->pooled || db->visiting ? ERR_OK : take_lock(db, e);
}

/* Whether the server has ended the session while nobody asked it anything. */
static bool gone(struct pg_db *db)
{
    struct pollfd p = {.fd = PQsocket(db->conn), .events = POLLIN};

    while (!db->ended && poll(&p, 1, 0) > 0) {
        if (!PQconsumeInput(db->conn))
            return true;
        if (PQisBusy(db->conn)) /* it takes notices; nothing is asked, so it is never busy */
            return true;
    }
    return db->ended || PQstatus(db->conn) == CONNECTION_BAD;
}

/* With the server's process known, a pooler shows itself: its sessions are others than ours. */
static void note_pooler(struct pg_db *db, int backend)
{
    if (db->pooled || backend == PQbackendPID(db->conn))
        return;
    db->pooled = true;
    LOG(INFO, "pooler", F_STR("database", db->place),
        F_STR("note", "a pooler stands in front of it, so sessions keep nothing; "
                      "pgbouncer=true in DATABASE_URL says so from the start"));
}

/* A session of the dial's that still lives. */
static bool take_session(struct pg_db *db, struct pg_session *out, struct pg_refusal *why)
{
    unsigned wait_ms = db->down ? 0 : db->known ? CONNECT_WAIT_MS : FIRST_WAIT_MS;

    while (pg_dial_get(db->dial, wait_ms, out, why)) {
        db->conn = out->conn;
        db->ended = false;
        if (!gone(db))
            return true;
        pg_disconnect(db); /* it was ready for too long */
    }
    return false;
}

static enum err_code connect_now(struct pg_db *db, struct err *e)
{
    struct pg_refusal why;
    struct pg_session s;
    enum err_code rc;

    if (!take_session(db, &s, &why)) {
        db->down = true;
        db->away = !why.final;
        return err_set(e, ERR_STORE, "%s: connecting: %s", db->place, why.text);
    }
    db->known = true;
    db->down = false;
    note_place(db);
    note_pooler(db, s.backend);
    db->repeats = true;
    rc = set_up(db, e);
    db->repeats = false;
    if (rc == ERR_OK)
        return ERR_OK;
    if (db->conn != NULL)
        pg_disconnect(db);
    db->down = true;
    db->retry_at_ms = clock_mono_ms() + RETRY_AFTER_MS;
    return rc;
}

enum err_code pg_connect(struct pg_db *db, struct err *e)
{
    struct err why = {0};

    if (db->conn != NULL && !gone(db))
        return ERR_OK;
    if (db->conn != NULL)
        pg_disconnect(db);
    if (db->in_tx)
        return err_set(e, ERR_STORE, "%s: the connection was lost", db->place);
    /* Setting a session up may take seconds, and many calls may be waiting for the store. */
    if (clock_mono_ms() < db->retry_at_ms)
        return err_set(e, ERR_STORE, "%s", db->last_error);
    if (connect_now(db, &why) == ERR_OK)
        return ERR_OK;
    snprintf(db->last_error, sizeof(db->last_error), "%s", why.text);
    if (e != NULL)
        *e = why;
    return ERR_STORE;
}

enum err_code pg_ping(void *opaque, struct err *e)
{
    struct pg_db *db = opaque;

    return db->down ? pg_connect(db, e) : ERR_OK;
}
