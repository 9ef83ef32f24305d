/* Tests of the rate limit: the bucket alone, and the buckets of tokens and addresses. */
#include <malloc.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/http.h"
#include "limit/limit.h"

static const int64_t NOW_NS = 123456789000;

/* ---- one bucket ---- */

static void all_at_once__then_no_more(void **state)
{
    static const struct limit_rate rates[] = {
        {1, 1000},      {2, 1000},     {3, 1000},          {7, 60000},
        {60, 60000},    {1000, 60000}, {1500, 1000},       {50001, 60000},
        {99999, 60000}, {3, 86400000}, {999999, 86400000}, {100003, 1000},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rates); i++) {
        struct limit_result r;
        int64_t tat_ns = 0;

        for (int64_t n = 0; n < rates[i].requests; n++) {
            r = limit_take(&rates[i], &tat_ns, NOW_NS);
            assert_true(r.allowed);
            assert_int_equal(r.remaining, rates[i].requests - n - 1);
        }
        r = limit_take(&rates[i], &tat_ns, NOW_NS);
        if (r.allowed)
            fail_msg("more than %lld in %lld ms", (long long)rates[i].requests,
                     (long long)rates[i].window_ms);
        assert_int_equal(r.remaining, 0);
        assert_true(r.wait_ms > 0);
        assert_true(r.wait_ms <= rates[i].window_ms / rates[i].requests + 1);
        assert_true(r.reset_ms > 0 && r.reset_ms <= rates[i].window_ms);
    }
}

/* Who waits as told is let in; who comes a millisecond earlier is not. */
static void wait__is_right(void **state)
{
    static const struct limit_rate rates[] = {{1, 1000}, {3, 1000}, {60, 60000}, {7, 3600000}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rates); i++) {
        int64_t tat_ns = 0, now_ns = NOW_NS;

        for (int64_t n = 0; n < rates[i].requests; n++)
            assert_true(limit_take(&rates[i], &tat_ns, now_ns).allowed);
        for (int round = 0; round < 5; round++) {
            struct limit_result r = limit_take(&rates[i], &tat_ns, now_ns);

            assert_false(r.allowed);
            assert_false(
                limit_take(&rates[i], &tat_ns, now_ns + (r.wait_ms - 1) * 1000000).allowed);
            now_ns += r.wait_ms * 1000000;
            assert_true(limit_take(&rates[i], &tat_ns, now_ns).allowed);
        }
    }
}

static void refusals__cost_nothing(void **state)
{
    static const struct limit_rate rate = {5, 5000};
    int64_t tat_ns = 0;

    (void)state;
    for (int i = 0; i < 1000; i++)
        limit_take(&rate, &tat_ns, NOW_NS);
    assert_true(limit_take(&rate, &tat_ns, NOW_NS + 1000000000ll).allowed);
    assert_false(limit_take(&rate, &tat_ns, NOW_NS + 1000000000ll).allowed);
}

static void bucket__fills_up_again_but_not_further(void **state)
{
    static const struct limit_rate rate = {10, 10000};
    int64_t tat_ns = 0, now_ns = NOW_NS;
    int allowed = 0;

    (void)state;
    for (int i = 0; i < 10; i++)
        assert_true(limit_take(&rate, &tat_ns, now_ns).allowed);
    now_ns += 3000000000ll;
    for (int i = 0; i < 10; i++)
        allowed += limit_take(&rate, &tat_ns, now_ns).allowed;
    assert_int_equal(allowed, 3);
    now_ns += 1000000000000ll;
    for (int i = 0; i < 30; i++)
        allowed += limit_take(&rate, &tat_ns, now_ns).allowed;
    assert_int_equal(allowed, 3 + 10);
}

/* Over a long time no more than the rate comes through, however the requests are spaced. */
static void steady_flow__keeps_the_rate(void **state)
{
    static const struct limit_rate rate = {60, 60000};
    int64_t tat_ns = 0;
    int allowed = 0;

    (void)state;
    for (int64_t ms = 0; ms < 3600000; ms += 37)
        allowed += limit_take(&rate, &tat_ns, NOW_NS + ms * 1000000).allowed;
    assert_in_range(allowed, 3600, 3600 + 60);
}

/* RATE_LIMIT_WINDOW can be changed while the gateway runs. */
static void shorter_window__holds_at_once(void **state)
{
    static const struct limit_rate day = {10, 86400000}, minute = {10, 60000};
    int64_t tat_ns = 0;

    (void)state;
    for (int i = 0; i < 10; i++)
        assert_true(limit_take(&day, &tat_ns, NOW_NS).allowed);
    assert_true(limit_take(&minute, &tat_ns, NOW_NS).wait_ms <= minute.window_ms);
    assert_true(limit_take(&minute, &tat_ns, NOW_NS + minute.window_ms * 1000000).allowed);
}

/* ---- tokens and addresses ---- */

