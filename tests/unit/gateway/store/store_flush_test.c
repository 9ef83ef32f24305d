/* The suite of every backend: counters, and states that are written with them. */
#include "store_seen.h"

#include "base/clock.h"

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

enum { ROUNDS = 5, HOUR_MS = 3600 * 1000 };

static void check_subjects(struct fixture *f, const struct store_tally *big,
                           const struct store_tally *small)
{
    struct seen_list list;
    struct tokens_seen tokens_list;

    load_keys(f, FIRST, &list);
    assert_tally_times(&list.rows[0].key.tally, big, 0);
    assert_tally_times(&list.rows[1].key.tally, big, ROUNDS);
    assert_true(list.rows[1].key.last_used == 50);
    assert_true(list.rows[1].key.last_success == 51);
    assert_true(list.rows[1].key.last_failure == 52);
    load_tokens(f, FIRST, &tokens_list);
    assert_tally_times(&tokens_list.rows[0].tally, small, ROUNDS);
    assert_true(tokens_list.rows[0].last_used == 60 + ROUNDS - 1);
}

static void check_totals(struct fixture *f, const struct store_tally *big,
                         const struct store_tally *small, int64_t before)
{
    struct models_seen models_list = {.len = 0};
    struct store_tally global;

    CHECK(f->store.ops->models_load(f->store.db, FIRST, see_model, &models_list, e));
    assert_int_equal(models_list.len, 2);
    assert_string_equal(models_list.names[0], "big"); /* the most requested first */
    assert_tally_times(&models_list.rows[0].tally, big, 2 * ROUNDS);
    assert_tally_times(&models_list.rows[1].tally, small, ROUNDS);
    assert_true(models_list.rows[0].last_used >= before);
    CHECK(f->store.ops->global_load(f->store.db, FIRST, &global, e));
    assert_tally_times(&global, big, ROUNDS);
    CHECK(f->store.ops->global_load(f->store.db, SECOND, &global, e));
    assert_tally_times(&global, small, ROUNDS);
}

static void flush__many_times__adds_up(void **state)
{
    struct fixture *f = *state;
    struct store_key *rows = fixture_keys(0, 2);
    struct store_token token = {.id = 9, .hint = "", .name = ""};
    struct store_tally big = tally_of(1000000000000), small = tally_of(1);
    struct store_delta keys[] = {{.id = rows[1].id, .tally = big, .last_used = 50}};
    struct store_delta tokens[] = {{.id = 9, .tally = small, .last_used = 60}};
    struct store_hour models[] = {{.name = "small", .hour = HOUR_MS, .tally = small},
                                  {.name = "big", .hour = HOUR_MS, .tally = big},
                                  {.name = "big", .hour = 2 * HOUR_MS, .tally = big},
                                  {.name = "", .hour = HOUR_MS, .tally = big, .nameless = true}};
    struct store_flush both[] = {
        {.provider = FIRST,
         .keys = keys,
         .keys_len = 1,
         .tokens = tokens,
         .tokens_len = 1,
         .models = models,
         .models_len = 4,
         .global = big},
        {.provider = SECOND, .global = small},
    };
    int64_t before = clock_wall_ms();

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
    check_subjects(f, &big, &small);
    check_totals(f, &big, &small, before);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(flush__many_times__adds_up),
        STORE_TEST(flush__state__is_written_with_the_counters),
    };

    return cmocka_run_group_tests_name("store/flush", tests, NULL, NULL);
}
