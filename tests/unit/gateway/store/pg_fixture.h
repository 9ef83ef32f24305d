/* What the suites of PostgreSQL alone have in common: they are passed over where there is no
 * server. */
#ifndef PG_FIXTURE_H
#define PG_FIXTURE_H

#include "store_fixture.h"

static inline int pg_setup(void **state)
{
    *state = NULL;
    if (getenv("TEST_POSTGRES") == NULL)
        return 0;
    setenv("STORE_TEST", "postgresql", 1);
    return fixture_setup_folder(state);
}

static inline int pg_teardown(void **state)
{
    return *state != NULL ? fixture_teardown(state) : 0;
}

/* The first line of each test. */
static inline struct fixture *pg_fixture(void **state)
{
    if (*state == NULL) {
        skip();
        abort(); /* it does not come back */
    }
    return *state;
}

#define PG_TEST(function) cmocka_unit_test_setup_teardown(function, pg_setup, pg_teardown)

#endif
