/* SQLite's words for what both backends do alike: see users_ops.def and whole_ops.def. */
#ifndef STORE_SQLITE_WORDS_H
#define STORE_SQLITE_WORDS_H

#include "store/sqlite_db.h"

#define DB                      struct sqlite_db
#define CALL                    struct sqlite_call
#define STATEMENT_ID            enum sqlite_statement
#define ID_OF(ID)               SQL_##ID
#define BEGIN_(c, p, id, doing) sqlite_call(c, db, p, id, doing)
#define BEGIN(c, p, ID, doing)  BEGIN_(c, p, ID_OF(ID), doing)
#define GIVE_(kind)             sqlite_give_##kind
#define TAKE_(kind)             sqlite_take_##kind
#define STEP                    sqlite_step
#define RUN                     sqlite_run
#define DONE                    sqlite_done
#define TX_BEGIN                sqlite_begin
#define TX_END                  sqlite_end
#define AFRESH(c)               ((void)(c))
#define FAILED(c)               ((c)->failed != SQLITE_OK)
#define OP(name)                sqlite_##name
#define sqlite_give_when        sqlite_give_int
#define sqlite_give_bool        sqlite_give_int

#endif
