/* Checks how a SQLite database is found, kept private, kept for one gateway, and refused. */
#include "store_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>

static enum err_code try_open(struct fixture *f, struct store *s, const char *url, struct err *e)
{
    *e = (struct err){0};
    return store_open(s, url, f->folder, e);
}

static void open__empty__is_pool_db_in_the_state_dir(void **state)
{
    static const char *const files[] = {"pool.db", "pool.db-wal", "pool.db-shm", "pool.db.lock"};
    struct fixture *f = *state;

    umask(0);
    CHECK(store_open(&f->store, "", f->folder, e));
    assert_string_equal(f->store.ops->name, "sqlite");
    CHECK(f->store.ops->meta_put(f->store.db, "a", "b", e));
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        char *path = mem_printf("%s/%s", f->folder, files[i]);
        struct stat st;

        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0600); /* it holds e-mail addresses */
        free(path);
    }
}

static void open__other_forms__are_refused(void **state)
{
    static const char *const bad[] = {
        "postgresql://user:s3cr3t@db/pool",
        "mysql://x",
        "pool.db",
        "/var/lib/pool.db",
        "SQLITE:x",
        "sqlite",
        " ",
        "sqlite:",
        "sqlite::memory:",
    };
    struct fixture *f = *state;
    struct err err;

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_equal(try_open(f, &f->store, bad[i], &err), ERR_CONF);
        assert_string_equal(err.param, "DATABASE_URL");
        assert_non_null(strstr(err.text, "DATABASE_URL"));
        assert_non_null(strstr(err.text, "sqlite:"));
        assert_null(strstr(err.text, "s3cr3t"));
        assert_null(f->store.ops);
    }
}

static void open__second_gateway__is_refused(void **state)
{
    struct fixture *f = *state;
    char *linked = mem_printf("%s/other.db", f->folder), *target = f->url + strlen("sqlite:");
    char *linked_url = mem_printf("sqlite:%s", linked), me[32];
    struct store second;
    struct err err;

    fixture_open(f);
    assert_int_equal(symlink(target, linked), 0);
    snprintf(me, sizeof(me), "process %ld", (long)getpid());
    for (int i = 0; i < 2; i++) { /* under either name */
        assert_int_equal(try_open(f, &second, i == 0 ? f->url : linked_url, &err), ERR_STORE);
        assert_non_null(strstr(err.text, me));
        assert_non_null(strstr(err.text, target));
        assert_non_null(strstr(err.text, "STATE_DIR"));
        store_close(&second);
    }
    CHECK(f->store.ops->meta_put(f->store.db, "a", "b", e)); /* the first goes on … */
    store_close(&f->store);
    CHECK(store_open(&second, linked_url, f->folder, e)); /* … and the next may follow */
    store_close(&second);
    unlink(linked);
    free(linked);
    free(linked_url);
}

/* An operator's backup while the gateway runs. */
static void open__readers__are_welcome(void **state)
{
    struct fixture *f = *state;
    sqlite3 *reader;

    fixture_open(f);
    CHECK(f->store.ops->meta_put(f->store.db, "a", "b", e));
    assert_int_equal(
        sqlite3_open_v2(f->url + strlen("sqlite:"), &reader, SQLITE_OPEN_READONLY, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_exec(reader, "BEGIN; SELECT * FROM pool_meta", NULL, NULL, NULL),
                     SQLITE_OK);
    CHECK(f->store.ops->meta_put(f->store.db, "a", "c", e)); /* is not in our way */
    sqlite3_close(reader);
}

static void write_file(const char *path, const char *data, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, len), len);
    close(fd);
}

static void open__not_a_database__is_left_alone(void **state)
{
    struct fixture *f = *state;
    const char *path = f->url + strlen("sqlite:");
    char text[2000];
    struct stat st;
    struct err err;

    memset(text, 'x', sizeof(text));
    write_file(path, text, sizeof(text));
    assert_int_equal(try_open(f, &f->store, f->url, &err), ERR_STORE);
    assert_non_null(strstr(err.text, path));
    assert_non_null(strstr(err.text, "not a database"));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, sizeof(text));
}

static void open__no_folder__names_the_remedy(void **state)
{
    struct fixture *f = *state;
    struct err err;

    assert_int_equal(try_open(f, &f->store, "sqlite:/nonexistent/pool.db", &err), ERR_STORE);
    assert_non_null(strstr(err.text, "/nonexistent/pool.db"));
    assert_non_null(strstr(err.text, "make the folder first"));
    assert_int_equal(store_open(&f->store, "", "/nonexistent", &err), ERR_STORE);
    assert_non_null(strstr(err.text, "/nonexistent/pool.db"));
}

