/* What PostgreSQL's errors mean, and what to do about them. */
#include "store/pg_reason.h"

#include <string.h>

#define POOLER                                                                                     \
    "; behind a pooler, add pgbouncer=true to DATABASE_URL, as in …/DATABASE?pgbouncer=true"
#define AUTHORITIES                                                                                \
    "; name a file of authorities in DATABASE_URL, as in &sslrootcert=/etc/ssl/certs/"             \
    "ca-certificates.crt"

/* The first that fits. The server translates its texts, so its errors go by their SQLSTATE, of
 * which the beginning is enough. Texts are those of libpq and of poolers. */
static const struct reason {
    const char *state, *text; /* NULL: any */
    bool final;               /* when connecting: trying again is of no use */
    const char *remedy;
} reasons[] = {
    {NULL, "unsupported startup parameter", true, POOLER},
    {"26000", NULL, false, POOLER},
    {"42P05", NULL, false, POOLER},
    {"28P01", NULL, true,
     "; correct the password in DATABASE_URL: in it, @ is %40, / is %2F, % is %25"},
    {"28", "no encryption", true,
     "; add sslmode=require to DATABASE_URL, or a line to pg_hba.conf there"},
    {"28", NULL, true, "; correct the user in DATABASE_URL, or pg_hba.conf on the server"},
    {"3D000", NULL, true, "; make it with createdb, or name another one in DATABASE_URL"},
    {NULL, "no such database", true, "; correct DATABASE_URL, or the pooler's list of databases"},
    {NULL, "no such user", true, "; correct DATABASE_URL, or the pooler's list of users"},
    {NULL, "password authentication failed", true, "; correct the password in DATABASE_URL"},
    {NULL, "no password supplied", true, "; add it to DATABASE_URL, as in //USER:PASSWORD@HOST"},
    {"42501", NULL, true, "; grant this to the user in DATABASE_URL"},
    {"53100", NULL, false, "; free some disk space on its server"},
    {"53300", NULL, false, "; raise max_connections there, or stop other clients"},
    {"25006", NULL, false, "; name the primary server in DATABASE_URL"},
    {"42P01", NULL, false, "; restore a backup, or name another database in DATABASE_URL"},
    {NULL, "does not support SSL", true,
     "; switch TLS on there, or connect without it: sslmode=disable"},
    {NULL, "certificate verify failed", true,
     "; in DATABASE_URL, sslrootcert=FILE names the authority that signed it"},
    {NULL, "does not match host name", true,
     "; in DATABASE_URL, name the host as its certificate does"},
    {NULL, "root certificate", true, AUTHORITIES},
    {NULL, "channel binding", true,
     "; add sslmode=require to DATABASE_URL, or remove channel_binding"},
    {NULL, "private key file", true, "; correct sslkey in DATABASE_URL"},
    {NULL, "certificate file", true, "; correct sslcert in DATABASE_URL"},
    {NULL, "invalid ", true, "; correct it in DATABASE_URL"},
};

static const struct reason *reason_of(const char *state, const char *text)
{
    for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
        const struct reason *r = &reasons[i];
        bool fits = r->text == NULL || strstr(text, r->text) != NULL;

        if (r->state != NULL)
            fits &= state != NULL && strncmp(state, r->state, strlen(r->state)) == 0;
        if (fits)
            return r;
    }
    return NULL;
}

const char *pg_remedy(const char *state, const char *text)
{
    const struct reason *r = reason_of(state, text);

    return r != NULL ? r->remedy : "";
}

void pg_one_line(const char *text, char *out, size_t room)
{
    size_t n = 0;

    for (; *text != '\0' && n + 1 < room; text++)
        out[n++] = *text == '\n' || *text == '\t' ? ' ' : *text;
    while (n > 0 && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
}

/* ---- refused connections ---- */

static bool tells_more(const char *line)
{
    static const char *const marks[] = {"\t", "LOCATION:", "DETAIL:", "HINT:", "Either ", "\n"};

    for (size_t i = 0; i < ARRAY_LEN(marks); i++)
        if (strncmp(line, marks[i], strlen(marks[i])) == 0)
            return true;
    return false;
}

/* There is a line for each address and each kind of encryption that was tried: the last one,
 * without the address, which stands in front of the error anyway. */
static void last_line(const char *text, char *out, size_t room)
{
    const char *last = text, *failed;

    for (const char *p = text; *p != '\0'; p += strcspn(p, "\n"), p += *p == '\n')
        if (!tells_more(p))
            last = p;
    failed = strstr(last, " failed: ");
    if (strncmp(last, "connection to server ", 21) == 0 && failed != NULL)
        last = failed + strlen(" failed: ");
    snprintf(out, room, "%.*s", (int)strcspn(last, "\n"), last);
}

/* Of "FATAL:  28P01: why", in which the first word is translated: the state, or NULL; *what is why.
 */
static const char *state_of(char *line, const char **what)
{
    char *p = strstr(line, ":  ");

    *what = line;
    if (p == NULL || strspn(p + 3, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 5 || p[8] != ':')
        return NULL;
    p[8] = '\0';
    *what = p + 9 + strspn(p + 9, " ");
    return p + 3;
}

void pg_refuse(const PGconn *conn, bool failed, struct pg_refusal *why)
{
    char line[sizeof(why->text)];
    const struct reason *r;
    const char *state, *what;

    *why = (struct pg_refusal){.text = "the server does not answer", .silent = !failed};
    if (!failed)
        return;
    last_line(PQerrorMessage(conn), line, sizeof(line));
    state = state_of(line, &what);
    r = reason_of(state, what);
    why->final = r != NULL && r->final;
    snprintf(why->text, sizeof(why->text), "%.150s%s", what[0] ? what : "the connection was lost",
             r != NULL ? r->remedy : "");
}
