/* The suite of every backend: keys, their states, tokens and named values. */
#include "store_seen.h"

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

static void edit_states(struct fixture *f, int provider, const uint64_t *ids,
                        const struct store_key_state *with, size_t len)
{
    struct store_key_edit *edits = mem_array(len, sizeof(*edits));

    for (size_t i = 0; i < len; i++)
        edits[i] = (struct store_key_edit){.id = ids[i], .parts = EDIT_STATE, .state = &with[i]};
    CHECK(f->store.ops->keys_edit(f->store.db, provider, edits, len, e));
    free(edits);
}

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
    edit_states(f, FIRST, ids, turned, LEN);
    fixture_reopen(f);
    load_keys(f, FIRST, &list);
    for (size_t i = 0; i < LEN; i++)
        assert_state_equal(&list.rows[i].key.state, &turned[i]);
    load_keys(f, SECOND, &list); /* the other provider's key of the same id is another key */
    for (size_t i = 0; i < LEN; i++)
        assert_state_equal(&list.rows[i].key.state, &states[i]);
    ids[0] = 12345; /* not there: passed over */
    edit_states(f, FIRST, ids, states, 1);
    free(rows);
}

static void assert_about(const struct seen *s, const char *about, int64_t checked_at)
{
    assert_string_equal(s->about, about);
    assert_true(s->key.checked_at == checked_at);
}

static void keys__edit__changes_what_it_names_and_nothing_else(void **state)
{
    struct fixture *f = *state;
    struct store_key *rows = fixture_keys(0, 3);
    struct store_key_edit edits[] = {
        {.id = rows[0].id, .parts = EDIT_NOTE | EDIT_TAGS, .note = "n", .tags = "[\"a\"]"},
        {.id = rows[1].id,
         .parts = EDIT_CATEGORY | EDIT_MODELS | EDIT_CHECKED_AT,
         .category = "free",
         .models = "[\"m\"]",
         .checked_at = 7},
        {.id = 12345, .parts = EDIT_NOTE | EDIT_USERNAME, .note = "x", .username = "y"},
        {.id = rows[2].id,
         .parts = EDIT_USERNAME | EDIT_EXPIRES_AT | EDIT_STATE,
         .username = "other",
         .expires_at = 9,
         .state = &states[1]},
    };
    struct seen_list list;

    insert_keys(f, FIRST, rows, 3);
    CHECK(f->store.ops->keys_edit(f->store.db, FIRST, edits, ARRAY_LEN(edits), e));
    fixture_reopen(f);
    load_keys(f, FIRST, &list);
    assert_int_equal(list.len, 3);
    assert_about(&list.rows[0], "n|[\"a\"]||", 0);
    assert_about(&list.rows[1], "||free|[\"m\"]", 7);
    assert_about(&list.rows[2], "|||", 0);
    assert_string_equal(list.rows[0].username, "someone@example.com");
    assert_string_equal(list.rows[2].username, "other");
    assert_true(list.rows[0].key.expires_at == 0 && list.rows[2].key.expires_at == 9);
    assert_true(list.rows[2].key.state.disabled && !list.rows[0].key.state.disabled);

    edits[0] = (struct store_key_edit){.id = rows[0].id, .parts = EDIT_TAGS};
    edits[1] = (struct store_key_edit){.id = rows[1].id, .parts = EDIT_NOTE, .note = "late"};
    edits[2] = (struct store_key_edit){.id = rows[2].id, .parts = EDIT_EXPIRES_AT};
    CHECK(f->store.ops->keys_edit(f->store.db, FIRST, edits, 3, e));
    load_keys(f, FIRST, &list);
    assert_about(&list.rows[0], "n|||", 0);
    assert_about(&list.rows[1], "late||free|[\"m\"]", 7);
    assert_true(list.rows[2].key.expires_at == 0);
    assert_string_equal(list.rows[2].username, "other");

    CHECK(f->store.ops->keys_delete(f->store.db, FIRST, &rows[1].id, 1, e));
    insert_keys(f, FIRST, &rows[1], 1);
    load_keys(f, FIRST, &list);
    assert_about(&list.rows[2], "|||", 0); /* of the key that was there nothing is left */
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
    CHECK(f->store.ops->tokens_delete(f->store.db, FIRST, &one.id, 1, e)); /* not there */
    CHECK(f->store.ops->tokens_delete(f->store.db, SECOND, &one.id, 1, e));
    load_tokens(f, SECOND, &list);
    assert_int_equal(list.len, 1);
    assert_true(list.rows[0].id == 3);
}

