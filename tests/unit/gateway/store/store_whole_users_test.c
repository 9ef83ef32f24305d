/* Users as a whole: in pages, sealed anew, written as they were, and emptied. */
#include "users_fixture.h"

struct page {
    uint64_t ids[3];
    int64_t place;
    size_t len;
};

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
        STORE_TEST(test_users_come_in_pages),
        STORE_TEST(test_users_are_put),
        STORE_TEST(test_clear_leaves_nothing_of_users),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
