/* Users in SQLite. */
#include <string.h>

#include "store/sqlite_db.h"
#include "store/users.h"

#define DB                     struct sqlite_db
#define CALL                   struct sqlite_call
#define BEGIN(c, p, ID, doing) sqlite_call(c, db, p, SQL_##ID, doing)
#define GIVE_(kind)            sqlite_give_##kind
#define TAKE_(kind)            sqlite_take_##kind
#define STEP                   sqlite_step
#define RUN                    sqlite_run
#define DONE                   sqlite_done
#define TX_BEGIN               sqlite_begin
#define TX_END                 sqlite_end
#define FAILED(c)              ((c)->failed != SQLITE_OK)
#define OP(name)               sqlite_##name
#define sqlite_give_when       sqlite_give_int
#define sqlite_give_bool       sqlite_give_int
/* A file has one gateway. */
#define TELL(db, id, e) ((void)(db), (void)(id), (void)(e), ERR_OK)

#include "store/users_ops.def"
