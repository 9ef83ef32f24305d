/* Tests of the cache of answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "proxy/cache.h"

enum { NOW = 1000000, ROOMY = 1 << 20 };

static struct digest key_of(int n)
{
    struct digest d;

    digest_of(&n, sizeof(n), &d);
    return d;
}

static void put(struct response_cache *c, int n, int provider, const char *body, int64_t until_ms,
                size_t cap_bytes)
{
    struct digest key = key_of(n);
    struct cached_answer a = {
        .status = 200, .type = "application/json", .body = body, .body_len = strlen(body)};

    response_cache_put(c, &key, provider, &a, until_ms, cap_bytes);
}

/* What is kept under n now, or NULL; owned. */
static char *get(struct response_cache *c, int n, int64_t now_ms)
{
    struct digest key = key_of(n);
    struct arena arena = {0};
    struct cached_answer a;
    char *body = NULL;

    if (response_cache_get(c, &key, now_ms, &arena, &a)) {
        assert_int_equal(a.status, 200);
        assert_string_equal(a.type, "application/json");
        body = mem_strndup(a.body, a.body_len);
    }
    arena_done(&arena);
    return body;
}

static void check(struct response_cache *c, int n, const char *want, int64_t now_ms)
{
    char *body = get(c, n, now_ms);

    if (want == NULL)
        assert_null(body);
    else
        assert_string_equal(body, want);
    free(body);
}

static void answers__are_kept_until_their_time(void **state)
{
    struct response_cache *c = response_cache_new();
    struct response_cache_stats stats;

    (void)state;
    check(c, 1, NULL, NOW);
    put(c, 1, 0, "one", NOW + 10, ROOMY);
    check(c, 1, "one", NOW);
    check(c, 2, NULL, NOW);
    put(c, 1, 0, "again", NOW + 20, ROOMY);
    check(c, 1, "again", NOW + 19);
    check(c, 1, NULL, NOW + 20);
    response_cache_stats(c, &stats);
    assert_int_equal(stats.hits, 2);
    assert_int_equal(stats.misses, 3);
    assert_int_equal(stats.entries, 0);
    assert_int_equal(stats.bytes, 0);
    response_cache_free(c);
}

static void least_used__gives_way(void **state)
{
    struct response_cache *c = response_cache_new();
    struct response_cache_stats one, stats;
    size_t cap;

    (void)state;
    put(c, 1, 0, "body", NOW + 10, ROOMY);
    response_cache_stats(c, &one);
    cap = 3 * one.bytes;
    put(c, 2, 0, "body", NOW + 10, cap);
    put(c, 3, 0, "body", NOW + 10, cap);
    check(c, 1, "body", NOW); /* so that 2 is the one used least recently */
    put(c, 4, 0, "body", NOW + 10, cap);
    check(c, 2, NULL, NOW);
    check(c, 1, "body", NOW);
    check(c, 3, "body", NOW);
    check(c, 4, "body", NOW);
    response_cache_stats(c, &stats);
    assert_int_equal(stats.entries, 3);
    assert_true(stats.bytes <= cap);
    put(c, 5, 0, "larger than all that is allowed", NOW + 10, 10);
    response_cache_stats(c, &stats);
    assert_int_equal(stats.entries, 0);
    response_cache_free(c);
}

static void clearing__is_by_provider(void **state)
{
    struct response_cache *c = response_cache_new();

    (void)state;
    put(c, 1, 0, "a", NOW + 10, ROOMY);
    put(c, 2, 1, "b", NOW + 10, ROOMY);
    put(c, 3, 1, "c", NOW + 10, ROOMY);
    assert_int_equal(response_cache_clear(c, 1, false), 2);
    assert_int_equal(response_cache_clear(c, 1, true), 2);
    check(c, 1, "a", NOW);
    check(c, 2, NULL, NOW);
    assert_int_equal(response_cache_clear(c, -1, true), 1);
    check(c, 1, NULL, NOW);
    response_cache_free(c);
}

/* While it stands in for Redis, what is from another time is not given. */
static void other_outage__is_forgotten(void **state)
{
    struct response_cache *c = response_cache_new();

    (void)state;
    response_cache_stand_in(c, 1);
    put(c, 1, 0, "one", NOW + 1000, ROOMY);
    response_cache_stand_in(c, 1);
    check(c, 1, "one", NOW);
    response_cache_stand_in(c, 2);
    check(c, 1, NULL, NOW);
    response_cache_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_outage__is_forgotten),
        cmocka_unit_test(answers__are_kept_until_their_time),
        cmocka_unit_test(least_used__gives_way),
        cmocka_unit_test(clearing__is_by_provider),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
