/* From DATABASE_URL to what libpq connects with: its parameters, those of other programs, defaults.
 */
#include <stdlib.h>
#include <string.h>

#include "base/intl.h"
#include "base/log.h"
#include "store/pg_db.h"

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
     "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3 "
     "-c random_page_cost=1.1", /* no disk is asked for what is read by id, as a rule */
     true},
};

/* What hosts and other programs put into such URLs, and libpq does not know. */
static const struct foreign {
    const char *name;
    const char *only; /* the one value that may be passed over; NULL: any */
    const char *remedy;
} foreign[] = {
    {"pgbouncer", NULL, NULL}, /* the one that is heeded */
    {"connection_limit", NULL, NULL},
    {"pool_timeout", NULL, NULL},
    {"socket_timeout", NULL, NULL},
    {"statement_cache_size", NULL, NULL},
    {"single_use_connections", NULL, NULL},
    {"supa", NULL, NULL},
    {"schema", "public", N_("set another schema with options=-c%20search_path%3DNAME")},
    {"sslaccept", "strict",
     N_("say sslmode=require to connect without a check of the certificate")},
};

static enum err_code refuse_url(struct err *e, const char *why)
{
    return err_param(e, ERR_CONF, "DATABASE_URL",
                     "DATABASE_URL: %s; the form is postgresql://USER:PASSWORD@HOST:PORT/DATABASE, "
                     "with %%40 for @, %%2F for / and %%25 for %% in the password",
                     why);
}

/* ---- the query ---- */

struct query {
    struct pg_db *db;
    const PQconninfoOption *known;
    char ignored[120]; /* names */
    bool nameable;     /* what stands there can be no part of a password */
};

static bool libpq_knows(const struct query *q, const char *name, size_t len)
{
    for (const PQconninfoOption *o = q->known; o->keyword != NULL; o++)
        if (strlen(o->keyword) == len && strncmp(o->keyword, name, len) == 0)
            return true;
    return len == 3 && strncmp(name, "ssl", len) == 0; /* ssl=true, as JDBC has it */
}

static const struct foreign *foreign_of(const char *name, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(foreign); i++)
        if (strlen(foreign[i].name) == len && strncmp(foreign[i].name, name, len) == 0)
            return &foreign[i];
    return NULL;
}

static enum err_code refuse_unknown(const struct query *q, const char *name, size_t len,
                                    struct err *e)
{
    char why[120];

    if (!q->nameable || len > 40 ||
        strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") < len)
        return refuse_url(e, N_("what stands behind its ? is not understood"));
    snprintf(why, sizeof(why), N_("its parameter %.*s is not known; remove it"), (int)len, name);
    return refuse_url(e, why);
}

/* One NAME=VALUE of another program's; len is that of the value. */
static enum err_code take_foreign(struct query *q, const struct foreign *f, const char *value,
                                  size_t len, struct err *e)
{
    bool yes = len == 4 && strncmp(value, "true", len) == 0;
    size_t used = strlen(q->ignored);

    if (f == &foreign[0]) {
        q->db->pooled = yes;
        if (yes || (len == 5 && strncmp(value, "false", len) == 0))
            return ERR_OK;
        return refuse_url(e, N_("pgbouncer= is true or false"));
    }
    if (f->only != NULL && (len != strlen(f->only) || strncmp(value, f->only, len) != 0))
        return err_param(e, ERR_CONF, "DATABASE_URL",
                         "DATABASE_URL: its parameter %s has no meaning here but for %s=%s; %s",
                         f->name, f->name, f->only, f->remedy);
    snprintf(q->ignored + used, sizeof(q->ignored) - used, "%s%s", used ? ", " : "", f->name);
    return ERR_OK;
}

/* Past the user and the password: the first @ in front of any /, as libpq reads it. */
static char *after_user(char *url)
{
    char *p = strstr(url, "//") + 2, *at = p + strcspn(p, "@/");

    return *at == '@' ? at + 1 : p;
}

/* Takes off what libpq does not know, and refuses what nobody does. */
static enum err_code take_query(struct query *q, char *url, struct err *e)
{
    char *mark = strchr(after_user(url), '?'), *to = mark, *next;
    enum err_code rc = ERR_OK;

    if (mark == NULL)
        return ERR_OK;
    q->nameable = strchr(mark, '@') == NULL;
    for (char *p = mark + 1; p != NULL && *p != '\0' && rc == ERR_OK; p = next) {
        size_t len = strcspn(p, "&"), name = strcspn(p, "=&");
        const struct foreign *f = foreign_of(p, name);

        next = p[len] == '&' ? p + len + 1 : NULL;
        if (f != NULL && name < len) {
            rc = take_foreign(q, f, p + name + 1, len - name - 1, e);
        } else if (!libpq_knows(q, p, name)) {
            rc = refuse_unknown(q, p, name, e);
        } else {
            *to = to == mark ? '?' : '&';
            memmove(to + 1, p, len);
            to += len + 1;
        }
    }
    *to = '\0';
    return rc;
}

/* ---- the parameters ---- */

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

/* For messages, until a connection tells it better. */
static void set_place(struct pg_db *db, const PQconninfoOption *options)
{
    const char *host = given(options, "host"), *port = given(options, "port"),
               *name = given(options, "dbname");

    if (host == NULL)
        host = given(options, "hostaddr");
    free(db->place);
    db->place = mem_printf("%s%s%s/%s", host ? host : "PostgreSQL", port ? ":" : "",
                           port ? port : "", name ? name : "");
}

static enum err_code read_params(struct pg_db *db, const char *url, struct err *e)
{
    PQconninfoOption *options;
    char *said = NULL;
    enum err_code rc = ERR_OK;

    options = PQconninfoParse(url, &said);
    PQfreemem(said); /* it may repeat the URL, with the password */
    if (options == NULL)
        return refuse_url(e, N_("PostgreSQL's library does not understand it"));
    for (const PQconninfoOption *o = options; o->keyword != NULL && rc == ERR_OK; o++) {
        /* An @ in a password that is not %40 makes the rest of it the host. */
        if (o->val != NULL && strchr(o->val, '@') != NULL &&
            (strcmp(o->keyword, "host") == 0 || strcmp(o->keyword, "dbname") == 0))
            rc = refuse_url(e, N_("its host or database has an @"));
        if (o->val != NULL && (strcmp(o->keyword, "options") != 0 || db->pooled))
            add_param(db, o->keyword, mem_strdup(o->val));
    }
    add_defaults(db, options);
    set_place(db, options);
    add_param(db, "client_encoding", mem_strdup("UTF8"));
    PQconninfoFree(options);
    return rc;
}

static enum err_code read_url(struct pg_db *db, char *url, struct err *e)
{
    PQconninfoOption *known = PQconndefaults();
    struct query q = {.db = db, .known = known};
    enum err_code rc = known != NULL ? take_query(&q, url, e)
                                     : refuse_url(e, N_("PostgreSQL's library does not work"));

    PQconninfoFree(known);
    if (rc == ERR_OK)
        rc = read_params(db, url, e);
    if (rc == ERR_OK && q.ignored[0] != '\0')
        LOG(WARN, "database_url", F_STR("ignored", q.ignored),
            F_STR("reason", "they tell other programs how to pool connections, and mean nothing "
                            "here"));
    return rc;
}

enum err_code pg_params(struct pg_db *db, const char *rest, struct err *e)
{
    char *url = mem_printf("postgresql:%s", rest);
    enum err_code rc = strncmp(rest, "//", 2) == 0
                           ? read_url(db, url, e)
                           : refuse_url(e, N_("two slashes are missing after the colon"));

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
