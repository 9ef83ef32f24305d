/* Tests of the command line of pool-gateway: forms of flags, and what is said of wrong ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "conf/conf_args.h"

static struct conf_args args;
static struct err err;

#define READ(...) read_args((const char *[]){"pool-gateway", __VA_ARGS__, NULL})

static enum err_code read_args(const char *argv[])
{
    int argc = 0;

    while (argv[argc] != NULL)
        argc++;
    err = (struct err){0};
    return conf_args_read(argc, (char *const *)argv, &args, &err);
}

static void read__both_forms__and_the_last_wins(void **state)
{
    (void)state;
    assert_int_equal(READ("--listen", ":1", "--log-level=debug", "--config=a.env"), ERR_OK);
    assert_int_equal(args.wish, CONF_WISH_RUN);
    assert_string_equal(args.given[CONF_OPTION_LISTEN], ":1");
    assert_string_equal(args.given[CONF_OPTION_LOG_LEVEL], "debug");
    assert_null(args.given[CONF_OPTION_WORKERS]);
    assert_string_equal(args.file, "a.env");
    assert_int_equal(READ("--listen=:1", "--listen=:2", "--check"), ERR_OK);
    assert_string_equal(args.given[CONF_OPTION_LISTEN], ":2");
    assert_int_equal(args.wish, CONF_WISH_CHECK);
    assert_int_equal(READ("--listen="), ERR_OK);
    assert_string_equal(args.given[CONF_OPTION_LISTEN], "");
}

static void read__help__ends_the_reading(void **state)
{
    (void)state;
    assert_int_equal(READ("--help", "--nonsense"), ERR_OK);
    assert_int_equal(args.wish, CONF_WISH_HELP);
    assert_int_equal(READ("--nonsense", "--help"), ERR_USAGE);
}

static void read__secret__is_refused_without_showing_it(void **state)
{
    (void)state;
    assert_int_equal(READ("--admin-token=hunter2"), ERR_USAGE);
    assert_null(strstr(err.text, "hunter2"));
    assert_non_null(
        strstr(err.text, "set ADMIN_TOKEN in the environment or in the file of --config"));
    assert_string_equal(err.param, "ADMIN_TOKEN");
    assert_int_equal(READ("--master-key", "hunter2"), ERR_USAGE);
    assert_null(strstr(err.text, "hunter2"));
    assert_int_equal(READ("ADMIN_TOKEN=hunter2"), ERR_USAGE);
    assert_null(strstr(err.text, "hunter2"));
    assert_int_equal(READ("-admin-token=hunter2"), ERR_USAGE);
    assert_null(strstr(err.text, "hunter2"));
}

static void read__wrong_flags__says_what_to_do(void **state)
{
    (void)state;
    assert_int_equal(READ("--log-levle", "info"), ERR_USAGE);
    assert_string_equal(err.text, "there is no flag --log-levle; did you mean --log-level?");
    assert_int_equal(READ("-log-level", "info"), ERR_USAGE);
    assert_non_null(strstr(err.text, "did you mean --log-level?"));
    assert_int_equal(READ("--LOG_LEVEL=info"), ERR_USAGE);
    assert_non_null(strstr(err.text, "did you mean --log-level?"));
    assert_int_equal(READ("--hepl"), ERR_USAGE);
    assert_non_null(strstr(err.text, "did you mean --help?"));
    assert_int_equal(READ("--colour"), ERR_USAGE);
    assert_string_equal(err.text, "there is no flag --colour; see --help");
    assert_int_equal(READ("--listen"), ERR_USAGE);
    assert_string_equal(err.text, "--listen needs a value: --listen=VALUE");
    assert_int_equal(READ("--listen", "--check"), ERR_USAGE);
    assert_int_equal(READ("--check=yes"), ERR_USAGE);
    assert_string_equal(err.text, "--check takes no value");
    assert_int_equal(READ("start"), ERR_USAGE);
    assert_non_null(strstr(err.text, "\"start\""));
    assert_int_equal(READ("--"), ERR_USAGE);
    assert_int_equal(READ("-"), ERR_USAGE);
    assert_int_equal(READ(""), ERR_USAGE);
    assert_int_equal(READ("--a-flag-that-is-longer-than-any-flag-that-there-is"), ERR_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read__both_forms__and_the_last_wins),
        cmocka_unit_test(read__help__ends_the_reading),
        cmocka_unit_test(read__secret__is_refused_without_showing_it),
        cmocka_unit_test(read__wrong_flags__says_what_to_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