/* Someone edited the table: better no start than keys that cannot be addressed. */
static void load__malformed_id__is_an_error(void **state)
{
    struct fixture *f = *state;
    struct store_key *rows = fixture_keys(0, 3);
    size_t count = 0;
    sqlite3 *editor;
    struct err err;

    fixture_open(f);
    CHECK(f->store.ops->keys_insert(f->store.db, 0, rows, 3, e));
    assert_int_equal(sqlite3_open(f->url + strlen("sqlite:"), &editor), SQLITE_OK);
    assert_int_equal(sqlite3_exec(editor, "UPDATE ollama_api_keys SET id = 'mine' WHERE seq = 2",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(editor);
    assert_int_equal(f->store.ops->keys_load(f->store.db, 0, fixture_count_key, &count, &err),
                     ERR_STORE);
    assert_non_null(strstr(err.text, "malformed id"));
    assert_int_equal(count, 1);
    assert_int_equal(fixture_key_count(f, 1), 0); /* the statement is usable again */
    free(rows);
}

/* Fails in the middle of a batch: nothing of it stays, and the store goes on working. */
static void insert__failing__rolls_back(void **state)
{
    struct fixture *f = *state;
    struct store_key *rows = fixture_keys(0, 10);
    struct store_delta delta = {.id = rows[0].id, .tally = {.requests = 1}};
    struct store_hour bad_model = {.name = NULL, .tally = {.requests = 1}};
    struct store_flush flush = {.keys = &delta,
                                .keys_len = 1,
                                .models = &bad_model,
                                .models_len = 1,
                                .global = {.requests = 1}};
    struct store_tally global;
    struct err err;

    fixture_open(f);
    rows[7].username = NULL; /* NOT NULL refuses it */
    assert_int_equal(f->store.ops->keys_insert(f->store.db, 0, rows, 10, &err), ERR_STORE);
    for (size_t i = 0; i < 10; i++)
        assert_false(rows[i].inserted);
    assert_int_equal(fixture_key_count(f, 0), 0);
    rows[7].username = "";
    CHECK(f->store.ops->keys_insert(f->store.db, 0, rows, 10, e));
    assert_int_equal(fixture_key_count(f, 0), 10);
    assert_int_equal(f->store.ops->flush(f->store.db, &flush, 1, &err), ERR_STORE);
    CHECK(f->store.ops->global_load(f->store.db, 0, &global, e));
    assert_true(global.requests == 0);
    free(rows);
}

/* A limit on the size of files stands for a disk that is full, and then is not any more. */
static void insert__disk_full__store_survives(void **state)
{
    enum { FITS = 100, TOO_MANY = 50000 };
    struct fixture *f = *state;
    struct store_key *rows = fixture_keys(0, TOO_MANY);
    struct rlimit unlimited, limited;
    struct err err = {0};
    enum err_code rc;

    fixture_open(f);
    CHECK(f->store.ops->keys_insert(f->store.db, 0, rows, FITS, e));
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
    limited = unlimited;
    limited.rlim_cur = 1 << 20;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limited), 0);
    rc = f->store.ops->keys_insert(f->store.db, 0, rows, TOO_MANY, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &unlimited), 0);
    assert_int_equal(rc, ERR_STORE);
    assert_non_null(strstr(err.text, f->url + strlen("sqlite:")));
    assert_int_equal(fixture_key_count(f, 0), FITS);
    CHECK(f->store.ops->keys_insert(f->store.db, 0, rows, TOO_MANY, e));
    assert_false(rows[FITS - 1].inserted);
    assert_true(rows[FITS].inserted);
    fixture_reopen(f);
    assert_int_equal(fixture_key_count(f, 0), TOO_MANY);
    free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(open__empty__is_pool_db_in_the_state_dir),
        FOLDER_TEST(open__other_forms__are_refused),
        FOLDER_TEST(open__second_gateway__is_refused),
        FOLDER_TEST(open__readers__are_welcome),
        FOLDER_TEST(open__not_a_database__is_left_alone),
        FOLDER_TEST(open__no_folder__names_the_remedy),
        FOLDER_TEST(load__malformed_id__is_an_error),
        FOLDER_TEST(insert__failing__rolls_back),
        FOLDER_TEST(insert__disk_full__store_survives),
    };

    return cmocka_run_group_tests_name("store/sqlite_open", tests, NULL, NULL);
}
