/* The suite of every backend: keys, states, tokens, counters, and what is left after a crash. */
#include "store_fixture.h"

#include <signal.h>
#include <sys/wait.h>

#include "base/clock.h"

enum { FIRST, SECOND }; /* providers */

/* A copy of one loaded key, texts included. */
struct seen {
    struct store_key key;
    char username[64];
    uint8_t sealed[128];
};

struct seen_list {
    struct seen rows[8];
    size_t len, stop_after;
};

static bool see_key(void *arg, const struct store_key *key)
{
    struct seen_list *list = arg;
    struct seen *s = &list->rows[list->len++];

    assert_in_range(list->len, 1, ARRAY_LEN(list->rows));
    s->key = *key;
    snprintf(s->username, sizeof(s->username), "%s", key->username);
    memcpy(s->sealed, key->sealed, key->sealed_len);
    return list->len != list->stop_after;
}

static void load_keys(struct fixture *f, int provider, struct seen_list *list)
{
    *list = (struct seen_list){0};
    CHECK(f->store.ops->keys_load(f->store.db, provider, see_key, list, e));
}

static void insert_keys(struct fixture *f, int provider, struct store_key *rows, size_t len)
{
    CHECK(f->store.ops->keys_insert(f->store.db, provider, rows, len, e));
}

static void keys__insert__comes_back_in_order(void **state)
{
    static const uint8_t sealed[] = {0, 255, 0, 7};
    struct fixture *f = *state;
    struct store_key rows[3] = {
        {.id = UINT64_MAX,
         .username = "a@example.com",
         .sealed = sealed,
         .sealed_len = 4,
         .created_at = 5,
         .expires_at = 1900000000000},
        {.id = 1, .username = "", .sealed = sealed, .sealed_len = 1, .created_at = 4},
        {.id = 0x8000000000000000,
         .username = "\xc3\xa4'\"%_\n",
         .sealed = sealed,
         .sealed_len = 3,
         .created_at = 6},
    };
    struct seen_list list;

    insert_keys(f, FIRST, rows, 3);
    for (int round = 0; round < 2; round++) {
        load_keys(f, FIRST, &list);
        assert_int_equal(list.len, 3);
        for (size_t i = 0; i < 3; i++) {
            const struct seen *s = &list.rows[i];

            assert_true(rows[i].inserted);
            assert_true(s->key.id == rows[i].id);
            assert_string_equal(s->username, rows[i].username);
            assert_int_equal(s->key.sealed_len, rows[i].sealed_len);
            assert_memory_equal(s->sealed, sealed, rows[i].sealed_len);
            assert_true(s->key.created_at == rows[i].created_at);
            assert_true(s->key.expires_at == rows[i].expires_at);
            assert_false(s->key.state.disabled);
            assert_true(s->key.tally.requests == 0 && s->key.last_used == 0);
        }
        fixture_reopen(f);
    }
    assert_int_equal(fixture_key_count(f, SECOND), 0);
}

static void keys__load__stops_when_told(void **state)
{
    struct fixture *f = *state;
    struct store_key *rows = fixture_keys(0, 5);
    struct seen_list list = {.stop_after = 2};

    insert_keys(f, FIRST, rows, 5);
    CHECK(f->store.ops->keys_load(f->store.db, FIRST, see_key, &list, e));
    assert_int_equal(list.len, 2);
    assert_int_equal(fixture_key_count(f, FIRST), 5); /* and nothing is left half read */
    free(rows);
}

static void keys__insert__says_which_were_new(void **state)
{
    struct fixture *f = *state;
    struct store_key *rows = fixture_keys(0, 4);
    struct seen_list list;

    insert_keys(f, FIRST, rows + 1, 1);
    rows[1].username = "another";
    rows[3].id = rows[0].id; /* twice in one call */
    insert_keys(f, FIRST, rows, 4);
    assert_true(rows[0].inserted);
    assert_false(rows[1].inserted);
    assert_true(rows[2].inserted);
    assert_false(rows[3].inserted);
    load_keys(f, FIRST, &list);
    assert_int_equal(list.len, 3);
    assert_true(list.rows[0].key.id == rows[1].id);
    assert_string_equal(list.rows[0].username, "someone@example.com"); /* the first one stands */
    insert_keys(f, SECOND, rows, 1); /* providers do not know of each other */
    assert_true(rows[0].inserted);
    insert_keys(f, FIRST, rows, 0);
    free(rows);
}

