/* Users in SQLite. */
#include <string.h>

#include "base/buf.h"
#include "store/sqlite_words.h"
#include "store/users.h"

/* A file has one gateway. */
#define TELL(db, ids, len, e)           ((void)(db), (void)(ids), (void)(len), (void)(e), ERR_OK)
#define TELL_TOKENS(db, p, ids, len, e) ((void)(p), TELL(db, ids, len, e))

#include "store/users_ops.def"
