/* Tests of what is known of an event loop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "stats/pulse.h"

static void longest__is_that_of_the_last_minute(void **state)
{
    static struct pulse p;
    const uint64_t t = 1000000;

    (void)state;
    assert_int_equal(pulse_longest_us(&p, t), 0);
    pulse_beat(&p, t, 500);
    pulse_beat(&p, t + 1, 900);
    pulse_beat(&p, t + 2, 100);
    assert_int_equal(pulse_longest_us(&p, t + 3), 900);
    pulse_beat(&p, t + 30000, 200);
    assert_int_equal(pulse_longest_us(&p, t + 59000), 900);
    assert_int_equal(pulse_longest_us(&p, t + 75000), 200); /* though nothing has come since */
    assert_int_equal(pulse_longest_us(&p, t + 200000), 0);
    /* The same slot, later. */
    pulse_beat(&p, t + (uint64_t)PULSE_SLOTS * PULSE_SLOT_MS, 50);
    assert_int_equal(pulse_longest_us(&p, t + (uint64_t)PULSE_SLOTS * PULSE_SLOT_MS), 200);
    assert_int_equal(p.turns, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(longest__is_that_of_the_last_minute),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
