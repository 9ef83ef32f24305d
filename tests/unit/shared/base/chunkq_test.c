/* Tests of the queue of bytes: order, sizes, and what it does with chunks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/chunkq.h"

/* Byte n of the stream that goes through the queue. */
static char stream_byte(size_t n)
{
    return (char)(n * 31 + n / 251);
}

static void add_take__random_sizes__keep_every_byte(void **state)
{
    static char in[3 * CHUNK_BYTES], out[3 * CHUNK_BYTES];
    struct chunk_spares spares = {0};
    struct chunkq q;
    size_t added = 0, taken = 0;
    unsigned seed = 1;

    (void)state;
    chunkq_init(&q, &spares);
    for (int step = 0; step < 3000; step++) {
        size_t len, max, peeked;

        seed = seed * 1103515245u + 12345u;
        len = (seed >> 8) % (seed & 64 ? sizeof(in) : 100);
        max = (seed >> 4) % (seed & 128 ? sizeof(out) : 100);
        if (q.len_bytes < 8 * CHUNK_BYTES) {
            for (size_t i = 0; i < len; i++)
                in[i] = stream_byte(added + i);
            chunkq_add(&q, in, len);
            added += len;
        }
        assert_int_equal(q.len_bytes, added - taken);
        peeked = chunkq_peek(&q, out, max);
        assert_int_equal(peeked, max < q.len_bytes ? max : q.len_bytes);
        for (size_t i = 0; i < peeked; i++)
            assert_int_equal(out[i], stream_byte(taken + i));
        memset(out, 0, peeked);
        assert_int_equal(chunkq_take(&q, out, max), peeked);
        for (size_t i = 0; i < peeked; i++)
            assert_int_equal(out[i], stream_byte(taken + i));
        taken += peeked;
    }
    assert_true(taken > 100 * CHUNK_BYTES);
    chunkq_clear(&q);
    assert_int_equal(q.len_bytes, 0);
    assert_in_range(spares.count, 1, CHUNK_SPARES);
    chunk_spares_done(&spares);
}

static void flat__only_what_lies_in_one_chunk(void **state)
{
    static char big[CHUNK_BYTES];
    struct chunk_spares spares = {0};
    struct chunkq q;
    char out[4];

    (void)state;
    chunkq_init(&q, &spares);
    assert_null(chunkq_flat(&q));
    chunkq_add(&q, "abcdef", 6);
    assert_int_equal(chunkq_take(&q, out, 2), 2);
    assert_memory_equal(chunkq_flat(&q), "cdef", 4);
    chunkq_add(&q, big, sizeof(big));
    assert_null(chunkq_flat(&q));
    chunkq_clear(&q);
    chunk_spares_done(&spares);
}

static void empty_queue__holds_no_chunk__and_spares_are_bounded(void **state)
{
    static char big[CHUNK_BYTES];
    struct chunk_spares spares = {0};
    struct chunkq q;
    char out[1];

    (void)state;
    chunkq_init(&q, &spares);
    chunkq_add(&q, "", 0);
    assert_null(q.first);
    assert_int_equal(chunkq_take(&q, out, 1), 0);
    chunkq_add(&q, "x", 1);
    assert_int_equal(chunkq_take(&q, out, 1), 1);
    assert_null(q.first);
    assert_int_equal(spares.count, 1);
    chunkq_add(&q, "x", 1);
    assert_int_equal(spares.count, 0); /* used again */
    for (int i = 0; i < 2 * CHUNK_SPARES; i++)
        chunkq_add(&q, big, sizeof(big));
    chunkq_clear(&q);
    assert_int_equal(spares.count, CHUNK_SPARES);
    chunk_spares_done(&spares);
    assert_int_equal(spares.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(add_take__random_sizes__keep_every_byte),
        cmocka_unit_test(flat__only_what_lies_in_one_chunk),
        cmocka_unit_test(empty_queue__holds_no_chunk__and_spares_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
