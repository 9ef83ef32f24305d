/* Checks how a PostgreSQL database is reached, refused, lost and found again. */
#include "pg_fixture.h"

#include <arpa/inet.h>
#include <pthread.h>

#include "base/clock.h"
#include "store/pg_db.h"

static enum err_code try_open(struct fixture *f, const char *url, struct err *e)
{
    struct store s;
    enum err_code rc;

    *e = (struct err){0};
    rc = store_open(&s, url, f->folder, e);
    store_close(&s);
    return rc;
}

static char *with(const struct fixture *f, const char *query)
{
    return mem_printf("%s?%s", f->url, query);
}

static void url__bad_ones__never_show_the_password(void **state)
{
    static const char *const bad[] = {
        "postgresql:pool", /* needs //, as a forgotten scheme would */
        "postgresql://pool:s3cr3t@host:port:1/db?x",
        "postgresql://pool:s3@cr3t@127.0.0.1:1/db", /* an @ that is not %40 */
        "postgresql://pool:s3cr3t@127.0.0.1:1/db?unknown=s3cr3t",
        "postgresql://pool:s3cr3t%zz@127.0.0.1:1/db",
        "postgres://pool:s3/cr3t@127.0.0.1:1/db",
        "postgresql://pool:s3cr3t@127.0.0.1:1/db?pgbouncer=maybe",
        "postgresql://pool:s3cr3t@127.0.0.1:1/db?sslmode=require&s3cr3t@host=1",
        "postgres://pool:pass/word?s3cr3t=1@127.0.0.1:1/db",
        "postgres://pool:pass/word?s3&cr3t=x@127.0.0.1:1/db",
        "mysql://pool:s3cr3t@127.0.0.1/db",
    };
    struct fixture f = {.folder = "/nonexistent"};
    struct err err;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_equal(try_open(&f, bad[i], &err), ERR_CONF);
        assert_string_equal(err.param, "DATABASE_URL");
        assert_non_null(strstr(err.text, "postgresql://USER:PASSWORD@HOST:PORT/DATABASE"));
        assert_null(strstr(err.text, "s3"));
        assert_null(strstr(err.text, "cr3t"));
    }
}

static void open__refused__names_the_place_and_not_the_password(void **state)
{
    static const struct {
        const char *url, *says;
    } cases[] = {
        {"postgresql://pool:s3cr3t@127.0.0.1:1/db?connect_timeout=2", "127.0.0.1:1/db"},
        {"postgresql://pool:s3%40cr%2F3t@127.0.0.1:1/db", "127.0.0.1:1/db"},
        {"postgres://pool:s3cr3t@nowhere.invalid/db", "nowhere.invalid"},
    };
    struct fixture *f = pg_fixture(state);
    const char *server = getenv("TEST_POSTGRES"), *colon = server ? strrchr(server, ':') : NULL;
    char *url;
    struct err err;

    assert_non_null(colon);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(try_open(f, cases[i].url, &err), ERR_STORE);
        assert_non_null(strstr(err.text, cases[i].says));
        assert_null(strstr(err.text, "s3"));
    }
    url = mem_printf("postgresql://pool:s3cr3t@127.0.0.1%s/%s", colon, f->database);
    assert_int_equal(try_open(f, url, &err), ERR_STORE);
    assert_non_null(strstr(err.text, "password authentication failed"));
    assert_null(strstr(err.text, "s3cr3t"));
    free(url);
    url = mem_printf("%s/missing", getenv("TEST_POSTGRES"));
    assert_int_equal(try_open(f, url, &err), ERR_STORE);
    assert_non_null(strstr(err.text, "/missing"));
    assert_non_null(strstr(err.text, "does not exist"));
    free(url);
}

