/* Tests of users in the store: registration, logins, check-ins, tokens. */
#include "users_fixture.h"

static void registration__makes_all_or_nothing_and_burns_nothing(void **state)
{
    struct fixture *f = *state;
    struct person p, twin;
    struct seen s;

    person_init(&p, 1);
    assert_int_equal(do_register(f, &p), STORE_CODE_WRONG);
    assert_int_equal(look(f).users, 0);
    CHECK(OPS(f)->code_put(DB(f), &p.code, e));
    assert_int_equal(do_register(f, &p), STORE_DONE);
    s = look(f);
    assert_int_equal(s.users + s.tokens + s.sessions, 3);
    assert_true(s.active);
    assert_string_equal(s.email, p.email);
    assert_int_equal(s.key_id, p.token.id);
    assert_int_equal(s.token_expires_at, s.key_expires_at);
    assert_int_equal(do_register(f, &p), STORE_CODE_USED);
    /* Another code for the address that has a user by now: it stays as it was. */
    person_init(&twin, 2);
    twin.user.email = twin.code.email = p.email;
    CHECK(OPS(f)->code_put(DB(f), &twin.code, e));
    assert_int_equal(do_register(f, &twin), STORE_EXISTS);
    assert_int_equal(try_code(f, p.email, "register", 123456), STORE_DONE);
    s = look(f);
    assert_int_equal(s.users + s.tokens + s.sessions, 3);
}

static void registration__needs_an_invite_that_is_not_used_up(void **state)
{
    struct fixture *f = *state;
    struct store_invite invite = {
        .id = 7, .hint = "in…", .note = "", .uses_max = 1, .created_at = now};
    struct person p, late;

    memset(invite.digest, 5, sizeof(invite.digest));
    person_init(&p, 1);
    p.r.invite = invite.digest;
    CHECK(OPS(f)->code_put(DB(f), &p.code, e));
    assert_int_equal(do_register(f, &p), STORE_NO_INVITE);
    CHECK(OPS(f)->invite_insert(DB(f), &invite, e));
    assert_int_equal(do_register(f, &p), STORE_DONE); /* the code was not burned */
    person_init(&late, 2);
    late.r.invite = invite.digest;
    CHECK(OPS(f)->code_put(DB(f), &late.code, e));
    assert_int_equal(do_register(f, &late), STORE_NO_INVITE);
    assert_int_equal(look(f).users, 1);
}

static void login__needs_the_password_that_was_checked_or_a_code_once(void **state)
{
    struct fixture *f = *state;
    struct person p;
    struct store_code c;

    join(f, &p, 1);
    assert_int_equal(login(f, &p, 10, "$scrypt$other", NULL, 0), STORE_CHANGED);
    assert_int_equal(login(f, &p, 11, "$scrypt$old", "$scrypt$new", 0), STORE_DONE);
    assert_string_equal(look(f).hash, "$scrypt$new");
    assert_int_equal(look(f).last_login_at, now);
    assert_int_equal(look(f).sessions, 2);
    c = code_of(p.email, "login", 5);
    CHECK(OPS(f)->code_put(DB(f), &c, e));
    assert_int_equal(login(f, &p, 12, NULL, NULL, 6), STORE_CODE_WRONG);
    assert_int_equal(login(f, &p, 13, NULL, NULL, 5), STORE_DONE);
    assert_int_equal(login(f, &p, 14, NULL, NULL, 5), STORE_CODE_USED);
    assert_int_equal(look(f).sessions, 3);
    CHECK(OPS(f)->session_delete(DB(f), p.user.id, 11, e));
    assert_int_equal(look(f).sessions, 2);
}

static void password__once_changed_ends_all_sessions(void **state)
{
    struct fixture *f = *state;
    struct store_session kept;
    struct person p, other;
    enum store_verdict v;
    struct store_code c;

    join(f, &p, 1);
    join(f, &other, 2);
    kept = p.session;
    kept.jti = 77;
    CHECK(OPS(f)->user_password(DB(f), p.user.id, "$scrypt$wrong", "$scrypt$new", NULL, &kept, now,
                                &v, e));
    assert_int_equal(v, STORE_CHANGED);
    assert_int_equal(look(f).sessions, 2);
    CHECK(OPS(f)->user_password(DB(f), p.user.id, "$scrypt$old", "$scrypt$new", NULL, &kept, now,
                                &v, e));
    assert_int_equal(v, STORE_DONE);
    assert_int_equal(look(f).sessions, 2); /* the other's, and the new one */
    c = code_of(p.email, "reset", 5);
    CHECK(OPS(f)->user_password(DB(f), p.user.id, "", "$scrypt$reset", &c, NULL, now, &v, e));
    assert_int_equal(v, STORE_CODE_WRONG);
    CHECK(OPS(f)->code_put(DB(f), &c, e));
    CHECK(OPS(f)->user_password(DB(f), p.user.id, "", "$scrypt$reset", &c, NULL, now, &v, e));
    assert_int_equal(v, STORE_DONE);
    assert_int_equal(look(f).sessions, 1);
}

