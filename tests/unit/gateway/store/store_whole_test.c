/* The store as a whole: transactions of many calls, snapshots, emptying, and pages of keys. */
#include "store_fixture.h"

static enum err_code tally_model(struct fixture *f, const char *name, int64_t n, struct err *e)
{
    const struct store_model m = {.model = name, .tally = {.requests = n}, .last_used = 5000};

    return f->store.ops->model_put(f->store.db, FIRST, &m, e);
}

static void test_together_commits(void **state)
{
    struct fixture *f = *state;
    struct store_key *rows = fixture_keys(0, 3);
    const struct store_tally t = {.requests = 7, .duration_us = 8};
    struct store_tally got;

    CHECK(f->store.ops->together_begin(f->store.db, e));
    insert_keys(f, FIRST, rows, 3);
    CHECK(f->store.ops->global_put(f->store.db, FIRST, &t, e));
    CHECK(f->store.ops->together_end(f->store.db, ERR_OK, e));
    fixture_reopen(f);
    assert_int_equal(fixture_key_count(f, FIRST), 3);
    CHECK(f->store.ops->global_load(f->store.db, FIRST, &got, e));
    assert_memory_equal(&got, &t, sizeof(t));
    free(rows);
}

static void test_together_takes_back(void **state)
{
    struct fixture *f = *state;
    struct store_key *rows = fixture_keys(0, 3);
    const struct store_provider row = {.name = "lab",
                                       .base_url = "http://lab",
                                       .auth = "bearer",
                                       .probe_path = "",
                                       .models_path = "/v1/models",
                                       .probe_model = "",
                                       .enabled = true,
                                       .created_at = 5};
    struct err why = {0};

    insert_keys(f, FIRST, rows, 1);
    CHECK(f->store.ops->together_begin(f->store.db, e));
    CHECK(f->store.ops->provider_clear(f->store.db, FIRST, e));
    CHECK(f->store.ops->provider_add(f->store.db, 2, &row, e));
    insert_keys(f, 2, rows, 3);
    assert_int_equal(f->store.ops->together_end(f->store.db, err_set(&why, ERR_IO, "enough"), &why),
                     ERR_IO);
    assert_string_equal(why.text, "enough");
    assert_int_equal(fixture_key_count(f, FIRST), 1);
    /* The number and the name are free again. */
    CHECK(f->store.ops->provider_add(f->store.db, 2, &row, e));
    insert_keys(f, 2, rows, 2);
    assert_int_equal(fixture_key_count(f, 2), 2);
    free(rows);
}

struct page {
    uint64_t ids[10];
    int64_t place;
    size_t len;
};

static bool take_page(void *arg, const struct store_key *k)
{
    struct page *p = arg;

    p->ids[p->len++] = k->id;
    assert_true(k->place > p->place);
    p->place = k->place;
    return true;
}

static void test_keys_come_in_pages(void **state)
{
    struct fixture *f = *state;
    struct store_key *rows = fixture_keys(0, 5);
    struct page p = {.len = 0};

    insert_keys(f, FIRST, rows, 5);
    for (size_t want = 2; want < 8; want += 2) {
        CHECK(f->store.ops->keys_after(f->store.db, FIRST, p.place, 2, take_page, &p, e));
        assert_int_equal(p.len, want < 5 ? want : 5);
    }
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(p.ids[i], rows[i].id);
    free(rows);
}

static bool take_seal(void *arg, const struct store_key *k)
{
    *(char *)arg = (char)k->sealed[0];
    assert_int_equal(k->sealed_len, 3);
    return true;
}

static void test_keys_are_resealed(void **state)
{
    struct fixture *f = *state;
    struct store_key *rows = fixture_keys(0, 1);
    const struct store_seal seals[] = {{rows[0].id, (const uint8_t *)"new", 3},
                                       {12345, (const uint8_t *)"not there", 9}};
    char first = 0;

    insert_keys(f, FIRST, rows, 1);
    CHECK(f->store.ops->keys_reseal(f->store.db, FIRST, seals, 2, e));
    CHECK(f->store.ops->keys_load(f->store.db, FIRST, take_seal, &first, e));
    assert_int_equal(first, 'n');
    CHECK(f->store.ops->keys_reseal(f->store.db, FIRST, seals, 0, e));
    free(rows);
}

/* A snapshot stays as it was, and does not hinder those who write. */
static void test_snapshot_stands_still(void **state)
{
    struct fixture *f = *state;
    struct store_key *rows = fixture_keys(0, 4);
    struct fixture seen = {.store = {0}};
    struct err why = {0};

    insert_keys(f, FIRST, rows, 2);
    CHECK(f->store.ops->snapshot(f->store.db, &seen.store, e));
    insert_keys(f, FIRST, rows + 2, 2);
    assert_int_equal(fixture_key_count(&seen, FIRST), 2);
    assert_int_equal(fixture_key_count(f, FIRST), 4);
    assert_int_equal(seen.store.ops->meta_put(seen.store.db, "a", "b", &why), ERR_STORE);
    store_close(&seen.store);
    free(rows);
}

