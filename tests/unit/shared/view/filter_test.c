/* What rows must be like: every type of field, every operator, and helpful refusals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "view/filter.h"

static json_t *row;
static int64_t now_ms;

static int set_up(void **state)
{
    (void)state;
    assert_true(clock_parse_iso("2026-01-31T12:00:00Z", &now_ms));
    row = json_pack("{s:s,s:s,s:s,s:s,s:i,s:s,s:n,s:s,s:s,s:i,s:f}", "id", "k_1", "username",
                    "Ann Smith", "status", "cooling", "reason", "", "total_requests", 12000,
                    "success_rate", "99.50", "until", "last_used", "2026-01-31T11:30:00.500Z",
                    "expires_at", "2026-02-03T12:00:00Z", "bytes_in", 2048, "avg_ttfb_ms", 250.5);
    return row ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    json_decref(row);
    return 0;
}

static bool takes(const char *text)
{
    struct filter *f = NULL;
    struct err e;
    struct buf hint;
    bool taken;

    buf_init(&hint, 4096);
    if (filter_parse(text, RES_KEY, &f, &hint, &e) != ERR_OK)
        fail_msg("%s: %s", text, e.text);
    taken = filter_takes(f, row, now_ms);
    filter_free(f);
    buf_done(&hint);
    return taken;
}

static void assert_refused(enum resource_id resource, const char *text, const char *why)
{
    struct filter *f = NULL;
    struct err e = {.code = ERR_OK};
    struct buf hint;

    buf_init(&hint, 4096);
    if (filter_parse(text, resource, &f, &hint, &e) != ERR_USAGE)
        fail_msg("taken: %s", text);
    if (strstr(e.text, why) == NULL)
        fail_msg("'%s' is not in: %s", why, e.text);
    assert_string_equal(e.param, "filter");
    buf_done(&hint);
}

static void text__equal_unequal_contains(void **state)
{
    (void)state;
    assert_true(takes("status=cooling") && !takes("status=active"));
    assert_true(takes("status!=active") && !takes("status!=cooling"));
    assert_true(takes("username~SMITH") && !takes("username~smythe"));
    assert_true(takes("username='Ann Smith'") && takes("username=\"Ann Smith\""));
    assert_false(takes("username=ann"));
    assert_true(takes("status~cool"));
}

static void number__every_order(void **state)
{
    (void)state;
    assert_true(takes("total_requests>11999") && !takes("total_requests>12000"));
    assert_true(takes("total_requests>=12k") && !takes("total_requests>=12.1k"));
    assert_true(takes("total_requests<12001") && !takes("total_requests<12k"));
    assert_true(takes("total_requests<=12k") && !takes("total_requests<=11999"));
    assert_true(takes("total_requests=12000") && takes("total_requests!=1"));
    assert_true(takes("success_rate>99%") && !takes("success_rate>99.5"));
    assert_true(takes("bytes_in=2KiB") && !takes("bytes_in>2KiB"));
    assert_true(takes("avg_ttfb_ms>0.25s") && !takes("avg_ttfb_ms>251ms"));
}

static void time__moment_and_span(void **state)
{
    (void)state;
    assert_true(takes("last_used<1h") && !takes("last_used<29m"));
    assert_true(takes("last_used>29m") && !takes("last_used>30m"));
    assert_true(takes("expires_at<4d") && !takes("expires_at<2d"));
    assert_true(takes("last_used>2026-01-31") && !takes("last_used>2026-02"));
    assert_true(takes("last_used<2026-01-31T11:30:01Z") &&
                !takes("last_used<2026-01-31T11:30:00Z"));
    assert_true(takes("last_used=2026-01-31") && takes("last_used=2026") &&
                !takes("last_used=2026-01-30"));
    assert_true(takes("last_used!=2026-01-30"));
}

/* None is unequal to all, and neither more nor less than anything. */
static void none__is_only_equal_to_none(void **state)
{
    (void)state;
    assert_true(takes("until=") && takes("reason=''") && takes("created_at="));
    assert_true(takes("until!=2026") && takes("last_used!="));
    assert_false(takes("until<9999") || takes("until>1h") || takes("until<1h") ||
                 takes("reason~a"));
    assert_false(takes("failure_count>=0") || takes("failure_count<1") || takes("last_used="));
}

static void terms__all_must_hold(void **state)
{
    (void)state;
    assert_true(takes("status=cooling username~ann total_requests>100"));
    assert_true(takes("status=cooling and username~ann AND total_requests > 100"));
    assert_false(takes("status=cooling username~bob"));
    assert_false(takes("username~bob status=cooling"));
}

