/* Many statements of PostgreSQL in one round trip, and their answers. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "crypto/secret.h"
#include "store/pg_db.h"
#include "store/pg_reason.h"

/* The server ends a statement after a minute by itself: see pg_url.c. A silent one is looked for
 * after a second, and again from time to time; through a pooler the look takes its turn. */
enum {
    SILENCE_MS = 75 * 1000,
    LOOK_AFTER_MS = 1000,
    LOOK_AGAIN_MS = 5000,
    LOOK_MS = 1000,
    LOOK_POOLED_MS = 4000,
    LOOK_STEP_MS = 100,
    TRIES_MAX = 4, /* of what the server ended for another's sake */
};

/* ---- failures ---- */

enum err_code pg_lost(struct pg_db *db, const char *doing, const char *why, struct err *e)
{
    char text[200];

    pg_one_line(why != NULL ? why : PQerrorMessage(db->conn), text, sizeof(text));
    pg_disconnect(db);
    db->away = true;
    return err_set(e, ERR_STORE, "%s: %s: %s", db->place, doing,
                   text[0] != '\0' ? text : "the connection was lost");
}

/* See FLUSH_NUMBER. */
static bool flush_is_there(const PGresult *result, const char *state)
{
    const char *table = PQresultErrorField(result, PG_DIAG_TABLE_NAME);

    return strcmp(state, "23502") == 0 && table != NULL && strcmp(table, "pool_meta") == 0;
}

enum err_code pg_check(struct pg_db *db, const PGresult *result, const char *doing, struct err *e)
{
    ExecStatusType status = PQresultStatus(result);
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *what = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    char text[200];

    if (status != PGRES_FATAL_ERROR && status != PGRES_PIPELINE_ABORTED)
        return ERR_OK;
    pg_one_line(what != NULL ? what : PQresultErrorMessage(result), text, sizeof(text));
    err_set(e, ERR_STORE, "%s: %s: %s%s", db->place, doing, text, pg_remedy(state, text));
    db->deadlocked |= state != NULL && strcmp(state, "40P01") == 0;
    if (e != NULL && state != NULL &&
        (strcmp(state, "42P07") == 0 || flush_is_there(result, state)))
        e->code = ERR_CONFLICT; /* a table of this name is there, or a flush of this number */
    return e != NULL ? e->code : ERR_STORE;
}

/* ---- sending and waiting ---- */

enum err_code pg_batch_begin(struct pg_db *db, struct err *e)
{
    enum err_code rc = pg_connect(db, e); /* which sends something itself */

    db->sent_len = 0;
    db->deadlocked = false;
    return rc;
}

bool pg_again(struct pg_db *db, enum err_code rc, int *tries, struct err *e)
{
    if (rc == ERR_OK || !db->deadlocked || db->together || ++*tries == TRIES_MAX)
        return false;
    if (e != NULL)
        *e = (struct err){0};
    return true;
}

enum err_code pg_keys_begin(struct pg_db *db, int tries, struct err *e)
{
    enum err_code rc = pg_batch_begin(db, e);

    if (rc == ERR_OK && tries > 0)
        rc = pg_queue_word(db, PG_PATIENCE, "waiting for other gateways", e);
    if (rc == ERR_OK)
        rc = pg_queue_word(db, tries > 0 ? PG_LOCK_KEYS_ALONE : PG_LOCK_KEYS,
                           "waiting for other gateways", e);
    return rc;
}

enum err_code pg_batch_sync(struct pg_db *db, struct err *e)
{
    return PQpipelineSync(db->conn) ? ERR_OK : pg_lost(db, "sending", NULL, e);
}

/* A session that says nothing: the server may be busy, or nobody is there any more. A statement
 * that takes long must not be broken off for it. */
struct silence {
    uint64_t since_ms, look_ms; /* look_ms: when to look next */
    bool looking;
};

