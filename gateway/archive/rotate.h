/* Another master key: all that is sealed goes over to it while the gateway serves. */
#ifndef ARCHIVE_ROTATE_H
#define ARCHIVE_ROTATE_H

#include "archive/archive.h"
#include "archive/bring.h"

/* Store thread. hex: the new key, "" to draw one; where MASTER_KEY is set, it is MASTER_KEY_NEXT.
 * ERR_CONFLICT: it cannot be done now, or not so. */
enum err_code rotate_begin(struct gateway *gw, struct store *s, const char *hex,
                           const struct bring_who *who, char id[JOB_ID_TEXT],
                           struct err *e) MUST_CHECK;
/* Goes on with what a stop or a kill interrupted; main thread, once all threads run. */
void rotate_resume(struct gateway *gw);

#endif
