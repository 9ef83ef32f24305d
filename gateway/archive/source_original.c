/* The records of the original's tables in PostgreSQL. */
#include <stdlib.h>
#include <string.h>

#include "archive/original.h"
#include "archive/owners.h"
#include "archive/source.h"
#include "base/clock.h"
#include "crypto/digest.h"
#include "store/pg_original.h"

enum { ORIGINAL_SQL_BYTES = 4096 };

/* Providers that it had, and what the names of their tables begin with. */
static const struct {
    const char *provider, *prefix;
} pools[] = {{"ollama", "ollama_api"}, {"openrouter", "openrouter_api"}};

struct original {
    struct source source;
    struct pg_original *pg;
    bool has[ARRAY_LEN(pools)], has_users;
    int password_cost;
    struct owners owners;
    /* of the reading that runs */
    const char *provider;
    int64_t now_ms;
    record_fn *fn;
    void *arg;
    struct err *e;
    enum err_code rc;
};

static int64_t number(const char *text)
{
    return strtoll(text, NULL, 10);
}

static bool hand(struct original *o, struct record *r)
{
    o->rc = o->fn(o->arg, r, o->e);
    return o->rc == ERR_OK;
}

static void take_tally(struct store_tally *t, const char *const *columns)
{
    t->requests = number(columns[0]);
    t->success = number(columns[1]);
    t->failure = number(columns[2]);
}

/* ---- rows ---- */

static bool take_key(void *arg, const char *const *c)
{
    struct original *o = arg;
    const struct original_key key = {.key = c[0],
                                     .username = c[1],
                                     .status = c[2],
                                     .created_at = number(c[3]),
                                     .expires_at = number(c[4]),
                                     .failed_until = number(c[5]),
                                     .disabled_until = number(c[6]),
                                     .failures = number(c[7])};
    struct record r;

    if (!original_key_record(&key, o->provider, o->now_ms, &r)) {
        o->source.skipped++;
        return true;
    }
    take_tally(&r.key.tally, c + 8);
    r.key.last_used = number(c[11]);
    r.key.last_success = number(c[12]);
    r.key.last_failure = number(c[13]);
    return hand(o, &r);
}

static bool take_token(void *arg, const char *const *c)
{
    char hint[SECRET_MASK_BYTES];
    struct original *o = arg;
    const struct owner *owner;
    struct record r;

    if (!original_token_record(c[0], c[1], o->provider, hint, &r) ||
        ((owner = owners_find(&o->owners, r.token.id)) != NULL && owner->email == NULL)) {
        o->source.skipped++;
        return true;
    }
    if (owner != NULL)
        r.owner = owner->email;
    r.token.created_at = number(c[2]);
    r.token.expires_at = number(c[3]);
    r.token.tally.requests = number(c[4]);
    return hand(o, &r);
}

static void own(struct original *o, const char *token, const char *email)
{
    struct digest d;

    digest_of(token, strlen(token), &d);
    owners_add(&o->owners, digest_id(&d), email);
}

static bool take_user(void *arg, const char *const *c)
{
    struct original *o = arg;
    const struct original_user user = {.id = c[0],
                                       .email = c[1],
                                       .active = strcmp(c[2], "true") == 0,
                                       .role = c[3],
                                       .default_provider = c[4],
                                       .token = c[5],
                                       .token_provider = c[6],
                                       .expires_at = number(c[7]),
                                       .last_login_at = number(c[8]),
                                       .last_sign_in_at = number(c[9]),
                                       .created_at = number(c[10]),
                                       .updated_at = number(c[11])};
    struct original_user_records records;
    bool more;

    if (!original_user_records(&user, o->password_cost, o->now_ms, &records)) {
        own(o, user.token, NULL);
        o->source.skipped++;
        return true;
    }
    own(o, records.user.secret, records.email);
    more =
        hand(o, &records.user) && (records.token.kind != RECORD_TOKEN || hand(o, &records.token));
    secret_wipe(&records, sizeof(records));
    return more;
}

static bool take_check_ins(void *arg, const char *const *c)
{
    char email[EMAIL_BYTES];
    struct original *o = arg;
    struct record r;

    record_init(&r, RECORD_CHECK_INS, "");
    r.check_ins.email = email;
    r.check_ins.days = c[1];
    return !email_normal(c[0], email) || hand(o, &r);
}

static bool take_totals(void *arg, const char *const *c)
{
    struct original *o = arg;
    struct record r;

    record_init(&r, RECORD_TOTALS, o->provider);
    take_tally(&r.model.tally, c);
    return r.model.tally.requests == 0 || hand(o, &r);
}

static bool take_model(void *arg, const char *const *c)
{
    struct original *o = arg;
    struct record r;

    record_init(&r, RECORD_MODEL, o->provider);
    r.model.model = c[0];
    take_tally(&r.model.tally, c + 1);
    r.model.last_used = number(c[4]);
    return hand(o, &r);
}

