/* What the original says of its users becomes users of this project, whom no old password lets in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "archive/original.h"
#include "archive/owners.h"
#include "crypto/digest.h"

enum { COST = 10, NOW = 1000000 };

static struct original_user ann(void)
{
    return (struct original_user){.id = "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
                                  .email = " Ann@Example.ORG ",
                                  .role = "admin",
                                  .default_provider = "openrouter",
                                  .token = "sk-given-to-ann",
                                  .token_provider = "ollama",
                                  .active = true,
                                  .expires_at = 7,
                                  .created_at = 5};
}

static void a_user_keeps_his_token(void **state)
{
    struct original_user_records a, b;
    struct original_user u = ann();
    struct digest d;

    (void)state;
    assert_true(original_user_records(&u, COST, NOW, &a));
    assert_true(original_user_records(&u, COST, NOW, &b));
    digest_of(u.token, strlen(u.token), &d);
    assert_int_equal(a.token.kind, RECORD_META);
    assert_string_equal(a.user.user.email, "ann@example.org");
    assert_string_equal(a.user.user.role, "admin");
    assert_string_equal(a.user.user.key_provider, "ollama");
    assert_string_equal(a.user.user.default_provider, "openrouter");
    assert_string_equal(a.user.secret, u.token);
    assert_true(a.user.user.key_id == digest_id(&d));
    assert_int_equal(a.user.user.key_expires_at, 7);
    assert_true(a.user.user.id == b.user.user.id);
    u.id = "another";
    assert_true(original_user_records(&u, COST, NOW, &b));
    assert_true(a.user.user.id != b.user.user.id);
}

static void no_password_is_right(void **state)
{
    struct original_user_records r;
    struct original_user u = ann();

    (void)state;
    assert_true(original_user_records(&u, COST, NOW, &r));
    assert_false(password_outdated(r.hash, COST)); /* a check of it takes its time */
    assert_false(password_check("", 0, r.hash));
    assert_false(password_check("password", 8, r.hash));
}

static void who_has_no_token_gets_one_that_is_over(void **state)
{
    struct original_user_records r;
    struct original_user u = ann();
    struct digest d;

    (void)state;
    u.token = u.token_provider = "";
    u.role = "owner of all";
    assert_true(original_user_records(&u, COST, NOW, &r));
    digest_of(r.user.secret, strlen(r.user.secret), &d);
    assert_int_equal(r.token.kind, RECORD_TOKEN);
    assert_string_equal(r.token.owner, "ann@example.org");
    assert_string_equal(r.token.provider, "openrouter");
    assert_string_equal(r.user.user.key_provider, "openrouter");
    assert_true(r.token.token.id == r.user.user.key_id && r.user.user.key_id == digest_id(&d));
    assert_int_equal(r.token.token.expires_at, NOW);
    assert_int_equal(r.user.user.key_expires_at, NOW);
    assert_string_equal(r.user.user.role, "user");
}

static void what_is_no_address_is_no_user(void **state)
{
    struct original_user_records r;
    struct original_user u = ann();

    (void)state;
    u.email = "ann";
    assert_false(original_user_records(&u, COST, NOW, &r));
}

static void owners_are_found(void **state)
{
    struct owners o = {0};

    (void)state;
    assert_null(owners_find(&o, 1));
    for (uint64_t i = 0; i < 1000; i++)
        owners_add(&o, i * 7919 % 1000, i % 2 == 0 ? "even@example.org" : NULL);
    assert_null(owners_find(&o, 1000));
    assert_string_equal(owners_find(&o, 2 * 7919 % 1000)->email, "even@example.org");
    assert_null(owners_find(&o, 3 * 7919 % 1000)->email);
    owners_add(&o, 5000, "late@example.org");
    assert_string_equal(owners_find(&o, 5000)->email, "late@example.org");
    owners_done(&o);
    assert_null(owners_find(&o, 5000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_user_keeps_his_token),
        cmocka_unit_test(no_password_is_right),
        cmocka_unit_test(who_has_no_token_gets_one_that_is_over),
        cmocka_unit_test(what_is_no_address_is_no_user),
        cmocka_unit_test(owners_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