static void tokens__edit__changes_name_and_end(void **state)
{
    struct fixture *f = *state;
    struct store_token one = {
        .id = 9, .digest = {1}, .hint = "h", .name = "my app", .created_at = 7, .expires_at = 8};
    struct tokens_seen list;
    struct store_token_edit edits[] = {{.id = 3, .name = "none"},
                                       {.id = 9, .name = "其他", .expires_at = 5000}};

    CHECK(f->store.ops->token_insert(f->store.db, SECOND, &one, e));
    CHECK(f->store.ops->tokens_edit(f->store.db, FIRST, edits, 2, e)); /* not there */
    CHECK(f->store.ops->tokens_edit(f->store.db, SECOND, edits, 2, e));
    fixture_reopen(f);
    load_tokens(f, SECOND, &list);
    assert_int_equal(list.len, 1);
    assert_string_equal(list.names[0], "其他");
    assert_true(list.rows[0].expires_at == 5000 && list.rows[0].created_at == 7);
    assert_memory_equal(list.rows[0].digest, one.digest, sizeof(one.digest));
    edits[1].expires_at = 0;
    CHECK(f->store.ops->tokens_edit(f->store.db, SECOND, edits, 2, e));
    load_tokens(f, SECOND, &list);
    assert_true(list.rows[0].expires_at == 0);
}

/* More than go into one statement or one notice. */
static void tokens__many__are_changed_and_deleted_at_once(void **state)
{
    enum { MANY = 12000 };
    struct fixture *f = *state;
    uint64_t *ids = mem_array(MANY + 1, sizeof(*ids));
    struct store_token_edit *edits = mem_array(MANY, sizeof(*edits));
    struct tokens_seen list;

    CHECK(f->store.ops->together_begin(f->store.db, e));
    for (size_t i = 0; i <= MANY; i++) {
        struct store_token t = {.id = i + 1, .hint = "", .name = "n", .created_at = 7};

        ids[i] = t.id;
        CHECK(f->store.ops->token_insert(f->store.db, SECOND, &t, e));
    }
    CHECK(f->store.ops->together_end(f->store.db, ERR_OK, e));
    for (size_t i = 0; i < MANY; i++)
        edits[i] = (struct store_token_edit){.id = MANY + 1 - i, .name = "m", .expires_at = 9};
    CHECK(f->store.ops->tokens_edit(f->store.db, SECOND, edits, MANY, e));
    CHECK(f->store.ops->tokens_delete(f->store.db, SECOND, ids, 0, e));
    CHECK(f->store.ops->tokens_delete(f->store.db, SECOND, ids, MANY, e));
    load_tokens(f, SECOND, &list);
    assert_int_equal(list.len, 1);
    assert_true(list.rows[0].id == MANY + 1 && list.rows[0].expires_at == 9);
    assert_string_equal(list.names[0], "m");
    free(edits);
    free(ids);
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
    CHECK(f->store.ops->meta_add(f->store.db, "key-check", "third", e)); /* there is one */
    CHECK(f->store.ops->meta_add(f->store.db, "added", "y", e));
    fixture_reopen(f);
    CHECK(f->store.ops->meta_get(f->store.db, "key-check", value, sizeof(value), e));
    assert_string_equal(value, "second");
    assert_int_equal(f->store.ops->meta_get(f->store.db, "key-check", tiny, sizeof(tiny), &err),
                     ERR_STORE); /* never silently cut */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(keys__insert__comes_back_in_order),
        STORE_TEST(keys__load__stops_when_told),
        STORE_TEST(keys__insert__says_which_were_new),
        STORE_TEST(keys__state__round_trips),
        STORE_TEST(keys__edit__changes_what_it_names_and_nothing_else),
        STORE_TEST(keys__delete__takes_counters_along),
        STORE_TEST(tokens__round_trip__and_delete),
        STORE_TEST(tokens__edit__changes_name_and_end),
        STORE_TEST(tokens__many__are_changed_and_deleted_at_once),
        STORE_TEST(meta__put__replaces),
    };

    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
