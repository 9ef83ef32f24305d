/* Where the store's suites take their store from: a fresh one for each test. It is SQLite's, or
 * with STORE_TEST=postgresql in the environment one of the server that TEST_POSTGRES names, with
 * STORE_TEST=pooler the same through the pooler that TEST_POOLER names: see tests/pg.sh. */
#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <libpq-fe.h>

#include "base/mem.h"
#include "store/store.h"

enum { FIRST, SECOND }; /* providers */

struct fixture {
    char folder[64];   /* the STATE_DIR */
    char url[256];     /* the DATABASE_URL */
    char database[64]; /* of PostgreSQL; "" with SQLite */
    struct store store;
};

/* Fails the test, and says why, when rc is an error. */
static inline void fixture_check(enum err_code rc, const struct err *e)
{
    if (rc != ERR_OK)
        fail_msg("%s", e->text);
}

/* The call gets its struct err as e. */
#define CHECK(call)                                                                                \
    do {                                                                                           \
        struct err check_err = {0};                                                                \
        struct err *e = &check_err;                                                                \
        fixture_check((call), e);                                                                  \
    } while (0)

static inline void fixture_open(struct fixture *f)
{
    CHECK(store_open(&f->store, f->url, f->folder, e));
}

/* What a restart of the gateway sees. */
static inline void fixture_reopen(struct fixture *f)
{
    store_close(&f->store);
    fixture_open(f);
}

/* Runs it on the server, outside of the store; what it returns in the first column, owned. */
static inline char *fixture_sql(const char *database, const char *sql)
{
    char *url = mem_printf("%s/%s", getenv("TEST_POSTGRES"), database), *text = NULL;
    PGconn *conn = PQconnectdb(url);
    PGresult *result = PQexec(conn, sql);

    if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) > 0)
        text = mem_strdup(PQgetvalue(result, 0, 0));
    else if (PQresultStatus(result) != PGRES_COMMAND_OK &&
             PQresultStatus(result) != PGRES_TUPLES_OK)
        print_error("%s: %s", sql, PQerrorMessage(conn));
    PQclear(result);
    PQfinish(conn);
    free(url);
    return text;
}

static inline void fixture_do(const char *database, const char *sql)
{
    free(fixture_sql(database, sql));
}

static inline void fixture_make_database(struct fixture *f, bool pooler)
{
    static int made;
    char sql[128];

    snprintf(f->database, sizeof(f->database), "unit_%d_%d", (int)getpid(), made++);
    snprintf(f->url, sizeof(f->url), "%s/%s%s", getenv(pooler ? "TEST_POOLER" : "TEST_POSTGRES"),
             f->database, pooler ? "?pgbouncer=true" : "");
    snprintf(sql, sizeof(sql), "CREATE DATABASE %s TEMPLATE template0", f->database);
    fixture_do("postgres", sql);
}

/* Only the folder and the URL, nothing opened. */
static inline int fixture_setup_folder(void **state)
{
    struct fixture *f = mem_zalloc(sizeof(*f));
    const char *backend = getenv("STORE_TEST");

    snprintf(f->folder, sizeof(f->folder), "/tmp/store_test.XXXXXX");
    *state = f;
    if (mkdtemp(f->folder) == NULL)
        return 1;
    snprintf(f->url, sizeof(f->url), "sqlite:%s/pool.db", f->folder);
    if (backend != NULL && strcmp(backend, "sqlite") != 0)
        fixture_make_database(f, strcmp(backend, "pooler") == 0);
    return 0;
}

static inline int fixture_setup(void **state)
{
    if (fixture_setup_folder(state) != 0)
        return 1;
    fixture_open(*state);
    return 0;
}

static inline int fixture_teardown(void **state)
{
    static const char *const files[] = {"", "-wal", "-shm", "-journal", ".lock"};
    struct fixture *f = *state;
    int rc;

    store_close(&f->store);
    if (f->database[0] != '\0') {
        char sql[128];

        snprintf(sql, sizeof(sql), "DROP DATABASE %s WITH (FORCE)", f->database);
        fixture_do("postgres", sql);
    }
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        char *path = mem_printf("%s/pool.db%s", f->folder, files[i]);

        unlink(path);
        free(path);
    }
    rc = rmdir(f->folder); /* fails when something else was left behind */
    free(f);
    return rc;
}

#define STORE_TEST(function)                                                                       \
    cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)
#define FOLDER_TEST(function)                                                                      \
    cmocka_unit_test_setup_teardown(function, fixture_setup_folder, fixture_teardown)

/* ---- keys ---- */

/* Ids that are spread as those of real keys are. */
static inline uint64_t fixture_id(uint64_t n)
{
    return (n + 1) * 0x9E3779B97F4A7C15u;
}

/* len owned rows, of which the first has the number first; sealed points to static storage. */
static inline struct store_key *fixture_keys(size_t first, size_t len)
{
    static const uint8_t sealed[80] = {0, 1, 2, 3, 0, 255};
    struct store_key *rows = mem_array(len, sizeof(*rows));

    for (size_t i = 0; i < len; i++) {
        rows[i].id = fixture_id(first + i);
        rows[i].username = "someone@example.com";
        rows[i].sealed = sealed;
        rows[i].sealed_len = sizeof(sealed);
        rows[i].created_at = 1700000000000 + (int64_t)(first + i);
    }
    return rows;
}

static inline void insert_keys(struct fixture *f, int provider, struct store_key *rows, size_t len)
{
    CHECK(f->store.ops->keys_insert(f->store.db, provider, rows, len, e));
}

static inline bool fixture_count_key(void *arg, const struct store_key *key)
{
    (void)key;
    ++*(size_t *)arg;
    return true;
}

static inline size_t fixture_key_count(struct fixture *f, int provider)
{
    size_t count = 0;

    CHECK(f->store.ops->keys_load(f->store.db, provider, fixture_count_key, &count, e));
    return count;
}

#endif
