/* Tests of e-mail addresses: which are taken, taken apart, masked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/email.h"
#include "base/mem.h"

static void test_addresses(void **state)
{
    static const char *const good[] = {"a@b.co", "ann.lee+x@mail.example.org",
                                       "a_b%c-d@1-2.example", "0@0.aa"};
    static const char *const bad[] = {"",
                                      "@",
                                      "a",
                                      "a@",
                                      "@b.co",
                                      "a@b",
                                      "a@b.c",
                                      "a@b.c0",
                                      "a@b..co",
                                      "a@.co",
                                      "a@b.co.",
                                      "a@-b.co",
                                      "a@b-.co",
                                      ".a@b.co",
                                      "a.@b.co",
                                      "a..b@b.co",
                                      "a+-b@b.co",
                                      "a b@b.co",
                                      "a@b.co\r\nBcc: c@d.ee",
                                      "a@b.co\n",
                                      "<a@b.co>",
                                      "a,b@b.co",
                                      "a@b@c.co",
                                      "A@b.co",
                                      "\"a\"@b.co",
                                      "\xc3\xa4@b.co"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        assert_true(email_ok(good[i]));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(email_ok(bad[i]));
}

static void test_lengths(void **state)
{
    char text[400];

    (void)state;
    memset(text, 'a', sizeof(text));
    strncpy(text + EMAIL_LOCAL_MAX, "@b.co", 6);
    assert_true(email_ok(text));
    strncpy(text + EMAIL_LOCAL_MAX, "a@b.co", 7);
    assert_false(email_ok(text));
    /* 1 + 1 + four labels of 62 and their dots: 2 + 252 = 254 */
    memset(text, 'b', sizeof(text));
    text[1] = '@';
    for (size_t i = 1; i < 4; i++)
        text[1 + i * 63] = '.';
    text[EMAIL_MAX] = '\0';
    assert_true(email_ok(text));
    text[EMAIL_MAX] = 'b';
    text[EMAIL_MAX + 1] = '\0';
    assert_false(email_ok(text));
}

static void test_normal(void **state)
{
    char out[EMAIL_BYTES];

    (void)state;
    assert_true(email_normal(" \tAnn@Example.ORG\r\n", out));
    assert_string_equal(out, "ann@example.org");
    assert_false(email_normal("Ann Lee@example.org", out));
    assert_string_equal(out, "");
    assert_false(email_normal("  ", out));
}

static void test_split(void **state)
{
    char name[EMAIL_NAME_BYTES], address[EMAIL_BYTES];

    (void)state;
    assert_true(email_split("Pool@Example.org", name, address));
    assert_string_equal(name, "");
    assert_string_equal(address, "pool@example.org");
    assert_true(email_split("The Pool <pool@example.org>", name, address));
    assert_string_equal(name, "The Pool");
    assert_true(email_split("\"Pool, the\" <pool@example.org>", name, address));
    assert_string_equal(name, "Pool, the");
    assert_string_equal(address, "pool@example.org");
    assert_false(email_split("Pool <pool@example.org", name, address));
    assert_false(email_split("Pool <>", name, address));
    assert_false(email_split("Po\"ol <pool@example.org>", name, address));
    assert_false(email_split("Po\nol <pool@example.org>", name, address));
    assert_false(email_split("A <a@b.co> <c@d.ee>", name, address));
    assert_false(email_split("<", name, address));
    assert_false(email_split("", name, address));
}

static void test_mask(void **state)
{
    char out[EMAIL_BYTES];

    (void)state;
    assert_string_equal(email_mask("ann@example.org", out), "a…@example.org");
    assert_string_equal(email_mask("no address", out), "…");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses), cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_normal),    cmocka_unit_test(test_split),
        cmocka_unit_test(test_mask),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
