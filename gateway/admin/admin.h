/* Admin calls: each runs as a job on the store thread, and is answered by the worker it came to. */
#ifndef ADMIN_ADMIN_H
#define ADMIN_ADMIN_H

#include <jansson.h>

#include "base/buf.h"
#include "http/http.h"
#include "jobs/probe.h"
#include "limit/client_ip.h"
#include "pool/list.h"
#include "stats/flusher.h"
#include "store/store_thread.h"
#include "json/jout.h"

struct user_draft;

enum { ADMIN_OUT_BYTES = 1 << 30, ADMIN_SECONDS_MAX = 60 * 366 * 24 * 3600 };

/* By what keys are meant, in the query of a list and in the body of a change. */
#define ADMIN_FILTER(X) X(status) X(search) X(tag) X(category) X(model) X(username)
/* Query parameters that some call knows besides provider, which all know. */
#define ADMIN_QUERY(X)                                                                             \
    ADMIN_FILTER(X)                                                                                \
    X(page)                                                                                        \
    X(pageSize)                                                                                    \
    X(fetch)                                                                                       \
    X(sort)                                                                                        \
    X(order)                                                                                       \
    X(limit)                                                                                       \
    X(before)                                                                                      \
    X(actor)                                                                                       \
    X(action)                                                                                      \
    X(about) X(owner) X(role) X(force) X(token) X(reveal) X(by) X(from) X(to) X(step) X(at)

/* Made on a worker, handed to the store thread, and back. Only the worker looks at req. */
struct admin_job {
    struct store_job job;
    struct mail mail;
    struct worker *w;
    struct gateway *gw;
    struct http_req *req; /* NULL: the client is gone, nobody waits */
    enum err_code (*work)(struct admin_job *j, struct store *s);
    int provider;
    bool provider_named; /* in the query, not only by default */
    /* Who asks, for the audit log; see admin_audit_begin(). */
    const struct route *route;
    struct admin_who who;
    char address[CLIENT_IP_TEXT], request_id[HTTP_ID_BYTES], target[64];
    struct buf audit_text;
    struct jout audit;        /* members of the record's detail; never a secret */
    const char *audit_action; /* a record of this name, though nothing is changed; or NULL */
    bool unchanged;           /* nothing was changed after all: no record */
    char *param;              /* of the path */
    struct buf body;
    bool body_is_json;
#define X(name) char *name;
    ADMIN_QUERY(X)
#undef X
    struct pool_key *key;        /* verify: with a reference, or NULL */
    struct doctor *doctor;       /* doctor: owned, or NULL */
    struct mail_test *mail_test; /* likewise */
    struct user_draft *draft;    /* a user on the way: likewise */
    struct probe_result probe;
    char probe_rule[32];
    char *probe_models; /* owned, or NULL */
    /* The answer: an error, or the JSON in out. */
    struct err e;
    int64_t retry_after_s;
    int http_status; /* of a good answer */
    struct buf out;
    struct jout json;
};

/* Returned by work that has handed the job on: it may be gone already. */
#define ADMIN_TAKEN ERR_COUNT
typedef enum err_code admin_work_fn(struct admin_job *j, struct store *s);

/* Takes the request's body, posts the job, and leaves the request waiting. Worker's thread. Other
 * query parameters than are known here are refused. */
void admin_run(struct http_req *r, admin_work_fn *work);
/* The same for those that know further parameters, a NULL-terminated list. */
void admin_run_query(struct http_req *r, const char *const *query, admin_work_fn *work);
/* The same in two steps, for those that do something on the worker first: the new job has an error
 * in e when its query was not good. */
struct admin_job *admin_job_new(struct http_req *r, admin_work_fn *work);
void admin_job_post(struct admin_job *j);
/* Answers with the job's error, or its out, without the store; the job is gone after it. */
void admin_job_answer(struct admin_job *j);
/* Lets go of a job that was never posted and that nobody waits for. */
void admin_job_free(struct admin_job *j);
/* The job waits for its request again, after someone else owned the request. */
void admin_job_own(struct admin_job *j);

