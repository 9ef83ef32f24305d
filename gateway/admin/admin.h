/* Admin calls: each runs as a job on the store thread, and is answered by the worker it came to. */
#ifndef ADMIN_ADMIN_H
#define ADMIN_ADMIN_H

#include <jansson.h>

#include "base/buf.h"
#include "http/http.h"
#include "pool/list.h"
#include "store/store_thread.h"
#include "json/jout.h"

enum { ADMIN_OUT_BYTES = 1 << 30 };

/* By what keys are meant, in the query of a list and in the body of a change. */
#define ADMIN_FILTER(X) X(status) X(search) X(tag) X(category) X(model) X(username)
/* Query parameters that lists know besides provider, which all calls know. */
#define ADMIN_QUERY(X) ADMIN_FILTER(X) X(page) X(pageSize) X(fetch) X(sort) X(order)

/* Made on a worker, handed to the store thread, and back. Only the worker looks at req. */
struct admin_job {
    struct store_job job;
    struct mail mail;
    struct worker *w;
    struct gateway *gw;
    struct http_req *req; /* NULL: the client is gone, nobody waits */
    enum err_code (*work)(struct admin_job *j, struct store *s);
    int provider;
    char *param; /* of the path */
    struct buf body;
    bool body_is_json;
#define X(name) char *name;
    ADMIN_QUERY(X)
#undef X
    struct pool_key *key; /* verify: with a reference, or NULL */
    struct verdict verdict;
    int probe_status;
    /* The answer: an error, or the JSON in out. */
    struct err e;
    int64_t retry_after_s;
    struct buf out;
    struct jout json;
};

typedef enum err_code admin_work_fn(struct admin_job *j, struct store *s);

/* Takes the request's body, posts the job, and leaves the request waiting. Worker's thread. Other
 * query parameters than are known here are refused. */
void admin_run(struct http_req *r, admin_work_fn *work);
void admin_run_list(struct http_req *r, admin_work_fn *work); /* knows those of ADMIN_QUERY */
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
enum err_code admin_number(const json_t *o, const char *field, int64_t min, int64_t max,
                           int64_t *out, struct err *e) MUST_CHECK;
/* Whether the query holds the parameters listed, each once and with a value, and no others. */
enum err_code admin_query_check(const char *query, const char *const *known,
                                struct err *e) MUST_CHECK;
enum err_code admin_bool(const json_t *o, const char *field, bool *out, struct err *e) MUST_CHECK;
enum err_code admin_query_number(const char *name, const char *text, int64_t min, int64_t max,
                                 int64_t *out, struct err *e) MUST_CHECK;
/* The id of a key or token given as id or as the secret itself. */
uint64_t admin_id(char kind, const char *text);
void admin_success(struct admin_job *j, const char *message); /* {"success":true,"message":…} */

/* Members that keys, tokens and totals share: tally.def, and what follows from it. */
void admin_write_tally(struct jout *out, const struct store_tally *t);
/* whole: with its models, not only their number. */
void admin_write_key(struct jout *out, const struct key_look *k, bool whole);

/* Reads the body as in admin_object(), hands it to fn, and lets go of it. */
typedef enum err_code admin_body_fn(struct admin_job *j, struct store *s, const json_t *o);
enum err_code admin_with_object(struct admin_job *j, struct store *s, const char *const *fields,
                                admin_body_fn *fn) MUST_CHECK;

#endif
