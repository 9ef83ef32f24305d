/* Checks that PostgreSQL databases are brought up to date once, also by two at once, and that
 * foreign or newer ones are left alone. */
#include "pg_fixture.h"

#include <stdio.h>
#include <sys/wait.h>

#include "store/pg_migrate.h"

#define TABLES                                                                                     \
    "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"

/* A database as pg_migrate() gets it. */
struct migrate_fixture {
    struct fixture *fixture;
    struct pg_db *db;
};

static int setup(void **state)
{
    struct migrate_fixture *f;
    void *fixture;
    int rc = pg_setup(&fixture);

    *state = NULL;
    if (rc != 0 || fixture == NULL)
        return rc;
    f = mem_zalloc(sizeof(*f));
    f->fixture = fixture;
    *state = f;
    f->db = pg_new(f->fixture->url + strlen("postgresql:"), NULL);
    assert_non_null(f->db);
    CHECK(pg_connect(f->db, e));
    return 0;
}

static int teardown(void **state)
{
    struct migrate_fixture *f = *state;
    void *fixture;

    if (f == NULL)
        return 0;
    fixture = f->fixture;
    pg_free(f->db);
    free(f);
    return pg_teardown(&fixture);
}

static struct migrate_fixture *migrate_fixture(void **state)
{
    if (*state == NULL) {
        skip();
        abort(); /* it does not come back */
    }
    return *state;
}

static void sql(struct migrate_fixture *f, const char *text)
{
    fixture_do(f->fixture->database, text);
}

static int64_t number(struct migrate_fixture *f, const char *text)
{
    char *value = fixture_sql(f->fixture->database, text);
    int64_t n;

    assert_non_null(value);
    n = strtoll(value, NULL, 10);
    free(value);
    return n;
}

/* Each counter has its column in all six tables of a provider that have counters. */
static void check_counters(struct migrate_fixture *f, const char *column)
{
    char *query = mem_printf("SELECT count(*) FROM information_schema.columns WHERE column_name = "
                             "'%s' AND starts_with(table_name, 'ollama_api_') AND table_name <> "
                             "'ollama_api_ranking_daily'",
                             column);

    assert_int_equal(number(f, query), 6);
    free(query);
}

static const struct migration list[] = {
    {"001_first.sql", "-- {p} in a comment; is nothing\n"
                      "CREATE TABLE shared (text TEXT); -- a remark; with {p}\n"
                      "CREATE TABLE {p}_x (a TEXT);\n"
                      "INSERT INTO {p}_x VALUES ('; {p} it''s');\n"},
    {"002_second.sql", "INSERT INTO shared VALUES ('once');\n"
                       "CREATE FUNCTION {p}_f() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN\n"
                       "    DELETE FROM shared; INSERT INTO shared VALUES ('{p}'); RETURN NULL;\n"
                       "END $body$;\n"
                       "CREATE TRIGGER t AFTER INSERT ON {p}_x EXECUTE FUNCTION {p}_f();\n"},
};

static void migrate__twice__applies_once(void **state)
{
    struct migrate_fixture *f = migrate_fixture(state);

    CHECK(pg_migrate(f->db, list, 1, e));
    assert_int_equal(number(f, "SELECT count(*) FROM schema_migrations"), 1);
    CHECK(pg_migrate(f->db, list, 2, e)); /* a newer program brings the second */
    CHECK(pg_migrate(f->db, list, 2, e));
    assert_int_equal(number(f, "SELECT count(*) FROM schema_migrations"), 2);
    assert_int_equal(number(f, "SELECT count(*) FROM schema_migrations WHERE length(sha256) = 64 "
                               "AND applied_at > '2024-01-01'"),
                     2);
    assert_int_equal(number(f, "SELECT count(*) FROM shared"), 1);
    assert_int_equal(number(f, "SELECT count(*) FROM ollama_api_x WHERE a = '; ollama_api it''s'"),
                     1);
    assert_int_equal(number(f, "SELECT count(*) FROM openrouter_api_x"), 1);
    sql(f, "INSERT INTO openrouter_api_x VALUES ('')");
    assert_int_equal(number(f, "SELECT count(*) FROM shared WHERE text = 'openrouter_api'"), 1);
}

static void migrate__changed_text__is_refused(void **state)
{
    struct migrate_fixture *f = migrate_fixture(state);
    struct migration changed[] = {list[0], list[1]};
    struct err err;

    CHECK(pg_migrate(f->db, list, 1, e));
    changed[0].sql = "CREATE TABLE other (text TEXT);\n";
    assert_int_equal(pg_migrate(f->db, changed, 2, &err), ERR_STORE);
    assert_non_null(strstr(err.text, "001_first.sql"));
    assert_non_null(strstr(err.text, "checksum"));
    assert_non_null(strstr(err.text, f->fixture->database));
    assert_int_equal(number(f, "SELECT count(*) FROM schema_migrations"), 1); /* nothing applied */
}

