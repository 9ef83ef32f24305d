/* The tables of fields: complete, without doubles, found by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "api/resources.h"

static void fields__of_each_resource__stand_together(void **state)
{
    (void)state;
    for (int id = 0; id < RES_COUNT; id++) {
        const struct resource *r = resource_of((enum resource_id)id);
        size_t count;
        const struct field *fields = resource_fields((enum resource_id)id, &count);

        assert_true(count > 0 && count < 100);
        assert_non_null(resource_field((enum resource_id)id, r->name_field, strlen(r->name_field)));
        for (size_t i = 0; i < count; i++) {
            const char *name = fields[i].json;

            assert_ptr_equal(resource_field((enum resource_id)id, name, strlen(name)), &fields[i]);
            assert_true(*fields[i].header != '\0');
            assert_int_equal(fields[i].text[strlen(fields[i].text) - 1], '.');
        }
    }
}

static void fields__of_neighbours__do_not_mix(void **state)
{
    (void)state;
    assert_non_null(resource_field(RES_KEY, "api_key", 7));
    assert_null(resource_field(RES_TOKEN, "api_key", 7));
    assert_non_null(resource_field(RES_TOKEN, "token", 5));
    assert_null(resource_field(RES_KEY, "token", 5));
    assert_null(resource_field(RES_KEY, "i", 1));
    assert_null(resource_field(RES_KEY, "", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields__of_each_resource__stand_together),
        cmocka_unit_test(fields__of_neighbours__do_not_mix),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
