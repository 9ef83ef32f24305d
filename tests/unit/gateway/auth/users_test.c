/* Tests of users and sessions in memory: what ends at once when a user is disabled or gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "auth/tokens.h"
#include "auth/users.h"
#include "providers.h"

static const int64_t now = 1700000000000;
enum { DAY = 86400000 };

struct world {
    struct users *users;
    struct tokens *tokens;
};

static int setup(void **state)
{
    static struct world w;

    w = (struct world){users_new(), tokens_new()};
    *state = &w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;

    tokens_free(w->tokens);
    users_free(w->users);
    return 0;
}

static void put(struct world *w, uint64_t id, bool active, int64_t day, const char *models)
{
    struct store_user row = {
        .id = id, .active = active, .limit_day = day, .models = models, .key_id = id + 100};

    user_unref(users_put(w->users, &row));
}

static void begin(struct world *w, uint64_t user, uint64_t jti, int64_t expires_at)
{
    struct store_session s = {.jti = jti, .user = user, .expires_at = expires_at};

    users_session_add(w->users, &s);
}

static uint64_t whose(struct world *w, uint64_t jti, int64_t at)
{
    struct user *user = users_session(w->users, jti, at);
    uint64_t id = user != NULL ? user->id : 0;

    if (user != NULL)
        user_unref(user);
    return id;
}

static void session__is_its_users_until_it_ends(void **state)
{
    struct world *w = *state;

    put(w, 1, true, 0, "");
    put(w, 2, true, 0, "");
    begin(w, 1, 11, now + 10);
    begin(w, 1, 12, now + 20);
    begin(w, 2, 21, now + 20);
    begin(w, 3, 31, now + 20); /* of nobody */
    assert_int_equal(whose(w, 11, now), 1);
    assert_int_equal(whose(w, 21, now), 2);
    assert_int_equal(whose(w, 31, now), 0);
    assert_int_equal(whose(w, 11, now + 10), 0);
    users_sweep(w->users, now + 10);
    assert_int_equal(whose(w, 11, now), 0);
    assert_int_equal(whose(w, 12, now), 1);
    users_session_end(w->users, 12);
    users_session_end(w->users, 12);
    assert_int_equal(whose(w, 12, now), 0);
    begin(w, 2, 22, now + 20);
    users_sessions_end(w->users, 2);
    assert_int_equal(whose(w, 21, now), 0);
    assert_int_equal(whose(w, 22, now), 0);
}

static enum err_code show(struct world *w, const char *secret)
{
    struct token *t = NULL;
    enum err_code rc =
        tokens_check(w->tokens, secret, strlen(secret), PROVIDER_OLLAMA, now, &t, NULL);

    if (t != NULL)
        subject_unref(&t->subject);
    return rc;
}

static void give_token(struct world *w, uint64_t user, const char *secret, int64_t expires_at)
{
    struct store_token row = {.hint = "", .name = "", .expires_at = expires_at};
    struct user *owner = users_find(w->users, user);
    struct digest d;

    digest_of(secret, strlen(secret), &d);
    row.id = digest_id(&d);
    memcpy(row.digest, d.bytes, sizeof(row.digest));
    tokens_add(w->tokens, PROVIDER_OLLAMA, &row);
    tokens_own(w->tokens, row.id, owner);
    user_unref(owner);
}

static void user__once_disabled_has_neither_sessions_nor_a_token(void **state)
{
    struct world *w = *state;

    put(w, 1, true, 0, "");
    begin(w, 1, 11, now + DAY);
    give_token(w, 1, "sk-one", now + DAY);
    assert_int_equal(show(w, "sk-one"), ERR_OK);
    put(w, 1, false, 0, "");
    assert_int_equal(show(w, "sk-one"), ERR_USER_DISABLED);
    assert_int_equal(whose(w, 11, now), 0);
    begin(w, 1, 12, now + DAY); /* a login that was under way */
    assert_int_equal(whose(w, 12, now), 0);
    put(w, 1, true, 0, "");
    assert_int_equal(show(w, "sk-one"), ERR_OK);
    assert_int_equal(whose(w, 11, now), 0); /* it does not come back */
    begin(w, 1, 13, now + DAY);
    users_remove(w->users, 1);
    assert_int_equal(show(w, "sk-one"), ERR_USER_DISABLED);
    assert_int_equal(whose(w, 13, now), 0);
    assert_int_equal(users_count(w->users), 0);
}

static void token__is_extended_where_it_stands(void **state)
{
    struct world *w = *state;
    struct digest d;

    put(w, 1, true, 0, "");
    give_token(w, 1, "sk-one", now);
    assert_int_equal(show(w, "sk-one"), ERR_TOKEN_EXPIRED);
    digest_of("sk-one", 6, &d);
    tokens_extend(w->tokens, digest_id(&d), now + 1);
    assert_int_equal(show(w, "sk-one"), ERR_OK);
    tokens_extend(w->tokens, 4711, now); /* no such token */
}

static void limits__of_a_day_are_exact_and_begin_anew(void **state)
{
    struct world *w = *state;
    struct user *user;

    put(w, 1, true, 3, "");
    user = users_find(w->users, 1);
    for (int i = 0; i < 3; i++)
        assert_true(user_count_today(user, now));
    assert_false(user_count_today(user, now));
    assert_int_equal(user_requests_today(user, now), 3);
    assert_int_equal(user_requests_today(user, now + DAY), 0);
    assert_true(user_count_today(user, now + DAY));
    put(w, 1, true, 0, "");
    for (int i = 0; i < 10; i++)
        assert_true(user_count_today(user, now + DAY));
    assert_int_equal(user_requests_today(user, now + DAY), 11);
    user_unref(user);
}

static void count_name(void *arg, const char *name)
{
    (void)name;
    ++*(int *)arg;
}

static void models__are_all_or_those_of_the_list(void **state)
{
    struct world *w = *state;
    struct user *user;
    int names = 0;

    put(w, 1, true, 0, "");
    user = users_find(w->users, 1);
    assert_true(user_may_use(user, "any"));
    assert_false(user_is_limited(user));
    put(w, 1, true, 0, "[\"a\",\"b\"]");
    assert_true(user_may_use(user, "b"));
    assert_false(user_may_use(user, "any"));
    user_models_each(user, count_name, &names);
    assert_int_equal(names, 2);
    put(w, 1, true, 0, "[]");
    assert_false(user_may_use(user, "a"));
    assert_true(user_is_limited(user));
    put(w, 1, true, 0, "broken");
    assert_false(user_may_use(user, "a"));
    put(w, 1, true, 0, "");
    assert_true(user_may_use(user, "a"));
    assert_false(user_is_limited(user));
    user_unref(user);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(session__is_its_users_until_it_ends),
        TEST(user__once_disabled_has_neither_sessions_nor_a_token),
        TEST(token__is_extended_where_it_stands),
        TEST(limits__of_a_day_are_exact_and_begin_anew),
        TEST(models__are_all_or_those_of_the_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
