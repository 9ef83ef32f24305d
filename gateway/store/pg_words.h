/* PostgreSQL's words for what both backends do alike: see users_ops.def and whole_ops.def. */
#ifndef STORE_PG_WORDS_H
#define STORE_PG_WORDS_H

#include "store/pg_db.h"

#define DB                      struct pg_db
#define CALL                    struct pg_call
#define STATEMENT_ID            enum pg_statement
#define ID_OF(ID)               PG_##ID
#define BEGIN_(c, p, id, doing) pg_call(c, db, p, id, doing)
#define BEGIN(c, p, ID, doing)  BEGIN_(c, p, ID_OF(ID), doing)
#define GIVE_(kind)             pg_give_##kind
#define TAKE_(kind)             pg_take_##kind
#define STEP                    pg_step
#define RUN                     pg_run
#define DONE                    pg_done
#define TX_BEGIN                pg_tx_begin
#define TX_END                  pg_tx_end
#define AFRESH(c)               ((c)->afresh = true)
#define FAILED(c)               ((c)->rc != ERR_OK)
#define OP(name)                pg_##name

#endif
