/* Tests of keys that know their models: who may serve what, at each step of a life of changes. */
#include "pool_fixture.h"

enum { KEYS = 150, STEPS = 4000, NAMES = 6 };
static const char *const names[NAMES] = {"m0", "m1", "m2", "m3", "never", "blocked"};

static void set_models(struct pool *p, uint64_t n, const char *json)
{
    struct store_key_edit edit = {.id = fixture_id(n), .parts = EDIT_MODELS, .models = json};

    pool_edit(p, &edit, 1, T0);
}

static bool plain_has(struct pool *p, const struct pool_key *k, const char *model)
{
    const struct words *models = pool_profile(p, k->slot)->models;

    return models == NULL || model[0] == '\0' || words_have(models, model);
}

/* The list that choices are made from holds the keys that it should, and no others. */
static void check_turns(struct pool *p, const char *model, int64_t now_ms)
{
    struct model_block *block;
    struct rota *turns;
    size_t count = 0;

    pool_outlook(p, now_ms, &(struct pool_outlook){0}); /* wakes who is due */
    turns = pool_turns(p, model, &block);
    if (block != NULL)
        pool_model_wake_due(p, block, now_ms, SIZE_MAX);
    for (size_t slot = 0; slot < p->slots; slot++) {
        const struct pool_key *k = p->keys[slot];
        bool serves = k != NULL && pool_status_at(k, now_ms) == KEY_ACTIVE &&
                      plain_has(p, k, model) &&
                      (block == NULL || dues_of(&block->ends, k->slot) <= now_ms);

        count += serves;
        if (rota_has(turns, slot) != serves)
            fail_msg("%s: slot %zu", model, slot);
    }
    assert_int_equal(turns->count, count);
    assert_int_equal(rota_after(turns, ROTA_NONE) == ROTA_NONE, count == 0);
}

static void check_lacks(struct pool *p, const char *model)
{
    size_t keys = 0, have = 0;

    for (size_t slot = 0; slot < p->slots; slot++)
        if (p->keys[slot] != NULL) {
            keys++;
            have += plain_has(p, p->keys[slot], model);
        }
    assert_int_equal(pool_lacks_model(p, model), keys > 0 && have == 0);
}

static uint64_t seed = 7;
static uint64_t any(uint64_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (seed >> 11) % below;
}

static void change_something(struct pool *p, int64_t now_ms)
{
    static const char *const lists[] = {"",
                                        "[\"m0\"]",
                                        "[\"m0\",\"m1\"]",
                                        "[\"m1\"]",
                                        "[\"m2\",\"m3\"]",
                                        "[\"blocked\",\"m3\"]",
                                        "[\"m0\",\"m0\"]"};
    uint64_t n = any(KEYS);

    switch (fixture_has(p, n) ? any(8) : 8) {
    case 0:
        pool_remove(p, fixture_id(n));
        break;
    case 1:
        fixture_disable(p, n, any(2) ? 0 : now_ms + MINUTE_MS, now_ms);
        break;
    case 2:
        fixture_enable(p, n, now_ms);
        break;
    case 3:
        fixture_block(p, n, any(2) ? "blocked" : "m0", now_ms + (int64_t)any(HOUR_MS), now_ms);
        break;
    case 8:
        assert_true(fixture_add_expiring(p, n, any(4) ? 0 : now_ms + HOUR_MS, now_ms));
        break;
    default:
        set_models(p, n, lists[any(ARRAY_LEN(lists))]);
    }
}

static void whatever_changes__turns_are_true(void **state)
{
    struct pool *p = fixture_pool(KEYS);
    int64_t now_ms = T0;

    (void)state;
    for (int step = 0; step < STEPS; step++) {
        change_something(p, now_ms);
        now_ms += (int64_t)any(2 * SECOND_MS);
        check_turns(p, "", now_ms);
        check_turns(p, names[any(NAMES)], now_ms);
        check_lacks(p, names[any(NAMES)]);
    }
    for (uint64_t n = 0; n < KEYS; n++)
        pool_remove(p, fixture_id(n));
    assert_int_equal(p->sets.known, 0);
    assert_int_equal(p->sets.names.count, 0);
    assert_false(pool_lacks_model(p, "m0")); /* an empty pool lacks keys, not models */
    pool_free(p);
}

