/* An open PostgreSQL database: its connection, its prepared statements, and what every call on it
 * needs. */
#ifndef STORE_PG_DB_H
#define STORE_PG_DB_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "store/pg_dial.h"
#include "store/schema.h"
#include "store/share.h"

enum pg_statement {
#define STATEMENT(ID, sql) PG_##ID,
#include "store/pg_statements.def"
#include "store/statements.def"
#undef STATEMENT
    PG_COUNT,
    PG_PLAIN /* a text that stands in no table */
};

enum { PG_PARAMS_MAX = 64, PG_VALUES_MAX = 24, PG_ROWS_MAX = 10000 };

/* Used by one thread at a time. */
struct pg_db {
    PGconn *conn; /* NULL: lost; the next call connects again */
    /* What libpq connects with; owned. The passwords among them are wiped when freed. */
    char *names[PG_PARAMS_MAX], *values[PG_PARAMS_MAX];
    size_t params_len;
    char *place;          /* "host:port/database", for messages */
    bool pooled;          /* a pooler hands each transaction to any of its sessions */
    struct pg_dial *dial; /* owned */
    bool known;           /* there was a session */
    bool down; /* there is none, and the dial tries: calls fail at once, and do not wait for it */
    bool away; /* the last failure is one that may pass by itself */
    uint64_t retry_at_ms; /* by the monotonic clock: no session is set up before */
    char last_error[sizeof(((struct err *)0)->text)];
    bool visiting;               /* it is only looked at, or migrated: without the gateways' lock */
    store_migrated_fn *migrated; /* is told what was applied; NULL: nobody */
    void *migrated_arg;
    uint64_t flushes; /* this gateway's name among those that write counters */
    char prefixes[STORE_PROVIDERS_MAX][SCHEMA_PREFIX_BYTES];
    char *texts[STORE_PROVIDERS_MAX][PG_COUNT]; /* made when first used; owned */
    /* Known to this session under a name; one without {p} stands under provider 0 only. */
    bool prepared[STORE_PROVIDERS_MAX][PG_COUNT];
    struct pg_sent *sent; /* whose answers are still to come; owned */
    size_t sent_len, sent_room;
    bool ended;      /* the server said so */
    bool in_tx;      /* of several round trips: connecting again would lose what was done */
    bool together;   /* in one of many calls */
    bool untold;     /* of which one was to be told to other gateways */
    bool committing; /* and what is sent now ends it */
    bool repeats;    /* what is sent now is sent again by itself if need be: nobody has to look */
    bool deadlocked; /* the last failure was that: it goes away by trying again */
    int64_t writer;  /* drawn when opened: tells this gateway's changes from those of others */
};

/* ---- pg_open.c ---- */

/* A database without a session yet; rest is its URL without the scheme. NULL: *e tells why,
 * ERR_CONF if it is not one. */
struct pg_db *pg_new(const char *rest, struct err *e) MUST_CHECK;
/* Another one of the same database, without a session or an added provider. NULL: the system gives
 * no thread. */
struct pg_db *pg_twin(const struct pg_db *db) MUST_CHECK;
void pg_free(struct pg_db *db);

/* ---- pg_url.c ---- */

/* Reads the URL, which has lost its scheme. ERR_CONF: it is not one. */
enum err_code pg_params(struct pg_db *db, const char *rest, struct err *e) MUST_CHECK;
void pg_params_free(struct pg_db *db);

/* ---- pg_conn.c ---- */

/* Sees to it that there is a session. It may wait for a moment when one was lost, and does not
 * while the server is known to be away. On error there is none. */
enum err_code pg_connect(struct pg_db *db, struct err *e) MUST_CHECK;
void pg_disconnect(struct pg_db *db);

/* ---- pg_call.c, pg_give.c: one run of a statement ---- */

/* Times are microseconds since 2000-01-01T00:00:00Z, and the ends of their range mean for ever. */
#define PG_EPOCH_MS INT64_C(946684800000)

/* A value, or with pg_rows() an array of them, in PostgreSQL's binary form. */
struct pg_value {
    struct buf data;
    Oid type;
    bool null; /* or has one */
};

