/* Tests of client tokens: who may call whom, and until when. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "auth/tokens.h"

static const int64_t T0 = 1700000000000;
enum { HERE = 0, ELSEWHERE = 1 };

static uint64_t add(struct tokens *t, int provider, const char *secret, int64_t created_at,
                    int64_t expires_at)
{
    struct store_token row = {.hint = "sk-…",
                              .name = "laptop",
                              .created_at = created_at,
                              .expires_at = expires_at,
                              .tally = {.requests = 4},
                              .last_used = 33};
    struct digest d;

    digest_of(secret, strlen(secret), &d);
    memcpy(row.digest, d.bytes, sizeof(row.digest));
    row.id = digest_id(&d);
    tokens_add(t, provider, &row);
    return row.id;
}

static enum err_code check(struct tokens *t, const char *secret, int provider, int64_t now_ms,
                           struct err *e)
{
    struct token *tok = NULL;
    enum err_code rc = tokens_check(t, secret, strlen(secret), provider, now_ms, &tok, e);

    assert_int_equal(rc == ERR_OK, tok != NULL);
    if (tok != NULL)
        subject_unref(&tok->subject);
    return rc;
}

static void good_token__is_let_in(void **state)
{
    struct tokens *t = tokens_new();
    struct token *tok = NULL;
    struct err e = {0};
    struct store_tally tally;
    uint64_t id = add(t, HERE, "sk-good", T0, 0);

    (void)state;
    assert_int_equal(tokens_check(t, "sk-good", 7, HERE, T0, &tok, &e), ERR_OK);
    assert_int_equal(tok->id, id);
    assert_int_equal(tok->provider, HERE);
    assert_string_equal(token_name(tok), "laptop");
    assert_int_equal(tok->created_at, T0);
    assert_int_equal(atomic_load(&tok->subject.last_used), 33);
    subject_read(&tok->subject, &tally);
    assert_int_equal(tally.requests, 4);
    assert_int_equal(tok->subject.flushed.requests, 4);
    subject_unref(&tok->subject);
    tokens_free(t);
}

static void anything_else__is_refused_with_401(void **state)
{
    struct tokens *t = tokens_new();
    char *longest = mem_alloc(100001);
    const char *const bad[] = {"", "sk-goo", "sk-good1", "SK-GOOD", " sk-good", longest};

    (void)state;
    memset(longest, 'a', 100000);
    longest[100000] = '\0';
    add(t, HERE, "sk-good", T0, 0);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err e = {0};

        assert_int_equal(check(t, bad[i], HERE, T0, &e), ERR_BAD_TOKEN);
        assert_int_equal(e.code, ERR_BAD_TOKEN);
        assert_int_equal(err_info(e.code)->http_status, 401);
        assert_null(strstr(e.text, "sk-goo"));
        assert_true(strlen(e.text) > 10);
    }
    free(longest);
    tokens_free(t);
}

static void expired_token__is_refused_and_told_when(void **state)
{
    struct tokens *t = tokens_new();
    struct err e = {0};

    (void)state;
    add(t, HERE, "sk-brief", T0 - 1000, T0);
    assert_int_equal(check(t, "sk-brief", HERE, T0 - 1, &e), ERR_OK);
    assert_int_equal(check(t, "sk-brief", HERE, T0, &e), ERR_TOKEN_EXPIRED);
    assert_non_null(strstr(e.text, "2023-11-14T22:13:20"));
    assert_int_equal(err_info(e.code)->http_status, 401);
    assert_int_equal(check(t, "sk-brief", HERE, T0 + 1000000, &e), ERR_TOKEN_EXPIRED);
    tokens_free(t);
}

static void token_of_another_provider__is_refused(void **state)
{
    struct tokens *t = tokens_new();
    struct err e = {0};

    (void)state;
    add(t, ELSEWHERE, "sk-there", T0, 0);
    assert_int_equal(check(t, "sk-there", HERE, T0, &e), ERR_TOKEN_PROVIDER);
    assert_int_equal(err_info(e.code)->http_status, 401);
    assert_int_equal(check(t, "sk-there", ELSEWHERE, T0, &e), ERR_OK);
    tokens_free(t);
}

/* The id is a short part of the digest: that alone must open nothing. */
static void same_id_with_another_digest__is_refused(void **state)
{
    struct tokens *t = tokens_new();
    struct store_token row = {.hint = "", .name = "", .created_at = T0};
    struct digest d;
    struct err e = {0};

    (void)state;
    digest_of("sk-mine", 7, &d);
    memcpy(row.digest, d.bytes, sizeof(row.digest));
    row.digest[31] ^= 1;
    row.id = digest_id(&d);
    tokens_add(t, HERE, &row);
    assert_int_equal(check(t, "sk-mine", HERE, T0, &e), ERR_BAD_TOKEN);
    tokens_free(t);
}

static void tokens_put__keeps_the_name_that_somebody_looks_at(void **state)
{
    struct tokens *t = tokens_new();
    uint64_t id = add(t, HERE, "sk-good", T0, T0 + 1);
    struct token *held = tokens_find(t, id);
    const char *before = token_name(held);
    struct err e = {0};

    (void)state;
    assert_int_equal(check(t, "sk-good", HERE, T0 + 2, &e), ERR_TOKEN_EXPIRED);
    tokens_put(t, held, "desktop", 0);
    assert_string_equal(before, "laptop");
    assert_string_equal(token_name(held), "desktop");
    assert_int_equal(check(t, "sk-good", HERE, T0 + 2, &e), ERR_OK);
    before = token_name(held);
    tokens_put(t, held, "desktop", T0 + 2);
    assert_ptr_equal(token_name(held), before); /* a name that stays is not made again */
    assert_int_equal(check(t, "sk-good", HERE, T0 + 2, &e), ERR_TOKEN_EXPIRED);
    subject_unref(&held->subject);
    tokens_free(t);
}

