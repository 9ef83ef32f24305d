/* The durable copy of the pool: what every backend can do. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stats/spread.h"

struct store_user_ops;

/* Times are wall milliseconds since 1970; 0 means none. Providers are numbered as in providers.h.
 */
enum { STORE_PROVIDERS_MAX = 32 };

/* Counters as plain numbers: totals when loaded, differences when written. */
struct store_tally {
#define TALLY(member, column, text) int64_t member;
#include "stats/tally.def"
#undef TALLY
};

/* A key's state as stored. status is what an operator or the pool decided; cooling and expired
 * follow from the times. */
struct store_key_state {
    bool disabled, disabled_auto; /* auto: by failures; it comes back by itself at disabled_until */
    int64_t disabled_until;       /* 0 with disabled: for good */
    int64_t cooling_until;
    char reason[32]; /* a rule of classify.def, "failures", "manual", or "" */
    int32_t consecutive_failures;
    bool limited; /* cooling because of a limit or quota */
};

struct store_key {
    uint64_t id;
    const char *username;
    const uint8_t *sealed; /* see secret.h; the aad is the id as text */
    size_t sealed_len;
    int64_t created_at, expires_at;
    struct store_key_state state;
    struct store_tally tally;
    int64_t last_used, last_success, last_failure;
    /* What keys_edit sets; NULL and "" are none. Lists are JSON arrays of strings. */
    const char *note, *tags, *category, *models;
    int64_t checked_at;
    int64_t place; /* in the order in which keys were added: a later one's is larger */
    bool inserted; /* set by keys_insert: false when the key was there already, in the store or
                      earlier among the rows */
};

/* Another form of a sealed key. */
struct store_seal {
    uint64_t id;
    const uint8_t *sealed;
    size_t len;
};

/* A change to one key: of its parts, those that are named. */
enum store_key_part {
    EDIT_STATE = 1 << 0,
    EDIT_USERNAME = 1 << 1,
    EDIT_EXPIRES_AT = 1 << 2,
    EDIT_NOTE = 1 << 3,
    EDIT_TAGS = 1 << 4,
    EDIT_CATEGORY = 1 << 5,
    EDIT_MODELS = 1 << 6,
    EDIT_CHECKED_AT = 1 << 7,
    EDIT_STATE_SEEN = 1 << 8, /* for the pool: a state that the store has, unless a newer one is on
                                 its way there */
};
struct store_key_edit {
    uint64_t id;
    unsigned parts; /* of store_key_part */
    const struct store_key_state *state;
    const char *username, *note, *tags, *category, *models; /* as in store_key */
    int64_t expires_at, checked_at;
};

struct store_token {
    uint64_t id;
    uint8_t digest[32];
    const char *hint; /* masked form */
    const char *name;
    int64_t created_at, expires_at;
    struct store_tally tally;
    int64_t last_used;
};

/* What a token is called from now on, and its end (0: none). */
struct store_token_edit {
    uint64_t id;
    const char *name;
    int64_t expires_at;
};

/* Differences of one subject since the last flush. */
struct store_delta {
    uint64_t id; /* key or token */
    struct store_tally tally;
    int64_t last_used, last_success, last_failure; /* 0: unchanged */
    const struct store_key_state *state;           /* keys only; NULL: unchanged */
};
/* What was counted for a model or a token in an hour. */
struct store_hour {
    const char *name; /* of the model, id of the token; "" for all together */
    int64_t hour;     /* wall ms at which it began */
    bool nameless;    /* a model: not one that has a total of its own */
    struct store_tally tally;
    const struct spread *spread; /* models only; NULL: nothing */
};
struct store_flush {
    int provider;
    uint64_t number; /* of the first: see flush */
    const struct store_delta *keys, *tokens;
    size_t keys_len, tokens_len;
    const struct store_hour *models; /* added to the model's total and to its hour */
    size_t models_len;
    const struct store_hour *token_hours;
    size_t token_hours_len;
    struct store_tally global;
};

/* Hours that began in a range of time, the first moment included and the last not. */
enum store_hours { STORE_HOURS_MODELS, STORE_HOURS_TOKENS };
struct store_range {
    enum store_hours of;
    int64_t from, to;
};

