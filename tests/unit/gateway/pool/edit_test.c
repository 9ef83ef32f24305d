/* Tests of what is known of keys: kept once for many, changed while requests hold the key. */
#include "pool_fixture.h"

static struct key_look look_at(struct pool *p, uint64_t n)
{
    struct key_look look;
    uint32_t slot;

    assert_true(pool_slot(p, fixture_id(n), &slot));
    pool_look(p, &slot, 1, T0, &look);
    return look;
}

static void edit(struct pool *p, uint64_t n, struct store_key_edit e)
{
    e.id = fixture_id(n);
    pool_edit(p, &e, 1, T0);
}

static void key__that_is_loaded__has_what_the_store_has(void **state)
{
    struct pool *p = pool_new();
    struct store_key row = {.id = fixture_id(0),
                            .username = "u",
                            .note = "a note",
                            .tags = "[\"one\",\"two\"]",
                            .category = "pro",
                            .models = "[\"a\",\"b:1\"]",
                            .checked_at = 77};
    struct key_look look;

    (void)state;
    assert_true(pool_add(p, &row, "secret-0", T0));
    look = look_at(p, 0);
    assert_string_equal(look.key->about->note, "a note");
    assert_int_equal(look.key->about->checked_at, 77);
    assert_int_equal(look.profile->tags->len, 2);
    assert_string_equal(look.profile->tags->items[1], "two");
    assert_string_equal(look.profile->category, "pro");
    assert_true(words_have(look.profile->models, "b:1"));
    assert_false(words_have(look.profile->models, "b"));
    pool_free(p);
}

static void edit__changes_what_it_names(void **state)
{
    struct pool *p = fixture_pool(2);
    struct key_look look;

    (void)state;
    edit(p, 0,
         (struct store_key_edit){.parts = EDIT_NOTE | EDIT_TAGS, .note = "n", .tags = "[\"t\"]"});
    edit(p, 0, (struct store_key_edit){.parts = EDIT_CHECKED_AT, .checked_at = 5});
    edit(p, 0, (struct store_key_edit){.parts = EDIT_CATEGORY, .category = "c"});
    edit(p, 0, (struct store_key_edit){.parts = EDIT_MODELS, .models = "[\"m\"]"});
    edit(p, 0, (struct store_key_edit){.parts = EDIT_USERNAME, .username = "new"});
    look = look_at(p, 0);
    assert_string_equal(look.key->about->note, "n");
    assert_int_equal(look.key->about->checked_at, 5);
    assert_true(words_have(look.profile->tags, "t") && words_have(look.profile->models, "m"));
    assert_string_equal(look.profile->category, "c");
    assert_string_equal(look.key->username, "new");
    edit(p, 0, (struct store_key_edit){.parts = EDIT_NOTE | EDIT_CHECKED_AT});
    edit(p, 0, (struct store_key_edit){.parts = EDIT_TAGS | EDIT_CATEGORY | EDIT_MODELS});
    look = look_at(p, 0);
    assert_null(look.key->about);
    assert_int_equal(look.profile->number, 0);
    assert_string_equal(look_at(p, 1).key->username, "someone@example.com");
    edit(p, 9, (struct store_key_edit){.parts = EDIT_NOTE, .note = "of none"});
    pool_free(p);
}

static void expiry__that_is_moved__holds_at_once(void **state)
{
    struct pool *p = fixture_pool(2);

    (void)state;
    edit(p, 0, (struct store_key_edit){.parts = EDIT_EXPIRES_AT, .expires_at = T0 - 1});
    assert_int_equal(fixture_status(p, 0, T0), KEY_EXPIRED);
    assert_false(fixture_serves(p, 0, "", T0));
    edit(p, 0, (struct store_key_edit){.parts = EDIT_EXPIRES_AT, .expires_at = T0 + HOUR_MS});
    assert_true(fixture_serves(p, 0, "", T0));
    fixture_check_counts(p, T0 + HOUR_MS); /* and is heard of when it comes */
    assert_int_equal(fixture_status(p, 0, T0 + HOUR_MS), KEY_EXPIRED);
    edit(p, 0, (struct store_key_edit){.parts = EDIT_EXPIRES_AT});
    assert_true(fixture_serves(p, 0, "", T0 + HOUR_MS));
    fixture_check_counts(p, T0 + HOUR_MS);
    pool_free(p);
}

