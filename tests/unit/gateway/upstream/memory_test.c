/* Tests of libcurl's memory: pieces come back whole, zeroed where that was asked, and to any
 * thread. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "upstream/upstream_impl.h"

static const size_t sizes[] = {0,     1, 63, 64, 65, 1000, 1496, 16385, 18 * 1024, 18 * 1024 + 1,
                               100000};

static void fill(void *data, size_t size, int byte)
{
    assert_non_null(data);
    assert_int_equal((uintptr_t)data % 16, 0);
    memset(data, byte, size);
}

static void get_and_give(void)
{
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
            unsigned char *a = upstream_get(sizes[i]), *b = upstream_get_zeroed(1, sizes[i]);

            fill(a, sizes[i], 0xAA);
            for (size_t at = 0; at < sizes[i]; at++)
                assert_int_equal(b[at], 0);
            fill(b, sizes[i], 0xBB);
            upstream_give(a);
            upstream_give(b);
        }
}

static void reuses(void **state)
{
    (void)state;
    upstream_memory_keep();
    get_and_give();
    upstream_memory_done();
    get_and_give(); /* and without */
    upstream_give(NULL);
}

static void grows(void **state)
{
    char *text;

    (void)state;
    upstream_memory_keep();
    text = upstream_get_larger(NULL, 6);
    memcpy(text, "piece", 6);
    for (size_t i = 1; i < ARRAY_LEN(sizes); i++) {
        text = upstream_get_larger(text, sizes[i] > 6 ? sizes[i] : 6);
        assert_string_equal(text, "piece");
        memset(text + 6, 0xCC, sizes[i] > 6 ? sizes[i] - 6 : 0);
    }
    upstream_give(text);
    text = upstream_get_copy("a copy");
    assert_string_equal(text, "a copy");
    upstream_give(text);
    upstream_memory_done();
}

static void refuses_what_is_too_much(void **state)
{
    (void)state;
    assert_null(upstream_get(SIZE_MAX));
    assert_null(upstream_get(SIZE_MAX - 8));
    assert_null(upstream_get_zeroed(SIZE_MAX / 2, 3));
}

static void *give_elsewhere(void *data)
{
    upstream_give(data);
    return upstream_get(100);
}

/* A look-up of a name ends on a thread of its own. */
static void other_threads(void **state)
{
    pthread_t thread;
    void *back;

    (void)state;
    upstream_memory_keep();
    assert_int_equal(pthread_create(&thread, NULL, give_elsewhere, upstream_get(100)), 0);
    pthread_join(thread, &back);
    fill(back, 100, 0xDD);
    upstream_give(back);
    upstream_memory_done();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reuses),
        cmocka_unit_test(grows),
        cmocka_unit_test(refuses_what_is_too_much),
        cmocka_unit_test(other_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