struct store_model {
    const char *model;
    struct store_tally tally;
    int64_t last_used;
};

/* A provider that was added, or one of the table that was switched: then only enabled counts, and
 * base_url is "". */
struct store_provider {
    const char *name, *base_url, *auth, *probe_path, *models_path, *probe_model;
    bool inject_usage, enabled;
    int64_t created_at;
};

/* An admin token; role is a number of api/roles.def. */
struct store_admin {
    uint64_t id;
    uint8_t digest[32];
    const char *hint, *name;
    int role;
    int64_t created_at, expires_at;
};

/* A record of the audit log. Texts are never NULL. */
struct store_audit {
    int64_t seq, at;
    const char *actor, *role, *address, *action, *provider, *target, *request_id;
    const char *detail; /* JSON, or "" */
};
/* Which records: "" is any; action one, or several with commas; search is a part of any text of
 * theirs, in any case of letters, of STORE_AUDIT_SEARCH bytes at most. Made from a moment on, and
 * before another (0: up to now). */
enum { STORE_AUDIT_SEARCH = 200 };
struct store_audit_filter {
    const char *actor, *action, *target, *search;
    int64_t from, to;
};
/* Which of the rows of a list: limit of them, behind the first offset. */
struct store_part {
    bool down;
    int64_t limit, offset;
};

struct store;

/* Rows are borrowed for the call, in which the store must not be used. Return false to stop. */
typedef bool store_key_fn(void *arg, const struct store_key *key);
typedef bool store_token_fn(void *arg, const struct store_token *token);
typedef bool store_model_fn(void *arg, const struct store_model *model);
typedef void store_rank_fn(void *arg, const char *name, int64_t requests);
typedef void store_hour_fn(void *arg, int64_t hour, const struct store_tally *tally);
/* n were counted at this place of a spread. */
typedef void store_spread_fn(void *arg, int64_t hour, size_t place, int64_t n);
/* All hours, whatever their names. */
typedef bool store_any_hour_fn(void *arg, const char *name, int64_t hour,
                               const struct store_tally *tally);
typedef bool store_any_spread_fn(void *arg, const char *name, int64_t hour, size_t place,
                                 int64_t n);
typedef bool store_provider_fn(void *arg, const struct store_provider *provider);
typedef bool store_admin_fn(void *arg, const struct store_admin *admin);
typedef bool store_job_fn(void *arg, const char *id, const char *record, int64_t created_at);
typedef bool store_audit_fn(void *arg, const struct store_audit *record);

struct store_share_ops;

/* Every call is made by one thread at a time: the store thread, or main while booting. Errors are
 * ERR_STORE with the cause. Each call that writes is one transaction: all or nothing, durable when
 * it returns ERR_OK. Ids that are not (or no longer) there are passed over without an error. */
