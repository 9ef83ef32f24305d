/* Tests of password hashing and of the tokens of sessions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/bearer.h"
#include "crypto/password.h"
#include "crypto/secret.h"

static const int64_t now = 1700000000000;

static void password__is_checked_by_its_own_salt_and_cost(void **state)
{
    char a[PASSWORD_PHC_BYTES], b[PASSWORD_PHC_BYTES];

    (void)state;
    password_hash("correct horse", 13, PASSWORD_COST_MIN, a);
    password_hash("correct horse", 13, PASSWORD_COST_MIN, b);
    assert_memory_equal(a, "$scrypt$ln=10,r=8,p=1$", 22);
    assert_string_not_equal(a, b);
    assert_true(password_check("correct horse", 13, a));
    assert_true(password_check("correct horse", 13, b));
    assert_false(password_check("correct horsf", 13, a));
    assert_false(password_check("correct horse", 12, a));
    assert_false(password_outdated(a, PASSWORD_COST_MIN));
    assert_true(password_outdated(a, PASSWORD_COST_MIN + 1));
}

/* Of Python's hashlib.scrypt(b"pleaseletmein", salt=b"0123456789abcdef", n=1024, r=8, p=1,
 * dklen=32).
 */
#define SALT                    "MDEyMzQ1Njc4OWFiY2RlZg"
#define HASH                    "o3zBilPc86r0aNumivxDqGJbs1CVkVYyLfGzVSIFS0U"
#define PHC(head, middle, tail) (head SALT middle HASH tail)

static void password__agrees_with_another_implementation(void **state)
{
    (void)state;
    assert_true(password_check("pleaseletmein", 13, PHC("$scrypt$ln=10,r=8,p=1$", "$", "")));
}

static void password__that_is_malformed_is_nobodys(void **state)
{
    static const char *const wrong[] = {
        "",
        "$scrypt$",
        "$scrypt$ln=10,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$",
        PHC("$argon2id$ln=10,r=8,p=1$", "$", ""),
        PHC("$scrypt$ln=99,r=8,p=1$", "$", ""),
        PHC("$scrypt$ln=10,r=8,p=1$", "$", "x"),
        PHC("$scrypt$ln=10,r=8,p=1$", "x$", ""),
        PHC("$scrypt$ln=10,r=16,p=1$", "$", ""),
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_false(password_check("pleaseletmein", 13, wrong[i]));
        assert_true(password_outdated(wrong[i], PASSWORD_COST_MIN));
    }
}

static void dummy__is_well_formed_and_nobodys(void **state)
{
    char phc[PASSWORD_PHC_BYTES];

    (void)state;
    password_dummy(PASSWORD_COST_MIN, phc);
    assert_false(password_outdated(phc, PASSWORD_COST_MIN));
    assert_false(password_check("", 0, phc));
}

static void digits__are_all_there_and_equally_likely(void **state)
{
    size_t counts[10] = {0};
    char text[7];

    (void)state;
    for (int i = 0; i < 10000; i++) {
        secret_digits(text, 6);
        assert_int_equal(strspn(text, "0123456789"), 6);
        for (int n = 0; n < 6; n++)
            counts[text[n] - '0']++;
    }
    /* 6000 each are expected, with a deviation of 73. */
    for (int n = 0; n < 10; n++)
        assert_in_range(counts[n], 5500, 6500);
}

static struct bearer someone(void)
{
    return (struct bearer){.jti = "s_0000000000000001",
                           .sub = "u_0000000000000002",
                           .issued_at = now,
                           .expires_at = now + 5000};
}

static void bearer__is_read_back_until_it_is_over(void **state)
{
    struct digest key = {{1}}, other = {{2}};
    char text[BEARER_BYTES_MAX];
    struct bearer b = someone(), out;

    (void)state;
    bearer_make(&key, &b, text);
    assert_true(bearer_read(&key, text, now + 4999, &out));
    assert_string_equal(out.jti, b.jti);
    assert_string_equal(out.sub, b.sub);
    assert_int_equal(out.issued_at, b.issued_at);
    assert_int_equal(out.expires_at, b.expires_at);
    assert_false(bearer_read(&key, text, now + 5000, &out));
    assert_false(bearer_read(&other, text, now, &out));
    text[strlen(text) - 3] ^= 1;
    assert_false(bearer_read(&key, text, now, &out));
}

