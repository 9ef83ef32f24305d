/* Lists that come from the gateway page by page, as far as they are printed. */
#ifndef POOLCTL_PAGED_H
#define POOLCTL_PAGED_H

#include "which.h"

enum { PAGED_SIZE = 200 /* the most that the gateway gives at a time of most lists */ };

struct paged {
    enum api_route route;
    enum resource_id resource;
    const char *id, *member;        /* of the path, or NULL; the list in the answer */
    const struct which_kind *which; /* whose options narrow it, and the gateway sorts it; or NULL */
    const char *size_name;          /* what says how long a page is; NULL: pageSize */
    size_t size;                    /* 0: PAGED_SIZE */
    bool any_provider;              /* they are of no provider */
    bool latest_first;              /* as long as no order is asked for */
    const char *none, *no_such;     /* said of an empty list in a table, translated by then; where
                                       no_such is not NULL it is for one that was narrowed */
};

/* Prints the list that the command line asks for. */
enum err_code paged_run(struct ctl *c, const struct paged *p, struct err *e) MUST_CHECK;

#endif