/* One run of a statement: give its values in order, then queue, run or step it; take the columns of
 * a row in order. What is given is copied, and more than PG_VALUES_MAX values make the call fail;
 * what is taken is good until the next step. */
struct pg_call {
    struct pg_db *db;
    int provider, which;
    const char *sql;   /* of PG_PLAIN */
    const char *doing; /* for the error */
    struct pg_value values[PG_VALUES_MAX];
    int at, len;       /* the value or column that is next; values there are */
    const char *fault; /* why what was given cannot be sent, or NULL */
    bool many;
    int rows;
    /* Gets the first column of each row that it returns, in place of pg_step(); NULL: nobody. */
    void (*row)(void *arg, const char *text);
    void *arg;
    int64_t *changes; /* becomes how many rows it changed; NULL: nobody asks */
    bool afresh;      /* planned each time: it runs seldom, and the tables may have grown much */
    bool began;
    PGresult *result;
    enum err_code rc; /* how it went so far */
    struct err err;
};

void pg_call(struct pg_call *c, struct pg_db *db, int provider, enum pg_statement which,
             const char *doing);
/* A text without values, which is borrowed until it is queued. */
void pg_call_plain(struct pg_call *c, struct pg_db *db, const char *sql, const char *doing);
/* Values are given row by row, pg_next() after each, and sent as arrays. */
void pg_rows(struct pg_call *c);
void pg_next(struct pg_call *c);
void pg_give_int(struct pg_call *c, int64_t value);
void pg_give_bool(struct pg_call *c, bool value);
void pg_give_when(struct pg_call *c, int64_t wall_ms); /* 0 is 1970 */
void pg_give_time(struct pg_call *c, int64_t wall_ms); /* 0 becomes NULL */
/* NULL stays NULL; what is not UTF-8 becomes U+FFFD, for the server would refuse all of it. */
void pg_give_text(struct pg_call *c, const char *text);
void pg_give_json(struct pg_call *c, const char *text); /* "" and NULL become NULL */
void pg_give_blob(struct pg_call *c, const void *data, size_t len);
void pg_give_id(struct pg_call *c, char kind, uint64_t id);
void pg_give_ids(struct pg_call *c, char kind, const uint64_t *ids,
                 size_t len); /* with pg_rows() */
void pg_give_tally(struct pg_call *c, const struct store_tally *t);

/* For pg_call.c. false: it cannot be sent; c->fault says why. */
bool pg_given(struct pg_call *c) MUST_CHECK;
void pg_values_free(struct pg_call *c);

/* Runs a statement in a transaction of its own. */
enum err_code pg_run(struct pg_call *c, struct err *e) MUST_CHECK;
/* The same, row by row. true: there is a row, take its columns. false: that was the last, or it
 * failed: see pg_done(). Nothing else may be called on the db meanwhile. */
bool pg_step(struct pg_call *c);
int64_t pg_take_int(struct pg_call *c); /* of any width, or a time in wall ms; NULL is 0 */
const char *pg_take_text(struct pg_call *c);
const void *pg_take_blob(struct pg_call *c, size_t *len);
uint64_t pg_take_id(struct pg_call *c, char kind); /* a malformed one makes the call fail */
void pg_take_tally(struct pg_call *c, struct store_tally *t);
/* Ends reading, early or not. */
enum err_code pg_done(struct pg_call *c, struct err *e) MUST_CHECK;

/* ---- pg_batch.c: many statements in one round trip ---- */

/* A statement of which the answer is still to come. */
struct pg_sent {
    int provider, which;
    bool prepare; /* it only makes the statement known */
    const char *doing;
    void (*row)(void *arg, const char *text);
    void *arg;
    int64_t *changes;
};

/* What is queued between the two is one transaction, unless one was begun with pg_tx_begin(). A
 * failed begin or queue needs no end. */
enum err_code pg_batch_begin(struct pg_db *db, struct err *e) MUST_CHECK;
/* Sends the call, and frees its values. */
enum err_code pg_queue(struct pg_call *c, struct err *e) MUST_CHECK;
/* The same, but nothing is sent when no row was given. */
enum err_code pg_queue_rows(struct pg_call *c, struct err *e) MUST_CHECK;
/* How many rows may go into one statement: one when an id stands among them twice, as the rows of a
 * statement have no order. */