static void key__that_lacks_the_model__is_never_given(void **state)
{
    struct pool *p = fixture_pool(4);

    (void)state;
    set_models(p, 0, "[\"a\"]");
    set_models(p, 1, "[\"b\"]");
    set_models(p, 2, "[\"a\",\"b\"]");
    assert_true(fixture_serves(p, 0, "a", T0));
    assert_false(fixture_serves(p, 1, "a", T0));
    assert_true(fixture_serves(p, 2, "a", T0));
    assert_true(fixture_serves(p, 3, "a", T0)); /* its models are not known */
    assert_true(fixture_serves(p, 1, "", T0));
    assert_false(fixture_serves(p, 2, "c", T0));
    assert_true(fixture_serves(p, 3, "c", T0));
    assert_true(pool_remove(p, fixture_id(3)));
    assert_null(fixture_pick(p, "c", T0));
    assert_true(pool_lacks_model(p, "c"));
    fixture_disable(p, 0, 0, T0);
    fixture_disable(p, 2, 0, T0);
    assert_null(fixture_pick(p, "a", T0));
    assert_false(pool_lacks_model(p, "a")); /* there are keys for it, but they are out */
    pool_free(p);
}

/* More masks than are kept: those made anew are right too. */
static void names__that_mean_the_same__are_one_model(void **state)
{
    static const struct {
        const char *model;
        bool lacks;
    } rows[] = {{"a", false},          {"a:latest", false}, {"a:7b", true},      {"b", true},
                {"b:7b", false},       {"b:latest", true},  {"v/c:free", false}, {"v/c", false},
                {"v/c:online", false}, {"v/d:free", false}, {"v/d", true},       {"", false}};
    struct pool *p = fixture_pool(1);

    (void)state;
    set_models(p, 0, "[\"a:latest\",\"b:7b\",\"v/c\",\"v/d:free\"]");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (pool_lacks_model(p, rows[i].model) != rows[i].lacks)
            fail_msg("%s", rows[i].model);
    pool_free(p);
}

static void many_views__give_way_to_each_other(void **state)
{
    struct pool *p = fixture_pool(SETS_VIEWS * 2);
    char text[40];

    (void)state;
    for (uint64_t n = 0; n < SETS_VIEWS * 2; n++) {
        snprintf(text, sizeof(text), "[\"model-%llu\"]", (unsigned long long)n);
        set_models(p, n, text);
    }
    for (int round = 0; round < 3; round++)
        for (uint64_t n = 0; n < SETS_VIEWS * 2; n++) {
            const struct pool_key *k;

            snprintf(text, sizeof(text), "model-%llu", (unsigned long long)n);
            k = fixture_pick(p, text, T0);
            assert_non_null(k);
            assert_int_equal(k->id, fixture_id(n));
        }
    pool_free(p);
}

static void set_too_many__serves_any_model(void **state)
{
    struct pool *p = fixture_pool(SETS_MAX + 2);
    char text[40];

    (void)state;
    for (uint64_t n = 0; n < SETS_MAX + 2; n++) {
        snprintf(text, sizeof(text), "[\"model-%llu\"]", (unsigned long long)n);
        set_models(p, n, text);
    }
    assert_true(fixture_serves(p, SETS_MAX, "model-0", T0));
    assert_true(fixture_serves(p, SETS_MAX + 1, "unheard of", T0));
    assert_false(fixture_serves(p, 1, "model-0", T0));
    assert_false(pool_lacks_model(p, "unheard of"));
    set_models(p, 1, ""); /* makes room for one more */
    set_models(p, SETS_MAX, "");
    snprintf(text, sizeof(text), "[\"model-%d\"]", SETS_MAX);
    set_models(p, SETS_MAX, text);
    assert_false(fixture_serves(p, SETS_MAX, "model-0", T0));
    assert_true(fixture_serves(p, 1, "model-0", T0));
    pool_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_changes__turns_are_true),
        cmocka_unit_test(key__that_lacks_the_model__is_never_given),
        cmocka_unit_test(names__that_mean_the_same__are_one_model),
        cmocka_unit_test(many_views__give_way_to_each_other),
        cmocka_unit_test(set_too_many__serves_any_model),
    };

    return cmocka_run_group_tests_name("sets", tests, NULL, NULL);
}
