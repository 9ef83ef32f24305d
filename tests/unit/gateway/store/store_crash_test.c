/* The suite of every backend: what is left when the gateway is killed in the middle of a write. */
#include "store_fixture.h"

#include <signal.h>
#include <sys/wait.h>

#include "base/clock.h"

enum { CRASH_KEYS = 200000 };

/* Opens the store, says so, inserts, and says so: until somebody kills it. */
static void crash_child(struct fixture *f, struct store_key *rows, int tell)
{
    struct store s;
    struct err e;
    bool ok = store_open(&s, f->url, f->folder, &e) == ERR_OK && write(tell, "o", 1) == 1 &&
              s.ops->keys_insert(s.db, FIRST, rows, CRASH_KEYS, &e) == ERR_OK &&
              write(tell, "i", 1) == 1;

    if (!ok)
        _exit(1);
    pause();
}

/* Kills a child after_us into its insert; true: it had finished. */
static bool crash_insert(struct fixture *f, struct store_key *rows, useconds_t after_us)
{
    int tell[2], status;
    char word = 0;
    pid_t pid;
    bool finished;

    assert_int_equal(pipe(tell), 0);
    pid = fork();
    if (pid == 0)
        crash_child(f, rows, tell[1]);
    close(tell[1]);
    assert_int_equal(read(tell[0], &word, 1), 1);
    assert_int_equal(word, 'o');
    usleep(after_us);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    finished = read(tell[0], &word, 1) == 1;
    close(tell[0]);
    return finished;
}

/* A server learns late that its client is dead, and may be at its last words until then: a COMMIT
 * that came while the keys below are counted or deleted would leave some of them. */
static void let_server_end(const struct fixture *f)
{
    char *busy = NULL;

    for (int tries = 0; f->database[0] != '\0' && tries < 3000; tries++) {
        free(busy);
        busy = fixture_sql(f->database,
                           "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND "
                           "pid <> pg_backend_pid() AND backend_type = 'client backend' AND "
                           "state <> 'idle'");
        if (busy == NULL)
            return;
        usleep(10000);
    }
    assert_null(busy);
}

static void keys__insert__killed_in_the_middle(void **state)
{
    struct fixture *f = *state;
    struct store_key *rows = fixture_keys(0, CRASH_KEYS), *old = fixture_keys(CRASH_KEYS, 3);
    uint64_t *ids = mem_array(CRASH_KEYS, sizeof(*ids)), began;
    useconds_t whole_us;
    int interrupted = 0;

    for (size_t i = 0; i < CRASH_KEYS; i++)
        ids[i] = rows[i].id;
    insert_keys(f, FIRST, old, 3);
    began = clock_mono_us();
    insert_keys(f, FIRST, rows, CRASH_KEYS);
    whole_us = (useconds_t)(clock_mono_us() - began);
    CHECK(f->store.ops->keys_delete(f->store.db, FIRST, ids, CRASH_KEYS, e));
    store_close(&f->store);
    for (unsigned fifth = 1; fifth <= 5; fifth++) {
        bool finished = crash_insert(f, rows, whole_us / 5 * fifth);
        size_t count;

        let_server_end(f);
        fixture_open(f);
        count = fixture_key_count(f, FIRST) - 3;
        assert_true(count == 0 || count == CRASH_KEYS);
        if (finished)
            assert_int_equal(count, CRASH_KEYS); /* it was told to be durable */
        interrupted += !finished;
        CHECK(f->store.ops->keys_delete(f->store.db, FIRST, ids, CRASH_KEYS, e));
        store_close(&f->store);
    }
    assert_in_range(interrupted, 1, 5); /* else the test showed nothing */
    fixture_open(f);
    free(rows);
    free(old);
    free(ids);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(keys__insert__killed_in_the_middle),
    };

    return cmocka_run_group_tests_name("store/crash", tests, NULL, NULL);
}