size_t pg_rows_at_once(const uint64_t *ids, size_t len);
/* Waits for all answers; returns the first error. */
enum err_code pg_batch_end(struct pg_db *db, struct err *e) MUST_CHECK;

/* Whether a call that failed may be made again as it was: others were in its way. *tries counts;
 * then *e has no error any more. */
bool pg_again(struct pg_db *db, enum err_code rc, int *tries, struct err *e);
/* Begins a batch that changes keys. Not the first try: without others beside it. */
enum err_code pg_keys_begin(struct pg_db *db, int tries, struct err *e) MUST_CHECK;

/* A transaction of several round trips. end() commits if rc is ERR_OK, else rolls back; returns rc,
 * or how the commit failed. */
enum err_code pg_tx_begin(struct pg_db *db, struct err *e) MUST_CHECK;
enum err_code pg_tx_end(struct pg_db *db, enum err_code rc, struct err *e) MUST_CHECK;

/* For pg_call.c. Sends what ends the batch. */
enum err_code pg_batch_sync(struct pg_db *db, struct err *e) MUST_CHECK;
/* The next result; NULL: the statement has no more, or the connection is lost (then it is gone). */
PGresult *pg_next_result(struct pg_db *db, const char *doing, struct err *e);
/* Whether the result tells of success; else *e tells why. */
enum err_code pg_check(struct pg_db *db, const PGresult *result, const char *doing,
                       struct err *e) MUST_CHECK;
/* The connection is of no use any more: drops it, and returns ERR_STORE with why. */
enum err_code pg_lost(struct pg_db *db, const char *doing, const char *why, struct err *e);

/* ---- the operations, by subject: see store_ops ---- */

extern const struct store_ops pg_ops;
enum err_code pg_open(struct store *s, const char *rest, struct err *e);
/* Another pool's database, for reading alone. */
enum err_code pg_open_source(struct store *s, const char *rest, struct err *e);
enum err_code pg_survey(struct store_survey *out, const char *rest, struct err *e);
enum err_code pg_migrate_all(const char *rest, store_migrated_fn *fn, void *arg, struct err *e);
#define PG_OP(name, ...) enum err_code pg_##name(void *db, __VA_ARGS__, struct err *e)
enum err_code pg_ping(void *db, struct err *e);
PG_OP(meta_get, const char *name, char *value, size_t room);
PG_OP(meta_put, const char *name, const char *value);
PG_OP(providers_load, store_provider_fn *fn, void *arg);
PG_OP(provider_open, int provider, const char *name);
PG_OP(provider_add, int provider, const struct store_provider *row);
PG_OP(provider_put, const struct store_provider *row);
PG_OP(provider_remove, int provider, const char *name);
PG_OP(admins_load, store_admin_fn *fn, void *arg);
PG_OP(admin_insert, const struct store_admin *a);
PG_OP(admin_delete, uint64_t id);
PG_OP(jobs_load, int64_t limit, store_job_fn *fn, void *arg);
PG_OP(job_put, const char *id, const char *record, int64_t created_at);
PG_OP(audit_add, const struct store_audit *a);
PG_OP(audit_list, const struct store_audit_filter *f, int64_t before, int64_t limit,
      store_audit_fn *fn, void *arg);
PG_OP(audit_page, const struct store_audit_filter *f, const struct store_part *part,
      store_audit_fn *fn, void *arg);
PG_OP(audit_count, const struct store_audit_filter *f, int64_t *total);
PG_OP(audit_prune, int64_t before_ms);
PG_OP(keys_load, int provider, store_key_fn *fn, void *arg);
PG_OP(keys_insert, int provider, struct store_key *rows, size_t len);
PG_OP(keys_edit, int provider, const struct store_key_edit *edits, size_t len);
PG_OP(keys_delete, int provider, const uint64_t *ids, size_t len);
PG_OP(tokens_load, int provider, store_token_fn *fn, void *arg);
PG_OP(token_insert, int provider, const struct store_token *t);
PG_OP(tokens_edit, int provider, const struct store_token_edit *edits, size_t len);
PG_OP(tokens_delete, int provider, const uint64_t *ids, size_t len);
PG_OP(global_load, int provider, struct store_tally *out);
PG_OP(models_load, int provider, store_model_fn *fn, void *arg);
PG_OP(hours_rank, int provider, const struct store_range *r, int64_t limit, store_rank_fn *fn,
      void *arg);