struct store_ops {
    const char *name;                    /* "sqlite", "postgresql" */
    const struct store_share_ops *share; /* share.h; NULL: a database has one gateway */
    void (*close)(void *db);
    /* Whether calls can work, as far as is known: the store is only asked when the last call found
     * it away. Takes no longer than a call that fails. */
    enum err_code (*ping)(void *db, struct err *e);
    /* A small value by name ("key-check"); *value is "" when there is none. */
    enum err_code (*meta_get)(void *db, const char *name, char *value, size_t room, struct err *e);
    enum err_code (*meta_put)(void *db, const char *name, const char *value, struct err *e);
    /* The same, unless there is one: that one stays. */
    enum err_code (*meta_add)(void *db, const char *name, const char *value, struct err *e);
    /* Providers in the order in which they were added or switched. */
    enum err_code (*providers_load)(void *db, store_provider_fn *fn, void *arg, struct err *e);
    /* An added provider has a number for other calls from here on; its tables are there. */
    enum err_code (*provider_open)(void *db, int provider, const char *name, struct err *e);
    /* Makes its tables and its row, and opens it. ERR_CONFLICT: there are tables of this name. */
    enum err_code (*provider_add)(void *db, int provider, const struct store_provider *row,
                                  struct err *e);
    /* Its row becomes this one; the row of one of the table is made if it is not there. */
    enum err_code (*provider_put)(void *db, const struct store_provider *row, struct err *e);
    /* Drops its row and its tables with all that is in them; the number means nothing any more. */
    enum err_code (*provider_remove)(void *db, int provider, const char *name, struct err *e);
    /* Admin tokens, likewise. ERR_CONFLICT: the name is taken. */
    enum err_code (*admins_load)(void *db, store_admin_fn *fn, void *arg, struct err *e);
    enum err_code (*admin_insert)(void *db, const struct store_admin *a, struct err *e);
    enum err_code (*admin_delete)(void *db, uint64_t id, struct err *e);
    enum err_code (*audit_add)(void *db, const struct store_audit *a, struct err *e);
    /* The latest first, in the order in which they were written: those before a record's seq (0:
     * from the latest one). */
    enum err_code (*audit_list)(void *db, const struct store_audit_filter *f, int64_t before,
                                int64_t limit, store_audit_fn *fn, void *arg, struct err *e);
    /* In the order of their times. */
    enum err_code (*audit_page)(void *db, const struct store_audit_filter *f,
                                const struct store_part *part, store_audit_fn *fn, void *arg,
                                struct err *e);
    enum err_code (*audit_count)(void *db, const struct store_audit_filter *f, int64_t *total,
                                 struct err *e);
    enum err_code (*audit_prune)(void *db, int64_t before_ms, struct err *e);
    /* Long work, as JSON by id; the latest `limit` of them, oldest first. */
    enum err_code (*jobs_load)(void *db, int64_t limit, store_job_fn *fn, void *arg, struct err *e);
    enum err_code (*job_put)(void *db, const char *id, const char *record, int64_t created_at,
                             struct err *e);
    /* Keys in the order in which they were added. */
    enum err_code (*keys_load)(void *db, int provider, store_key_fn *fn, void *arg, struct err *e);
    /* Adds keys as they are but for counters and last_*, which are new, and for what is known of
     * them besides their state, which is nothing yet. On error none is inserted. */
    enum err_code (*keys_insert)(void *db, int provider, struct store_key *rows, size_t len,
                                 struct err *e);
    enum err_code (*keys_edit)(void *db, int provider, const struct store_key_edit *edits,
                               size_t len, struct err *e);
    enum err_code (*keys_delete)(void *db, int provider, const uint64_t *ids, size_t len,
                                 struct err *e);
    /* Tokens in the order in which they were added. */
    enum err_code (*tokens_load)(void *db, int provider, store_token_fn *fn, void *arg,
                                 struct err *e);
    /* Counters are new. ERR_CONFLICT: the id is taken. */
    enum err_code (*token_insert)(void *db, int provider, const struct store_token *t,
                                  struct err *e);
    /* One that is not there is left out. */
    enum err_code (*tokens_edit)(void *db, int provider, const struct store_token_edit *edits,
                                 size_t len, struct err *e);
    enum err_code (*tokens_delete)(void *db, int provider, const uint64_t *ids, size_t len,
                                   struct err *e);
    enum err_code (*global_load)(void *db, int provider, struct store_tally *out, struct err *e);
    /* Models, the most requested first. */
    enum err_code (*models_load)(void *db, int provider, store_model_fn *fn, void *arg,
                                 struct err *e);
    /* Adds the differences; all providers in one transaction. On error nothing was added, or it is
     * not known: what has a number (larger than the one before, 0 is none) may then be given again
     * under it, and is added once. */
    enum err_code (*flush)(void *db, const struct store_flush *flushes, size_t len, struct err *e);
    /* The names with the most requests in a range, limit of them at most. */
    enum err_code (*hours_rank)(void *db, int provider, const struct store_range *r, int64_t limit,
                                store_rank_fn *fn, void *arg, struct err *e);
    /* The hours of one name ("" for all together) in order, as far as there are any. */
    enum err_code (*hours_load)(void *db, int provider, const struct store_range *r,
                                const char *name, store_hour_fn *fn, void *arg, struct err *e);
    /* And of a model, what its spreads hold: place counts the members of struct spread. */
    enum err_code (*spreads_load)(void *db, int provider, const struct store_range *r,
                                  const char *name, store_spread_fn *fn, void *arg, struct err *e);
    /* Forgets hours that began before a moment, limit rows by model and token at most; *more tells
     * that there may be others. */
    enum err_code (*hours_prune)(void *db, int provider, int64_t before_ms, int64_t limit,
                                 bool *more, struct err *e);