/* The body as a JSON object with no other fields than those listed (NULL-terminated), or an error.
 * The field provider is known everywhere: it sets the job's, whatever the query says. */
enum err_code admin_object(struct admin_job *j, const char *const *fields, json_t **out,
                           struct err *e) MUST_CHECK;
/* Whether an object has no fields but those listed, and also this one (NULL: none). */
enum err_code admin_known(const json_t *o, const char *const *fields, const char *also,
                          struct err *e) MUST_CHECK;
/* A field of it. Missing or null: *out keeps its value. A wrong type or range is an error. */
enum err_code admin_text(const json_t *o, const char *field, const char **out,
                         struct err *e) MUST_CHECK;
enum err_code admin_flag(const json_t *o, const char *field, bool *out, struct err *e) MUST_CHECK;
enum err_code admin_number(const json_t *o, const char *field, int64_t min, int64_t max,
                           int64_t *out, struct err *e) MUST_CHECK;
/* Whether the query holds the parameters listed, each once and with a value, and no others. */
enum err_code admin_query_check(const char *query, const char *const *known,
                                struct err *e) MUST_CHECK;
enum err_code admin_bool(const json_t *o, const char *field, bool *out, struct err *e) MUST_CHECK;
/* An end: a date in one field, null for none, or seconds from now in the other; of both fields one
 * may be there. *at is in wall ms, 0 for none; it keeps its value when neither is given, as *given
 * tells. */
enum err_code admin_expiry(const json_t *o, const char *date_field, const char *seconds_field,
                           int64_t *at, bool *given, struct err *e) MUST_CHECK;
enum err_code admin_query_number(const char *name, const char *text, int64_t min, int64_t max,
                                 int64_t *out, struct err *e) MUST_CHECK;
/* A moment in wall ms: a day, a date and time, or a span before now, as *span tells. */
enum err_code admin_query_moment(const char *name, const char *text, int64_t now_ms, int64_t *out,
                                 bool *span, struct err *e) MUST_CHECK;
/* The id of a key or token given as id or as the secret itself. */
uint64_t admin_id(char kind, const char *text);
/* What a client token may be called. */
enum err_code admin_token_name_check(const char *name, struct err *e) MUST_CHECK;
/* NULL is fine. */
void admin_user_draft_free(struct user_draft *d);
void admin_success(struct admin_job *j, const char *message); /* {"success":true,"message":…} */

/* Every job of a route that changes something writes a record once its work is done, of the target
 * that it named, with the members that it put into its audit. A path may hold a secret, so nothing
 * is taken from there. */
void admin_audit_begin(struct admin_job *j, struct http_req *r);
void admin_audit_target(struct admin_job *j, const char *target);
void admin_audit_id(struct admin_job *j, char kind, uint64_t id);
enum err_code admin_audit_write(struct admin_job *j, struct store *s) MUST_CHECK;

/* Members of an object that a record is told as. */
void admin_audit_members(struct jout *out, const struct store_audit *a);
/* The record, to those who listen for changes; provider as in events_publish(). */
void admin_audit_tell(struct gateway *gw, int provider, const struct store_audit *a);
/* The keys and tokens of a provider that is removed go out of memory. Store thread. */
void admin_provider_forget(struct gateway *gw, int provider);

/* Members that keys, tokens and totals share: tally.def, and what follows from it. */
void admin_write_tally(struct jout *out, const struct store_tally *t);
/* Percentiles, and counts by outcome. */
void admin_write_spread(struct jout *out, const struct spread *s);
void admin_write_provider(struct jout *out, struct gateway *gw, int provider);
/* whole: with its models, not only their number. secret: in place of the masked key, or NULL. */
void admin_write_key(struct jout *out, const struct key_look *k, bool whole, const char *secret);

/* Reads the body as in admin_object(), hands it to fn, and lets go of it. */
typedef enum err_code admin_body_fn(struct admin_job *j, struct store *s, const json_t *o);
enum err_code admin_with_object(struct admin_job *j, struct store *s, const char *const *fields,
                                admin_body_fn *fn) MUST_CHECK;

#endif
