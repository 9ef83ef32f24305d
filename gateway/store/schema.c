/* What the backends that speak SQL share: names of tables, texts of statements, and which
 * migrations a database may have. */
#include "store/schema.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "crypto/hex.h"

enum { SQL_TEXT_MAX = 1 << 20 };

const char *const schema_prefixes[SCHEMA_BUILTINS] = {
#define PROVIDER(ID, name, path, tables, ...) [SCHEMA_##ID] = tables,
#include "api/providers.def"
#undef PROVIDER
};

const char *schema_prefix(const char *provider, char out[SCHEMA_PREFIX_BYTES])
{
    static const char end[] = "_api";
    size_t n = 0;

    for (; *provider != '\0' && n + strlen("__") + sizeof(end) <= SCHEMA_PREFIX_BYTES; provider++) {
        out[n++] = *provider == '-' ? '_' : *provider;
        if (*provider == '-')
            out[n++] = '_';
    }
    memcpy(out + n, end, sizeof(end));
    return out;
}

/* ---- statements ---- */

/* The lists that stand for tally.def. Each entry begins with the comma that the first does not
 * need. */
static const char tally_columns[] =
#define TALLY(member, column, text) ", " #column
#include "stats/tally.def"
#undef TALLY
    ;
static const char tally_values[] =
#define TALLY(member, column, text) ", ?"
#include "stats/tally.def"
#undef TALLY
    ;
static const char tally_sums[] =
#define TALLY(member, column, text) ", sum(" #column ")"
#include "stats/tally.def"
#undef TALLY
    ;
static const char tally_add[] =
#define TALLY(member, column, text) ", " #column " = " #column " + ?"
#include "stats/tally.def"
#undef TALLY
    ;
static const char tally_merge[] =
#define TALLY(member, column, text) ", " #column " = o." #column " + excluded." #column
#include "stats/tally.def"
#undef TALLY
    ;

static const char user_columns[] =
    "id, email, password_hash, is_active, role, default_provider, key_provider, key_id, "
    "key_token, key_expires_at, limit_minute, limit_day, models, last_login_at, last_sign_in_at, "
    "created_at, updated_at";

/* What users are like is what a list is sorted by as well; value 1 is now. */
static const char user_filter[] =
    "(?2 = '' OR email LIKE ?2 ESCAPE '!' OR id LIKE ?2 ESCAPE '!') AND ?3 IN ('', role) AND ?4 IN "
    "('', CASE WHEN NOT is_active THEN 'disabled' WHEN key_expires_at <= ?1 THEN 'expired' ELSE "
    "'active' END)";

static const struct {
    const char *mark, *text;
} marks[] = {
    {"{columns}", tally_columns + 2}, {"{values}", tally_values + 2}, {"{sums}", tally_sums + 2},
    {"{add}", tally_add + 2},         {"{merge}", tally_merge + 2},   {"{user}", user_columns},
    {"{users}", user_filter},
};

/* A list of ids as JSON, the first value of its statement: SQLite, PostgreSQL. */
static const char *const id_lists[] = {"(SELECT value FROM json_each(?1))",
                                       "(SELECT jsonb_array_elements_text(?1::text::jsonb))"};

/* What invite codes are like, likewise; value 1 is now. A search minds no case: SQLite's LIKE is so
 * by itself, of ASCII's letters. */
#define INVITE_FILTER(like)                                                                        \
    "(?2 = '' OR note " like " ?2 ESCAPE '!' OR hint " like " ?2 ESCAPE '!' OR id LIKE ?2 ESCAPE " \
    "'!') AND ?3 IN ('', CASE WHEN uses >= uses_max THEN 'used' WHEN expires_at <= ?1 THEN "       \
    "'expired' ELSE 'open' END)"
static const char *const invite_filters[] = {INVITE_FILTER("LIKE"), INVITE_FILTER("ILIKE")};

