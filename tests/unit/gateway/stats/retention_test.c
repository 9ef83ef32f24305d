/* Tests of forgetting: what is asked of the store, how often, and for whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "stats/retention.h"

enum { DAY_MS = 24 * 3600 * 1000 };

static struct {
    char calls[128]; /* "a" for the audit log, the number of a provider for its hours */
    int more;        /* how many steps say that there is more */
    bool fails;
} db;

static void note(char what)
{
    size_t len = strlen(db.calls);

    assert_in_range(len, 0, sizeof(db.calls) - 2);
    db.calls[len] = what;
}

static void assert_days_ago(int64_t before_ms, int days)
{
    assert_in_range(clock_wall_ms() - before_ms - (int64_t)days * DAY_MS, 0, 5000);
}

static enum err_code fake_audit(void *unused, int64_t before_ms, struct err *e)
{
    (void)unused;
    (void)e;
    assert_days_ago(before_ms, 365);
    note('a');
    return ERR_OK;
}

static enum err_code fake_hours(void *unused, int provider, int64_t before_ms, int64_t limit,
                                bool *more, struct err *e)
{
    (void)unused;
    assert_days_ago(before_ms, 30);
    assert_in_range(limit, 1, 1000);
    note((char)('0' + provider));
    if (db.fails)
        return err_set(e, ERR_STORE, "The disk is full.");
    *more = db.more-- > 0;
    return ERR_OK;
}

static const struct store_ops ops = {.audit_prune = fake_audit, .hours_prune = fake_hours};

static void ticks(struct retention *r, int n)
{
    static struct conf conf = {.stats_keep = 30ll * DAY_MS, .audit_keep = 365ll * DAY_MS};
    struct gateway gw = {.store = {.ops = &ops}};

    log_configure(LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
    atomic_init(&gw.conf, &conf);
    while (n-- > 0)
        retention_tick(r, &gw, &gw.store);
}

static void round__goes_over_all_providers_once_a_minute(void **state)
{
    struct retention r = {0};

    (void)state;
    memset(&db, 0, sizeof(db));
    ticks(&r, 20);
    assert_string_equal(db.calls, "a01");
    assert_in_range(r.begin_ms - clock_mono_ms(), 55000, 60000);
    r.begin_ms = 0; /* the minute is over */
    ticks(&r, 20);
    assert_string_equal(db.calls, "a01a01");
}

static void what_is_more__is_taken_in_the_next_steps(void **state)
{
    struct retention r = {0};

    (void)state;
    memset(&db, 0, sizeof(db));
    db.more = 3;
    ticks(&r, 20);
    assert_string_equal(db.calls, "a00001");
}

/* A provider that cannot be pruned does not keep the others from it, nor is it asked for ever. */
static void failure__goes_on_to_the_next(void **state)
{
    struct retention r = {0};

    (void)state;
    memset(&db, 0, sizeof(db));
    db.fails = true;
    ticks(&r, 20);
    assert_string_equal(db.calls, "a01");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round__goes_over_all_providers_once_a_minute),
        cmocka_unit_test(what_is_more__is_taken_in_the_next_steps),
        cmocka_unit_test(failure__goes_on_to_the_next),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