static bool take_hour(void *arg, const char *const *c)
{
    struct original *o = arg;
    struct record r;

    record_init(&r, RECORD_MODEL_HOUR, o->provider);
    r.hour.name = c[0];
    r.hour.hour = number(c[1]);
    take_tally(&r.hour.tally, c + 2);
    return hand(o, &r);
}

/* ---- statements ---- */

/* {p} is the prefix, @column@ a time in milliseconds, #column# a number; as text, and 0 for NULL.
 */
static const char keys_sql[] =
    "SELECT k.api_key, coalesce(k.username, ''), coalesce(k.status, ''), @k.created_at@, "
    "@k.expires_at@, @k.failed_until@, @k.disabled_until@, #k.consecutive_failures#, "
    "#s.total_requests#, #s.success_count#, #s.failure_count#, @s.last_used@, @s.last_success@, "
    "@s.last_failure@ FROM {p}_keys AS k LEFT JOIN {p}_key_stats AS s ON s.api_key = k.api_key "
    "ORDER BY k.created_at, k.api_key";

static const char tokens_sql[] =
    "SELECT t.token, coalesce(t.name, ''), @t.created_at@, @t.expires_at@, #t.request_count# "
    "FROM {p}_client_tokens AS t ORDER BY t.created_at, t.token";
/* A token that several have is the first one's, of those who are shut out if there are any; one
 * that is in no table did not work, and shall not. %s selects from all tables of tokens. */
static const char users_sql[] =
    "SELECT u.id::text, u.email, coalesce(u.is_active, true)::text, coalesce(u.role, ''), "
    "coalesce(u.default_provider, ''), coalesce(t.token, ''), coalesce(t.provider, ''), "
    "@t.expires_at@, @u.last_login_at@, @u.last_sign_in_at@, @u.created_at@, @u.updated_at@ FROM "
    "(SELECT DISTINCT ON (lower(trim(email))) *, row_number() OVER (PARTITION BY key_token ORDER "
    "BY is_active, created_at, id) AS nth FROM ollama_api_users ORDER BY lower(trim(email)), "
    "created_at, id) AS u LEFT JOIN LATERAL (SELECT token, provider, expires_at FROM (%s) AS all_t "
    "WHERE token = u.key_token AND u.nth = 1 ORDER BY provider <> coalesce(u.key_provider, ''), "
    "provider LIMIT 1) AS t ON true ORDER BY u.created_at, u.id";
static const char check_ins_sql[] =
    "SELECT lower(trim(u.email)), json_agg(json_build_array(to_char(s.sign_day, 'YYYY-MM-DD'), "
    "coalesce((extract(epoch FROM s.created_at) * 1000)::bigint, 0)) ORDER BY s.sign_day)::text "
    "FROM ollama_api_user_signins AS s JOIN ollama_api_users AS u ON u.id = s.user_id GROUP BY 1 "
    "ORDER BY 1";

static const char totals_sql[] =
    "SELECT #total_requests#, #success_count#, #failure_count# FROM {p}_global_stats WHERE id = "
    "'global'";
static const char models_sql[] =
    "SELECT model, #sum(total_requests)#, #sum(success_count)#, #sum(failure_count)#, "
    "@max(last_used)@ FROM {p}_model_stats WHERE model <> '' GROUP BY model ORDER BY model";
/* With all together under the name '', as this project keeps it. */
static const char hours_sql[] =
    "SELECT coalesce(name, ''), @hour@, #sum(requests)#, #sum(success)#, #sum(failure)# FROM "
    "(SELECT model AS name, date_trunc('hour', hour) AS hour, requests, success, failure FROM "
    "{p}_model_hourly WHERE model <> '') AS h GROUP BY GROUPING SETS ((name, hour), (hour)) ORDER "
    "BY 1, hour";

static const struct {
    const char *table, *column, *sql;
    int columns;
    pg_original_row_fn *take;
} tables[] = {
    {"_global_stats", "total_requests", totals_sql, 3, take_totals},
    {"_model_stats", "total_requests", models_sql, 5, take_model},
    {"_keys", "consecutive_failures", keys_sql, 14, take_key},
    {"_client_tokens", "token", tokens_sql, 5, take_token},
    {"_model_hourly", "requests", hours_sql, 5, take_hour},
};

/* Owned. */
static char *sql_for(const char *sql, const char *prefix)
{
    static const struct {
        char mark;
        const char *before, *behind;
    } marks[] = {{'@', "coalesce((extract(epoch FROM ", ") * 1000)::bigint, 0)::text"},
                 {'#', "coalesce(", ", 0)::text"}};
    bool inside = false;
    struct buf out;

    buf_init(&out, ORIGINAL_SQL_BYTES);
    for (; *sql != '\0'; sql++) {
        const char *text = NULL;

        for (size_t i = 0; i < ARRAY_LEN(marks); i++)
            if (*sql == marks[i].mark)
                text = inside ? marks[i].behind : marks[i].before;
        if (text != NULL) {
            inside = !inside;
            buf_adds(&out, text);
        } else if (strncmp(sql, "{p}", 3) == 0) {
            buf_adds(&out, prefix);
            sql += 2;
        } else {
            buf_addc(&out, *sql);
        }
    }
    return buf_take(&out);
}

