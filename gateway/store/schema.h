/* What the backends that speak SQL share: names of tables, texts of statements, and which
 * migrations a database may have. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include <stdbool.h>

#include "crypto/digest.h"
#include "store/store.h"

/* Providers that the program brings along; the numbers are those of store.h. */
enum {
#define PROVIDER(ID, ...) SCHEMA_##ID,
#include "api/providers.def"
#undef PROVIDER
    SCHEMA_BUILTINS
};
/* What the names of their tables begin with. */
extern const char *const schema_prefixes[SCHEMA_BUILTINS];
enum { SCHEMA_PREFIX_BYTES = 64 };
/* The same of an added provider. A hyphen becomes two underscores: so the single one in front of
 * "api" comes first in no other name, and no prefix begins another. */
const char *schema_prefix(const char *provider, char out[SCHEMA_PREFIX_BYTES]);

/* Whether a row of a table of statements has one for each provider. */
bool schema_for_providers(const char *sql);
/* The text of a row of a table of statements, with its marks replaced: see statements.def.
 * numbered: values are $1, $2, … instead of ?. Owned. */
char *schema_expand(const char *sql, const char *prefix, bool numbered);
/* What LIKE takes, with ESCAPE '!', for "has this in it"; "" for nothing. What there is no room for
 * is left out: twice the text and 3 are enough. */
void schema_like(const char *text, char *out, size_t room);

/* A file of schema/: "001_pool.sql" and its text. Its number is its place, from 1. */
struct migration {
    const char *name, *sql;
};

enum { MIGRATION_SHA_TEXT = 2 * DIGEST_BYTES + 1 };
void migration_checksum(const struct migration *m, char out[MIGRATION_SHA_TEXT]);
/* One row of schema_migrations, which should be that of list[at]. place names the database. They
 * are numbered without gaps, since each was applied when all before it were. */
enum err_code migration_check(const char *place, const struct migration *list, size_t len,
                              size_t at, const char *name, const char *sha,
                              struct err *e) MUST_CHECK;
/* Whether all were applied: a pool that is only read is not brought up to date. */
enum err_code migration_check_whole(const char *place, size_t applied, size_t len,
                                    struct err *e) MUST_CHECK;
/* A database that has tables, but not ours. */
enum err_code migration_refuse_foreign(const char *place, const char *remedy, struct err *e);

/* Table prefixes of the providers that a database has. */
struct migration_prefixes {
    char text[STORE_PROVIDERS_MAX][SCHEMA_PREFIX_BYTES];
    size_t len;
    bool theirs_only; /* run what is for providers, and nothing else */
};

/* Runs one statement. */
typedef enum err_code migration_run_fn(void *arg, const char *sql, struct err *e);
/* Where the statement at the start of sql ends, its semicolon included; NULL: nowhere. */
typedef const char *migration_end_fn(const char *sql);

/* Runs a file's statements, those with {p} once for each prefix. The error of one that does not end
 * names place and doing. */
enum err_code migration_run(const struct migration *m, const struct migration_prefixes *p,
                            migration_end_fn *end, migration_run_fn *run, void *arg,
                            const char *place, const char *doing, struct err *e) MUST_CHECK;

#endif