/* Lists and combinations come and go; what no key has any more is gone. */
static void what_keys_have_in_common__is_kept_once(void **state)
{
    struct pool *p = fixture_pool(100);
    const struct profiles *ps = &p->index.profiles;
    const struct words *first;
    char tags[40];

    (void)state;
    for (uint64_t n = 0; n < 100; n++)
        edit(p, n,
             (struct store_key_edit){.parts = EDIT_TAGS, .tags = n % 2 ? "[\"a\"]" : "[\"b\"]"});
    assert_int_equal(ps->combinations.count, 3);
    first = look_at(p, 0).profile->tags;
    assert_ptr_equal(look_at(p, 98).profile->tags, first);
    for (uint64_t n = 0; n < 100; n++) {
        snprintf(tags, sizeof(tags), "[\"only-%llu\"]", (unsigned long long)n);
        edit(p, n, (struct store_key_edit){.parts = EDIT_TAGS, .tags = tags});
    }
    assert_int_equal(ps->combinations.count, 101);
    assert_int_equal(ps->words.count, 100);
    for (uint64_t n = 0; n < 100; n++)
        edit(p, n, (struct store_key_edit){.parts = EDIT_TAGS});
    assert_int_equal(ps->combinations.count, 1);
    assert_int_equal(ps->words.count, 0);
    assert_in_range(ps->len, 1, 103);
    for (uint64_t n = 0; n < 100; n++)
        edit(p, n, (struct store_key_edit){.parts = EDIT_CATEGORY, .category = "x"});
    for (uint64_t n = 0; n < 100; n++)
        assert_true(pool_remove(p, fixture_id(n)));
    assert_int_equal(ps->combinations.count, 1);
    pool_free(p);
}

static void text_that_is_no_list__is_none(void **state)
{
    static const char *const texts[] = {"", "[]", "{", "{}", "7", "[", "[1", "\"a\""};
    struct pool *p = fixture_pool(1);

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        edit(p, 0,
             (struct store_key_edit){
                 .parts = EDIT_TAGS | EDIT_MODELS, .tags = texts[i], .models = texts[i]});
        assert_int_equal(look_at(p, 0).profile->number, 0);
    }
    pool_free(p);
}

/* A state that the store has comes into force, unless requests have told more since. */
static void edit__state_of_another_gateway__gives_way_to_a_newer_one(void **state)
{
    struct pool *p = fixture_pool(2);
    const struct store_key_state out = {.disabled = true}, in = {.disabled = false};
    uint64_t edition = p->index.edition;

    (void)state;
    edit(p, 0, (struct store_key_edit){.parts = EDIT_STATE_SEEN, .state = &out});
    assert_int_equal(look_at(p, 0).status, KEY_DISABLED);
    assert_int_equal(p->index.edition, edition); /* lists stand */
    atomic_store(&fixture_key(p, 0)->state_dirty, true);
    edit(p, 0, (struct store_key_edit){.parts = EDIT_STATE_SEEN, .state = &in});
    assert_int_equal(look_at(p, 0).status, KEY_DISABLED);
    edit(p, 0, (struct store_key_edit){.parts = EDIT_STATE, .state = &in}); /* by hand */
    assert_int_equal(look_at(p, 0).status, KEY_ACTIVE);
    pool_free(p);
}

static void ids__are_those_of_all_keys_that_are_there(void **state)
{
    struct pool *p = fixture_pool(3);
    uint64_t *ids;
    size_t len;

    (void)state;
    assert_true(pool_remove(p, fixture_id(1)));
    ids = pool_ids(p, &len);
    assert_int_equal(len, 2);
    assert_true(ids[0] == fixture_id(0) && ids[1] == fixture_id(2));
    free(ids);
    pool_free(p);
}

/* Where another gateway gives out the same keys, not all begin with the first. */
static void turns__spread__begin_anywhere_and_are_even(void **state)
{
    enum { KEYS = 64, POOLS = 40 };
    bool first_only = true;

    (void)state;
    for (int i = 0; i < POOLS; i++) {
        struct pool *p = fixture_pool(KEYS);
        int given[KEYS] = {0};
        uint32_t trial;

        pool_spread(p);
        for (int n = 0; n < 2 * KEYS; n++) {
            struct pool_key *k = pool_pick(p, "", NULL, 0, T0, &trial);

            first_only &= n > 0 || k->slot == 0;
            given[k->slot]++;
            pool_release(p, k, trial, T0);
            subject_unref(&k->subject);
        }
        for (int n = 0; n < KEYS; n++)
            assert_int_equal(given[n], 2);
        pool_free(p);
    }
    assert_false(first_only);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key__that_is_loaded__has_what_the_store_has),
        cmocka_unit_test(edit__changes_what_it_names),
        cmocka_unit_test(edit__state_of_another_gateway__gives_way_to_a_newer_one),
        cmocka_unit_test(ids__are_those_of_all_keys_that_are_there),
        cmocka_unit_test(turns__spread__begin_anywhere_and_are_even),
        cmocka_unit_test(expiry__that_is_moved__holds_at_once),
        cmocka_unit_test(what_keys_have_in_common__is_kept_once),
        cmocka_unit_test(text_that_is_no_list__is_none),
    };

    return cmocka_run_group_tests_name("edit", tests, NULL, NULL);
}