struct fixture {
    struct gateway gw;
    struct worker w;
    struct conf conf;
    struct token tokens[2];
};

static int setup(void **state)
{
    struct fixture *f = mem_zalloc(sizeof(*f));

    f->conf = (struct conf){
        .enable_rate_limit = true, .rate_limit_requests = 5, .rate_limit_window = 3600 * 1000};
    atomic_init(&f->gw.conf, &f->conf);
    f->gw.limiter = limiter_new();
    f->w.gw = &f->gw;
    f->tokens[0].id = 0x1111111111111111;
    f->tokens[1].id = 0x2222222222222222;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    limiter_free(f->gw.limiter);
    free(f);
    return 0;
}

/* A request from the address with this number. */
static struct http_req request(struct fixture *f, uint32_t address, struct token *token)
{
    struct http_req r = {.w = &f->w, .token = token};
    struct sockaddr_in *in = (struct sockaddr_in *)&r.client;

    in->sin_family = AF_INET;
    in->sin_addr.s_addr = htonl(address);
    return r;
}

static bool allowed(struct fixture *f, uint32_t address, struct token *token)
{
    struct http_req r = request(f, address, token);
    int64_t wait_s = 0;
    struct err e;

    return limit_check(&r, &e, &wait_s) == ERR_OK;
}

static void off__limits_nobody(void **state)
{
    struct fixture *f = *state;
    struct http_req r = request(f, 1, NULL);
    int64_t wait_s;
    struct err e;

    f->conf.enable_rate_limit = false;
    for (int i = 0; i < 100; i++)
        assert_int_equal(limit_check(&r, &e, &wait_s), ERR_OK);
    assert_int_equal(r.extra_len, 0);
}

static const char *extra(const struct http_req *r, const char *name)
{
    for (size_t i = 0; i < r->extra_len; i++)
        if (strcmp(r->extra[i].name, name) == 0)
            return r->extra[i].value;
    return "";
}

static void refusal__says_how_long_and_why(void **state)
{
    struct fixture *f = *state;
    struct http_req first = request(f, 1, NULL), last = request(f, 1, NULL);
    int64_t wait_s = 0;
    struct err e = {0};

    assert_int_equal(limit_check(&first, &e, &wait_s), ERR_OK);
    assert_string_equal(extra(&first, "x-ratelimit-limit-requests"), "5");
    assert_string_equal(extra(&first, "x-ratelimit-remaining-requests"), "4");
    assert_in_range(strtoul(extra(&first, "x-ratelimit-reset-requests"), NULL, 10), 719000, 720000);
    for (int i = 0; i < 4; i++)
        assert_true(allowed(f, 1, NULL));
    assert_int_equal(limit_check(&last, &e, &wait_s), ERR_RATE_LIMITED);
    assert_in_range(wait_s, 715, 720);
    assert_int_equal(err_info(e.code)->http_status, 429);
    assert_non_null(strstr(e.text, "5 requests in 3600 s"));
    assert_string_equal(extra(&last, "x-ratelimit-remaining-requests"), "0");
    assert_true(last.extra_used <= sizeof(last.extra_text));
}

static void addresses__are_counted_apart(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 10; i++) {
        assert_int_equal(allowed(f, 0x7F000001, NULL), i < 5);
        assert_int_equal(allowed(f, 0x7F000002, NULL), i < 5);
    }
}

/* One token from many addresses; one address with many tokens. */
static void tokens_and_addresses__have_a_bucket_each(void **state)
{
    struct fixture *f = *state;

    for (uint32_t i = 0; i < 10; i++)
        assert_int_equal(allowed(f, 100 + i, &f->tokens[0]), i < 5);
    assert_true(allowed(f, 200, &f->tokens[1]));
    for (int i = 0; i < 4; i++)
        assert_true(allowed(f, 200, NULL));
    assert_false(allowed(f, 200, &f->tokens[1]));
    assert_true(allowed(f, 201, &f->tokens[1]));
}

/* The stricter of the two is what the headers tell. */
static void headers__tell_of_the_fuller_bucket(void **state)
{
    struct fixture *f = *state;
    struct http_req r = request(f, 300, &f->tokens[0]);
    int64_t wait_s;
    struct err e;

    for (uint32_t i = 0; i < 3; i++)
        assert_true(allowed(f, 400 + i, &f->tokens[0]));
    assert_int_equal(limit_check(&r, &e, &wait_s), ERR_OK);
    assert_string_equal(extra(&r, "x-ratelimit-remaining-requests"), "1");
}

/* What the token's bucket refuses does not use up the address's, nor the other way round. */
static void refusal_by_one__costs_the_other_nothing(void **state)
{
    struct fixture *f = *state;

    for (uint32_t i = 0; i < 5; i++)
        assert_true(allowed(f, 100 + i, &f->tokens[0]));
    for (int i = 0; i < 50; i++)
        assert_false(allowed(f, 500, &f->tokens[0]));
    for (int i = 0; i < 10; i++)
        assert_int_equal(allowed(f, 500, NULL), i < 5);
    for (int i = 0; i < 50; i++)
        assert_false(allowed(f, 500, &f->tokens[1]));
    for (uint32_t i = 0; i < 10; i++)
        assert_int_equal(allowed(f, 600 + i, &f->tokens[1]), i < 5);
}