    /* What is for the whole pool at a time. Calls between the two are one transaction: none of it
     * is there until end(), which commits when rc is ERR_OK, else takes all back, and returns rc or
     * how the commit failed. After an error among them end() is the next call. Of all that was
     * changed, gateways that share the store are told at once: they read everything again. */
    enum err_code (*together_begin)(void *db, struct err *e);
    enum err_code (*together_end)(void *db, enum err_code rc, struct err *e);
    /* Keys whose place is larger, limit of them at most, in order. */
    enum err_code (*keys_after)(void *db, int provider, int64_t after, int64_t limit,
                                store_key_fn *fn, void *arg, struct err *e);
    /* Puts other sealed forms in the place of those that are there. */
    enum err_code (*keys_reseal)(void *db, int provider, const struct store_seal *rows, size_t len,
                                 struct err *e);
    /* All rows of every name, ordered by name and hour. */
    enum err_code (*hours_all)(void *db, int provider, enum store_hours of, store_any_hour_fn *fn,
                               void *arg, struct err *e);
    enum err_code (*spreads_all)(void *db, int provider, store_any_spread_fn *fn, void *arg,
                                 struct err *e);
    enum err_code (*audit_all)(void *db, store_audit_fn *fn, void *arg, struct err *e);
    /* Totals as they are; that of a model only where there is none. */
    enum err_code (*global_put)(void *db, int provider, const struct store_tally *t, struct err *e);
    enum err_code (*model_put)(void *db, int provider, const struct store_model *m, struct err *e);
    /* Empties a provider's tables; those of admin tokens, the audit log and jobs. */
    enum err_code (*provider_clear)(void *db, int provider, struct err *e);
    enum err_code (*common_clear)(void *db, struct err *e);
    /* Opens what the database holds at this moment for reading alone, on a connection of its own;
     * added providers still have to be opened. Any thread, while db is open; out is used by one. */
    enum err_code (*snapshot)(const void *db, struct store *out, struct err *e);
    const struct store_user_ops *users; /* see users.h */
};

struct store {
    const struct store_ops *ops;
    void *db;
    bool away; /* it could not be opened for a reason that may pass by itself */
};

/* Opens what DATABASE_URL names ("" : state_dir/pool.db) and brings its schema up to date. A
 * database has one gateway where the backend has no share: a second one is refused. ERR_CONF: the
 * setting is not understood. On error s is empty but for away, and may be closed. */
enum err_code store_open(struct store *s, const char *database_url, const char *state_dir,
                         struct err *e) MUST_CHECK;
/* Opens a pool that may be another gateway's for reading alone, as it is at this moment. Refuses
 * one whose schema is not this program's. Any thread. */
enum err_code store_open_source(struct store *s, const char *database_url,
                                struct err *e) MUST_CHECK;
void store_close(struct store *s);

/* What a store is like that nobody opened for it. */
struct store_survey {
    const char *backend;
    char place[200];       /* its file, or host and database; no secret */
    bool there;            /* it has tables of ours, and none that are unknown */
    size_t applied, known; /* migrations */
    const char *next;      /* the first that is not applied; NULL: all are */
    char key_check[128];   /* what tells its master key: see master.h; "" is none */
};
enum { STORE_KEY_CHECK_BYTES = sizeof(((struct store_survey *)0)->key_check) };
/* Looks, also while a gateway uses it, and changes nothing. Errors are those of opening it. */
enum err_code store_survey(struct store_survey *out, const char *database_url,
                           const char *state_dir, struct err *e) MUST_CHECK;
/* Brings the schema up to date, and tells what it applied, in order. Two at once wait for one
 * another. */
typedef void store_migrated_fn(void *arg, const char *migration);
enum err_code store_migrate(const char *database_url, const char *state_dir, store_migrated_fn *fn,
                            void *arg, struct err *e) MUST_CHECK;

#endif
