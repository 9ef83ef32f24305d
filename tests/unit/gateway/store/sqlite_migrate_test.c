/* Checks that SQLite databases are brought up to date once, and that foreign or newer ones are left
 * alone. */
#include "store_fixture.h"

#include <stdio.h>

#include "store/sqlite_migrate.h"

/* A database as sqlite_migrate() gets it. */
struct migrate_fixture {
    struct sqlite_db db;
};

static int setup(void **state)
{
    struct migrate_fixture *f = mem_zalloc(sizeof(*f));

    f->db.path = mem_strdup("test.db");
    *state = f;
    return sqlite3_open(":memory:", &f->db.handle);
}

static int teardown(void **state)
{
    struct migrate_fixture *f = *state;
    int rc = sqlite3_close(f->db.handle); /* fails when a statement was not finalized */

    free(f->db.path);
    free(f);
    return rc;
}

static void sql(struct migrate_fixture *f, const char *text)
{
    if (sqlite3_exec(f->db.handle, text, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", text, sqlite3_errmsg(f->db.handle));
}

static int64_t number(struct migrate_fixture *f, const char *text)
{
    sqlite3_stmt *stmt;
    int64_t value;

    assert_int_equal(sqlite3_prepare_v2(f->db.handle, text, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    value = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return value;
}

static const struct migration list[] = {
    {"001_first.sql", "-- {p} in a comment; is nothing\n"
                      "CREATE TABLE shared (text TEXT); -- a remark; with {p}\n"
                      "CREATE TABLE {p}_x (a TEXT);\n"
                      "INSERT INTO {p}_x VALUES ('; {p} it''s');\n"},
    {"002_second.sql", "INSERT INTO shared VALUES ('once');\n"
                       "CREATE TRIGGER {p}_t AFTER INSERT ON {p}_x BEGIN\n"
                       "    DELETE FROM shared; INSERT INTO shared VALUES ('{p}');\n"
                       "END;\n"},
};

static void migrate__twice__applies_once(void **state)
{
    struct migrate_fixture *f = *state;

    CHECK(sqlite_migrate(&f->db, list, 1, e));
    assert_int_equal(number(f, "SELECT count(*) FROM schema_migrations"), 1);
    CHECK(sqlite_migrate(&f->db, list, 2, e)); /* a newer program brings the second */
    CHECK(sqlite_migrate(&f->db, list, 2, e));
    assert_int_equal(number(f, "SELECT count(*) FROM schema_migrations"), 2);
    assert_int_equal(number(f, "SELECT count(*) FROM schema_migrations WHERE length(sha256) = 64 "
                               "AND applied_at > 1700000000000"),
                     2);
    assert_int_equal(number(f, "SELECT count(*) FROM shared"), 1);
    assert_int_equal(number(f, "SELECT a = '; ollama_api it''s' FROM ollama_api_x"), 1);
    assert_int_equal(number(f, "SELECT count(*) FROM openrouter_api_x"), 1);
    sql(f, "INSERT INTO openrouter_api_x VALUES ('')");
    assert_int_equal(number(f, "SELECT text = 'openrouter_api' FROM shared"), 1);
}

static void migrate__changed_text__is_refused(void **state)
{
    struct migrate_fixture *f = *state;
    struct migration changed[] = {list[0], list[1]};
    struct err err;

    CHECK(sqlite_migrate(&f->db, list, 1, e));
    changed[0].sql = "CREATE TABLE other (text TEXT);\n";
    assert_int_equal(sqlite_migrate(&f->db, changed, 2, &err), ERR_STORE);
    assert_non_null(strstr(err.text, "001_first.sql"));
    assert_non_null(strstr(err.text, "checksum"));
    assert_non_null(strstr(err.text, "test.db"));
    assert_int_equal(number(f, "SELECT count(*) FROM schema_migrations"), 1); /* nothing applied */
}

static void migrate__gap__is_refused(void **state)
{
    struct migrate_fixture *f = *state;
    struct err err;

    CHECK(sqlite_migrate(&f->db, list, 2, e));
    sql(f, "DELETE FROM schema_migrations WHERE version = 1");
    assert_int_equal(sqlite_migrate(&f->db, list, 2, &err), ERR_STORE);
    assert_int_equal(number(f, "SELECT count(*) FROM schema_migrations"), 1);
}

static void migrate__newer_database__is_refused(void **state)
{
    struct migrate_fixture *f = *state;
    struct err err;

    CHECK(sqlite_migrate(&f->db, list, 2, e));
    assert_int_equal(sqlite_migrate(&f->db, list, 1, &err), ERR_STORE);
    assert_non_null(strstr(err.text, "newer than this program"));
    assert_non_null(strstr(err.text, "002_second.sql"));
    CHECK(sqlite_migrate(&f->db, list, 2, e)); /* and unharmed */
}

static void migrate__failing__leaves_nothing(void **state)
{
    struct migrate_fixture *f = *state;
    static const struct migration failing[] = {
        {"001_bad.sql", "CREATE TABLE {p}_x (a TEXT);\nINSERT INTO nowhere VALUES (1);\n"},
    };
    static const struct migration open_ended[] = {
        {"001_open.sql", "CREATE TABLE {p}_x (a TEXT);\nINSERT INTO nowhere VALUES (';"},
    };
    struct err err;

    assert_int_equal(sqlite_migrate(&f->db, failing, 1, &err), ERR_STORE);
    assert_non_null(strstr(err.text, "001_bad.sql"));
    assert_non_null(strstr(err.text, "nowhere"));
    assert_int_equal(number(f, "SELECT count(*) FROM sqlite_schema"), 0);
    assert_int_equal(sqlite_migrate(&f->db, open_ended, 1, &err), ERR_STORE);
    assert_non_null(strstr(err.text, "ends inside a statement"));
    assert_int_equal(number(f, "SELECT count(*) FROM sqlite_schema"), 0);
    assert_true(sqlite3_get_autocommit(f->db.handle));
    CHECK(sqlite_migrate(&f->db, list, 2, e));
}

static void migrate__another_program__is_left_alone(void **state)
{
    struct migrate_fixture *f = *state;
    struct err err;

    sql(f, "CREATE TABLE bookmarks (url TEXT)");
    assert_int_equal(sqlite_migrate(&f->db, list, 2, &err), ERR_STORE);
    assert_non_null(strstr(err.text, "another program"));
    assert_int_equal(number(f, "SELECT count(*) FROM sqlite_schema"), 1);
}

static void migrate__embedded__numbered_from_1(void **state)
{
    struct migrate_fixture *f = *state;

    assert_in_range(sqlite_migrations_len, 1, 999);
    for (size_t i = 0; i < sqlite_migrations_len; i++) {
        char number_text[32];

        snprintf(number_text, sizeof(number_text), "%03zu_", i + 1);
        assert_memory_equal(sqlite_migrations[i].name, number_text, 4);
    }
    CHECK(sqlite_migrate(&f->db, sqlite_migrations, sqlite_migrations_len, e));
    CHECK(sqlite_check_statements(&f->db, e)); /* so every row of tally.def has its columns */
}

int main(void)
{
#define MIGRATE_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
    const struct CMUnitTest tests[] = {
        MIGRATE_TEST(migrate__twice__applies_once),
        MIGRATE_TEST(migrate__changed_text__is_refused),
        MIGRATE_TEST(migrate__gap__is_refused),
        MIGRATE_TEST(migrate__newer_database__is_refused),
        MIGRATE_TEST(migrate__failing__leaves_nothing),
        MIGRATE_TEST(migrate__another_program__is_left_alone),
        MIGRATE_TEST(migrate__embedded__numbered_from_1),
    };

    return cmocka_run_group_tests_name("store/sqlite_migrate", tests, NULL, NULL);
}