static void open__foreign_or_other_encoding__is_refused(void **state)
{
    struct fixture *f = pg_fixture(state);
    char *url = mem_printf("%s/%s_latin", getenv("TEST_POSTGRES"), f->database);
    char *make = mem_printf("CREATE DATABASE %s_latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE "
                            "'C'",
                            f->database);
    char *drop = mem_printf("DROP DATABASE %s_latin", f->database);
    struct err err;

    fixture_do("postgres", make);
    assert_int_equal(try_open(f, url, &err), ERR_STORE);
    assert_non_null(strstr(err.text, "LATIN1"));
    fixture_do("postgres", drop);
    fixture_do(f->database, "CREATE TABLE ollama_api_keys (api_key TEXT)");
    assert_int_equal(try_open(f, f->url, &err), ERR_STORE);
    assert_non_null(strstr(err.text, "another program"));
    free(url);
    free(make);
    free(drop);
}

static void open__several_gateways__share_unless_one_has_it_alone(void **state)
{
    struct fixture *f = pg_fixture(state);
    char *impatient = with(f, "options=-c%20lock_timeout%3D200");
    PGconn *alone;
    struct err err;

    fixture_open(f);
    assert_int_equal(try_open(f, impatient, &err), ERR_OK);
    CHECK(f->store.ops->meta_put(f->store.db, "a", "b", e)); /* the first goes on */
    store_close(&f->store);
    alone = PQconnectdb(f->url);
    PQclear(PQexec(alone, "SELECT pg_advisory_lock(1869638497, hashtext(current_schema()))"));
    assert_int_equal(try_open(f, impatient, &err), ERR_STORE);
    assert_non_null(strstr(err.text, "another gateway"));
    assert_non_null(strstr(err.text, f->database));
    PQfinish(alone);
    assert_int_equal(try_open(f, f->url, &err), ERR_OK);
    free(impatient);
}

/* It accepts connections and never says a word. */
static void open__silent_server__ends(void **state)
{
    struct fixture *f = pg_fixture(state);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    uint64_t began = clock_mono_ms();
    struct err err;
    char *url;

    assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    url = mem_printf("postgresql://a:b@127.0.0.1:%d/db?connect_timeout=2", ntohs(at.sin_port));
    assert_int_equal(try_open(f, url, &err), ERR_STORE);
    assert_non_null(strstr(err.text, "the server does not answer"));
    assert_in_range(clock_mono_ms() - began, 1000, 20000);
    close(fd);
    free(url);
}

static const char end_sessions[] =
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = "
    "'pool-gateway' AND datname = current_database()";

static void lost__while_idle__nobody_notices(void **state)
{
    struct fixture *f = pg_fixture(state);
    char value[16];

    fixture_open(f);
    CHECK(f->store.ops->meta_put(f->store.db, "a", "b", e));
    for (int i = 0; i < 3; i++) {
        fixture_do(f->database, end_sessions);
        usleep(100000); /* its end is on the way */
        CHECK(f->store.ops->meta_get(f->store.db, "a", value, sizeof(value), e));
        assert_string_equal(value, "b");
    }
}

static void *end_soon(void *database)
{
    usleep(300000);
    fixture_do(database, end_sessions);
    return NULL;
}

/* In the middle of an import that waits for a lock. */
static void lost__while_it_runs__fails_and_the_next_works(void **state)
{
    struct fixture *f = pg_fixture(state);
    struct store_key *rows = fixture_keys(0, 10);
    PGconn *other = PQconnectdb(f->url);
    struct err err = {0};
    pthread_t thread;

    fixture_open(f);
    PQclear(PQexec(other, "BEGIN; LOCK TABLE ollama_api_keys"));
    assert_int_equal(pthread_create(&thread, NULL, end_soon, f->database), 0);
    assert_int_equal(f->store.ops->keys_insert(f->store.db, 0, rows, 10, &err), ERR_STORE);
    assert_non_null(strstr(err.text, f->database));
    assert_false(rows[0].inserted);
    pthread_join(thread, NULL);
    PQfinish(other);
    CHECK(f->store.ops->keys_insert(f->store.db, 0, rows, 10, e));
    assert_int_equal(fixture_key_count(f, 0), 10);
    free(rows);
}

