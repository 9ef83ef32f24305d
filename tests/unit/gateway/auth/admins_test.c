/* Tests of admin tokens in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "auth/admins.h"
#include "base/mem.h"

enum { NOW = 1000000 };

static struct admins *some_admins(void)
{
    struct digest root;

    digest_of("root-secret", strlen("root-secret"), &root);
    return admins_new(&root);
}

static uint64_t add(struct admins *a, const char *name, const char *secret, enum admin_role role,
                    int64_t expires_at)
{
    struct digest d;
    struct store_admin row = {
        .hint = "h", .name = name, .role = (int)role, .created_at = 1, .expires_at = expires_at};

    digest_of(secret, strlen(secret), &d);
    memcpy(row.digest, d.bytes, sizeof(row.digest));
    row.id = digest_id(&d);
    admins_add(a, &row);
    return row.id;
}

static void tokens__are_known_by_their_secret_alone(void **state)
{
    struct admins *a = some_admins();
    struct admin_who who;

    (void)state;
    add(a, "rita", "reader-secret", ROLE_READER, 0);
    assert_true(admins_check(a, "root-secret", NOW, &who));
    assert_string_equal(who.name, ADMIN_ROOT_NAME);
    assert_int_equal(who.role, ROLE_OWNER);
    assert_true(admins_check(a, "reader-secret", NOW, &who));
    assert_string_equal(who.name, "rita");
    assert_int_equal(who.role, ROLE_READER);
    assert_false(admins_check(a, "", NOW, &who));
    assert_false(admins_check(a, "rita", NOW, &who));
    assert_false(admins_check(a, "root-secre", NOW, &who));
    admins_free(a);
}

static void tokens__end_at_their_time(void **state)
{
    struct admins *a = some_admins();
    struct admin_who who;

    (void)state;
    add(a, "brief", "brief-secret", ROLE_OPERATOR, NOW + 1);
    assert_true(admins_check(a, "brief-secret", NOW, &who));
    assert_false(admins_check(a, "brief-secret", NOW + 1, &who));
    admins_free(a);
}

static void tokens__are_found_by_id_and_name_and_removed(void **state)
{
    struct admins *a = some_admins();
    uint64_t rita = add(a, "rita", "secret-1", ROLE_READER, 0), id;
    char text[DIGEST_ID_TEXT];
    struct admin_who who;

    (void)state;
    add(a, "otto", "secret-2", ROLE_OPERATOR, 0);
    assert_true(admins_find(a, "otto", &id, &who));
    assert_int_equal(who.role, ROLE_OPERATOR);
    assert_true(admins_find(a, digest_id_text('a', rita, text), &id, &who));
    assert_true(id == rita);
    assert_false(admins_find(a, ADMIN_ROOT_NAME, &id, &who));
    assert_true(admins_remove(a, rita));
    assert_false(admins_remove(a, rita));
    assert_false(admins_check(a, "secret-1", NOW, &who));
    assert_true(admins_check(a, "secret-2", NOW, &who));
    admins_free(a);
}

static void count_names(void *arg, const struct store_admin *row)
{
    char *names = arg;

    strncat(names, row->name, 20);
}

static void tokens__are_bounded_and_in_order(void **state)
{
    struct admins *a = some_admins();
    char names[64] = "";

    (void)state;
    add(a, "x", "1", ROLE_READER, 0);
    add(a, "y", "2", ROLE_READER, 0);
    admins_each(a, count_names, names);
    assert_string_equal(names, "xy");
    assert_false(admins_full(a));
    for (int i = 2; i < ADMINS_MAX; i++) {
        char *secret = mem_printf("many %d", i);

        add(a, "n", secret, ROLE_READER, 0);
        free(secret);
    }
    assert_true(admins_full(a));
    admins_free(a);
}

static void roles__have_names_in_order(void **state)
{
    enum admin_role role;

    (void)state;
    assert_true(ROLE_READER < ROLE_OPERATOR && ROLE_OPERATOR < ROLE_OWNER);
    for (int i = 0; i < ROLE_COUNT; i++) {
        assert_true(role_parse(role_name((enum admin_role)i), &role));
        assert_int_equal(role, i);
    }
    assert_false(role_parse("root", &role));
    assert_false(role_parse("", &role));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens__are_known_by_their_secret_alone),
        cmocka_unit_test(tokens__end_at_their_time),
        cmocka_unit_test(tokens__are_found_by_id_and_name_and_removed),
        cmocka_unit_test(tokens__are_bounded_and_in_order),
        cmocka_unit_test(roles__have_names_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
