/* Reads the PostgreSQL tables of the original, which this project replaces. */
#ifndef STORE_PG_ORIGINAL_H
#define STORE_PG_ORIGINAL_H

#include <stdbool.h>

#include "base/err.h"

struct pg_original;

/* Connects, for reading alone and as all is at this moment. url: postgresql://… One thread. */
enum err_code pg_original_open(const char *url, struct pg_original **out, struct err *e) MUST_CHECK;
void pg_original_close(struct pg_original *o);
/* Whether there is a table of this name that has this column. */
enum err_code pg_original_has(struct pg_original *o, const char *table, const char *column,
                              bool *there, struct err *e) MUST_CHECK;
/* Calls fn with each row's columns, which are texts and none of them NULL; false stops. sql is this
 * program's own. */
typedef bool pg_original_row_fn(void *arg, const char *const *columns);
enum { PG_ORIGINAL_COLUMNS_MAX = 16 };
enum err_code pg_original_each(struct pg_original *o, const char *sql, int columns,
                               pg_original_row_fn *fn, void *arg, struct err *e) MUST_CHECK;

#endif
