/* What the gateway has counted up to a moment, and what it did between two of them. */
#ifndef POOLCTL_SAMPLE_H
#define POOLCTL_SAMPLE_H

#include "ctl.h"

struct sample {
    uint64_t mono_ms; /* when it was taken, here */
    int64_t wall_ms;
    int64_t requests, success, failure, tokens; /* totals of the provider */
    int64_t open_requests, connections;         /* now, of all providers */
    int64_t active, cooling, disabled, expired; /* keys of the provider */
};

/* Rates between two samples. */
struct rates {
    double requests, failures, tokens; /* a second */
    double success_percent;            /* NAN: no request came to an end */
};

/* Asks the gateway. stats and status (NULL: of no interest) become its answers, owned. */
enum err_code sample_take(struct ctl *c, struct sample *out, json_t **stats, json_t **status,
                          struct err *e) MUST_CHECK;
/* A total that went down (a gateway that crashed has lost what it counted last) did nothing. */
void sample_rates(const struct sample *before, const struct sample *now, struct rates *out);
/* An object of RES_SAMPLE; owned. */
json_t *sample_row(const struct sample *now, const struct rates *rates);
/* Whether the gateway may come back from this by itself. */
bool sample_may_pass(enum err_code code);

#endif