struct hours {
    int64_t requests, places;
    size_t len, spreads;
    char last[20];
};

static bool take_hour(void *arg, const char *name, int64_t hour, const struct store_tally *t)
{
    struct hours *h = arg;

    assert_true(strcmp(h->last, name) <= 0);
    assert_int_equal(hour % 3600000, 0);
    snprintf(h->last, sizeof(h->last), "%s", name);
    h->requests += t->requests;
    h->len++;
    return true;
}

static bool take_spread(void *arg, const char *name, int64_t hour, size_t place, int64_t n)
{
    struct hours *h = arg;

    assert_string_equal(name, "b");
    assert_int_equal(hour, 7200000);
    assert_true(place < sizeof(struct spread) / sizeof(int64_t));
    h->spreads++;
    h->places += n;
    return true;
}

static void test_all_hours(void **state)
{
    struct fixture *f = *state;
    struct spread spread = {.outcomes = {0, 3}, .buckets = {{4}}};
    const struct store_hour models[] = {
        {.name = "b", .hour = 7200000, .tally = {.requests = 2}, .spread = &spread},
        {.name = "a", .hour = 7200000, .tally = {.requests = 1}},
        {.name = "", .hour = 3600000, .nameless = true, .tally = {.requests = 4}}};
    const struct store_flush flush = {.provider = FIRST, .models = models, .models_len = 3};
    struct hours got = {.last = ""};

    CHECK(f->store.ops->flush(f->store.db, &flush, 1, e));
    CHECK(f->store.ops->hours_all(f->store.db, FIRST, STORE_HOURS_MODELS, take_hour, &got, e));
    CHECK(f->store.ops->spreads_all(f->store.db, FIRST, take_spread, &got, e));
    assert_int_equal(got.len, 3);
    assert_int_equal(got.requests, 7);
    assert_int_equal(got.spreads, 2);
    assert_int_equal(got.places, 7);
    CHECK(f->store.ops->hours_all(f->store.db, FIRST, STORE_HOURS_TOKENS, take_hour, &got, e));
    assert_int_equal(got.len, 3);
}

static bool count_model(void *arg, const struct store_model *m)
{
    *(int64_t *)arg += m->tally.requests;
    assert_int_equal(m->last_used, 5000);
    return true;
}

static bool take_audit(void *arg, const struct store_audit *a)
{
    strncat(arg, a->action, 10);
    return true;
}

static void test_clear(void **state)
{
    struct fixture *f = *state;
    struct store_key *rows = fixture_keys(0, 3);
    const struct store_audit a = {.at = 5,
                                  .actor = "",
                                  .role = "",
                                  .address = "",
                                  .action = "x",
                                  .provider = "",
                                  .target = "",
                                  .request_id = "",
                                  .detail = ""};
    char actions[40] = "";
    int64_t sum = 0;

    insert_keys(f, FIRST, rows, 3);
    insert_keys(f, SECOND, rows, 2);
    CHECK(tally_model(f, "m", 3, e));
    CHECK(tally_model(f, "m", 4, e)); /* it is there: as it was */
    CHECK(f->store.ops->models_load(f->store.db, FIRST, count_model, &sum, e));
    assert_int_equal(sum, 3);
    CHECK(f->store.ops->audit_add(f->store.db, &a, e));
    CHECK(f->store.ops->audit_all(f->store.db, take_audit, actions, e));
    assert_string_equal(actions, "x");
    CHECK(f->store.ops->provider_clear(f->store.db, FIRST, e));
    CHECK(f->store.ops->common_clear(f->store.db, e));
    CHECK(f->store.ops->audit_all(f->store.db, take_audit, actions, e));
    CHECK(f->store.ops->models_load(f->store.db, FIRST, count_model, &sum, e));
    assert_string_equal(actions, "x");
    assert_int_equal(sum, 3);
    assert_int_equal(fixture_key_count(f, FIRST), 0);
    assert_int_equal(fixture_key_count(f, SECOND), 2);
    free(rows);
}

static void test_source_is_read(void **state)
{
    struct fixture *f = *state;
    struct store_key *rows = fixture_keys(0, 2);
    struct fixture seen = {.store = {0}};
    struct err why = {0};

    insert_keys(f, FIRST, rows, 2);
    CHECK(store_open_source(&seen.store, f->url, e));
    assert_int_equal(fixture_key_count(&seen, FIRST), 2);
    store_close(&seen.store);
    assert_int_equal(store_open_source(&seen.store, "mysql://x", &why), ERR_BAD_FIELD);
    assert_int_equal(store_open_source(&seen.store, "sqlite:pool.db", &why), ERR_BAD_FIELD);
    assert_int_equal(store_open_source(&seen.store, "sqlite:/nowhere/pool.db", &why), ERR_STORE);
    free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_together_commits),
        STORE_TEST(test_together_takes_back),
        STORE_TEST(test_keys_come_in_pages),
        STORE_TEST(test_keys_are_resealed),
        STORE_TEST(test_snapshot_stands_still),
        STORE_TEST(test_all_hours),
        STORE_TEST(test_clear),
        STORE_TEST(test_source_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