static void removed_token__is_unknown_but_lives_while_it_is_held(void **state)
{
    struct tokens *t = tokens_new();
    uint64_t id = add(t, HERE, "sk-good", T0, 0);
    struct token *held = tokens_find(t, id);
    struct err e = {0};

    (void)state;
    assert_non_null(held);
    assert_true(tokens_remove(t, id));
    assert_false(tokens_remove(t, id));
    assert_null(tokens_find(t, id));
    assert_int_equal(check(t, "sk-good", HERE, T0, &e), ERR_BAD_TOKEN);
    assert_int_equal(tokens_count(t, HERE), 0);
    tokens_free(t);
    assert_string_equal(token_name(held), "laptop");
    subject_unref(&held->subject);
}

static void refusal__leaves_no_reference(void **state)
{
    struct tokens *t = tokens_new();
    uint64_t id = add(t, ELSEWHERE, "sk-there", T0, 0);
    struct token *tok = tokens_find(t, id);
    struct err e = {0};

    (void)state;
    for (int i = 0; i < 10; i++)
        assert_int_equal(check(t, "sk-there", HERE, T0, &e), ERR_TOKEN_PROVIDER);
    assert_int_equal(atomic_load(&tok->subject.refs), 2); /* the table's and ours */
    subject_unref(&tok->subject);
    tokens_free(t);
}

struct walk {
    int64_t created[10];
    size_t len;
};

static void walk_token(void *arg, const struct token *token)
{
    struct walk *w = arg;

    w->created[w->len++] = token->created_at;
}

static void walk__is_the_providers_own_and_oldest_first(void **state)
{
    static const int64_t ages[] = {5, 1, 9, 3, 7, 3};
    struct tokens *t = tokens_new();
    struct walk w = {.len = 0};
    char secret[16];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(ages); i++) {
        snprintf(secret, sizeof(secret), "sk-%d", (int)i);
        add(t, HERE, secret, T0 + ages[i], 0);
        snprintf(secret, sizeof(secret), "sk-x%d", (int)i);
        add(t, ELSEWHERE, secret, T0, 0);
    }
    tokens_each(t, HERE, walk_token, &w);
    assert_int_equal(w.len, ARRAY_LEN(ages));
    for (size_t i = 1; i < w.len; i++)
        assert_true(w.created[i - 1] <= w.created[i]);
    assert_int_equal(w.created[0], T0 + 1);
    assert_int_equal(tokens_count(t, HERE), ARRAY_LEN(ages));
    assert_int_equal(tokens_count(t, ELSEWHERE), ARRAY_LEN(ages));
    tokens_free(t);
}

/* ---- threads ---- */

enum { THREADS = 4, LOOKS = 20000 };

struct looker {
    pthread_t thread;
    struct tokens *t;
    int good, bad;
};

static void *looker_run(void *arg)
{
    struct looker *l = arg;

    for (int i = 0; i < LOOKS; i++) {
        struct token *tok = NULL;
        struct err e;
        const char *secret = i % 2 ? "sk-stays" : "sk-flickers";

        if (tokens_check(l->t, secret, strlen(secret), HERE, T0, &tok, &e) != ERR_OK)
            continue;
        l->good += i % 2;
        l->bad += strcmp(token_name(tok), "laptop") != 0;
        subject_unref(&tok->subject);
    }
    return NULL;
}

static void tokens__may_come_and_go_while_others_look(void **state)
{
    struct looker lookers[THREADS] = {0};
    struct tokens *t = tokens_new();

    (void)state;
    add(t, HERE, "sk-stays", T0, 0);
    for (int i = 0; i < THREADS; i++) {
        lookers[i].t = t;
        assert_int_equal(pthread_create(&lookers[i].thread, NULL, looker_run, &lookers[i]), 0);
    }
    for (int i = 0; i < 500; i++)
        assert_true(tokens_remove(t, add(t, HERE, "sk-flickers", T0, 0)));
    for (int i = 0; i < THREADS; i++) {
        pthread_join(lookers[i].thread, NULL);
        assert_int_equal(lookers[i].good, LOOKS / 2);
        assert_int_equal(lookers[i].bad, 0);
    }
    tokens_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_token__is_let_in),
        cmocka_unit_test(anything_else__is_refused_with_401),
        cmocka_unit_test(expired_token__is_refused_and_told_when),
        cmocka_unit_test(token_of_another_provider__is_refused),
        cmocka_unit_test(same_id_with_another_digest__is_refused),
        cmocka_unit_test(tokens_put__keeps_the_name_that_somebody_looks_at),
        cmocka_unit_test(removed_token__is_unknown_but_lives_while_it_is_held),
        cmocka_unit_test(refusal__leaves_no_reference),
        cmocka_unit_test(walk__is_the_providers_own_and_oldest_first),
        cmocka_unit_test(tokens__may_come_and_go_while_others_look),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
