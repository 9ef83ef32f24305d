/* Users in PostgreSQL. */
#include <string.h>

#include "store/pg_words.h"
#include "store/users.h"

#define TELL(db, ids, len, e)           tell(db, CHANGE_USERS, -1, 'u', ids, len, e)
#define TELL_TOKENS(db, p, ids, len, e) tell(db, CHANGE_TOKENS, p, 't', ids, len, e)

static enum err_code tell(struct pg_db *db, enum store_change_kind kind, int provider, char prefix,
                          const uint64_t *ids, size_t len, struct err *e)
{
    enum err_code rc = pg_batch_begin(db, e);

    if (rc == ERR_OK)
        rc = pg_tell(db, kind, provider, prefix, ids, len, e);
    return rc == ERR_OK ? pg_batch_end(db, e) : rc;
}

/* When the whole pool is written, tables grow within the transaction: a plan of before would look
 * at each row. */
static void begin(struct pg_call *c, struct pg_db *db, int provider, enum pg_statement which,
                  const char *doing)
{
    pg_call(c, db, provider, which, doing);
    c->afresh = db->together;
}
#undef BEGIN_
#define BEGIN_(c, p, id, doing) begin(c, db, p, id, doing)

/* Nobody changes the whole pool meanwhile. */
static enum err_code tx_begin(struct pg_db *db, struct err *e)
{
    enum err_code rc = pg_tx_begin(db, e);
    struct pg_call c;

    if (rc != ERR_OK || db->together)
        return rc;
    pg_call(&c, db, 0, PG_LOCK_USERS, "waiting for other gateways");
    rc = pg_run(&c, e);
    return rc == ERR_OK ? rc : pg_tx_end(db, rc, e);
}
#undef TX_BEGIN
#define TX_BEGIN tx_begin

#include "store/users_ops.def"
