/* Tests of users in the store: codes, registration, logins, check-ins, and many at once. */
#include <pthread.h>

#include "crypto/digest.h"
#include "store/users.h"
#include "store_fixture.h"

#define OPS(f) (f)->store.ops->users
#define DB(f)  (f)->store.db

enum { DAY = 86400000, RACERS = 2, RACES = 50 };
static const int64_t now = 1700000000000;

/* Everything that a registration is made of. */
struct person {
    char email[64];
    struct store_user user;
    struct store_token token;
    struct store_session session;
    struct store_code code;
    struct store_registration r;
};

static struct store_code code_of(const char *email, const char *purpose, int digits)
{
    struct store_code c = {
        .email = email, .purpose = purpose, .created_at = now, .expires_at = now + 600000};
    struct digest d;

    digest_of(&digits, sizeof(digits), &d);
    memcpy(c.digest, d.bytes, sizeof(c.digest));
    return c;
}

static void person_init(struct person *p, int n)
{
    snprintf(p->email, sizeof(p->email), "user%d@example.org", n);
    p->user = (struct store_user){.id = fixture_id((uint64_t)n),
                                  .email = p->email,
                                  .password_hash = "$scrypt$old",
                                  .active = true,
                                  .role = "user",
                                  .default_provider = "ollama",
                                  .key_provider = "ollama",
                                  .key_id = fixture_id((uint64_t)n + 1000),
                                  .key_sealed = (const uint8_t *)"sealed",
                                  .key_sealed_len = 6,
                                  .key_expires_at = now + DAY,
                                  .models = "",
                                  .created_at = now,
                                  .updated_at = now};
    p->token = (struct store_token){.id = p->user.key_id,
                                    .hint = "sk-…",
                                    .name = "key",
                                    .created_at = now,
                                    .expires_at = now + DAY};
    p->session = (struct store_session){.jti = fixture_id((uint64_t)n + 2000),
                                        .user = p->user.id,
                                        .created_at = now,
                                        .expires_at = now + DAY};
    p->code = code_of(p->email, "register", 123456);
    p->r = (struct store_registration){.user = &p->user,
                                       .provider = FIRST,
                                       .token = &p->token,
                                       .session = &p->session,
                                       .code = &p->code};
}

static enum store_verdict do_register(struct fixture *f, const struct person *p)
{
    enum store_verdict v = STORE_DONE;

    CHECK(OPS(f)->user_register(DB(f), &p->r, &v, e));
    return v;
}

static void join(struct fixture *f, struct person *p, int n)
{
    person_init(p, n);
    CHECK(OPS(f)->code_put(DB(f), &p->code, e));
    assert_int_equal(do_register(f, p), STORE_DONE);
}

struct seen {
    size_t users, sessions, tokens, days;
    bool active;
    char email[64], hash[64], day[16];
    uint64_t id, key_id;
    int64_t key_expires_at, last_login_at, last_sign_in_at, token_expires_at, total;
};

static bool see_user(void *arg, const struct store_user *u)
{
    struct seen *s = arg;

    s->users++;
    s->active = u->active;
    s->id = u->id;
    s->key_id = u->key_id;
    s->key_expires_at = u->key_expires_at;
    s->last_login_at = u->last_login_at;
    s->last_sign_in_at = u->last_sign_in_at;
    snprintf(s->email, sizeof(s->email), "%s", u->email);
    snprintf(s->hash, sizeof(s->hash), "%s", u->password_hash);
    assert_int_equal(u->key_sealed_len, 6);
    return true;
}

static bool see_session(void *arg, const struct store_session *session)
{
    (void)session;
    ((struct seen *)arg)->sessions++;
    return true;
}

static bool see_token(void *arg, const struct store_token *t)
{
    struct seen *s = arg;

    s->tokens++;
    s->token_expires_at = t->expires_at;
    return true;
}

static bool see_day(void *arg, const struct store_day *d)
{
    struct seen *s = arg;

    if (s->days++ == 0)
        snprintf(s->day, sizeof(s->day), "%s", d->day);
    return true;
}

static struct seen look(struct fixture *f)
{
    struct seen s = {0};

    CHECK(OPS(f)->users_load(DB(f), see_user, &s, e));
    CHECK(OPS(f)->sessions_load(DB(f), now, see_session, &s, e));
    CHECK(f->store.ops->tokens_load(DB(f), FIRST, see_token, &s, e));
    return s;
}

static enum store_verdict try_code(struct fixture *f, const char *email, const char *purpose, int n)
{
    struct store_code c = code_of(email, purpose, n);
    enum store_verdict v;

