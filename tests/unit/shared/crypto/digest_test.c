/* Checks SHA-256 against published values, ids in both directions, and hex. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "crypto/digest.h"
#include "crypto/hex.h"

/* FIPS 180-4's examples, and the empty text. */
static const struct {
    const char *text, *hex;
} known[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

static void digest__of__matches_published_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        struct digest d;
        char hex[2 * DIGEST_BYTES + 1];

        digest_of(known[i].text, strlen(known[i].text), &d);
        assert_string_equal(hex_encode(d.bytes, DIGEST_BYTES, hex), known[i].hex);
    }
}

static void *digest_many(void *arg)
{
    size_t *wrong = arg;

    for (int i = 0; i < 20000; i++) {
        struct digest d;
        char hex[2 * DIGEST_BYTES + 1];

        digest_of("abc", 3, &d);
        *wrong += strcmp(hex_encode(d.bytes, DIGEST_BYTES, hex), known[1].hex) != 0;
    }
    return NULL;
}

static void digest__of__from_threads(void **state)
{
    pthread_t threads[4];
    size_t wrong[ARRAY_LEN(threads)] = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, digest_many, &wrong[i]), 0);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(wrong[i], 0);
    }
}

static void digest__equal__sees_each_byte(void **state)
{
    struct digest a, b;

    (void)state;
    digest_of("abc", 3, &a);
    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        b = a;
        assert_true(digest_equal(&a, &b));
        b.bytes[i] ^= 0x80;
        assert_false(digest_equal(&a, &b));
    }
}

static void digest__id__is_the_first_8_bytes(void **state)
{
    struct digest d;
    char text[DIGEST_ID_TEXT];

    (void)state;
    digest_of("abc", 3, &d);
    assert_true(digest_id(&d) == 0xba7816bf8f01cfea);
    assert_ptr_equal(digest_id_text('k', digest_id(&d), text), text);
    assert_string_equal(text, "k_ba7816bf8f01cfea");
    assert_string_equal(digest_id_text('t', 0, text), "t_0000000000000000");
    assert_string_equal(digest_id_text('t', UINT64_MAX, text), "t_ffffffffffffffff");
}

static void digest__id_parse__good_and_bad(void **state)
{
    static const char *const bad[] = {
        "",
        "k",
        "k_",
        "t_ba7816bf8f01cfea",
        "k-ba7816bf8f01cfea",
        "k_ba7816bf8f01cfe",
        "k_ba7816bf8f01cfeaa",
        "k_ba7816bf8f01cfeg",
        "k_ba7816bf8f01cf a",
        "kba7816bf8f01cfeaa",
    };
    uint64_t id = 7;

    (void)state;
    assert_true(digest_id_parse('k', "k_ba7816bf8f01cfea", 18, &id));
    assert_true(id == 0xba7816bf8f01cfea);
    assert_true(digest_id_parse('k', "k_BA7816BF8F01CFEAgarbage", 18, &id));
    assert_true(id == 0xba7816bf8f01cfea);
    id = 7;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(digest_id_parse('k', bad[i], strlen(bad[i]), &id));
    assert_true(id == 7);
}

static void hex__all_bytes__round_trip(void **state)
{
    uint8_t all[256], back[256];
    char text[2 * sizeof(all) + 1];

    (void)state;
    for (size_t i = 0; i < sizeof(all); i++)
        all[i] = (uint8_t)i;
    hex_encode(all, sizeof(all), text);
    assert_memory_equal(text, "000102030405060708090a0b0c0d0e0f10", 34);
    assert_true(hex_decode(text, strlen(text), back, sizeof(back)));
    assert_memory_equal(all, back, sizeof(all));
    assert_false(hex_decode("0", 1, back, 1));
    assert_false(hex_decode("0x", 2, back, 1));
    assert_false(hex_decode("/0", 2, back, 1));
    assert_false(hex_decode(":0", 2, back, 1));
    assert_false(hex_decode("@0", 2, back, 1));
    assert_false(hex_decode("`0", 2, back, 1));
    assert_false(hex_decode("\x10"
                            "0",
                            2, back, 1)); /* would be '0' with the case bit set */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digest__of__matches_published_values),
        cmocka_unit_test(digest__of__from_threads),
        cmocka_unit_test(digest__equal__sees_each_byte),
        cmocka_unit_test(digest__id__is_the_first_8_bytes),
        cmocka_unit_test(digest__id_parse__good_and_bad),
        cmocka_unit_test(hex__all_bytes__round_trip),
    };

    return cmocka_run_group_tests_name("crypto/digest", tests, NULL, NULL);
}
