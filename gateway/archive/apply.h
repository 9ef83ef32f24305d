/* Brings records into the pool: one transaction on the store thread, fed by the archive's. */
#ifndef ARCHIVE_APPLY_H
#define ARCHIVE_APPLY_H

#include "archive/archive.h"
#include "archive/plan.h"

struct apply {
    struct archive *archive;
    bool replace;      /* the pool becomes what is brought; else what it lacks is added */
    struct plan *plan; /* borrowed: of the same records */
    const struct store_audit *audit; /* borrowed: written in the same transaction */
};

/* All or nothing. The store's afterwards, and durable; memory has providers and nothing else of it
 * yet: see follow.h. Archive's thread. */
enum err_code apply_all(const struct apply *a, struct source *brought, struct err *e) MUST_CHECK;

#endif
