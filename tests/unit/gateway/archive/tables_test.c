/* No table is forgotten: each of the schema is known, and is in a backup or left out on purpose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "archive/record.h"
#include "store/pg_migrate.h"
#include "store/sqlite_migrate.h"

static const struct {
    const char *name, *record;
} known[] = {
#define CLEARED(ID, of, name, record) {name, record},
#define STAYS(name, record)           {name, record},
#include "store/tables.def"
#undef CLEARED
#undef STAYS
};
static bool seen[ARRAY_LEN(known)];

static void check_table(const char *name, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (strlen(known[i].name) == len && memcmp(known[i].name, name, len) == 0) {
            seen[i] = true;
            return;
        }
    fail_msg("%.*s is not in gateway/store/tables.def", (int)len, name);
}

static void check_migrations(const struct migration *list, size_t len)
{
    static const char create[] = "CREATE TABLE ";

    for (size_t i = 0; i < len; i++)
        for (const char *at = list[i].sql; (at = strstr(at, create)) != NULL;) {
            at += strlen(create);
            check_table(at, strcspn(at, " ("));
        }
}

static void each_table_of_the_schema_is_known(void **state)
{
    (void)state;
    check_migrations(sqlite_migrations, sqlite_migrations_len);
    check_migrations(pg_migrations, pg_migrations_len);
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (!seen[i])
            fail_msg("there is no table %s", known[i].name);
}

static bool is_record(const char *name)
{
    for (int kind = 0; kind < RECORD_KINDS; kind++)
        if (strcmp(record_name((enum record_kind)kind), name) == 0)
            return true;
    return false;
}

static bool is_held(const char *record)
{
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (strcmp(known[i].record, record) == 0)
            return true;
    return false;
}

static void each_record_is_of_a_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (known[i].record[0] != '\0' && !is_record(known[i].record))
            fail_msg("%s: there is no record %s", known[i].name, known[i].record);
    for (int kind = 0; kind < RECORD_KINDS; kind++)
        if (record_plural((enum record_kind)kind)[0] != '\0' &&
            !is_held(record_name((enum record_kind)kind)))
            fail_msg("the record %s is of no table", record_name((enum record_kind)kind));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_table_of_the_schema_is_known),
        cmocka_unit_test(each_record_is_of_a_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