static void sign__adds_a_day_once_a_day_to_both_rows(void **state)
{
    struct fixture *f = *state;
    int64_t expires_at = 0;
    struct seen s;
    struct person p;

    join(f, &p, 1);
    assert_int_equal(sign(f, &p, "2026-01-01", now, &expires_at), STORE_DONE);
    assert_int_equal(expires_at, now + 2 * (int64_t)DAY);
    assert_int_equal(sign(f, &p, "2026-01-01", now, &expires_at), STORE_SIGNED);
    s = look(f);
    assert_int_equal(s.key_expires_at, now + 2 * (int64_t)DAY);
    assert_int_equal(s.token_expires_at, s.key_expires_at);
    assert_int_equal(s.last_sign_in_at, now);
    /* One that has expired counts from now; one that has for too long does not come back. */
    assert_int_equal(sign(f, &p, "2026-01-05", now + 5 * (int64_t)DAY, &expires_at), STORE_DONE);
    assert_int_equal(expires_at, now + 6 * (int64_t)DAY);
    assert_int_equal(sign(f, &p, "2026-02-01", now + 30 * (int64_t)DAY, &expires_at), STORE_LAPSED);
    s = look(f);
    assert_int_equal(s.token_expires_at, now + 6 * (int64_t)DAY);
    CHECK(OPS(f)->signins_list(DB(f), p.user.id, 1, 0, see_day, &s, &s.total, e));
    assert_int_equal(s.days, 1);
    assert_int_equal(s.total, 2);
    assert_string_equal(s.day, "2026-01-05");
}

static void key__is_replaced_once(void **state)
{
    struct fixture *f = *state;
    struct store_rotation r;
    struct store_token token;
    enum store_verdict v;
    struct person p;

    join(f, &p, 1);
    token = p.token;
    token.id = 4711;
    r = (struct store_rotation){.user = p.user.id,
                                .provider = FIRST,
                                .old_key_id = p.token.id,
                                .token = &token,
                                .sealed = (const uint8_t *)"opened",
                                .sealed_len = 6};
    CHECK(OPS(f)->user_rotate(DB(f), &r, &v, e));
    assert_int_equal(v, STORE_DONE);
    assert_int_equal(look(f).key_id, 4711);
    assert_int_equal(look(f).tokens, 1);
    token.id = 4712;
    CHECK(OPS(f)->user_rotate(DB(f), &r, &v, e));
    assert_int_equal(v, STORE_CHANGED);
    assert_int_equal(look(f).key_id, 4711);
    assert_int_equal(look(f).tokens, 1);
}

static void user__is_deleted_with_all_that_is_theirs(void **state)
{
    struct fixture *f = *state;
    int64_t expires_at, total;
    enum store_verdict v;
    struct person p;
    struct seen s;

    join(f, &p, 1);
    assert_int_equal(sign(f, &p, "2026-01-01", now, &expires_at), STORE_DONE);
    CHECK(OPS(f)->user_delete(DB(f), p.user.id, "$scrypt$wrong", FIRST, &v, e));
    assert_int_equal(v, STORE_CHANGED);
    assert_int_equal(look(f).users, 1);
    CHECK(OPS(f)->user_delete(DB(f), p.user.id, "$scrypt$old", FIRST, &v, e));
    assert_int_equal(v, STORE_DONE);
    s = look(f);
    assert_int_equal(s.users + s.tokens + s.sessions, 0);
    CHECK(OPS(f)->signins_list(DB(f), p.user.id, 10, 0, see_day, &s, &total, e));
    assert_int_equal(total, 0);
    assert_int_equal(try_code(f, p.email, "register", 123456), STORE_CODE_WRONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(registration__makes_all_or_nothing_and_burns_nothing),
        STORE_TEST(registration__needs_an_invite_that_is_not_used_up),
        STORE_TEST(login__needs_the_password_that_was_checked_or_a_code_once),
        STORE_TEST(password__once_changed_ends_all_sessions),
        STORE_TEST(sign__adds_a_day_once_a_day_to_both_rows),
        STORE_TEST(key__is_replaced_once),
        STORE_TEST(user__is_deleted_with_all_that_is_theirs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
