/* The store as a whole: transactions of many calls, snapshots, emptying, and pages of keys. */
#include "users_fixture.h"

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

/* ---- users ---- */

static bool take_user_page(void *arg, const struct store_user *u)
{
    struct page *got = arg;

    got->ids[got->len++] = u->id;
    assert_true(u->place > got->place);
    got->place = u->place;
    return true;
}

static bool is_resealed(void *arg, const struct store_user *u)
{
    (void)arg;
    assert_memory_equal(u->key_sealed, "other!", 6);
    return false;
}

struct days {
    char text[200];
};

/* Without the blanks that PostgreSQL writes. */
static bool take_days(void *arg, const char *email, const char *list)
{
    struct days *d = arg;
    size_t len = (size_t)snprintf(d->text, sizeof(d->text), "%s", email);

    for (; *list != '\0' && len + 1 < sizeof(d->text); list++)
        if (*list != ' ')
            d->text[len++] = *list;
    d->text[len] = '\0';
    return true;
}

static bool is_invite(void *arg, const struct store_invite *i)
{
    (void)arg;
    assert_int_equal(i->id, 7);
    assert_int_equal(i->uses, 2);
    assert_int_equal(i->uses_max, 3);
    assert_int_equal(i->expires_at, 0);
    assert_string_equal(i->note, "n");
    return true;
}

static bool no_invite(void *arg, const struct store_invite *i)
{
    (void)arg;
    fail_msg("an invite is left: %s", i->hint);
    return true;
}

static void test_users_come_in_pages(void **state)
{
    struct fixture *f = *state;
    struct person p[3];
    struct page got = {.place = INT64_MIN};
    const struct store_seal seals[] = {{fixture_id(1), (const uint8_t *)"other!", 6},
                                       {12345, (const uint8_t *)"nobody", 6}};

    for (int i = 0; i < 3; i++)
        join(f, &p[i], i);
    for (size_t want = 2; want < 6; want += 2) {
        CHECK(OPS(f)->users_after(DB(f), got.place, 2, take_user_page, &got, e));
        assert_int_equal(got.len, want < 3 ? want : 3);
    }
    for (int i = 0; i < 3; i++)
        assert_true(got.ids[i] == p[i].user.id);
    CHECK(OPS(f)->users_reseal(DB(f), seals, 2, e));
    CHECK(OPS(f)->user_find(DB(f), NULL, fixture_id(1), is_resealed, NULL, e));
}

/* What was written is read as it was; who is there already stays. */
static void test_users_are_put(void **state)
{
    struct fixture *f = *state;
    struct person p;
    struct days days = {.text = ""};
    struct store_invite invite = {
        .id = 7, .hint = "in…", .note = "n", .uses = 2, .uses_max = 3, .created_at = now};
    struct seen s;
    bool added;

    person_init(&p, 1);
    p.user.last_sign_in_at = now - 5;
    CHECK(OPS(f)->user_put(DB(f), &p.user, &added, e));
    assert_true(added);
    s = look(f);
    assert_true(s.id == p.user.id && s.key_id == p.user.key_id && s.active);
    assert_int_equal(s.last_sign_in_at, now - 5);
    assert_int_equal(s.last_login_at, 0);
    p.user.id++;
    p.user.key_id++;
    CHECK(OPS(f)->user_put(DB(f), &p.user, &added, e));
    assert_false(added);
    CHECK(OPS(f)->signins_put(DB(f), p.email, "[[\"2026-01-31\",1769900000001]]", e));
    CHECK(OPS(f)->signins_put(DB(f), p.email, "[[\"2026-01-30\",1769800000000],[\"2026-01-31\",5]]",
                              e));
    CHECK(OPS(f)->signins_put(DB(f), "nobody@example.org", "[[\"2026-01-31\",5]]", e));
    CHECK(OPS(f)->signins_all(DB(f), take_days, &days, e));
    assert_string_equal(days.text, "user1@example.org"
                                   "[[\"2026-01-30\",1769800000000],"
                                   "[\"2026-01-31\",1769900000001]]");
    CHECK(OPS(f)->invite_put(DB(f), &invite, e));
    invite.uses = 1;
    CHECK(OPS(f)->invite_put(DB(f), &invite, e));
    CHECK(OPS(f)->invites_all(DB(f), is_invite, NULL, e));
}

static void test_clear_leaves_nothing_of_users(void **state)
{
    struct fixture *f = *state;
    const struct store_send send = {.subject = "x", .gap_ms = DAY, .day_max = 1};
    struct store_invite invite = {.id = 7, .hint = "", .note = "", .created_at = now};
    int64_t at, wait_ms, total;
    enum store_verdict v;
    struct person p;

    join(f, &p, 1);
    assert_int_equal(sign(f, &p, "2026-01-31", now, &at), STORE_DONE);
    CHECK(OPS(f)->invite_put(DB(f), &invite, e));
    CHECK(OPS(f)->send_count(DB(f), &send, 1, now, &v, &wait_ms, e));
    CHECK(f->store.ops->common_clear(DB(f), e));
    CHECK(f->store.ops->provider_clear(DB(f), FIRST, e));
    assert_int_equal(look(f).users + look(f).sessions + look(f).tokens, 0);
    CHECK(OPS(f)->signins_list(DB(f), p.user.id, 5, 0, see_day, &(struct seen){0}, &total, e));
    assert_int_equal(total, 0);
    assert_int_equal(try_code(f, p.email, "register", 123456), STORE_CODE_WRONG);
    CHECK(OPS(f)->invites_all(DB(f), no_invite, NULL, e));
    CHECK(OPS(f)->send_count(DB(f), &send, 1, now, &v, &wait_ms, e));
    assert_int_equal(v, STORE_DONE);
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
        STORE_TEST(test_users_come_in_pages),
        STORE_TEST(test_users_are_put),
        STORE_TEST(test_clear_leaves_nothing_of_users),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
