/* What bringing records into a pool would change: which of them are new, the same, or different. */
#ifndef ARCHIVE_PLAN_H
#define ARCHIVE_PLAN_H

#include "archive/source.h"
#include "json/jout.h"

enum plan_state { PLAN_NEW, PLAN_SAME, PLAN_DIFFERING };

/* Records of one kind. */
struct plan_counts {
    int64_t total;           /* in what is brought */
    int64_t same, differing; /* of these, in the pool as they are, or otherwise */
    int64_t others;          /* in the pool alone */
};

struct plan {
    struct plan_counts counts[RECORD_KINDS];
    struct plan_table *table;
    struct buf scratch;
};

void plan_init(struct plan *p);
void plan_done(struct plan *p);
/* Reads all of what is brought, and so verifies it; then all that the pool has. */
enum err_code plan_make(struct plan *p, struct source *brought, struct source *pool,
                        struct err *e) MUST_CHECK;
/* Of a record of what is brought. */
enum plan_state plan_of(struct plan *p, const struct record *r);
int64_t plan_new(const struct plan_counts *c);
/* As a list of {"what","new","same","differing","others"}, of kinds of which there are any. */
void plan_write(const struct plan *p, struct jout *out);
/* Whether all is there as it is brought; exactly: and nothing else. */
bool plan_done_already(const struct plan *p, bool exactly);

#endif