/* A statement that takes too long is ended, and leaves the session usable. */
static void timeout__of_a_statement__is_an_error(void **state)
{
    struct fixture *f = pg_fixture(state);
    char *url = with(f, "options=-c%20statement_timeout%3D200");
    struct store_key *rows = fixture_keys(0, 10);
    PGconn *other = PQconnectdb(f->url);
    struct err err = {0};

    CHECK(store_open(&f->store, url, f->folder, e));
    PQclear(PQexec(other, "BEGIN; LOCK TABLE ollama_api_keys"));
    assert_int_equal(f->store.ops->keys_insert(f->store.db, 0, rows, 10, &err), ERR_STORE);
    assert_non_null(strstr(err.text, "statement timeout"));
    PQfinish(other);
    CHECK(f->store.ops->keys_insert(f->store.db, 0, rows, 10, e));
    free(rows);
    free(url);
}

/* NOT NULL refuses a row in the middle, and what is wrong at the commit all of it. */
static void insert__failing__rolls_back(void **state)
{
    enum { ROWS = 25000 };
    struct fixture *f = pg_fixture(state);
    struct store_key *rows = fixture_keys(0, ROWS);
    struct err err;

    fixture_open(f);
    rows[22222].username = NULL;
    assert_int_equal(f->store.ops->keys_insert(f->store.db, 0, rows, ROWS, &err), ERR_STORE);
    assert_non_null(strstr(err.text, "username"));
    assert_false(rows[0].inserted);
    assert_int_equal(fixture_key_count(f, 0), 0);
    rows[22222].username = "bad \xff byte"; /* becomes U+FFFD */
    fixture_do(f->database,
               "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE "
               "EXCEPTION 'not today'; END $$; CREATE CONSTRAINT TRIGGER no AFTER INSERT ON "
               "ollama_api_keys DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION no()");
    assert_int_equal(f->store.ops->keys_insert(f->store.db, 0, rows, ROWS, &err), ERR_STORE);
    assert_non_null(strstr(err.text, "not today"));
    assert_false(rows[0].inserted);
    assert_int_equal(fixture_key_count(f, 0), 0);
    fixture_do(f->database, "DROP TRIGGER no ON ollama_api_keys");
    CHECK(f->store.ops->keys_insert(f->store.db, 0, rows, ROWS, e));
    assert_int_equal(fixture_key_count(f, 0), ROWS);
    assert_true(rows[0].inserted && rows[ROWS - 1].inserted);
    free(rows);
}

static void load__malformed_id__is_an_error(void **state)
{
    struct fixture *f = pg_fixture(state);
    struct store_key *rows = fixture_keys(0, 3);
    size_t count = 0;
    struct err err;

    fixture_open(f);
    CHECK(f->store.ops->keys_insert(f->store.db, 0, rows, 3, e));
    fixture_do(f->database, "UPDATE ollama_api_keys SET id = 'mine' WHERE seq = 2");
    assert_int_equal(f->store.ops->keys_load(f->store.db, 0, fixture_count_key, &count, &err),
                     ERR_STORE);
    assert_non_null(strstr(err.text, "malformed id"));
    assert_int_equal(count, 1);
    assert_int_equal(fixture_key_count(f, 1), 0);
    free(rows);
}

/* Later edits of one key come after earlier ones, as rows of a statement would not. */
static void edit__twice_in_one_call__in_order(void **state)
{
    struct fixture *f = pg_fixture(state);
    struct store_key *rows = fixture_keys(0, 1);
    struct store_key_edit edits[] = {
        {.id = rows[0].id, .parts = EDIT_USERNAME, .username = "first"},
        {.id = rows[0].id, .parts = EDIT_EXPIRES_AT, .expires_at = 5},
        {.id = rows[0].id, .parts = EDIT_USERNAME, .username = "last"},
    };
    char *name;

    fixture_open(f);
    CHECK(f->store.ops->keys_insert(f->store.db, 0, rows, 1, e));
    CHECK(f->store.ops->keys_edit(f->store.db, 0, edits, ARRAY_LEN(edits), e));
    name = fixture_sql(f->database, "SELECT username FROM ollama_api_keys WHERE expires_at > "
                                    "'1970-01-01T00:00:00Z'");
    assert_string_equal(name, "last");
    free(name);
    free(rows);
}

