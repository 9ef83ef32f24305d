/* An open SQLite database: its prepared statements, and what every call on it needs. */
#ifndef STORE_SQLITE_DB_H
#define STORE_SQLITE_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "crypto/digest.h"
#include "store/schema.h"

enum sqlite_statement {
#define STATEMENT(ID, sql) SQL_##ID,
#include "store/sqlite_statements.def"
#include "store/statements.def"
#undef STATEMENT
    SQL_COUNT
};

/* Used by one thread at a time. */
struct sqlite_db {
    sqlite3 *handle;
    char *path;
    int lock_fd;
    bool together;               /* in a transaction of many calls */
    store_migrated_fn *migrated; /* is told what was applied; NULL: nobody */
    void *migrated_arg;
    /* Prepared when first used, and kept: all of them at once would be a megabyte. One without {p}
     * stands under provider 0 only. */
    sqlite3_stmt *statements[STORE_PROVIDERS_MAX][SQL_COUNT];
    char *added[STORE_PROVIDERS_MAX]; /* the prefixes of providers that are not built in */
};

extern const struct store_ops sqlite_ops;

/* Opens another pool's file for reading alone. */
enum err_code sqlite_open_source(struct store *s, const char *path, struct err *e) MUST_CHECK;
void sqlite_close(void *db);

/* Opens or makes the database file, takes its lock, and brings the schema up to date. */
enum err_code sqlite_open(struct store *s, const char *path, struct err *e) MUST_CHECK;
enum err_code sqlite_survey(struct store_survey *out, const char *path, struct err *e) MUST_CHECK;
enum err_code sqlite_migrate_all(const char *path, store_migrated_fn *fn, void *arg,
                                 struct err *e) MUST_CHECK;

/* Whether every statement but those of added providers fits the tables that are there. */
enum err_code sqlite_check_statements(struct sqlite_db *db, struct err *e) MUST_CHECK;
/* An added provider has this number, and tables with this prefix. */
void sqlite_name_provider(struct sqlite_db *db, int provider, const char *prefix);
/* Ends its statements. */
void sqlite_forget_provider(struct sqlite_db *db, int provider);
void sqlite_finalize_all(struct sqlite_db *db);

/* Fills *e with "PATH: doing: what SQLite says; remedy" and returns ERR_STORE. */
enum err_code sqlite_fail(struct sqlite_db *db, const char *doing, struct err *e);

/* A transaction; each may fail, then the transaction is gone. end() commits if rc is ERR_OK, else
 * rolls back; returns rc, or how the commit failed. */
enum err_code sqlite_begin(struct sqlite_db *db, struct err *e) MUST_CHECK;
enum err_code sqlite_end(struct sqlite_db *db, enum err_code rc, struct err *e) MUST_CHECK;

/* One run of a prepared statement: give its values in order, then run or step it; take the columns
 * of a row in order. Text and blobs are borrowed until the statement has run. */
struct sqlite_call {
    struct sqlite_db *db;
    sqlite3_stmt *stmt;
    int at;                  /* the value or column that is next */
    int failed;              /* a result code of SQLite, or SQLITE_OK */
    const char *doing;       /* for the error */
    char id[DIGEST_ID_TEXT]; /* the id that was given */
};

void sqlite_call(struct sqlite_call *c, struct sqlite_db *db, int provider,
                 enum sqlite_statement which, const char *doing);
void sqlite_give_int(struct sqlite_call *c, int64_t value);
void sqlite_give_time(struct sqlite_call *c, int64_t wall_ms); /* 0 becomes NULL */
void sqlite_give_text(struct sqlite_call *c, const char *text);
void sqlite_give_blob(struct sqlite_call *c, const void *data, size_t len);
void sqlite_give_id(struct sqlite_call *c, char kind, uint64_t id); /* once a call */
void sqlite_give_tally(struct sqlite_call *c, const struct store_tally *t);
/* Runs a statement that returns no rows. */
enum err_code sqlite_run(struct sqlite_call *c, struct err *e) MUST_CHECK;
/* true: there is a row, take its columns. false: that was the last, or it failed: see
 * sqlite_done(). */
bool sqlite_step(struct sqlite_call *c);
int64_t sqlite_take_int(struct sqlite_call *c); /* NULL is 0 */
const char *sqlite_take_text(struct sqlite_call *c);
const void *sqlite_take_blob(struct sqlite_call *c, size_t *len);
uint64_t sqlite_take_id(struct sqlite_call *c, char kind); /* a malformed one makes the call fail */
void sqlite_take_tally(struct sqlite_call *c, struct store_tally *t);
/* Ends reading, early or not. */
enum err_code sqlite_done(struct sqlite_call *c, struct err *e) MUST_CHECK;
/* Runs a statement that takes an id and nothing else for each of these, in one transaction. */
enum err_code sqlite_delete_ids(struct sqlite_db *db, int provider, enum sqlite_statement which,
                                char kind, const uint64_t *ids, size_t len, const char *doing,
                                struct err *e) MUST_CHECK;

/* The operations, by subject: see store_ops. */
enum err_code sqlite_meta_get(void *db, const char *name, char *value, size_t room, struct err *e);
enum err_code sqlite_meta_put(void *db, const char *name, const char *value, struct err *e);
enum err_code sqlite_meta_add(void *db, const char *name, const char *value, struct err *e);
enum err_code sqlite_providers_load(void *db, store_provider_fn *fn, void *arg, struct err *e);
enum err_code sqlite_provider_open(void *db, int provider, const char *name, struct err *e);
enum err_code sqlite_provider_add(void *db, int provider, const struct store_provider *row,
                                  struct err *e);