/* What records of the audit log are like besides when they were made, likewise. */
#define AUDIT_FILTER(like)                                                                         \
    "?3 IN ('', actor) AND (?4 IN ('', action) OR ',' || ?4 || ',' LIKE '%,' || action || ',%') "  \
    "AND ?5 IN ('', target) AND (?6 = '' OR actor " like " ?6 ESCAPE '!' OR action " like          \
    " ?6 ESCAPE '!' OR target " like " ?6 ESCAPE '!' OR address " like                             \
    " ?6 ESCAPE '!' OR request_id " like " ?6 ESCAPE '!' OR CAST(detail AS TEXT) " like            \
    " ?6 ESCAPE '!')"
static const char *const audit_filters[] = {AUDIT_FILTER("LIKE"), AUDIT_FILTER("ILIKE")};

static const struct {
    const char *mark;
    const char *const *texts; /* of SQLite, of PostgreSQL */
} dialects[] = {{"{ids}", id_lists}, {"{invites}", invite_filters}, {"{audit}", audit_filters}};

/* What a statement may begin with, which has marks itself. */
static const char keys_select[] =
    "SELECT id, username, api_key, created_at, expires_at, status = 'disabled', "
    "disabled_auto, disabled_until, cooling_until, reason, consecutive_failures, "
    "limited, {columns}, last_used, last_success, last_failure, note, tags, category, "
    "models, checked_at, k.seq FROM {p}_keys AS k LEFT JOIN {p}_key_stats AS s ON s.seq "
    "= k.seq LEFT JOIN {p}_key_about AS a ON a.seq = k.seq";
static const char tokens_select[] =
    "SELECT id, digest, hint, name, created_at, expires_at, {columns}, last_used FROM "
    "{p}_client_tokens";

static const struct {
    const char *mark, *text;
} selects[] = {{"{keys}", keys_select}, {"{tokens}", tokens_select}};

bool schema_for_providers(const char *sql)
{
    for (size_t i = 0; i < ARRAY_LEN(selects); i++)
        if (strncmp(sql, selects[i].mark, strlen(selects[i].mark)) == 0)
            return true;
    return strstr(sql, "{p}") != NULL;
}

/* Owned. */
static char *with_select(const char *sql)
{
    for (size_t i = 0; i < ARRAY_LEN(selects); i++) {
        size_t len = strlen(selects[i].mark);

        if (strncmp(sql, selects[i].mark, len) == 0)
            return mem_printf("%s%s", selects[i].text, sql + len);
    }
    return mem_strdup(sql);
}

/* What stands for the mark at the start of p, and its length; NULL: there is no mark. */
static const char *mark_text(const char *p, const char *prefix, bool numbered, size_t *len)
{
    *len = strlen("{p}");
    if (strncmp(p, "{p}", *len) == 0)
        return prefix;
    for (size_t i = 0; i < ARRAY_LEN(dialects); i++) {
        *len = strlen(dialects[i].mark);
        if (strncmp(p, dialects[i].mark, *len) == 0)
            return dialects[i].texts[numbered];
    }
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        *len = strlen(marks[i].mark);
        if (strncmp(p, marks[i].mark, *len) == 0)
            return marks[i].text;
    }
    return NULL;
}

static void add_text(struct buf *out, const char *sql, bool numbered, int *values)
{
    for (; *sql != '\0'; sql++) {
        buf_addc(out, *sql == '?' && numbered ? '$' : *sql);
        if (*sql == '?' && numbered && (sql[1] < '0' || sql[1] > '9'))
            buf_addf(out, "%d", ++*values);
    }
}

void schema_like(const char *text, char *out, size_t room)
{
    size_t n = 0;

    out[n] = '\0';
    if (*text == '\0')
        return;
    out[n++] = '%';
    for (; *text != '\0' && n + 3 < room; text++) {
        if (strchr("%_!", *text) != NULL)
            out[n++] = '!';
        out[n++] = *text;
    }
    out[n++] = '%';
    out[n] = '\0';
}