/* Nothing of ours may be left in a session that is somebody else's with the next transaction. */
static void pooled__no_session_state(void **state)
{
    struct fixture *f = pg_fixture(state);
    char *url = with(f, "pgbouncer=true&application_name=pooled"), *locks;
    struct store_key *rows = fixture_keys(0, 10);
    struct pg_db *db;

    CHECK(store_open(&f->store, url, f->folder, e));
    db = f->store.db;
    for (int i = 0; i < 2; i++) {
        CHECK(f->store.ops->keys_insert(f->store.db, 0, rows, 10, e));
        assert_int_equal(fixture_key_count(f, 0), 10);
    }
    for (int p = 0; p < STORE_PROVIDERS_MAX; p++)
        for (int which = 0; which < PG_COUNT; which++)
            assert_false(db->prepared[p][which]);
    locks = fixture_sql(f->database, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' "
                                     "AND database = (SELECT oid FROM pg_database WHERE datname = "
                                     "current_database())");
    assert_string_equal(locks, "0");
    free(locks);
    free(rows);
    free(url);
}

/* An answer that was lost: the same again, or an older one that the server comes to late. */
static void flush__given_again__is_added_once(void **state)
{
    struct fixture *f = pg_fixture(state);
    struct store_flush flush = {.global = {.requests = 3}};
    struct store_tally t;

    fixture_open(f);
    for (int i = 0; i < 2; i++) {
        static const uint64_t numbers[] = {1000, 1000, 1001, 1001, 1000, 999};

        for (size_t n = 0; n < ARRAY_LEN(numbers); n++) {
            flush.number = numbers[n];
            CHECK(f->store.ops->flush(f->store.db, &flush, 1, e));
        }
        CHECK(f->store.ops->global_load(f->store.db, 0, &t, e));
        assert_int_equal(t.requests, 6 * (i + 1));
        fixture_reopen(f); /* another gateway has numbers of its own */
    }
}

/* One more would be written behind the last one's place. */
static void give__more_values_than_there_is_room_for__fails(void **state)
{
    struct fixture *f = pg_fixture(state);
    struct err err = {0};
    struct pg_call c;

    fixture_open(f);
    for (int extra = 0; extra < 2; extra++) {
        char sql[PG_VALUES_MAX * 16] = "SELECT $1::bigint";

        for (int i = 2; i <= PG_VALUES_MAX + extra; i++)
            snprintf(sql + strlen(sql), sizeof(sql) - strlen(sql), " + $%d::bigint", i);
        pg_call_plain(&c, f->store.db, sql, "adding");
        for (int i = 1; i <= PG_VALUES_MAX + extra; i++)
            pg_give_int(&c, i);
        if (extra == 0) {
            assert_true(pg_step(&c));
            assert_int_equal(pg_take_int(&c), PG_VALUES_MAX * (PG_VALUES_MAX + 1) / 2);
            assert_int_equal(pg_done(&c, &err), ERR_OK);
        } else {
            assert_false(pg_step(&c));
            assert_int_equal(pg_done(&c, &err), ERR_STORE);
            assert_non_null(strstr(err.text, "adding"));
            assert_non_null(strstr(err.text, "it has too many values"));
        }
    }
    CHECK(f->store.ops->meta_put(f->store.db, "a", "b", e)); /* and the store goes on */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PG_TEST(give__more_values_than_there_is_room_for__fails),
        cmocka_unit_test(url__bad_ones__never_show_the_password),
        PG_TEST(open__refused__names_the_place_and_not_the_password),
        PG_TEST(open__foreign_or_other_encoding__is_refused),
        PG_TEST(open__several_gateways__share_unless_one_has_it_alone),
        PG_TEST(open__silent_server__ends),
        PG_TEST(lost__while_idle__nobody_notices),
        PG_TEST(lost__while_it_runs__fails_and_the_next_works),
        PG_TEST(timeout__of_a_statement__is_an_error),
        PG_TEST(insert__failing__rolls_back),
        PG_TEST(load__malformed_id__is_an_error),
        PG_TEST(edit__twice_in_one_call__in_order),
        PG_TEST(pooled__no_session_state),
        PG_TEST(flush__given_again__is_added_once),
    };

    return cmocka_run_group_tests_name("store/pg_open", tests, NULL, NULL);
}
