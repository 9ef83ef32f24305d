/* Tests of codes that are mailed: tried, sent, used, and many at once. */
#include <pthread.h>

#include "users_fixture.h"

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
    /* Another gateway's clock is a little ahead: where no time must pass, that is no matter. */
    assert_int_equal(send(f, "e@b.org", "ip 3", day + 10, &wait), STORE_DONE);
    assert_int_equal(send(f, "f@b.org", "ip 3", day, &wait), STORE_DONE);
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

enum { RACERS = 2, RACES = 50 };

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
    size_t done = 0;

    for (int i = 0; i < RACERS; i++) {
        racers[i] = (struct racer){.store = f->store, .p = p, .len = RACES, .sign = signs};
        racers[i].at = i;
        if (i > 0 && two)
            CHECK(store_open(&racers[i].store, f->url, f->folder, e));
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
        STORE_TEST(sends__are_counted_by_address_and_network_or_not_at_all),
        STORE_TEST(prune__forgets_what_is_over),
        STORE_TEST(races__one_of_many_logins_with_a_code_wins),
        STORE_TEST(races__one_of_many_checkins_wins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
