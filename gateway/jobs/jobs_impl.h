/* What the files of gateway/jobs share. */
#ifndef JOBS_JOBS_IMPL_H
#define JOBS_JOBS_IMPL_H

#include <pthread.h>

#include "base/list.h"
#include "jobs/jobs.h"
#include "limit/limit.h"
#include "store/store_thread.h"

enum { JOB_RECORD_BYTES = 64 * 1024 };

/* What a probe told, on its way to the store. */
struct job_result {
    struct list link;
    struct job_item item;
    enum probe_answer answer;
    char rule[32]; /* why, when it is not good */
    char *models;  /* owned, or NULL */
    const char *category;
};

struct job_error {
    uint64_t id; /* a key's */
    uint32_t line;
    char reason[32];
};

/* Everything under the lock of its jobs, but for what says otherwise. */
struct job {
    struct list link; /* in jobs.all, oldest first */
    char id[JOB_ID_TEXT];
    enum job_kind kind;
    enum job_state state;
    int provider;
    char provider_name[PROVIDER_NAME_MAX + 1];
    char *actor;
    bool cancelled, add_unknown;
    struct job_item *items;
    size_t len, next; /* next: the first that was not handed out */
    size_t asking;    /* handed out, and not told yet */
    size_t keeping;   /* told, and not in the store yet */
    int64_t total, done;
    struct job_counts counts;
    struct {
        const char *name; /* static */
        int64_t keys;
    } categories[JOB_CATEGORIES_MAX];
    size_t categories_len;
    struct job_error errors[JOB_ERRORS_MAX]; /* the last ones, in a ring */
    size_t errors_seen;
    int64_t created_at, ended_at;
    bool whole;     /* of the whole pool: others work at it, and asking stays 1 until its end */
    char *problems; /* of an import: JSON; owned, or NULL */
    int64_t problems_omitted;
    char *error, *report; /* of these; owned, or NULL; report is JSON */
    struct list results;  /* told, to be kept */
    struct store_job keep;
    bool keep_posted;
    int64_t recorded_at; /* the store thread's */
    struct jobs *jobs;
    char *loaded; /* of an earlier run, or of another gateway: its record as JSON; nothing else is
                     known of it */
    char gateway[DIGEST_ID_TEXT]; /* of loaded: whose it is; "" unknown */
    bool unsaved;                 /* loaded is newer than what the store has */
};

struct jobs {
    struct gateway *gw;
    pthread_mutex_t lock;
    struct list all;
    size_t all_len;
    size_t asking;  /* over all jobs */
    int64_t tat_ns; /* of the probe rate */
};

/* jobs.c, with the lock held. */
struct job *jobs_find(struct jobs *js, const char *id);
bool job_over(const struct job *j);
struct job *job_new(struct jobs *js); /* not in the list yet; without the lock, as these three */
void job_name(struct job *j);
enum err_code job_insert(struct job *j, struct store *s, struct err *e);
void job_free(struct job *j);
const char *job_kind_name(enum job_kind kind);
void job_write(const struct job *j, struct jout *out);
extern const char *const job_state_names[JOB_STATES_COUNT];
/* The oldest that are over make room. Lock held, or booting. */
void jobs_add(struct jobs *js, struct job *j);
void job_tell(const struct job *j); /* to whoever listens to events */
/* jobs_keep.c: has the store keep what was told, if that is not under way already. Lock held. */
void job_keep_soon(struct job *j);
void job_results_free(struct list *results);

#endif