    CHECK(OPS(f)->code_try(DB(f), &c, &v, e));
    return v;
}

static void code__is_good_for_one_purpose_five_tries_and_until_the_next(void **state)
{
    struct fixture *f = *state;
    struct store_code c = code_of("a@b.org", "login", 111111);

    assert_int_equal(try_code(f, "a@b.org", "login", 111111), STORE_CODE_WRONG);
    CHECK(OPS(f)->code_put(DB(f), &c, e));
    assert_int_equal(try_code(f, "a@b.org", "reset", 111111), STORE_CODE_WRONG);
    assert_int_equal(try_code(f, "b@b.org", "login", 111111), STORE_CODE_WRONG);
    for (int i = 0; i < STORE_CODE_TRIES - 1; i++)
        assert_int_equal(try_code(f, "a@b.org", "login", 9), STORE_CODE_WRONG);
    assert_int_equal(try_code(f, "a@b.org", "login", 111111), STORE_DONE);
    assert_int_equal(try_code(f, "a@b.org", "login", 9), STORE_CODE_WRONG);
    fixture_reopen(f); /* a count of tries is durable */
    assert_int_equal(try_code(f, "a@b.org", "login", 111111), STORE_CODE_WRONG);
    c = code_of("a@b.org", "login", 222222);
    CHECK(OPS(f)->code_put(DB(f), &c, e));
    assert_int_equal(try_code(f, "a@b.org", "login", 111111), STORE_CODE_WRONG);
    assert_int_equal(try_code(f, "a@b.org", "login", 222222), STORE_DONE);
    c.expires_at = now; /* it is over from that moment on */
    CHECK(OPS(f)->code_put(DB(f), &c, e));
    assert_int_equal(try_code(f, "a@b.org", "login", 222222), STORE_CODE_WRONG);
}

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

