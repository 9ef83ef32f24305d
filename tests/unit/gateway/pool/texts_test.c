/* Tests of the search for texts: every place, every length, small and large letters. */
#include "pool_fixture.h"

#include <strings.h>

static const char *plain_find(const char *in, size_t len, const char *text, size_t text_len)
{
    for (size_t at = 0; at + text_len <= len; at++)
        if (strncasecmp(in + at, text, text_len) == 0)
            return in + at;
    return NULL;
}

static void find__agrees_with_a_plain_search(void **state)
{
    static const char letters[] = "abAB@`[{";
    char in[70], text[8];
    uint64_t seed = 1;

    (void)state;
    for (int round = 0; round < 100000; round++) {
        size_t len, text_len;

        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        len = seed % sizeof(in);
        text_len = 1 + seed / 128 % 4;
        for (size_t i = 0; i < len; i++)
            in[i] = letters[(seed >> (i % 50)) * (i + 1) % (sizeof(letters) - 1)];
        for (size_t i = 0; i < text_len; i++)
            text[i] = letters[(seed >> (11 + 3 * i)) % (sizeof(letters) - 1)];
        assert_ptr_equal(texts_find(in, len, text, text_len), plain_find(in, len, text, text_len));
    }
}

static void find__knows_no_letters_but_those_of_ascii(void **state)
{
    static const char in[] = "\xC3\x84pfel und \xC3\xA4pfel, mehr als sechzehn Bytes";

    (void)state;
    assert_ptr_equal(texts_find(in, sizeof(in) - 1, "\xC3\xA4PFEL", 6), in + 11);
    assert_null(texts_find(in, sizeof(in) - 1, "\xE3\x84pfel", 6));
    assert_null(texts_find("@", 1, "`", 1)); /* they differ in the bit that letters differ in */
    assert_null(texts_find("", 0, "a", 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(find__agrees_with_a_plain_search),
        cmocka_unit_test(find__knows_no_letters_but_those_of_ascii),
    };

    return cmocka_run_group_tests_name("texts", tests, NULL, NULL);
}
