/* Tests of the arena: pieces do not overlap, are aligned, and live until the reset. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

static void alloc__pieces__are_apart_and_aligned(void **state)
{
    enum { PIECES = 300 };
    struct arena a = {0};
    unsigned char *pieces[PIECES];

    (void)state;
    for (size_t i = 0; i < PIECES; i++) {
        pieces[i] = arena_alloc(&a, i * 3 + 1);
        assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
        memset(pieces[i], (int)(i & 0xff), i * 3 + 1);
    }
    for (size_t i = 0; i < PIECES; i++)
        for (size_t k = 0; k < i * 3 + 1; k++)
            assert_int_equal(pieces[i][k], i & 0xff);
    arena_done(&a);
    assert_null(a.blocks);
}

static void alloc__larger_than_a_block__works(void **state)
{
    struct arena a = {0};
    char *small = arena_strndup(&a, "small", 5), *large = arena_alloc(&a, 100000);

    (void)state;
    memset(large, 'x', 100000);
    assert_string_equal(small, "small");
    arena_done(&a);
}

static void alloc__of_nothing__is_memory_all_the_same(void **state)
{
    struct arena a = {0};
    char *none = arena_alloc(&a, 0), *other = arena_alloc(&a, 8);

    (void)state;
    assert_non_null(none);
    assert_non_null(other);
    arena_done(&a);
}

static void strndup_join__end_in_nul(void **state)
{
    struct arena a = {0};
    char long_text[5000];

    (void)state;
    memset(long_text, 'y', sizeof(long_text) - 1);
    long_text[sizeof(long_text) - 1] = '\0';
    assert_string_equal(arena_strndup(&a, "hello world", 5), "hello");
    assert_string_equal(arena_strndup(&a, "", 0), "");
    assert_string_equal(arena_join(&a, "a", "-", "42", NULL), "a-42");
    assert_string_equal(arena_join(&a, "", NULL), "");
    assert_string_equal(arena_join(&a, "a", "", "bc", NULL), "abc");
    assert_string_equal(arena_join(&a, NULL), "");
    assert_string_equal(arena_join(&a, long_text, NULL), long_text);
    arena_done(&a);
}

static void reset__keeps_one_small_block(void **state)
{
    struct arena a = {0};
    void *first = arena_alloc(&a, 16);

    (void)state;
    arena_reset(&a);
    assert_ptr_equal(arena_alloc(&a, 16), first); /* the same memory again */
    for (int i = 0; i < 100; i++)
        arena_alloc(&a, 1000);
    arena_reset(&a);
    assert_non_null(a.blocks);
    arena_alloc(&a, 1 << 20);
    arena_reset(&a); /* a large block is not worth keeping */
    assert_null(a.blocks);
    arena_reset(&a);
    arena_done(&a);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alloc__pieces__are_apart_and_aligned),
        cmocka_unit_test(alloc__larger_than_a_block__works),
        cmocka_unit_test(alloc__of_nothing__is_memory_all_the_same),
        cmocka_unit_test(strndup_join__end_in_nul),
        cmocka_unit_test(reset__keeps_one_small_block),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