enum err_code sqlite_provider_put(void *db, const struct store_provider *row, struct err *e);
enum err_code sqlite_provider_remove(void *db, int provider, const char *name, struct err *e);
enum err_code sqlite_admins_load(void *db, store_admin_fn *fn, void *arg, struct err *e);
enum err_code sqlite_admin_insert(void *db, const struct store_admin *a, struct err *e);
enum err_code sqlite_admin_delete(void *db, uint64_t id, struct err *e);
enum err_code sqlite_jobs_load(void *db, int64_t limit, store_job_fn *fn, void *arg, struct err *e);
enum err_code sqlite_job_put(void *db, const char *id, const char *record, int64_t created_at,
                             struct err *e);
enum err_code sqlite_audit_add(void *db, const struct store_audit *a, struct err *e);
enum err_code sqlite_audit_list(void *db, const struct store_audit_filter *f, int64_t before,
                                int64_t limit, store_audit_fn *fn, void *arg, struct err *e);
enum err_code sqlite_audit_page(void *db, const struct store_audit_filter *f,
                                const struct store_part *part, store_audit_fn *fn, void *arg,
                                struct err *e);
enum err_code sqlite_audit_count(void *db, const struct store_audit_filter *f, int64_t *total,
                                 struct err *e);
enum err_code sqlite_audit_prune(void *db, int64_t before_ms, struct err *e);
enum err_code sqlite_keys_load(void *db, int provider, store_key_fn *fn, void *arg, struct err *e);
enum err_code sqlite_keys_insert(void *db, int provider, struct store_key *rows, size_t len,
                                 struct err *e);
enum err_code sqlite_keys_edit(void *db, int provider, const struct store_key_edit *edits,
                               size_t len, struct err *e);
enum err_code sqlite_keys_delete(void *db, int provider, const uint64_t *ids, size_t len,
                                 struct err *e);
/* Inside a transaction. */
enum err_code sqlite_key_put_state(struct sqlite_db *db, int provider, uint64_t id,
                                   const struct store_key_state *state, struct err *e);
enum err_code sqlite_tokens_load(void *db, int provider, store_token_fn *fn, void *arg,
                                 struct err *e);
enum err_code sqlite_token_insert(void *db, int provider, const struct store_token *t,
                                  struct err *e);
enum err_code sqlite_tokens_edit(void *db, int provider, const struct store_token_edit *edits,
                                 size_t len, struct err *e);
enum err_code sqlite_tokens_delete(void *db, int provider, const uint64_t *ids, size_t len,
                                   struct err *e);
enum err_code sqlite_global_load(void *db, int provider, struct store_tally *out, struct err *e);
enum err_code sqlite_models_load(void *db, int provider, store_model_fn *fn, void *arg,
                                 struct err *e);
enum err_code sqlite_hours_rank(void *db, int provider, const struct store_range *r, int64_t limit,
                                store_rank_fn *fn, void *arg, struct err *e);
enum err_code sqlite_hours_load(void *db, int provider, const struct store_range *r,
                                const char *name, store_hour_fn *fn, void *arg, struct err *e);
enum err_code sqlite_spreads_load(void *db, int provider, const struct store_range *r,
                                  const char *name, store_spread_fn *fn, void *arg, struct err *e);
enum err_code sqlite_hours_prune(void *db, int provider, int64_t before_ms, int64_t limit,
                                 bool *more, struct err *e);
enum err_code sqlite_together_begin(void *db, struct err *e);
enum err_code sqlite_together_end(void *db, enum err_code rc, struct err *e);
enum err_code sqlite_keys_after(void *db, int provider, int64_t after, int64_t limit,
                                store_key_fn *fn, void *arg, struct err *e);
enum err_code sqlite_keys_reseal(void *db, int provider, const struct store_seal *rows, size_t len,
                                 struct err *e);
enum err_code sqlite_hours_all(void *db, int provider, enum store_hours of, store_any_hour_fn *fn,
                               void *arg, struct err *e);
enum err_code sqlite_spreads_all(void *db, int provider, store_any_spread_fn *fn, void *arg,
                                 struct err *e);
enum err_code sqlite_audit_all(void *db, store_audit_fn *fn, void *arg, struct err *e);
enum err_code sqlite_global_put(void *db, int provider, const struct store_tally *t, struct err *e);
enum err_code sqlite_model_put(void *db, int provider, const struct store_model *m, struct err *e);
enum err_code sqlite_provider_clear(void *db, int provider, struct err *e);
enum err_code sqlite_common_clear(void *db, struct err *e);
enum err_code sqlite_snapshot(const void *db, struct store *out, struct err *e);
/* The columns of KEYS_LOAD. */
void sqlite_take_key(struct sqlite_call *c, struct store_key *k);
/* Those of AUDIT_LIST. */
void sqlite_take_audit(struct sqlite_call *c, struct store_audit *a);
/* Part of a flush. */
enum err_code sqlite_hour_add(struct sqlite_db *db, int provider, enum store_hours of,
                              const struct store_hour *h, struct err *e) MUST_CHECK;
enum err_code sqlite_flush(void *db, const struct store_flush *flushes, size_t len, struct err *e);

#endif