char *schema_expand(const char *sql, const char *prefix, bool numbered)
{
    char *whole = with_select(sql);
    struct buf out;
    int values = 0;

    sql = whole;
    buf_init(&out, SQL_TEXT_MAX);
    while (*sql != '\0') {
        size_t len;
        const char *text = mark_text(sql, prefix, numbered, &len);

        if (text == NULL) {
            char *plain;

            len = 1 + strcspn(sql + 1, "{");
            plain = mem_strndup(sql, len);
            add_text(&out, plain, numbered, &values);
            free(plain);
        } else {
            add_text(&out, text, numbered, &values);
        }
        sql += len;
    }
    free(whole);
    return buf_take(&out);
}

/* ---- migrations ---- */

void migration_checksum(const struct migration *m, char out[MIGRATION_SHA_TEXT])
{
    struct digest d;

    digest_of(m->sql, strlen(m->sql), &d);
    hex_encode(d.bytes, DIGEST_BYTES, out);
}

enum err_code migration_check(const char *place, const struct migration *list, size_t len,
                              size_t at, const char *name, const char *sha, struct err *e)
{
    char want[MIGRATION_SHA_TEXT];

    if (at >= len)
        return err_set(e, ERR_STORE,
                       "%s: the database is newer than this program: it has migration %s, and this "
                       "program knows %zu; start a newer pool-gateway, or restore a backup",
                       place, name, len);
    migration_checksum(&list[at], want);
    if (strcmp(sha, want) == 0)
        return ERR_OK;
    return err_set(e, ERR_STORE,
                   "%s: migration %s is not the one that this program has (its checksum differs); "
                   "start the pool-gateway that made this database, or restore a backup",
                   place, name);
}

enum err_code migration_refuse_foreign(const char *place, const char *remedy, struct err *e)
{
    return err_set(e, ERR_STORE, "%s: this is the database of another program; %s", place, remedy);
}

/* Past blanks and comments, in which {p} has no meaning. */
static const char *statement_start(const char *sql)
{
    for (;;) {
        sql += strspn(sql, " \t\r\n");
        if (strncmp(sql, "--", 2) != 0)
            return sql;
        sql += strcspn(sql, "\n");
    }
}

static char *with_prefix(const char *sql, size_t len, const char *prefix)
{
    struct buf out;
    const char *end = sql + len, *mark;

    buf_init(&out, SQL_TEXT_MAX);
    while ((mark = memmem(sql, (size_t)(end - sql), "{p}", 3)) != NULL) {
        buf_add(&out, sql, (size_t)(mark - sql));
        buf_adds(&out, prefix);
        sql = mark + 3;
    }
    buf_add(&out, sql, (size_t)(end - sql));
    return buf_take(&out);
}

static enum err_code run_statement(const char *sql, size_t len, const struct migration_prefixes *p,
                                   migration_run_fn *run, void *arg, struct err *e)
{
    bool theirs = memmem(sql, len, "{p}", 3) != NULL;
    size_t copies = theirs ? p->len : !p->theirs_only;
    enum err_code rc = ERR_OK;

    for (size_t i = 0; i < copies && rc == ERR_OK; i++) {
        char *text = with_prefix(sql, len, theirs ? p->text[i] : "");

        rc = run(arg, text, e);
        free(text);
    }
    return rc;
}

enum err_code migration_run(const struct migration *m, const struct migration_prefixes *p,
                            migration_end_fn *end, migration_run_fn *run, void *arg,
                            const char *place, const char *doing, struct err *e)
{
    const char *sql = statement_start(m->sql);

    while (*sql != '\0') {
        const char *stop = end(sql);
        enum err_code rc;

        if (stop == NULL)
            return err_set(e, ERR_STORE, "%s: %s: it ends inside a statement", place, doing);
        rc = run_statement(sql, (size_t)(stop - sql), p, run, arg, e);
        if (rc != ERR_OK)
            return rc;
        sql = statement_start(stop);
    }
    return ERR_OK;
}

enum err_code migration_check_whole(const char *place, size_t applied, size_t len, struct err *e)
{
    if (applied == len)
        return ERR_OK;
    return err_set(
        e, ERR_CONFLICT,
        "%s: this is %s; start a gateway of this version on it once, then it can be read", place,
        applied == 0 ? "no pool" : "the pool of an older version");
}
