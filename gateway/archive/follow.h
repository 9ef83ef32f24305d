/* Memory follows the store after a change to all of the pool. */
#ifndef ARCHIVE_FOLLOW_H
#define ARCHIVE_FOLLOW_H

#include "archive/archive.h"

/* Brings keys, tokens, users, admin tokens and totals in memory to what the store holds, piece by
 * piece: requests go on meanwhile, with what is there. Providers are known already. added_only:
 * nothing that was there is different or gone. Archive's thread.
 *
 * It is called in one place, after each change to all of the pool. Other gateways on the same store
 * hear of it by the change itself: see together_end in store.h. */
enum err_code follow_all(struct archive *a, bool added_only, struct err *e) MUST_CHECK;

#endif
