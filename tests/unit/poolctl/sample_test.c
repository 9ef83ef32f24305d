/* Rates between two samples. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../poolctl/sample.h"

static const struct sample before = {
    .mono_ms = 10000, .requests = 100, .success = 90, .failure = 10, .tokens = 1000};

static void rates__per_second_of_real_time(void **state)
{
    const struct sample now = {
        .mono_ms = 12000, .requests = 110, .success = 99, .failure = 11, .tokens = 1500};
    struct rates r;

    (void)state;
    sample_rates(&before, &now, &r);
    assert_true(r.requests == 5 && r.failures == 0.5 && r.tokens == 250);
    assert_true(r.success_percent == 90);
}

static void rates__nothing__has_no_share(void **state)
{
    struct sample now = before;
    struct rates r;
    json_t *row;

    (void)state;
    now.mono_ms = 11000;
    now.wall_ms = 0;
    sample_rates(&before, &now, &r);
    assert_true(r.requests == 0 && isnan(r.success_percent));
    row = sample_row(&now, &r);
    assert_true(json_is_null(json_object_get(row, "success_rate")));
    assert_string_equal(json_string_value(json_object_get(row, "time")),
                        "1970-01-01T00:00:00.000Z");
    json_decref(row);
}

static void rates__total_went_down__is_nothing(void **state)
{
    const struct sample now = {.mono_ms = 10000};
    struct rates r;

    (void)state;
    sample_rates(&before, &now, &r);
    assert_true(r.requests == 0 && r.failures == 0 && r.tokens == 0);
}

static void error__away__may_pass(void **state)
{
    (void)state;
    assert_true(sample_may_pass(ERR_UNREACHABLE) && sample_may_pass(ERR_DRAINING) &&
                sample_may_pass(ERR_STORE));
    assert_false(sample_may_pass(ERR_ADMIN_TOKEN) || sample_may_pass(ERR_USAGE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates__per_second_of_real_time),
        cmocka_unit_test(rates__nothing__has_no_share),
        cmocka_unit_test(rates__total_went_down__is_nothing),
        cmocka_unit_test(error__away__may_pass),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
