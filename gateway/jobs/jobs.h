/* Long work on many keys: checked one after the other on the workers' loops, a few at a time. */
#ifndef JOBS_JOBS_H
#define JOBS_JOBS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/intl.h"
#include "jobs/probe.h"
#include "json/jout.h"

#define JOB_KINDS(X)                                                                               \
    X(CHECK, N_("check"))                                                                          \
    X(IMPORT, N_("import"))                                                                        \
    X(RESTORE, N_("restore")) X(MIGRATE, N_("migrate")) X(ROTATE, N_("rotate"))
enum job_kind {
#define X(name, text) JOB_##name,
    JOB_KINDS(X)
#undef X
};
/* interrupted: the gateway stopped before it was done. */
#define JOB_STATES(X)                                                                              \
    X(RUNNING, N_("running"))                                                                      \
    X(DONE, N_("done"))                                                                            \
    X(CANCELLED, N_("cancelled")) X(INTERRUPTED, N_("interrupted")) X(FAILED, N_("failed"))
enum job_state {
#define X(name, text) JOB_##name,
    JOB_STATES(X)
#undef X
        JOB_STATES_COUNT
};
/* What a job counts, besides how many are done. */
#define JOB_COUNTS(X)                                                                              \
    X(good, "Keys that the upstream takes.")                                                       \
    X(refused, "Keys that it refuses.")                                                            \
    X(unknown, "Keys of which it did not tell: limited, in trouble, or silent.")                   \
    X(added, "Keys that are new in the pool.")                                                     \
    X(existing, "Keys that were in the pool already.")                                             \
    X(duplicates, "Lines that repeat a key of the same import.")                                   \
    X(invalid, "Lines, or rows of another pool, that hold nothing valid.")                         \
    X(missing, "Keys of a list that are not in the pool.")                                         \
    X(passwordless, "New users of the original, who set a new password by a mailed code.")
struct job_counts {
#define X(name, text) int64_t name;
    JOB_COUNTS(X)
#undef X
};

/* Whether a gateway, by its id, is there. */
typedef bool jobs_alive_fn(void *arg, const char *gateway);

enum { JOB_ERRORS_MAX = 100, JOBS_KEPT = 200, JOB_ID_TEXT = 20, JOB_CATEGORIES_MAX = 32 };

/* One key to ask about. */
struct job_item {
    uint64_t id;
    uint32_t line;           /* of an import, from 1; 0: none */
    char *secret, *username; /* of an import, owned; NULL: the pool has them */
};

struct jobs;
struct job;

struct jobs *jobs_new(struct gateway *gw);
void jobs_free(struct jobs *js); /* after the workers and the store thread ended */
/* Boot: what the store knows of earlier jobs; those that this gateway was running are marked
 * interrupted. */
enum err_code jobs_load(struct jobs *js, struct store *s, struct err *e) MUST_CHECK;

/* A job to be begun. */
struct job_order {
    enum job_kind kind;
    int provider;
    const char *actor;
    struct job_item *items; /* len of them, taken with what they own */
    size_t len, total;      /* total: with those that were sorted out before */
    bool add_unknown;
    const struct job_counts *counts; /* of what was sorted out before */
    char *problems; /* of an import: its lines without a key, a JSON array; taken, or NULL */
    int64_t problems_omitted;
};

/* Store thread. The job runs from here on. On an error items are still the caller's, and problems
 * are freed. */
enum err_code jobs_start(struct jobs *js, struct store *s, const struct job_order *order,
                         char id[JOB_ID_TEXT], struct err *e) MUST_CHECK;
/* A job that somebody else works at: of the whole pool. Store thread. */
enum err_code jobs_whole_begin(struct jobs *js, struct store *s, enum job_kind kind,
                               const char *actor, char id[JOB_ID_TEXT], struct err *e) MUST_CHECK;
/* How far it is; any thread. false: it was cancelled. */
bool jobs_whole_at(struct jobs *js, const char *id, int64_t done, int64_t total);
/* It is over. Store thread. */
struct job_end {
    const struct err *error;       /* NULL: it went well */
    const char *report;            /* JSON, or NULL */
    int64_t invalid, passwordless; /* for the counts */
};
void jobs_whole_end(struct jobs *js, struct store *s, const char *id, const struct job_end *end);
/* Any thread. false: this gateway runs no such job. *was_running: it was not over yet. */
bool jobs_cancel(struct jobs *js, const char *id, bool *was_running);
/* Whether it runs, here or elsewhere, and is of this kind. Any thread. */
bool jobs_runs(struct jobs *js, const char *id, enum job_kind kind);
/* Whether another gateway runs it. Any thread. */
bool jobs_elsewhere(struct jobs *js, const char *id);
/* Store thread: the record that another gateway wrote of its job. */
void jobs_hear(struct jobs *js, const char *id, const char *record, int64_t created_at);
/* Store thread: marks a job interrupted of which the gateway is not there any more, or finds one
 * that was marked when it was loaded. Returns its record, owned, for the store; NULL: there is
 * none. */
char *jobs_interrupt(struct jobs *js, jobs_alive_fn *alive, void *arg, char id[JOB_ID_TEXT],
                     int64_t *created_at);
/* Writes one as an object; false: there is none. */
bool jobs_write(struct jobs *js, const char *id, struct jout *out);
/* All, the latest first, as elements of an array; state "" is any. */
void jobs_write_all(struct jobs *js, const char *state, size_t limit, struct jout *out);
bool job_state_known(const char *state);
/* Secrets and memory of an item that was never handed over. */
void job_item_done(struct job_item *item);

/* Store thread, about every second: what could not be handed to it is handed again. */
void jobs_tick(struct jobs *js);

/* Worker's thread: asks about as many keys as it may, and goes on by itself when they have told. */
void jobs_work(struct worker *w);
void jobs_due(struct timer *t); /* the worker's jobs_timer */
/* The worker ends: probes that run are given up. */
void jobs_leave(struct worker *w);

#endif
