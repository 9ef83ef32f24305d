/* Tests of lists and changes while requests take keys: for the sanitizers, and for what must add
 * up. */
#include "pool_fixture.h"

#include <pthread.h>

enum { KEYS = 600, REQUESTERS = 4, ROUNDS = 400 };
static const char *const models[] = {"", "m1", "m2", "unheard of"};

struct busy {
    struct pool *p;
    atomic_bool stop;
    atomic_int wrong;
};

/* As requests do: a key's constant parts are read while it may be edited, or be gone. */
static void *request(void *arg)
{
    static const enum class_effect effects[] = {EFFECT_SUCCESS, EFFECT_SUCCESS, EFFECT_SOFT,
                                                EFFECT_COOL,    EFFECT_NONE,    EFFECT_MODEL};
    struct busy *b = arg;

    for (unsigned i = 0; !atomic_load(&b->stop); i++) {
        struct verdict v = {.rule = "some_rule", .effect = effects[i % ARRAY_LEN(effects)]};
        const char *model = models[i / 3 % ARRAY_LEN(models)];
        int64_t now_ms = T0 + i;
        uint32_t trial;
        struct pool_key *k = pool_pick(b->p, model, NULL, 0, now_ms, &trial);

        if (k == NULL)
            continue;
        atomic_fetch_add(&b->wrong, strlen(k->secret) != 39 || k->masked[0] == '\0');
        v.until_ms = now_ms + 5;
        if (i % 7 == 0)
            pool_release(b->p, k, trial, now_ms);
        else
            pool_report(b->p, k, trial, &v, model, now_ms);
        subject_unref(&k->subject);
    }
    return NULL;
}

static void list_something(struct pool *p, unsigned round)
{
    struct key_filter f = {.statuses = round % 3 ? 0 : 1u << KEY_ACTIVE,
                           .search = round % 4 ? NULL : "some",
                           .tag = round % 5 ? NULL : "t1"};
    struct bits found = {0};
    uint32_t slots[KEYS + 10];
    struct key_look looks[KEYS + 10];
    size_t matched = pool_select(p, &f, T0 + round, &found), len;

    len = pool_page(p, &found, (enum key_sort)(round % KEY_SORT_COUNT), round % 2, 0, slots,
                    ARRAY_LEN(slots));
    assert_int_equal(len, matched);
    pool_look(p, slots, len, T0 + round, looks);
    for (size_t i = 0; i < len; i++) {
        assert_non_null(looks[i].key->username);
        assert_true(f.tag == NULL || words_have(looks[i].profile->tags, f.tag));
    }
    bits_done(&found);
}

static void change_something(struct pool *p, unsigned round)
{
    static const char *const lists[] = {"", "[\"m1\"]", "[\"m1\",\"m2\"]", "[\"m2\"]"};
    static const char *const tags[] = {"", "[\"t1\"]", "[\"t1\",\"t2\"]"};
    struct store_key_edit edits[40];
    struct store_key_state state = {0};

    if (round % 3 == 0)
        pool_state_disabled(&state, round % 2 ? 0 : T0 + round + 10);
    for (unsigned i = 0; i < ARRAY_LEN(edits); i++)
        edits[i] = (struct store_key_edit){.id = fixture_id((round * 31 + i * 13) % KEYS),
                                           .parts = (round + i) * 37 % 256,
                                           .username = i % 2 ? "someone" : "Somebody Else",
                                           .note = i % 3 ? "" : "noted",
                                           .tags = tags[(round + i) % ARRAY_LEN(tags)],
                                           .category = i % 4 ? "" : "free",
                                           .models = lists[(round / 2 + i) % ARRAY_LEN(lists)],
                                           .state = &state};
    pool_edit(p, edits, ARRAY_LEN(edits), T0 + round);
    pool_remove(p, fixture_id(round % KEYS));
    fixture_add_expiring(p, round % KEYS, round % 4 ? 0 : T0 + round + 50, T0 + round);
}

static void lists_and_changes__among_requests(void **state)
{
    struct busy b = {.p = fixture_pool(KEYS)};
    pthread_t threads[REQUESTERS];

    (void)state;
    for (size_t i = 0; i < REQUESTERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, request, &b), 0);
    for (unsigned round = 0; round < ROUNDS; round++) {
        change_something(b.p, round);
        list_something(b.p, round);
        pool_outlook(b.p, T0 + round, &(struct pool_outlook){0});
        pool_lacks_model(b.p, "m1");
    }
    atomic_store(&b.stop, true);
    for (size_t i = 0; i < REQUESTERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&b.wrong), 0);
    assert_int_equal(b.p->trials.count, 0);
    fixture_check_counts(b.p, T0 + 1000ll * HOUR_MS);
    pool_free(b.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_and_changes__among_requests),
    };

    return cmocka_run_group_tests_name("busy", tests, NULL, NULL);
}
