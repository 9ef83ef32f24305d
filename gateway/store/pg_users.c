/* Users in PostgreSQL. */
#include <string.h>

#include "store/pg_db.h"
#include "store/users.h"

#define DB                     struct pg_db
#define CALL                   struct pg_call
#define BEGIN(c, p, ID, doing) pg_call(c, db, p, PG_##ID, doing)
#define GIVE_(kind)            pg_give_##kind
#define TAKE_(kind)            pg_take_##kind
#define STEP                   pg_step
#define RUN                    pg_run
#define DONE                   pg_done
#define TX_BEGIN               pg_tx_begin
#define TX_END                 pg_tx_end
#define FAILED(c)              ((c)->rc != ERR_OK)
#define OP(name)               pg_##name

static enum err_code pg_sessions_delete(void *db, uint64_t user, struct err *e);

#include "store/users_ops.def"
