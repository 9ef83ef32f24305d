/* Reads the PostgreSQL tables of the original, which this project replaces. */
#include "store/pg_original.h"

#include <stdlib.h>
#include <string.h>

#include "store/pg_db.h"

/* It is a db like others, of which only statements without a provider are used. */
static struct pg_db *db_of(struct pg_original *o)
{
    return (struct pg_db *)o;
}

enum err_code pg_original_open(const char *url, struct pg_original **out, struct err *e)
{
    struct pg_db *db;
    enum err_code rc;

    *out = NULL;
    if (strncmp(url, "postgresql:", 11) != 0 && strncmp(url, "postgres:", 9) != 0)
        return err_param(e, ERR_BAD_FIELD, "source",
                         "source: the original's tables are in PostgreSQL: "
                         "postgresql://USER:PASSWORD@HOST:PORT/DATABASE.");
    db = pg_new(strchr(url, ':') + 1, e);
    if (db == NULL)
        return e->code;
    rc = pg_reader_begin(db, e);
    if (rc == ERR_OK)
        *out = (struct pg_original *)db;
    else
        pg_free(db);
    return rc;
}

void pg_original_close(struct pg_original *o)
{
    if (o != NULL)
        pg_free(db_of(o));
}

enum err_code pg_original_has(struct pg_original *o, const char *table, const char *column,
                              bool *there, struct err *e)
{
    struct pg_call c;

    pg_call(&c, db_of(o), 0, PG_HAS_COLUMN, "looking for the original's tables");
    pg_give_text(&c, table);
    pg_give_text(&c, column);
    *there = pg_step(&c);
    return pg_done(&c, e);
}

enum err_code pg_original_each(struct pg_original *o, const char *sql, int columns,
                               pg_original_row_fn *fn, void *arg, struct err *e)
{
    const char *row[PG_ORIGINAL_COLUMNS_MAX];
    struct pg_call c;

    pg_call_plain(&c, db_of(o), sql, "reading the original's tables");
    while (pg_step(&c)) {
        for (int i = 0; i < columns; i++)
            row[i] = pg_take_text(&c);
        if (!fn(arg, row))
            break;
    }
    return pg_done(&c, e);
}
