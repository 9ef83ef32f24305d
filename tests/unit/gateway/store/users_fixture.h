/* Users for the tests of the store: what a registration is made of, and what the store then has. */
#ifndef USERS_FIXTURE_H
#define USERS_FIXTURE_H

#include "crypto/digest.h"
#include "store/users.h"
#include "store_fixture.h"

#define OPS(f) (f)->store.ops->users
#define DB(f)  (f)->store.db

enum { DAY = 86400000 };
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

static inline struct store_code code_of(const char *email, const char *purpose, int digits)
{
    struct store_code c = {
        .email = email, .purpose = purpose, .created_at = now, .expires_at = now + 600000};
    struct digest d;

    digest_of(&digits, sizeof(digits), &d);
    memcpy(c.digest, d.bytes, sizeof(c.digest));
    return c;
}

static inline void person_init(struct person *p, int n)
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

static inline enum store_verdict do_register(struct fixture *f, const struct person *p)
{
    enum store_verdict v = STORE_DONE;

    CHECK(OPS(f)->user_register(DB(f), &p->r, &v, e));
    return v;
}

static inline void join(struct fixture *f, struct person *p, int n)
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

static inline bool see_user(void *arg, const struct store_user *u)
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

static inline bool see_session(void *arg, const struct store_session *session)
{
    (void)session;
    ((struct seen *)arg)->sessions++;
    return true;
}

static inline bool see_token(void *arg, const struct store_token *t)
{
    struct seen *s = arg;

    s->tokens++;
    s->token_expires_at = t->expires_at;
    return true;
}

static inline bool see_day(void *arg, const struct store_day *d)
{
    struct seen *s = arg;

    if (s->days++ == 0)
        snprintf(s->day, sizeof(s->day), "%s", d->day);
    return true;
}

static inline struct seen look(struct fixture *f)
{
    struct seen s = {0};

    CHECK(OPS(f)->users_load(DB(f), see_user, &s, e));
    CHECK(OPS(f)->sessions_load(DB(f), 0, now, see_session, &s, e));
    CHECK(f->store.ops->tokens_load(DB(f), FIRST, see_token, &s, e));
    return s;
}

static inline enum store_verdict try_code(struct fixture *f, const char *email, const char *purpose,
                                          int n)
{
    struct store_code c = code_of(email, purpose, n);
    enum store_verdict v;

    CHECK(OPS(f)->code_try(DB(f), &c, &v, e));
    return v;
}

static inline enum store_verdict login(struct fixture *f, const struct person *p, uint64_t jti,
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

static inline enum store_verdict sign(struct fixture *f, const struct person *p, const char *day,
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

#endif