PG_OP(hours_load, int provider, const struct store_range *r, const char *name, store_hour_fn *fn,
      void *arg);
PG_OP(spreads_load, int provider, const struct store_range *r, const char *name,
      store_spread_fn *fn, void *arg);
PG_OP(hours_prune, int provider, int64_t before_ms, int64_t limit, bool *more);
PG_OP(flush, const struct store_flush *flushes, size_t len);
enum err_code pg_together_begin(void *db, struct err *e);
PG_OP(together_end, enum err_code rc);
PG_OP(keys_after, int provider, int64_t after, int64_t limit, store_key_fn *fn, void *arg);
PG_OP(keys_reseal, int provider, const struct store_seal *rows, size_t len);
PG_OP(hours_all, int provider, enum store_hours of, store_any_hour_fn *fn, void *arg);
PG_OP(spreads_all, int provider, store_any_spread_fn *fn, void *arg);
PG_OP(audit_all, store_audit_fn *fn, void *arg);
PG_OP(global_put, int provider, const struct store_tally *t);
PG_OP(model_put, int provider, const struct store_model *m);
PG_OP(provider_clear, int provider);
enum err_code pg_common_clear(void *db, struct err *e);
enum err_code pg_snapshot(const void *db, struct store *out, struct err *e);
/* For reading alone, in one transaction: a db without a session yet. */
enum err_code pg_reader_begin(struct pg_db *db, struct err *e) MUST_CHECK;
/* The columns of AUDIT_LIST. */
void pg_take_audit(struct pg_call *c, struct store_audit *a);

PG_OP(meta_add, const char *name, const char *value);

/* ---- several gateways; see share.h ---- */

extern const struct store_share_ops pg_share_ops;
/* pg_share.c: the last part of a batch that changes something: tells of it. provider -1: of none;
 * prefix: that of the ids. */
enum err_code pg_tell(struct pg_db *db, enum store_change_kind kind, int provider, char prefix,
                      const uint64_t *ids, size_t len, struct err *e) MUST_CHECK;
/* The same for what has no ids, or for one id as text. */
enum err_code pg_tell_text(struct pg_db *db, enum store_change_kind kind, int provider,
                           const char *ids, struct err *e) MUST_CHECK;
/* Before what tells; and wakes the others, after it. pg_tell() does both. In one of many calls
 * these only note it: its end tells, once, that all may have changed. */
enum err_code pg_tell_begin(struct pg_db *db, struct err *e) MUST_CHECK;
enum err_code pg_tell_end(struct pg_db *db, struct err *e) MUST_CHECK;
/* A statement without values. */
enum err_code pg_queue_word(struct pg_db *db, enum pg_statement which, const char *doing,
                            struct err *e) MUST_CHECK;
/* A row of {keys}, and of {tokens}; false: it is malformed, and the call fails. */
bool pg_take_key(struct pg_call *c, struct store_key *k);
bool pg_take_token(struct pg_call *c, struct store_token *t);
void pg_provider_close(void *db, int provider);
struct store_watch *pg_watch_new(void *db);
void pg_watch_free(struct store_watch *w);
void pg_watch_wait(struct store_watch *w, int wake_fd);

/* A key's state, in the order of KEYS_INSERT and KEYS_STATE. */
void pg_give_state(struct pg_call *c, const struct store_key_state *s);
/* Numbers of flushes below this one are of gateways that are no more. */
enum err_code pg_flushes_forget(struct pg_db *db, uint64_t before, struct err *e) MUST_CHECK;
/* Part of a flush: counters by hour. */
enum err_code pg_hours_count(struct pg_db *db, int provider, enum store_hours of,
                             const struct store_hour *rows, size_t len, struct err *e) MUST_CHECK;

#endif
