/* Asks an upstream whether a key is good, and what it may use. */
#ifndef JOBS_PROBE_H
#define JOBS_PROBE_H

#include <stdbool.h>

#include "proxy/classify.h"
#include "worker.h"

enum probe_answer { PROBE_GOOD, PROBE_REFUSED, PROBE_UNKNOWN };

struct probe_result {
    enum probe_answer answer;
    struct verdict verdict; /* its rule says why, when the answer is not PROBE_GOOD */
    int status;             /* the upstream's; 0: none came */
    const char *models;     /* sorted JSON array of names, or NULL: not known; borrowed */
    const char *category;   /* of categories.def; NULL with models; static */
};

struct probe;
/* The probe is gone after it. */
typedef void probe_done_fn(void *arg, const struct probe_result *result);

/* First the provider's free call; when that does not tell, one token of chat, if a model is set for
 * it; then, if it is good and with_models, the list of its models. What is limited (429), in
 * trouble (5xx) or silent is PROBE_UNKNOWN. done is called later, never from within. The worker's
 * thread. */
struct probe *probe_start(struct worker *w, int provider, const char *secret, bool with_models,
                          probe_done_fn *done, void *arg);
/* Ends it at once, without done. */
void probe_cancel(struct probe *p);

/* The category of a JSON array of names. */
const char *probe_category(const char *models);

#endif