/* Whether it may go on. */
static bool silence_bears(struct pg_db *db, struct silence *s)
{
    uint64_t now = clock_mono_ms();
    enum pg_sign sign;

    if (now - s->since_ms >= SILENCE_MS)
        return false;
    if (!s->looking && now >= s->look_ms) {
        pg_dial_look(db->dial);
        s->looking = true;
    }
    if (!s->looking)
        return true;
    sign = pg_dial_sign(db->dial, db->pooled ? LOOK_POOLED_MS : LOOK_MS);
    if (sign == PG_SIGN_ALIVE) {
        pg_dial_rest(db->dial);
        s->looking = false;
        s->look_ms = now + LOOK_AGAIN_MS;
    }
    return sign != PG_SIGN_NONE;
}

/* What was looked for is not needed when the session speaks again. */
static void silence_end(struct pg_db *db, const struct silence *s)
{
    if (s->looking)
        pg_dial_rest(db->dial);
}

/* Sends and reads what it can: one without the other could wait for ever, as the server does not
 * read while nobody takes its answers. false: the connection is lost. *quiet: nothing came. */
static bool move(struct pg_db *db, int wait_ms, bool *quiet)
{
    int unsent = PQflush(db->conn), rc;
    struct pollfd p = {.fd = PQsocket(db->conn), .events = POLLIN};

    if (unsent < 0)
        return false;
    if (unsent > 0)
        p.events |= POLLOUT;
    rc = poll(&p, 1, wait_ms);
    *quiet = rc == 0;
    if (rc < 0)
        return errno == EINTR;
    return !(p.revents & ~POLLOUT) || PQconsumeInput(db->conn);
}

/* Until there is a result. */
static enum err_code wait_result(struct pg_db *db, const char *doing, struct err *e)
{
    uint64_t now = clock_mono_ms();
    struct silence s = {.since_ms = now, .look_ms = now + LOOK_AFTER_MS};
    bool quiet;

    while (PQisBusy(db->conn)) {
        if (!move(db, s.looking ? LOOK_STEP_MS : LOOK_AFTER_MS, &quiet)) {
            silence_end(db, &s);
            return pg_lost(db, doing, NULL, e);
        }
        if (!quiet) {
            s.since_ms = clock_mono_ms();
            s.look_ms = s.looking ? s.look_ms : s.since_ms + LOOK_AFTER_MS;
        } else if (!silence_bears(db, &s)) {
            db->down = true; /* the dial goes on */
            return pg_lost(db, doing, "the server does not answer", e);
        }
    }
    silence_end(db, &s);
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

/* The session was lost before the answer to the commit: the server may have carried it out. */
static enum err_code say_unknown(struct pg_db *db, struct err *e)
{
    struct err old = *e;

    if ((db->in_tx && !db->committing) || db->repeats)
        return ERR_STORE;
    /* If it was, it tells of itself under the number that was ours: so it comes back to us as
     * another gateway's change does, however late the server carries it out. */
    secret_random(&db->writer, sizeof(db->writer));
    return err_set(e, ERR_STORE,
                   "%.220s; it is not known whether this was done: look before you repeat it",
                   old.text);
}

enum err_code pg_batch_end(struct pg_db *db, struct err *e)
{
    struct err first = {0}, *into = e != NULL ? e : &first;
    enum err_code rc = pg_batch_sync(db, into);
    PGresult *end;

    for (size_t i = 0; i < db->sent_len && db->conn != NULL; i++)
        rc = take_answer(db, &db->sent[i], rc, into);
    if (db->conn == NULL)
        return say_unknown(db, into);
    /* Only this says that the transaction is durable. */
    end = pg_next_result(db, "making it durable", rc == ERR_OK ? into : &first);
    if (rc == ERR_OK && end == NULL)
        rc = say_unknown(db, into);
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
    db->committing = true;
    if (rc == ERR_OK)
        rc = run_word(db, PG_COMMIT, "making it durable", e);
    db->in_tx = db->committing = false;
    if (rc != ERR_OK && db->conn != NULL && PQtransactionStatus(db->conn) != PQTRANS_IDLE &&
        run_word(db, PG_ROLLBACK, "", NULL) != ERR_OK)
        pg_disconnect(db); /* then the server rolls back */
    return rc;
}