static void bearer__of_another_algorithm_or_shape_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        ".",
        "..",
        "a.b.c",
        "eyJhbGciOiAibm9uZSIsICJ0eXAiOiAiSldUIn0."
        "eyJzdWIiOiAidV8yIiwgImp0aSI6ICJzXzEiLCAiaWF0IjogMTcwMDAwMDAwMCwgImV4cCI6IDE3MDAwMDAwMD"
        "V9.", /* alg none, no signature */
        "eyJhbGciOiAiSFM1MTIiLCAidHlwIjogIkpXVCJ9."
        "eyJzdWIiOiAidV8yIiwgImp0aSI6ICJzXzEiLCAiaWF0IjogMTcwMDAwMDAwMCwgImV4cCI6IDE3MDAwMDAwMD"
        "V9.Xn_MFoRGNc0l2jzoDFuqthUyxZ2nm4FKe-PBCn8_s-"
        "dHQjLUjDHYofWwnZGBfUu1NRJgcckcqDtX3h3fYnN-Iw", /* signed with the right key, by HS512
                                                         */
        "eyJhbGciOiAiSFMyNTYiLCAidHlwIjogIkpXVCJ9."
        "eyJzdWIiOiAidV8yIiwgImlhdCI6IDE3MDAwMDAwMDAsICJleHAiOiAxNzAwMDAwMDA1fQ."
        "g2XoB5SXR6KaGpy1sT-LgHlY94xpDnhtPsP4rskqgzY", /* HS256, without jti */
        "eyJhbGciOiAiSFMyNTYiLCAidHlwIjogIkpXVCJ9."
        "eyJzdWIiOiAidV8yIiwgImp0aSI6ICJzXzEiLCAiaWF0IjogMTcwMDAwMDAwMH0.xx5r8tIBK0-"
        "d2s1bylYa1g0vNxU3lnk4-NtPbUDIpqY", /* HS256, without exp */
        "eyJhbGciOiAiSFMyNTYiLCAidHlwIjogIkpXVCJ9."
        "eyJzdWIiOiAidV8yIiwgImp0aSI6IFsic18xIl0sICJpYXQiOiAxNzAwMDAwMDAwLCAiZXhwIjogMTcwMDAwMD"
        "AwNX0.vJFuTepkEN7v1Y8hvPfOgSYm8FkJlhDRV3Z1m-SvH6k", /* HS256, jti is a list */
    };
    struct digest key = {{1}};
    struct bearer out;

    (void)state;
    assert_true(bearer_read(&key,
                            "eyJhbGciOiAiSFMyNTYiLCAidHlwIjogIkpXVCJ9."
                            "eyJzdWIiOiAidV8yIiwgImp0aSI6ICJzXzEiLCAiaWF0IjogMTcwMDAwMDAwMCwgImV4cC"
                            "I6IDE3MDAwMDAwMDV9.mqgvDm8lEmfA-T5QL7C2hRpDVZ_m9JqSKG2nCK33shM",
                            now, &out)); /* of another implementation */
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(bearer_read(&key, wrong[i], now, &out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(password__is_checked_by_its_own_salt_and_cost),
        cmocka_unit_test(password__agrees_with_another_implementation),
        cmocka_unit_test(password__that_is_malformed_is_nobodys),
        cmocka_unit_test(dummy__is_well_formed_and_nobodys),
        cmocka_unit_test(digits__are_all_there_and_equally_likely),
        cmocka_unit_test(bearer__is_read_back_until_it_is_over),
        cmocka_unit_test(bearer__of_another_algorithm_or_shape_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