static enum err_code each_table(struct original *o, const char *prefix, size_t n)
{
    char *name = mem_printf("%s%s", prefix, tables[n].table),
         *text = sql_for(tables[n].sql, prefix);
    bool there;
    enum err_code rc = pg_original_has(o->pg, name, tables[n].column, &there, o->e);

    if (rc == ERR_OK && there)
        rc = pg_original_each(o->pg, text, tables[n].columns, tables[n].take, o, o->e);
    free(text);
    free(name);
    return o->rc != ERR_OK ? o->rc : rc;
}

/* What selects from all tables of tokens that there are; owned. */
static enum err_code tokens_of_all(struct original *o, char **sql)
{
    enum err_code rc = ERR_OK;
    struct buf out;

    buf_init(&out, ORIGINAL_SQL_BYTES);
    buf_adds(&out, "SELECT NULL::text AS token, '' AS provider, NULL::timestamptz AS expires_at");
    for (size_t p = 0; p < ARRAY_LEN(pools) && rc == ERR_OK; p++) {
        char *name = mem_printf("%s_client_tokens", pools[p].prefix);
        bool there = false;

        rc = pg_original_has(o->pg, name, "token", &there, o->e);
        if (there && o->has[p])
            buf_addf(&out, " UNION ALL SELECT token, '%s', expires_at FROM %s", pools[p].provider,
                     name);
        free(name);
    }
    *sql = buf_take(&out);
    return rc;
}

static enum err_code each_user(struct original *o)
{
    char *tokens, *with_tokens, *sql;
    bool check_ins = false;
    enum err_code rc = tokens_of_all(o, &tokens);

    with_tokens = mem_printf(users_sql, tokens);
    sql = sql_for(with_tokens, "");
    if (rc == ERR_OK)
        rc = pg_original_each(o->pg, sql, 12, take_user, o, o->e);
    free(tokens);
    free(with_tokens);
    free(sql);
    if (rc == ERR_OK && o->rc == ERR_OK)
        rc = pg_original_has(o->pg, "ollama_api_user_signins", "sign_day", &check_ins, o->e);
    if (rc == ERR_OK && check_ins)
        rc = pg_original_each(o->pg, check_ins_sql, 2, take_check_ins, o, o->e);
    return o->rc != ERR_OK ? o->rc : rc;
}

static enum err_code original_each(struct source *s, record_fn *fn, void *arg, struct err *e)
{
    struct original *o = container_of(s, struct original, source);
    enum err_code rc = ERR_OK;

    o->source.skipped = 0;
    o->fn = fn;
    o->arg = arg;
    o->e = e;
    o->rc = ERR_OK;
    owners_done(&o->owners);
    if (o->has_users)
        rc = each_user(o);
    for (size_t p = 0; p < ARRAY_LEN(pools); p++) {
        o->provider = pools[p].provider;
        for (size_t n = 0; rc == ERR_OK && o->has[p] && n < ARRAY_LEN(tables); n++)
            rc = each_table(o, pools[p].prefix, n);
    }
    return rc;
}

static void original_close(struct source *s)
{
    struct original *o = container_of(s, struct original, source);

    pg_original_close(o->pg);
    owners_done(&o->owners);
    free(o);
}

/* Its keys have a column that those of this project have not, and are no text there. */
static enum err_code find_tables(struct original *o, struct err *e)
{
    enum err_code rc = pg_original_has(o->pg, "ollama_api_users", "key_token", &o->has_users, e);
    bool any = false, ours = false;

    for (size_t p = 0; p < ARRAY_LEN(pools) && rc == ERR_OK; p++) {
        char *keys = mem_printf("%s_keys", pools[p].prefix);

        rc = pg_original_has(o->pg, keys, "failed_until", &o->has[p], e);
        any |= o->has[p];
        free(keys);
    }
    if (rc == ERR_OK && !any)
        rc = pg_original_has(o->pg, "schema_migrations", "sha256", &ours, e);
    if (rc == ERR_OK && ours)
        return err_param(e, ERR_CONFLICT, "original",
                         "These are the tables of a pool of this project: leave original out.");
    if (rc == ERR_OK && !any)
        return err_param(e, ERR_CONFLICT, "source",
                         "The original's tables are not there: neither ollama_api_keys nor "
                         "openrouter_api_keys.");
    return rc;
}

enum err_code source_original(const char *url, int password_cost, struct source **out,
                              struct err *e)
{
    struct original *o = mem_zalloc(sizeof(*o));
    enum err_code rc = pg_original_open(url, &o->pg, e);

    o->source.each = original_each;
    o->source.close = original_close;
    o->now_ms = clock_wall_ms();
    if (rc == ERR_OK)
        rc = find_tables(o, e);
    o->password_cost = password_cost;
    o->source.passwordless = o->has_users;
    if (rc == ERR_OK)
        *out = &o->source;
    else
        original_close(&o->source);
    return rc;
}