static void migrate__gap__is_refused(void **state)
{
    struct migrate_fixture *f = migrate_fixture(state);
    struct err err;

    CHECK(pg_migrate(f->db, list, 2, e));
    sql(f, "DELETE FROM schema_migrations WHERE version = 1");
    assert_int_equal(pg_migrate(f->db, list, 2, &err), ERR_STORE);
    assert_int_equal(number(f, "SELECT count(*) FROM schema_migrations"), 1);
}

static void migrate__newer_database__is_refused(void **state)
{
    struct migrate_fixture *f = migrate_fixture(state);
    struct err err;

    CHECK(pg_migrate(f->db, list, 2, e));
    assert_int_equal(pg_migrate(f->db, list, 1, &err), ERR_STORE);
    assert_non_null(strstr(err.text, "newer than this program"));
    assert_non_null(strstr(err.text, "002_second.sql"));
    CHECK(pg_migrate(f->db, list, 2, e)); /* and unharmed */
}

static void migrate__failing__leaves_nothing(void **state)
{
    struct migrate_fixture *f = migrate_fixture(state);
    static const struct migration failing[] = {
        {"001_bad.sql", "CREATE TABLE {p}_x (a TEXT);\nINSERT INTO nowhere VALUES (1);\n"},
    };
    static const struct migration open_ended[] = {
        {"001_open.sql", "CREATE TABLE {p}_x (a TEXT);\nINSERT INTO nowhere VALUES (';"},
    };
    struct err err;

    assert_int_equal(pg_migrate(f->db, failing, 1, &err), ERR_STORE);
    assert_non_null(strstr(err.text, "001_bad.sql"));
    assert_non_null(strstr(err.text, "nowhere"));
    assert_int_equal(number(f, TABLES), 0);
    assert_int_equal(pg_migrate(f->db, open_ended, 1, &err), ERR_STORE);
    assert_non_null(strstr(err.text, "ends inside a statement"));
    assert_int_equal(number(f, TABLES), 0);
    CHECK(pg_migrate(f->db, list, 2, e));
}

static void migrate__another_program__is_left_alone(void **state)
{
    struct migrate_fixture *f = migrate_fixture(state);
    struct err err;

    sql(f, "CREATE TABLE bookmarks (url TEXT)");
    assert_int_equal(pg_migrate(f->db, list, 2, &err), ERR_STORE);
    assert_non_null(strstr(err.text, "another program"));
    assert_int_equal(number(f, TABLES), 1);
}

static void migrate__embedded__numbered_from_1(void **state)
{
    struct migrate_fixture *f = migrate_fixture(state);

    assert_in_range(pg_migrations_len, 1, 999);
    for (size_t i = 0; i < pg_migrations_len; i++) {
        char number_text[32];

        snprintf(number_text, sizeof(number_text), "%03zu_", i + 1);
        assert_memory_equal(pg_migrations[i].name, number_text, 4);
    }
    CHECK(pg_migrate(f->db, pg_migrations, pg_migrations_len, e));
#define TALLY(member, column, text) check_counters(f, #column);
#include "stats/tally.def"
#undef TALLY
}

static int migrate_child(struct migrate_fixture *f)
{
    struct err e;
    struct pg_db *db = pg_new(f->fixture->url + strlen("postgresql:"), &e);

    return db != NULL && pg_connect(db, &e) == ERR_OK && pg_migrate(db, list, 2, &e) == ERR_OK ? 0
                                                                                               : 1;
}

/* Through a pooler, where there is no gateways' lock that keeps the others away. */
static void migrate__many_at_once__one_does_it(void **state)
{
    enum { CHILDREN = 6 };
    struct migrate_fixture *f = migrate_fixture(state);

    strncat(f->fixture->url, "?pgbouncer=true",
            sizeof(f->fixture->url) - strlen(f->fixture->url) - 1);
    for (int i = 0; i < CHILDREN; i++)
        if (fork() == 0)
            _exit(migrate_child(f));
    for (int i = 0; i < CHILDREN; i++) {
        int status = 1;

        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    assert_int_equal(number(f, "SELECT count(*) FROM schema_migrations"), 2);
    assert_int_equal(number(f, "SELECT count(*) FROM shared"), 1);
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
        MIGRATE_TEST(migrate__many_at_once__one_does_it),
    };

    return cmocka_run_group_tests_name("store/pg_migrate", tests, NULL, NULL);
}
