/* Brings the tables of a database up to what this program was built with. */
#ifndef STORE_SQLITE_MIGRATE_H
#define STORE_SQLITE_MIGRATE_H

#include "store/sqlite_db.h"

/* Those of schema/sqlite that are embedded in the program, in order. */
extern const struct migration sqlite_migrations[];
extern const size_t sqlite_migrations_len;

/* Applies what is missing, each in a transaction of its own. Refuses, and changes nothing, when the
 * file is another program's, when it has migrations that the list does not know, or when one of the
 * list was applied with another text. Foreign keys must be off, so that a migration may rebuild a
 * table. */
enum err_code sqlite_migrate(struct sqlite_db *db, const struct migration *list, size_t len,
                             struct err *e) MUST_CHECK;

/* How many of the list are applied; refuses what sqlite_migrate() does. Changes nothing. */
enum err_code sqlite_migrated(struct sqlite_db *db, const struct migration *list, size_t len,
                              size_t *applied, struct err *e) MUST_CHECK;
/* The same of another pool's database: refuses one that is not as this program would leave it. */
enum err_code sqlite_migrated_whole(struct sqlite_db *db, struct err *e) MUST_CHECK;

/* Makes the tables of one more provider, as all migrations together would have. Inside a
 * transaction. */
enum err_code sqlite_make_tables(struct sqlite_db *db, const char *prefix,
                                 struct err *e) MUST_CHECK;

#endif
