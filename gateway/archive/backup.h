/* A backup: the whole pool as one sealed stream, as it is at one moment. */
#ifndef ARCHIVE_BACKUP_H
#define ARCHIVE_BACKUP_H

#include "admin/admin.h"
#include "archive/archive.h"

/* Begins it, as the answer to j's request; takes j and the passphrase (NULL: sealed with the master
 * key), which is wiped. On error both are the caller's. Store thread. */
enum err_code backup_begin(struct archive *a, struct admin_job *j, char *passphrase,
                           struct err *e) MUST_CHECK;

#endif