static void assert_state_equal(const struct store_key_state *a, const struct store_key_state *b)
{
    assert_int_equal(a->disabled, b->disabled);
    assert_int_equal(a->disabled_auto, b->disabled_auto);
    assert_true(a->disabled_until == b->disabled_until);
    assert_true(a->cooling_until == b->cooling_until);
    assert_string_equal(a->reason, b->reason);
    assert_int_equal(a->consecutive_failures, b->consecutive_failures);
    assert_int_equal(a->limited, b->limited);
}

static const struct store_key_state states[] = {
    {0},
    {.disabled = true, .reason = "manual"},
    {.disabled = true,
     .disabled_auto = true,
     .disabled_until = 1800000000123,
     .reason = "failures",
     .consecutive_failures = 3},
    {.cooling_until = 1800000000456, .limited = true, .reason = "0123456789012345678901234567890"},
    {.cooling_until = 1, .consecutive_failures = INT32_MAX},
};

static void keys__state__round_trips(void **state)
{
    struct fixture *f = *state;
    enum { LEN = ARRAY_LEN(states) };
    struct store_key *rows = fixture_keys(0, LEN);
    struct store_key_state turned[LEN];
    uint64_t ids[LEN + 1];
    struct seen_list list;

    for (size_t i = 0; i < LEN; i++) {
        rows[i].state = states[i];
        ids[i] = rows[i].id;
        turned[i] = states[LEN - 1 - i];
    }
    insert_keys(f, FIRST, rows, LEN);
    insert_keys(f, SECOND, rows, LEN);
    load_keys(f, FIRST, &list);
    for (size_t i = 0; i < LEN; i++)
        assert_state_equal(&list.rows[i].key.state, &states[i]);
    CHECK(f->store.ops->keys_set_state(f->store.db, FIRST, ids, turned, LEN, e));
    fixture_reopen(f);
    load_keys(f, FIRST, &list);
    for (size_t i = 0; i < LEN; i++)
        assert_state_equal(&list.rows[i].key.state, &turned[i]);
    load_keys(f, SECOND, &list); /* the other provider's key of the same id is another key */
    for (size_t i = 0; i < LEN; i++)
        assert_state_equal(&list.rows[i].key.state, &states[i]);
    ids[0] = 12345; /* not there: passed over */
    CHECK(f->store.ops->keys_set_state(f->store.db, FIRST, ids, states, 1, e));
    free(rows);
}

static void keys__delete__takes_counters_along(void **state)
{
    struct fixture *f = *state;
    struct store_key *rows = fixture_keys(0, 3);
    struct store_delta deltas[3] = {{.id = rows[0].id, .tally = {.requests = 1}},
                                    {.id = rows[1].id, .tally = {.requests = 2}},
                                    {.id = rows[2].id, .tally = {.requests = 3}}};
    struct store_flush flush = {.provider = FIRST, .keys = deltas, .keys_len = 3};
    uint64_t ids[] = {rows[2].id, 12345, rows[0].id};
    struct seen_list list;

    insert_keys(f, FIRST, rows, 3);
    CHECK(f->store.ops->flush(f->store.db, &flush, 1, e));
    CHECK(f->store.ops->keys_delete(f->store.db, FIRST, ids, 3, e));
    load_keys(f, FIRST, &list);
    assert_int_equal(list.len, 1);
    assert_true(list.rows[0].key.id == rows[1].id && list.rows[0].key.tally.requests == 2);
    /* A deleted key that still had something to count brings nothing back, … */
    CHECK(f->store.ops->flush(f->store.db, &flush, 1, e));
    insert_keys(f, FIRST, rows, 3);
    load_keys(f, FIRST, &list);
    assert_int_equal(list.len, 3);
    for (size_t i = 0; i < 3; i++) /* … and one that was added again begins with nothing. */
        assert_true(list.rows[i].key.tally.requests == (list.rows[i].key.id == rows[1].id ? 4 : 0));
    free(rows);
}

/* ---- tokens ---- */

struct tokens_seen {
    struct store_token rows[4];
    char names[4][32], hints[4][32];
    size_t len;
};

static bool see_token(void *arg, const struct store_token *t)
{
    struct tokens_seen *list = arg;

    assert_in_range(list->len, 0, 3);
    snprintf(list->names[list->len], sizeof(list->names[0]), "%s", t->name);
    snprintf(list->hints[list->len], sizeof(list->hints[0]), "%s", t->hint);
    list->rows[list->len++] = *t;
    return true;
}

