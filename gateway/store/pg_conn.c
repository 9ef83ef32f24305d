/* Connecting to PostgreSQL: from the URL to a session that is set up, and again when it was lost.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/pg_db.h"

enum { RETRY_AFTER_MS = 1000 };

/* Where the URL says nothing else. The server lets go of a gateway that vanished within a minute,
 * and of what it holds. */
static const struct {
    const char *name, *value;
    bool session; /* set for the session: not through a pooler */
} defaults[] = {
    {"connect_timeout", "5", false},
    {"tcp_user_timeout", "15000", false}, /* until sent data must be acknowledged */
    {"keepalives_idle", "30", false},
    {"fallback_application_name", "pool-gateway", false},
    {"options",
     "-c statement_timeout=60000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=60000 "
     "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3",
     true},
};

static enum err_code refuse_url(struct err *e, const char *why)
{
    return err_param(e, ERR_CONF, "DATABASE_URL",
                     "DATABASE_URL: %s; the form is postgresql://USER:PASSWORD@HOST:PORT/DATABASE, "
                     "with %%40 for @, %%2F for / and %%25 for %% in the password",
                     why);
}

/* ---- the URL ---- */

/* Takes pgbouncer=… off, which libpq does not know. false: its value is not understood. */
static bool take_pooled(char *url, bool *pooled)
{
    static const char name[] = "pgbouncer=";
    char *p = strrchr(url, '?'), *next;

    for (; p != NULL; p = next) {
        char *value, *end;

        next = strchr(p + 1, '&');
        if (strncmp(p + 1, name, strlen(name)) != 0)
            continue;
        value = p + 1 + strlen(name);
        end = value + strcspn(value, "&");
        *pooled = strncmp(value, "true", (size_t)(end - value)) == 0 && end - value == 4;
        if (!*pooled && (end - value != 5 || strncmp(value, "false", 5) != 0))
            return false;
        if (*end == '\0') {
            *p = '\0';
            break;
        }
        memmove(p + 1, end + 1, strlen(end + 1) + 1);
        next = p;
    }
    return true;
}

static void add_param(struct pg_db *db, const char *name, char *value)
{
    if (db->params_len + 1 == PG_PARAMS_MAX) { /* libpq has some 40 */
        free(value);
        return;
    }
    db->names[db->params_len] = mem_strdup(name);
    db->values[db->params_len++] = value;
}

static const char *given(const PQconninfoOption *options, const char *name)
{
    for (; options->keyword != NULL; options++)
        if (strcmp(options->keyword, name) == 0)
            return options->val;
    return NULL;
}

static void add_defaults(struct pg_db *db, const PQconninfoOption *options)
{
    for (size_t i = 0; i < ARRAY_LEN(defaults); i++) {
        const char *theirs = given(options, defaults[i].name);

        if (defaults[i].session && db->pooled)
            continue;
        if (defaults[i].session) /* what comes later counts */
            add_param(db, defaults[i].name,
                      mem_printf("%s %s", defaults[i].value, theirs ? theirs : ""));
        else if (theirs == NULL)
            add_param(db, defaults[i].name, mem_strdup(defaults[i].value));
    }
}

static enum err_code read_params(struct pg_db *db, char *url, struct err *e)
{
    PQconninfoOption *options;
    char *said = NULL;
    enum err_code rc = ERR_OK;

    if (!take_pooled(url, &db->pooled))
        return refuse_url(e, "pgbouncer= is true or false");
    options = PQconninfoParse(url, &said);
    PQfreemem(said); /* it may repeat the URL, with the password */
    if (options == NULL)
        return refuse_url(e, "PostgreSQL's library does not understand it");
    for (const PQconninfoOption *o = options; o->keyword != NULL && rc == ERR_OK; o++) {
        /* An @ in a password that is not %40 makes the rest of it the host. */
        if (o->val != NULL && strchr(o->val, '@') != NULL &&
            (strcmp(o->keyword, "host") == 0 || strcmp(o->keyword, "dbname") == 0))
            rc = refuse_url(e, "its host or database has an @");
        if (o->val != NULL && (strcmp(o->keyword, "options") != 0 || db->pooled))
            add_param(db, o->keyword, mem_strdup(o->val));
    }
    add_defaults(db, options);
    add_param(db, "client_encoding", mem_strdup("UTF8"));
    PQconninfoFree(options);
    return rc;
}

enum err_code pg_params(struct pg_db *db, const char *rest, struct err *e)
{
    char *url = mem_printf("postgresql:%s", rest);
    enum err_code rc = strncmp(rest, "//", 2) == 0
                           ? read_params(db, url, e)
                           : refuse_url(e, "two slashes are missing after the colon");

    explicit_bzero(url, strlen(url));
    free(url);
    return rc;
}

void pg_params_free(struct pg_db *db)
{
    for (size_t i = 0; i < db->params_len; i++) {
        explicit_bzero(db->values[i], strlen(db->values[i]));
        free(db->values[i]);
        free(db->names[i]);
    }
    db->params_len = 0;
}

/* ---- the connection ---- */

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

/* One gateway has one copy of the pool in memory, so a second one would undo its changes. The lock
 * also waits for what a gateway that was killed has sent before: it is done, or never will be. A
 * pooler has no sessions to hold it. */
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
                "%s: another gateway uses this database; stop it, or give this one another "
                "database in DATABASE_URL",
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
    return db->pooled || db->reader ? ERR_OK : take_lock(db, e);
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

static enum err_code connect_now(struct pg_db *db, struct err *e)
{
    /* Names and values end with NULL. libpq sends with MSG_NOSIGNAL, or blocks SIGPIPE. */
    db->conn =
        PQconnectdbParams((const char *const *)db->names, (const char *const *)db->values, 0);
    if (db->conn == NULL)
        return err_set(e, ERR_STORE, "connecting to PostgreSQL: out of memory");
    note_place(db);
    if (PQstatus(db->conn) != CONNECTION_OK)
        return pg_lost(db, "connecting", NULL, e);
    return set_up(db, e);
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
    /* Each try may take seconds, and many calls may be waiting for the store. */
    if (clock_mono_ms() < db->retry_at_ms)
        return err_set(e, ERR_STORE, "%s", db->last_error);
    if (connect_now(db, &why) == ERR_OK)
        return ERR_OK;
    if (db->conn != NULL)
        pg_disconnect(db);
    db->retry_at_ms = clock_mono_ms() + RETRY_AFTER_MS;
    snprintf(db->last_error, sizeof(db->last_error), "%s", why.text);
    if (e != NULL)
        *e = why;
    return ERR_STORE;
}
