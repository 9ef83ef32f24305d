/* Brings the tables of a PostgreSQL database up to what this program was built with. */
#ifndef STORE_PG_MIGRATE_H
#define STORE_PG_MIGRATE_H

#include "store/pg_db.h"

/* Those of schema/postgres that are embedded in the program, in order. */
extern const struct migration pg_migrations[];
extern const size_t pg_migrations_len;

/* Applies what is missing, each in a transaction of its own and alone: others wait meanwhile, and
 * find it done. Refuses, and changes nothing, when the schema is another program's, when it has
 * migrations that the list does not know, or when one of the list was applied with another text. */
enum err_code pg_migrate(struct pg_db *db, const struct migration *list, size_t len,
                         struct err *e) MUST_CHECK;

/* How many of the list are applied; refuses what pg_migrate() does. Changes nothing. */
enum err_code pg_migrated(struct pg_db *db, const struct migration *list, size_t len,
                          size_t *applied, struct err *e) MUST_CHECK;
/* The same of another pool's database: refuses one that is not as this program would leave it. */
enum err_code pg_migrated_whole(struct pg_db *db, struct err *e) MUST_CHECK;

/* Queues the making of the tables of one more provider, as all migrations together would have. */
enum err_code pg_make_tables(struct pg_db *db, const char *prefix, struct err *e) MUST_CHECK;

/* The end of the first statement of a script, its semicolon included; NULL: there is none.
 * Comments, strings, quoted names and dollar quotes may hold semicolons. Pure. */
const char *pg_statement_end(const char *sql);

#endif