static void field__its_tail_will_do(void **state)
{
    (void)state;
    assert_true(takes("requests>100"));
    assert_refused(RES_KEY, "tokens>1", "there is no field 'tokens'"); /* two end so */
}

static void field__title_of_its_column_will_do(void **state)
{
    (void)state;
    assert_true(takes("reqs>100") && takes("USER~ann") && !takes("reqs>12000"));
    assert_refused(RES_KEY, "req>1", "there is no field 'req'");
}

static void wrong__says_what_is_right(void **state)
{
    (void)state;
    assert_refused(RES_KEY, "statuss=active", "did you mean status?");
    assert_refused(RES_KEY, "status=colling", "did you mean cooling?");
    assert_refused(RES_DOCTOR, "result=failed", "did you mean fail?");
    assert_refused(RES_KEY, "status>active", "behind it stands one of: != = ~");
    assert_refused(RES_KEY, "total_requests~1", "one of: != >= <= = > <");
    assert_refused(RES_KEY, "total_requests", "one of:");
    assert_refused(RES_KEY, "total_requests>many", "a number such as 100 or 1.5k, not 'many'");
    assert_refused(RES_KEY, "total_requests>inf", "not 'inf'");
    assert_refused(RES_KEY, "total_requests>", "a value is missing");
    assert_refused(RES_KEY, "last_used<soon", "2026-01-31");
    assert_refused(RES_KEY, "last_used=1h", "not '1h'");
    assert_refused(RES_KEY, "username='ann", "quote is not closed");
    assert_refused(RES_KEY, "status=active and", "there is no field 'and'");
    assert_refused(RES_KEY, "=active", "a field is missing");
    assert_refused(RES_KEY, " ", "a field is missing");
    assert_refused(RES_PROVIDER, "enabled=perhaps", "yes or no, not 'perhaps'");
}

static void wrong__field__lists_the_right_ones(void **state)
{
    struct filter *f = NULL;
    struct err e;
    struct buf hint;

    (void)state;
    buf_init(&hint, 4096);
    assert_int_equal(filter_parse("nonsense=1", RES_KEY, &f, &hint, &e), ERR_USAGE);
    assert_int_equal(strncmp(hint.data, "Fields: id api_key username status", 34), 0);
    buf_done(&hint);
}

static void inside__and_yes_or_no(void **state)
{
    json_t *kept = row;
    struct filter *f = NULL;
    struct err e;
    struct buf hint;

    (void)state;
    buf_init(&hint, 4096);
    row = json_pack("{s:b,s:{s:i}}", "enabled", 1, "keys", "active", 3);
    assert_int_equal(filter_parse("enabled=yes active>2", RES_PROVIDER, &f, &hint, &e), ERR_OK);
    assert_true(filter_takes(f, row, now_ms));
    filter_free(f);
    assert_int_equal(filter_parse("enabled=no", RES_PROVIDER, &f, &hint, &e), ERR_OK);
    assert_false(filter_takes(f, row, now_ms));
    filter_free(f);
    buf_done(&hint);
    json_decref(row);
    row = kept;
}

static void term__is_handed_to_the_server(void **state)
{
    struct filter *f = NULL;
    struct err e;
    struct buf hint;

    (void)state;
    buf_init(&hint, 4096);
    assert_int_equal(filter_parse("status=cooling username~ann", RES_KEY, &f, &hint, &e), ERR_OK);
    assert_string_equal(filter_term(f, "status", FILTER_EQ), "cooling");
    assert_string_equal(filter_term(f, "username", FILTER_HAS), "ann");
    assert_null(filter_term(f, "status", FILTER_NE));
    assert_null(filter_term(NULL, "status", FILTER_EQ));
    filter_free(f);
    assert_int_equal(filter_parse("action=key.edit actor=ann", RES_AUDIT, &f, &hint, &e), ERR_OK);
    assert_string_equal(filter_term(f, "actor", FILTER_EQ), "ann");
    assert_null(filter_term(f, "action", FILTER_EQ)); /* may be in the user's language */
    filter_free(f);
    buf_done(&hint);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text__equal_unequal_contains),
        cmocka_unit_test(number__every_order),
        cmocka_unit_test(time__moment_and_span),
        cmocka_unit_test(none__is_only_equal_to_none),
        cmocka_unit_test(terms__all_must_hold),
        cmocka_unit_test(field__its_tail_will_do),
        cmocka_unit_test(field__title_of_its_column_will_do),
        cmocka_unit_test(wrong__says_what_is_right),
        cmocka_unit_test(wrong__field__lists_the_right_ones),
        cmocka_unit_test(inside__and_yes_or_no),
        cmocka_unit_test(term__is_handed_to_the_server),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