static void load_tokens(struct fixture *f, int provider, struct tokens_seen *list)
{
    *list = (struct tokens_seen){0};
    CHECK(f->store.ops->tokens_load(f->store.db, provider, see_token, list, e));
}

static void tokens__round_trip__and_delete(void **state)
{
    struct fixture *f = *state;
    struct store_token one = {.id = 9,
                              .digest = {1, 0, 255},
                              .hint = "sk-abcd\u2026wxyz",
                              .name = "my app",
                              .created_at = 7,
                              .expires_at = 8};
    struct store_token two = {.id = 3, .digest = {2}, .hint = "", .name = "", .created_at = 6};
    struct tokens_seen list;
    struct err err = {0};

    CHECK(f->store.ops->token_insert(f->store.db, SECOND, &one, e));
    CHECK(f->store.ops->token_insert(f->store.db, SECOND, &two, e));
    assert_int_equal(f->store.ops->token_insert(f->store.db, SECOND, &one, &err), ERR_CONFLICT);
    fixture_reopen(f);
    load_tokens(f, FIRST, &list);
    assert_int_equal(list.len, 0);
    load_tokens(f, SECOND, &list);
    assert_int_equal(list.len, 2);
    assert_true(list.rows[0].id == 9 && list.rows[1].id == 3);
    assert_memory_equal(list.rows[0].digest, one.digest, sizeof(one.digest));
    assert_string_equal(list.names[0], "my app");
    assert_string_equal(list.hints[0], one.hint);
    assert_true(list.rows[0].created_at == 7 && list.rows[0].expires_at == 8);
    assert_true(list.rows[1].expires_at == 0 && list.rows[1].last_used == 0);
    CHECK(f->store.ops->token_delete(f->store.db, FIRST, 9, e)); /* not there */
    CHECK(f->store.ops->token_delete(f->store.db, SECOND, 9, e));
    load_tokens(f, SECOND, &list);
    assert_int_equal(list.len, 1);
    assert_true(list.rows[0].id == 3);
}

static void meta__put__replaces(void **state)
{
    struct fixture *f = *state;
    char value[16], tiny[4];
    struct err err;

    CHECK(f->store.ops->meta_get(f->store.db, "key-check", value, sizeof(value), e));
    assert_string_equal(value, "");
    CHECK(f->store.ops->meta_put(f->store.db, "key-check", "first", e));
    CHECK(f->store.ops->meta_put(f->store.db, "other", "x", e));
    CHECK(f->store.ops->meta_put(f->store.db, "key-check", "second", e));
    fixture_reopen(f);
    CHECK(f->store.ops->meta_get(f->store.db, "key-check", value, sizeof(value), e));
    assert_string_equal(value, "second");
    assert_int_equal(f->store.ops->meta_get(f->store.db, "key-check", tiny, sizeof(tiny), &err),
                     ERR_STORE); /* never silently cut */
}

/* ---- counters ---- */

/* Each member gets a value of its own, so that columns cannot be mixed up unnoticed. */
static struct store_tally tally_of(int64_t seed)
{
    struct store_tally t;

#define TALLY(member, column, text) t.member = seed, seed = seed * 3 + 1;
#include "stats/tally.def"
#undef TALLY
    return t;
}

static void assert_tally_times(const struct store_tally *got, const struct store_tally *one,
                               int64_t times)
{
#define TALLY(member, column, text) assert_true(got->member == one->member * times);
#include "stats/tally.def"
#undef TALLY
}

struct models_seen {
    struct store_model rows[4];
    char names[4][32];
    size_t len;
};

static bool see_model(void *arg, const struct store_model *m)
{
    struct models_seen *list = arg;

    assert_in_range(list->len, 0, 3);
    snprintf(list->names[list->len], sizeof(list->names[0]), "%s", m->model);
    list->rows[list->len++] = *m;
    return true;
}