static enum store_verdict login(struct fixture *f, const struct person *p, uint64_t jti,
                                const char *hash, const char *new_hash, int digits)
{
    struct store_session session = p->session;
    struct store_code code = code_of(p->email, "login", digits);
    struct store_login l = {.session = &session, .password_hash = hash, .new_hash = new_hash};
    enum store_verdict v;

    session.jti = jti;
    l.code = digits != 0 ? &code : NULL;
    CHECK(OPS(f)->user_login(DB(f), &l, &v, e));
    return v;
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
    CHECK(OPS(f)->session_delete(DB(f), 11, e));
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

static enum store_verdict sign(struct fixture *f, const struct person *p, const char *day,
                               int64_t at, int64_t *expires_at)
{
    struct store_signin s = {.user = p->user.id,
                             .provider = FIRST,
                             .day = day,
                             .now = at,
                             .add_ms = DAY,
                             .renew_from = at - 7 * (int64_t)DAY};
    enum store_verdict v;

    CHECK(OPS(f)->user_sign(DB(f), &s, expires_at, &v, e));
    return v;
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

static enum store_verdict send(struct fixture *f, const char *email, const char *ip, int64_t at,
                               int64_t *wait_ms)
{
    struct store_send sends[] = {{email, 60000, 3}, {ip, 0, 5}};
    enum store_verdict v;

    CHECK(OPS(f)->send_count(DB(f), sends, 2, at, &v, wait_ms, e));
    return v;
}

static void sends__are_counted_by_address_and_network_or_not_at_all(void **state)
{
    struct fixture *f = *state;
    const int64_t day = now / DAY * DAY;
    int64_t wait = 0;

    assert_int_equal(send(f, "a@b.org", "ip 1", day, &wait), STORE_DONE);
    assert_int_equal(send(f, "a@b.org", "ip 1", day + 59999, &wait), STORE_LIMITED);
    assert_int_equal(wait, 1);
    assert_int_equal(send(f, "a@b.org", "ip 1", day + 60000, &wait), STORE_DONE);
    assert_int_equal(send(f, "a@b.org", "ip 1", day + 120000, &wait), STORE_DONE);
    assert_int_equal(send(f, "a@b.org", "ip 1", day + 180000, &wait), STORE_LIMITED);
    assert_int_equal(wait, DAY - 180000);
    /* What the address was refused the network was not charged. */
    assert_int_equal(send(f, "b@b.org", "ip 1", day + 180000, &wait), STORE_DONE);
    assert_int_equal(send(f, "c@b.org", "ip 1", day + 180000, &wait), STORE_DONE);
    assert_int_equal(send(f, "d@b.org", "ip 1", day + 180000, &wait), STORE_LIMITED);
    assert_int_equal(send(f, "d@b.org", "ip 2", day + 180000, &wait), STORE_DONE);
    assert_int_equal(send(f, "a@b.org", "ip 1", day + DAY, &wait), STORE_DONE);
}

static void prune__forgets_what_is_over(void **state)
{
    struct fixture *f = *state;
    char value[16] = "one";
    struct person p;

    join(f, &p, 1);
    CHECK(OPS(f)->users_prune(DB(f), now, e));
    assert_int_equal(look(f).sessions, 1);
    CHECK(OPS(f)->users_prune(DB(f), now + DAY, e));
    assert_int_equal(look(f).sessions, 0);
    CHECK(OPS(f)->meta_make(DB(f), "m", value, sizeof(value), e));
    snprintf(value, sizeof(value), "two");
    CHECK(OPS(f)->meta_make(DB(f), "m", value, sizeof(value), e));
    assert_string_equal(value, "one");
}

/* ---- many at once: on PostgreSQL from two connections, as two gateways would ---- */

struct racer {
    struct store store;
    struct person *p;
    size_t len; /* races it runs in */
    enum store_verdict verdicts[RACES];
    int64_t at;
    bool sign;
};

static void *race(void *arg)
{
    struct racer *r = arg;
    struct fixture f = {.store = r->store};
    int64_t expires_at;

    for (size_t i = 0; i < r->len; i++)
        r->verdicts[i] =
            r->sign ? sign(&f, r->p, "2026-03-01", now, &expires_at)
                    : login(&f, r->p, 5000 + (uint64_t)r->at * RACES + i, NULL, NULL, 4711);
    return NULL;
}

/* How many of all tries were done. */
static size_t run_races(struct fixture *f, struct person *p, bool signs)
{
    bool two = f->database[0] != '\0';
    struct racer racers[RACERS] = {0};
    pthread_t threads[RACERS];
    char url[300];
    size_t done = 0;

    snprintf(url, sizeof(url), "%s?pgbouncer=true", f->url); /* which does without the lock */
    for (int i = 0; i < RACERS; i++) {
        racers[i] = (struct racer){.store = f->store, .p = p, .len = RACES, .sign = signs};
        racers[i].at = i;
        if (i > 0 && two)
            CHECK(store_open(&racers[i].store, url, f->folder, e));
    }
    for (int i = 0; i < RACERS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
        if (!two) /* a store is used by one thread at a time */
            pthread_join(threads[i], NULL);
    }
    for (int i = 0; i < RACERS; i++) {
        if (two)
            pthread_join(threads[i], NULL);
        for (size_t n = 0; n < RACES; n++)
            done += racers[i].verdicts[n] == STORE_DONE;
        if (i > 0 && two)
            store_close(&racers[i].store);
    }
    return done;
}

static void races__one_of_many_logins_with_a_code_wins(void **state)
{
    struct fixture *f = *state;
    struct store_code c;
    struct person p;

    join(f, &p, 1);
    for (int i = 0; i < 5; i++) {
        c = code_of(p.email, "login", 4711);
        CHECK(OPS(f)->code_put(DB(f), &c, e));
        assert_int_equal(run_races(f, &p, false), 1);
        CHECK(OPS(f)->sessions_delete(DB(f), p.user.id, e));
    }
}

static void races__one_of_many_checkins_wins(void **state)
{
    struct fixture *f = *state;
    struct person p;

    for (int i = 0; i < 5; i++) {
        join(f, &p, i + 1);
        assert_int_equal(run_races(f, &p, true), 1);
        assert_int_equal(look(f).token_expires_at, now + 2 * (int64_t)DAY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(code__is_good_for_one_purpose_five_tries_and_until_the_next),
        STORE_TEST(registration__makes_all_or_nothing_and_burns_nothing),
        STORE_TEST(registration__needs_an_invite_that_is_not_used_up),
        STORE_TEST(login__needs_the_password_that_was_checked_or_a_code_once),
        STORE_TEST(password__once_changed_ends_all_sessions),
        STORE_TEST(sign__adds_a_day_once_a_day_to_both_rows),
        STORE_TEST(key__is_replaced_once),
        STORE_TEST(user__is_deleted_with_all_that_is_theirs),
        STORE_TEST(sends__are_counted_by_address_and_network_or_not_at_all),
        STORE_TEST(prune__forgets_what_is_over),
        STORE_TEST(races__one_of_many_logins_with_a_code_wins),
        STORE_TEST(races__one_of_many_checkins_wins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