/* Both refuse, one for longer. */
static void refusal_by_both__tells_the_longer_wait(void **state)
{
    struct fixture *f = *state;
    struct http_req by_address, by_token;
    int64_t wait_s = 0;
    struct err e;

    f->conf.rate_limit_requests = 1;
    f->conf.rate_limit_window = 3600 * 1000;
    assert_true(allowed(f, 700, NULL));
    assert_true(allowed(f, 800, &f->tokens[1]));
    usleep(1100 * 1000);
    assert_true(allowed(f, 701, &f->tokens[0]));
    by_address = request(f, 700, &f->tokens[0]);
    assert_int_equal(limit_check(&by_address, &e, &wait_s), ERR_RATE_LIMITED);
    assert_in_range(wait_s, 3600, 3600); /* the address alone: 3599 */
    by_token = request(f, 701, &f->tokens[1]);
    assert_int_equal(limit_check(&by_token, &e, &wait_s), ERR_RATE_LIMITED);
    assert_in_range(wait_s, 3600, 3600); /* the token alone: 3599 */
}

static void changed_rate__begins_anew(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 10; i++)
        assert_int_equal(allowed(f, 1, &f->tokens[0]), i < 5);
    f->conf.rate_limit_requests = 7;
    for (int i = 0; i < 10; i++)
        assert_int_equal(allowed(f, 1, &f->tokens[0]), i < 7);
    f->conf.rate_limit_window /= 2;
    assert_true(allowed(f, 1, &f->tokens[0]));
}

static void bucket__fills_with_the_clock(void **state)
{
    struct fixture *f = *state;

    f->conf.rate_limit_requests = 10;
    f->conf.rate_limit_window = 1000;
    for (int i = 0; i < 10; i++)
        assert_true(allowed(f, 1, NULL));
    usleep(110 * 1000);
    assert_true(allowed(f, 1, NULL));
}

enum { CLIENTS = 20000, FLOOD = 300000 };

static void many_clients__are_remembered(void **state)
{
    struct fixture *f = *state;
    int forgotten = 0;

    f->conf.rate_limit_requests = 1;
    for (uint32_t i = 0; i < CLIENTS; i++)
        assert_true(allowed(f, i, NULL));
    for (uint32_t i = 0; i < CLIENTS; i++)
        forgotten += allowed(f, i, NULL);
    /* A few may share a set with more than there is room for, as the hash is drawn anew each time;
     * with a small part of the sets in use it would be thousands. */
    assert_in_range(forgotten, 0, CLIENTS / 40);
}

static size_t heap_bytes(void)
{
    struct mallinfo2 m = mallinfo2();

    return m.uordblks + m.hblkhd;
}

/* More addresses than there are places: no memory is taken for them, and whoever has used up his
 * share is not the one who is forgotten. */
static void flood_of_addresses__takes_no_memory(void **state)
{
    struct fixture *f = *state;
    size_t before = heap_bytes();
    int forgiven = 0;

    for (uint32_t i = 0; i < 100; i++)
        for (int n = 0; n < 5; n++)
            assert_true(allowed(f, i, NULL));
    for (uint32_t i = 0; i < FLOOD; i++)
        allowed(f, 0x0A000000 + i, NULL);
    assert_int_equal(heap_bytes(), before);
    for (uint32_t i = 0; i < 100; i++)
        forgiven += allowed(f, i, NULL);
    assert_int_equal(forgiven, 0);
}

#define LIMITER_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_at_once__then_no_more),
        cmocka_unit_test(wait__is_right),
        cmocka_unit_test(refusals__cost_nothing),
        cmocka_unit_test(bucket__fills_up_again_but_not_further),
        cmocka_unit_test(steady_flow__keeps_the_rate),
        cmocka_unit_test(shorter_window__holds_at_once),
        LIMITER_TEST(off__limits_nobody),
        LIMITER_TEST(refusal__says_how_long_and_why),
        LIMITER_TEST(addresses__are_counted_apart),
        LIMITER_TEST(tokens_and_addresses__have_a_bucket_each),
        LIMITER_TEST(headers__tell_of_the_fuller_bucket),
        LIMITER_TEST(refusal_by_one__costs_the_other_nothing),
        LIMITER_TEST(refusal_by_both__tells_the_longer_wait),
        LIMITER_TEST(changed_rate__begins_anew),
        LIMITER_TEST(bucket__fills_with_the_clock),
        LIMITER_TEST(many_clients__are_remembered),
        LIMITER_TEST(flood_of_addresses__takes_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
