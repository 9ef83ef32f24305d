/* The records of a pool as its store has them. */
#include <stdlib.h>
#include <string.h>

#include "archive/owners.h"
#include "archive/source.h"
#include "crypto/digest.h"
#include "providers.h"

enum { POOL_PLAIN_MAX = 1024, JOBS_ALL = INT32_MAX };

struct pool_source {
    struct source source;
    struct store store;
    struct sealer *sealer;
    struct arena names;
    struct owners owners;
    const char *providers[STORE_PROVIDERS_MAX]; /* by number, which is this source's own */
    int providers_len;
    bool opened; /* the added ones: once, as the moment that is seen stays the same */
    /* of the reading that runs */
    record_fn *fn;
    void *arg;
    const char *provider;
    enum store_hours of;
    struct record spread; /* being put together */
    char *spread_model;
    struct err *e;
    enum err_code rc;
};

/* Whether to go on. */
static bool hand(struct pool_source *p, struct record *r)
{
    p->rc = p->fn(p->arg, r, p->e);
    return p->rc == ERR_OK;
}

static bool text_is(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static void no_null(const char **text)
{
    if (*text == NULL)
        *text = "";
}

static bool take_provider(void *arg, const struct store_provider *row)
{
    struct pool_source *p = arg;
    struct record r;

    record_init(&r, RECORD_PROVIDER, row->name);
    r.row = *row;
    if (text_is(row->base_url) && p->providers_len < STORE_PROVIDERS_MAX)
        p->providers[p->providers_len++] = arena_strndup(&p->names, row->name, strlen(row->name));
    return hand(p, &r);
}

static bool take_admin(void *arg, const struct store_admin *row)
{
    struct record r;

    record_init(&r, RECORD_ADMIN, "");
    r.admin = *row;
    return hand(arg, &r);
}

static bool take_model(void *arg, const struct store_model *row)
{
    struct pool_source *p = arg;
    struct record r;

    record_init(&r, RECORD_MODEL, p->provider);
    r.model = *row;
    return hand(p, &r);
}

/* what: for the error. */
static bool open_secret(struct pool_source *p, const char *what, const char *id,
                        const struct store_seal *row, char *plain)
{
    size_t len = row->len - SEAL_OVERHEAD_BYTES;

    if (row->len < SEAL_OVERHEAD_BYTES || len >= POOL_PLAIN_MAX ||
        !sealer_open(p->sealer, id, row->sealed, row->len, plain)) {
        p->rc = err_set(p->e, ERR_SEAL,
                        "The %s %s does not open with this master key. Give the one that it "
                        "was sealed with.",
                        what, id);
        return false;
    }
    plain[len] = '\0';
    return true;
}

static bool take_user(void *arg, const struct store_user *row)
{
    struct pool_source *p = arg;
    const struct store_seal seal = {row->id, row->key_sealed, row->key_sealed_len};
    char plain[POOL_PLAIN_MAX] = "", id[DIGEST_ID_TEXT];
    struct record r;
    bool more;

    digest_id_text('u', row->id, id);
    if (p->sealer != NULL && !open_secret(p, "client token of the user", id, &seal, plain))
        return false;
    owners_add(&p->owners, row->key_id, row->email);
    record_init(&r, RECORD_USER, "");
    r.user = *row;
    r.secret = plain;
    more = hand(p, &r);
    if (p->sealer != NULL)
        secret_wipe(plain, sizeof(plain));
    return more;
}

static bool take_check_ins(void *arg, const char *email, const char *days)
{
    struct record r;

    record_init(&r, RECORD_CHECK_INS, "");
    r.check_ins.email = email;
    r.check_ins.days = days;
    return hand(arg, &r);
}

static bool take_invite(void *arg, const struct store_invite *row)
{
    struct record r;

    record_init(&r, RECORD_INVITE, "");
    r.invite = *row;
    return hand(arg, &r);
}

static bool take_key(void *arg, const struct store_key *row)
{
    struct pool_source *p = arg;
    const struct store_seal seal = {row->id, row->sealed, row->sealed_len};
    char plain[POOL_PLAIN_MAX] = "", id[DIGEST_ID_TEXT];
    struct record r;
    bool more;

    digest_id_text('k', row->id, id);
    if (p->sealer != NULL && !open_secret(p, "key", id, &seal, plain))
        return false;
    record_init(&r, RECORD_KEY, p->provider);
    r.key = *row;
    r.secret = plain;
    no_null(&r.key.note);
    no_null(&r.key.tags);
    no_null(&r.key.category);
    no_null(&r.key.models);
    more = hand(p, &r);
    if (p->sealer != NULL)
        secret_wipe(plain, sizeof(plain));
    return more;
}

static bool take_token(void *arg, const struct store_token *row)
{
    struct pool_source *p = arg;
    const struct owner *owner = owners_find(&p->owners, row->id);
    struct record r;

    record_init(&r, RECORD_TOKEN, p->provider);
    r.token = *row;
    if (owner != NULL)
        r.owner = owner->email;
    return hand(p, &r);
}

static bool take_hour(void *arg, const char *name, int64_t hour, const struct store_tally *tally)
{
    struct pool_source *p = arg;
    struct record r;

    record_init(&r, p->of == STORE_HOURS_MODELS ? RECORD_MODEL_HOUR : RECORD_TOKEN_HOUR,
                p->provider);
    r.hour.name = name;
    r.hour.hour = hour;
    r.hour.tally = *tally;
    return hand(p, &r);
}

static bool spread_end(struct pool_source *p)
{
    bool more = true;

    if (p->spread_model != NULL)
        more = hand(p, &p->spread);
    free(p->spread_model);
    p->spread_model = NULL;
    return more;
}

/* Rows of one model and hour come one after the other. */
static bool take_spread(void *arg, const char *name, int64_t hour, size_t place, int64_t n)
{
    struct pool_source *p = arg;

    if (p->spread_model == NULL || strcmp(p->spread_model, name) != 0 ||
        p->spread.hour.hour != hour) {
        if (!spread_end(p))
            return false;
        p->spread_model = mem_strdup(name);
        record_init(&p->spread, RECORD_SPREAD, p->provider);
        p->spread.hour.name = p->spread_model;
        p->spread.hour.hour = hour;
    }
    ((int64_t *)&p->spread.spread)[place] = n;
    return true;
}

static bool take_audit(void *arg, const struct store_audit *row)
{
    struct record r;

    record_init(&r, RECORD_AUDIT, "");
    r.audit = *row;
    return hand(arg, &r);
}

static bool take_job(void *arg, const char *id, const char *record, int64_t created_at)
{
    struct record r;

    record_init(&r, RECORD_JOB, "");
    r.job.id = id;
    r.job.record = record;
    r.job.created_at = created_at;
    return hand(arg, &r);
}

/* Totals of nothing are those of a provider that was never used: no record. */
static enum err_code each_totals(struct pool_source *p, int n)
{
    static const struct store_tally zero;
    struct record r;
    enum err_code rc;

    record_init(&r, RECORD_TOTALS, p->provider);
    rc = p->store.ops->global_load(p->store.db, n, &r.model.tally, p->e);
    if (rc == ERR_OK && memcmp(&r.model.tally, &zero, sizeof(zero)) != 0)
        hand(p, &r);
    return rc;
}

/* What an operation says, or what became of the records that it led to. */
static bool went(struct pool_source *p, enum err_code rc)
{
    if (p->rc == ERR_OK)
        p->rc = rc;
    return p->rc == ERR_OK;
}

static bool each_of_provider(struct pool_source *p, int n)
{
    const struct store_ops *ops = p->store.ops;
    void *db = p->store.db;

    p->provider = p->providers[n];
    if (!went(p, each_totals(p, n)) || !went(p, ops->models_load(db, n, take_model, p, p->e)) ||
        !went(p, ops->keys_load(db, n, take_key, p, p->e)) ||
        !went(p, ops->tokens_load(db, n, take_token, p, p->e)))
        return false;
    for (int of = STORE_HOURS_MODELS; of <= STORE_HOURS_TOKENS; of++) {
        p->of = (enum store_hours)of;
        if (!went(p, ops->hours_all(db, n, p->of, take_hour, p, p->e)))
            return false;
    }
    if (!went(p, ops->spreads_all(db, n, take_spread, p, p->e)))
        return false;
    return spread_end(p);
}

static bool each_of_users(struct pool_source *p)
{
    const struct store_user_ops *ops = p->store.ops->users;
    void *db = p->store.db;

    owners_done(&p->owners);
    return went(p, ops->users_load(db, take_user, p, p->e)) &&
           went(p, ops->signins_all(db, take_check_ins, p, p->e)) &&
           went(p, ops->invites_all(db, take_invite, p, p->e));
}

static enum err_code pool_each(struct source *s, record_fn *fn, void *arg, struct err *e)
{
    struct pool_source *p = container_of(s, struct pool_source, source);
    const struct store_ops *ops = p->store.ops;
    void *db = p->store.db;

    p->fn = fn;
    p->arg = arg;
    p->e = e;
    p->rc = ERR_OK;
    p->providers_len = PROVIDER_BUILTINS;
    if (!went(p, ops->providers_load(db, take_provider, p, e)) ||
        !went(p, ops->admins_load(db, take_admin, p, e)) || !each_of_users(p))
        return p->rc;
    for (int n = PROVIDER_BUILTINS; n < p->providers_len && !p->opened; n++)
        if (!went(p, ops->provider_open(db, n, p->providers[n], e)))
            return p->rc;
    p->opened = true;
    for (int n = 0; n < p->providers_len; n++)
        if (!each_of_provider(p, n))
            return p->rc;
    if (went(p, ops->audit_all(db, take_audit, p, e)))
        went(p, ops->jobs_load(db, JOBS_ALL, take_job, p, e));
    return p->rc;
}

static void pool_close(struct source *s)
{
    struct pool_source *p = container_of(s, struct pool_source, source);

    store_close(&p->store);
    sealer_free(p->sealer);
    arena_done(&p->names);
    owners_done(&p->owners);
    free(p->spread_model);
    free(p);
}

struct source *source_pool(struct store *store, struct sealer *sealer)
{
    static const char *const builtins[] = {
#define PROVIDER(ID, name, ...) [PROVIDER_##ID] = name,
#include "api/providers.def"
#undef PROVIDER
    };
    struct pool_source *p = mem_zalloc(sizeof(*p));

    p->source = (struct source){.each = pool_each, .close = pool_close};
    p->store = *store;
    *store = (struct store){0};
    p->sealer = sealer;
    for (int n = 0; n < PROVIDER_BUILTINS; n++)
        p->providers[n] = builtins[n];
    return &p->source;
}
