/* Checks that sealed secrets open with the right key and id only, and never in part. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "crypto/hex.h"
#include "crypto/secret.h"

static const char id[] = "k_0123456789abcdef";
static const char plain[] = "ollama-abc123-the-secret";
enum { PLAIN = sizeof(plain) - 1, SEALED = PLAIN + SEAL_OVERHEAD_BYTES };

static const uint8_t master[SECRET_MASTER_BYTES] = {1, 2, 3};

static int setup(void **state)
{
    *state = sealer_new(master);
    return 0;
}

static int teardown(void **state)
{
    sealer_free(*state);
    return 0;
}

static void seal__round_trip__many_times(void **state)
{
    uint8_t sealed[SEALED], first[SEALED];
    char out[PLAIN];

    sealer_seal(*state, id, plain, PLAIN, first);
    assert_true(sealer_open(*state, id, first, SEALED, out));
    assert_memory_equal(out, plain, PLAIN);
    for (int i = 0; i < 1000; i++) {
        sealer_seal(*state, id, plain, PLAIN, sealed);
        assert_memory_not_equal(sealed, first, 12); /* a fresh nonce each time */
        assert_memory_not_equal(sealed + 12, plain, PLAIN);
        memset(out, 0, sizeof(out));
        assert_true(sealer_open(*state, id, sealed, SEALED, out));
        assert_memory_equal(out, plain, PLAIN);
    }
}

static void seal__every_length__round_trips(void **state)
{
    uint8_t text[80], sealed[80 + SEAL_OVERHEAD_BYTES], out[81];

    memset(text, 0x5a, sizeof(text));
    for (size_t len = 0; len <= sizeof(text); len++) {
        out[len] = 0x77;
        sealer_seal(*state, id, text, len, sealed);
        assert_true(sealer_open(*state, id, sealed, len + SEAL_OVERHEAD_BYTES, out));
        assert_memory_equal(out, text, len);
        assert_int_equal(out[len], 0x77);
    }
}

/* The same bytes must open in another process, another day: a value made once with another tool
 * (Python's cryptography and Node's crypto agree on it). */
static void seal__open__known_value(void **state)
{
    static const char hex[] = "000102030405060708090a0b"
                              "eaa3bdf183f66cd4cadce2ed4d799ed25db3c4ace80e0ef9"
                              "aa4bd54e21859bce600caf01f448229f";
    uint8_t sealed[SEALED];
    char out[PLAIN];

    assert_true(hex_decode(hex, strlen(hex), sealed, sizeof(sealed)));
    assert_true(sealer_open(*state, id, sealed, SEALED, out));
    assert_memory_equal(out, plain, PLAIN);
}

static void seal__open__any_change_is_refused(void **state)
{
    uint8_t sealed[SEALED];
    char out[PLAIN];
    static const char zero[PLAIN];

    sealer_seal(*state, id, plain, PLAIN, sealed);
    for (size_t i = 0; i < SEALED; i++) {
        sealed[i] ^= 1;
        memset(out, 'x', sizeof(out));
        assert_false(sealer_open(*state, id, sealed, SEALED, out));
        assert_memory_equal(out, zero, PLAIN); /* nothing of it leaks */
        sealed[i] ^= 1;
    }
    for (size_t len = 0; len < SEALED; len++)
        assert_false(sealer_open(*state, id, sealed, len, out));
    assert_false(sealer_open(*state, "k_0123456789abcdee", sealed, SEALED, out));
    assert_false(sealer_open(*state, "", sealed, SEALED, out));
    assert_true(sealer_open(*state, id, sealed, SEALED, out)); /* a failure spoils nothing */
}

static void seal__open__another_key_is_refused(void **state)
{
    uint8_t other_master[SECRET_MASTER_BYTES] = {1, 2, 4}, sealed[SEALED];
    char out[PLAIN];
    struct sealer *other = sealer_new(other_master);

    sealer_seal(*state, id, plain, PLAIN, sealed);
    assert_false(sealer_open(other, id, sealed, SEALED, out));
    sealer_free(other);
    sealer_free(NULL);
}

/* A copy seals and opens the same; another key is only opened. */
static void test_copy_and_also(void **state)
{
    const uint8_t other_key[SECRET_MASTER_BYTES] = {9};
    struct sealer *copy = sealer_copy(*state), *other = sealer_new(other_key);
    uint8_t sealed[3 + SEAL_OVERHEAD_BYTES];
    char out[3];

    sealer_seal(copy, "id", "abc", 3, sealed);
    assert_true(sealer_open(*state, "id", sealed, sizeof(sealed), out));
    sealer_seal(other, "id", "xyz", 3, sealed);
    assert_false(sealer_open(copy, "id", sealed, sizeof(sealed), out));
    sealer_also(copy, other);
    assert_true(sealer_open(copy, "id", sealed, sizeof(sealed), out));
    assert_memory_equal(out, "xyz", 3);
    assert_false(sealer_open(copy, "other id", sealed, sizeof(sealed), out));
    sealer_seal(copy, "id", "abc", 3, sealed);
    assert_false(sealer_open(other, "id", sealed, sizeof(sealed), out));
    sealer_free(copy);
    sealer_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(seal__round_trip__many_times, setup, teardown),
        cmocka_unit_test_setup_teardown(seal__every_length__round_trips, setup, teardown),
        cmocka_unit_test_setup_teardown(seal__open__known_value, setup, teardown),
        cmocka_unit_test_setup_teardown(seal__open__any_change_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(seal__open__another_key_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_copy_and_also, setup, teardown),
    };

    return cmocka_run_group_tests_name("crypto/seal", tests, NULL, NULL);
}