static void flush__many_times__adds_up(void **state)
{
    enum { ROUNDS = 5, HOUR_MS = 3600 * 1000 };
    struct fixture *f = *state;
    struct store_key *rows = fixture_keys(0, 2);
    struct store_token token = {.id = 9, .hint = "", .name = ""};
    struct store_tally big = tally_of(1000000000000), small = tally_of(1);
    struct store_delta keys[] = {{.id = rows[1].id, .tally = big, .last_used = 50}};
    struct store_delta tokens[] = {{.id = 9, .tally = small, .last_used = 60}};
    struct store_model_delta models[] = {{.model = "small", .hour = HOUR_MS, .tally = small},
                                         {.model = "big", .hour = HOUR_MS, .tally = big},
                                         {.model = "big", .hour = 2 * HOUR_MS, .tally = big}};
    struct store_flush both[] = {
        {.provider = FIRST,
         .keys = keys,
         .keys_len = 1,
         .tokens = tokens,
         .tokens_len = 1,
         .models = models,
         .models_len = 3,
         .global = big},
        {.provider = SECOND, .global = small},
    };
    int64_t before = clock_wall_ms();
    struct store_tally global;
    struct seen_list list;
    struct tokens_seen tokens_list;
    struct models_seen models_list = {.len = 0};

    insert_keys(f, FIRST, rows, 2);
    CHECK(f->store.ops->token_insert(f->store.db, FIRST, &token, e));
    for (int i = 0; i < ROUNDS; i++) {
        keys[0].last_used = i == 0 ? 50 : 0; /* 0 leaves what is there */
        keys[0].last_success = i == 1 ? 51 : 0;
        keys[0].last_failure = i == 2 ? 52 : 0;
        tokens[0].last_used = 60 + i;
        CHECK(f->store.ops->flush(f->store.db, both, 2, e));
        if (i == 2)
            fixture_reopen(f);
    }
    load_keys(f, FIRST, &list);
    assert_tally_times(&list.rows[0].key.tally, &big, 0);
    assert_tally_times(&list.rows[1].key.tally, &big, ROUNDS);
    assert_true(list.rows[1].key.last_used == 50);
    assert_true(list.rows[1].key.last_success == 51);
    assert_true(list.rows[1].key.last_failure == 52);
    load_tokens(f, FIRST, &tokens_list);
    assert_tally_times(&tokens_list.rows[0].tally, &small, ROUNDS);
    assert_true(tokens_list.rows[0].last_used == 60 + ROUNDS - 1);
    CHECK(f->store.ops->models_load(f->store.db, FIRST, see_model, &models_list, e));
    assert_int_equal(models_list.len, 2);
    assert_string_equal(models_list.names[0], "big"); /* the most requested first */
    assert_tally_times(&models_list.rows[0].tally, &big, 2 * ROUNDS);
    assert_tally_times(&models_list.rows[1].tally, &small, ROUNDS);
    assert_true(models_list.rows[0].last_used >= before);
    CHECK(f->store.ops->global_load(f->store.db, FIRST, &global, e));
    assert_tally_times(&global, &big, ROUNDS);
    CHECK(f->store.ops->global_load(f->store.db, SECOND, &global, e));
    assert_tally_times(&global, &small, ROUNDS);
    free(rows);
}

static void flush__state__is_written_with_the_counters(void **state)
{
    struct fixture *f = *state;
    struct store_key *rows = fixture_keys(0, 2);
    struct store_delta keys[] = {
        {.id = rows[0].id, .state = &states[2]},
        {.id = rows[1].id, .tally = {.failure = 1}, .last_failure = 5, .state = &states[3]}};
    struct store_flush flush = {.provider = FIRST, .keys = keys, .keys_len = 2};
    struct seen_list list;

    insert_keys(f, FIRST, rows, 2);
    CHECK(f->store.ops->flush(f->store.db, &flush, 1, e));
    CHECK(f->store.ops->flush(f->store.db, &flush, 0, e)); /* nothing at all */
    load_keys(f, FIRST, &list);
    assert_state_equal(&list.rows[0].key.state, &states[2]);
    assert_true(list.rows[0].key.tally.failure == 0);
    assert_state_equal(&list.rows[1].key.state, &states[3]);
    assert_true(list.rows[1].key.tally.failure == 1 && list.rows[1].key.last_failure == 5);
    free(rows);
}

/* ---- after a crash ---- */

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
        STORE_TEST(keys__insert__comes_back_in_order),
        STORE_TEST(keys__load__stops_when_told),
        STORE_TEST(keys__insert__says_which_were_new),
        STORE_TEST(keys__state__round_trips),
        STORE_TEST(keys__delete__takes_counters_along),
        STORE_TEST(tokens__round_trip__and_delete),
        STORE_TEST(meta__put__replaces),
        STORE_TEST(flush__many_times__adds_up),
        STORE_TEST(flush__state__is_written_with_the_counters),
        STORE_TEST(keys__insert__killed_in_the_middle),
    };

    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
