/* What a check told about keys, into the store and the pool. */
#ifndef JOBS_KEY_CHECK_H
#define JOBS_KEY_CHECK_H

#include "jobs/probe.h"

struct key_check {
    struct pool_key *key; /* with a reference */
    enum probe_answer answer;
    const char *rule;              /* why, when it is not good */
    const char *models, *category; /* NULL: not known */
};

/* Good keys are in use again, also those that were put out by hand; refused ones go out; others
 * stay as they are. One transaction; then the pool follows. Store thread. */
enum err_code key_checks_keep(struct gateway *gw, struct store *s, int provider,
                              const struct key_check *checks, size_t len, struct err *e) MUST_CHECK;

#endif
