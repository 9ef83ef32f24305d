/* Tests of the settings as a whole: where they come from, which place wins, what a reload keeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf/conf.h"
#include "conf/conf_type.h"

static char path[] = "/tmp/conf_test.XXXXXX";
static struct conf *conf;
static struct err err;
static enum conf_wish wish;

static void write_file(const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static int setup(void **state)
{
    (void)state;
    for (size_t i = 0; i < conf_options_len; i++)
        unsetenv(conf_options[i].name);
    unsetenv("POOL_CONFIG");
    write_file("");
    conf = NULL;
    err = (struct err){0};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    conf_free(conf);
    conf = NULL;
    return 0;
}

/* Flags may be NULL from the first unused one on. */
static enum err_code load(const char *a, const char *b)
{
    const char *argv[] = {"pool-gateway", a, b, NULL};

    conf_free(conf);
    return conf_load(1 + (a != NULL) + (b != NULL), (char *const *)argv, &wish, &conf, &err);
}

static enum err_code load_file(const char *text)
{
    write_file(text);
    return load("--config", path);
}

static void load__without_anything__gives_defaults(void **state)
{
    (void)state;
    assert_int_equal(load(NULL, NULL), ERR_OK);
    assert_int_equal(wish, CONF_WISH_RUN);
    assert_string_equal(conf->listen, "127.0.0.1:8787");
    assert_string_equal(conf->admin_token, "");
    assert_int_equal(conf->max_attempts, 3);
    assert_int_equal(conf->max_body_bytes, 32 << 20);
    assert_int_equal(conf->first_byte_timeout, 180000);
    assert_true(conf->enable_bot_detection);
    assert_false(conf->enable_rate_limit);
    assert_int_equal(conf->log_level, LOG_LEVEL_INFO);
    assert_null(conf->file);
    assert_true(conf->state_dir[0] == '/');
}

static void load__flag_environment_file__in_this_order(void **state)
{
    (void)state;
    assert_int_equal(load_file("WORKERS=1\nMAX_ATTEMPTS=1\nLISTEN=:1\n"), ERR_OK);
    assert_string_equal(conf->file, path);
    assert_int_equal(conf->workers, 1);
    setenv("WORKERS", "2", 1);
    setenv("MAX_ATTEMPTS", "2", 1);
    setenv("POOL_CONFIG", path, 1);
    assert_int_equal(load("--workers", "3"), ERR_OK);
    assert_int_equal(conf->workers, 3);
    assert_int_equal(conf->max_attempts, 2);
    assert_string_equal(conf->listen, ":1");
}

static void load__config_flag__wins_over_pool_config(void **state)
{
    (void)state;
    setenv("POOL_CONFIG", "/nonexistent/pool.env", 1);
    assert_int_equal(load(NULL, NULL), ERR_IO);
    assert_non_null(strstr(err.text, "/nonexistent/pool.env"));
    assert_int_equal(load_file("WORKERS=7"), ERR_OK);
    assert_int_equal(conf->workers, 7);
    setenv("POOL_CONFIG", "", 1);
    assert_int_equal(load(NULL, NULL), ERR_OK);
    assert_null(conf->file);
}

static void load__empty_value__is_not_given(void **state)
{
    (void)state;
    setenv("WORKERS", "", 1);
    setenv("ADMIN_TOKEN", "", 1);
    assert_int_equal(load_file("WORKERS=5\nLISTEN=\nMAX_ATTEMPTS=''\n"), ERR_OK);
    assert_int_equal(conf->workers, 5);
    assert_string_equal(conf->listen, "127.0.0.1:8787");
    assert_int_equal(conf->max_attempts, 3);
}

static void load__bad_value__names_the_place_and_the_rule(void **state)
{
    (void)state;
    assert_int_equal(load("--workers=257", NULL), ERR_CONF);
    assert_string_equal(err.text, "--workers must be a whole number from 0 to 256");
    assert_string_equal(err.param, "WORKERS");
    setenv("LOG_LEVEL", "loud", 1);
    assert_int_equal(load(NULL, NULL), ERR_CONF);
    assert_string_equal(err.text,
                        "LOG_LEVEL in the environment must be error, warn, info or debug");
    unsetenv("LOG_LEVEL");
    assert_int_equal(load_file("# a\n\nDRAIN_TIMEOUT=2 days\n"), ERR_CONF);
    assert_non_null(strstr(err.text, ": line 3: DRAIN_TIMEOUT must be a time from 0 to 1d"));
    assert_memory_equal(err.text, path, strlen(path));
    assert_null(conf);
}

static void load__bad_value_that_is_outranked__is_an_error(void **state)
{
    (void)state;
    setenv("WORKERS", "many", 1);
    assert_int_equal(load("--workers", "1"), ERR_CONF);
}

static void load__bad_secret__is_not_shown(void **state)
{
    (void)state;
    setenv("ADMIN_TOKEN", "hunter2", 1);
    assert_int_equal(load(NULL, NULL), ERR_CONF);
    assert_null(strstr(err.text, "hunter2"));
    assert_non_null(strstr(err.text, "ADMIN_TOKEN"));
    assert_non_null(strstr(err.text, "24 to 256"));
    unsetenv("ADMIN_TOKEN");
    assert_int_equal(load("--openrouter-base-url", "ftp://me:hunter2@host/"), ERR_CONF);
    assert_null(strstr(err.text, "hunter2"));
}

static void load__master_key__is_64_hex_digits(void **state)
{
    char hex[65];

    (void)state;
    memset(hex, 'a', 64);
    hex[64] = '\0';
    setenv("MASTER_KEY", hex, 1);
    assert_int_equal(load(NULL, NULL), ERR_OK);
    assert_string_equal(conf->master_key, hex);
    hex[10] = 'g';
    setenv("MASTER_KEY", hex, 1);
    assert_int_equal(load(NULL, NULL), ERR_CONF);
    assert_null(strstr(err.text, hex));
    hex[10] = 'F';
    hex[63] = '\0';
    setenv("MASTER_KEY", hex, 1);
    assert_int_equal(load(NULL, NULL), ERR_CONF);
}

static void load__unknown_name_in_the_file__suggests(void **state)
{
    (void)state;
    assert_int_equal(load_file("LOG_LEVLE=info\n"), ERR_CONF);
    assert_non_null(strstr(err.text, ": line 1: there is no setting LOG_LEVLE; did you mean "
                                     "LOG_LEVEL?"));
    assert_int_equal(load_file("FAVOURITE_COLOUR=blue\n"), ERR_CONF);
    assert_non_null(strstr(err.text, "FAVOURITE_COLOUR"));
    assert_null(strstr(err.text, "did you mean"));
}

static void load__unknown_environment_variable__is_ignored(void **state)
{
    (void)state;
    setenv("LOG_LEVLE", "loud", 1);
    assert_int_equal(load(NULL, NULL), ERR_OK);
    unsetenv("LOG_LEVLE");
}

static void load__help_and_version__need_no_good_settings(void **state)
{
    (void)state;
    setenv("WORKERS", "many", 1);
    assert_int_equal(load("--help", NULL), ERR_OK);
    assert_int_equal(wish, CONF_WISH_HELP);
    assert_null(conf);
    assert_int_equal(load("--version", NULL), ERR_OK);
    assert_int_equal(wish, CONF_WISH_VERSION);
    assert_int_equal(load("--check", NULL), ERR_CONF);
    unsetenv("WORKERS");
    assert_int_equal(load("--check", NULL), ERR_OK);
    assert_int_equal(wish, CONF_WISH_CHECK);
    assert_non_null(conf);
}

static void reload__applies_some_and_keeps_others(void **state)
{
    const char *argv[] = {"pool-gateway", "--config", path, NULL};
    struct conf *fresh;
    struct buf kept;

    (void)state;
    buf_init(&kept, 1024);
    assert_int_equal(load_file("WORKERS=1\nLISTEN=:1\nMAX_ATTEMPTS=1\n"), ERR_OK);
    write_file("WORKERS=2\nLISTEN=:2\nMAX_ATTEMPTS=2\nLOG_FORMAT=json\n");
    assert_int_equal(conf_reload(3, (char *const *)argv, conf, &fresh, &kept, &err), ERR_OK);
    assert_string_equal(kept.data, "LISTEN,WORKERS");
    assert_int_equal(fresh->workers, 1);
    assert_string_equal(fresh->listen, ":1");
    assert_ptr_not_equal(fresh->listen, conf->listen);
    assert_int_equal(fresh->max_attempts, 2);
    assert_int_equal(fresh->log_format, LOG_FORMAT_JSON);
    conf_free(fresh);
    buf_done(&kept);
}

static void reload__unchanged_or_bad_file__keeps_nothing(void **state)
{
    const char *argv[] = {"pool-gateway", "--config", path, NULL};
    struct conf *fresh;
    struct buf kept;

    (void)state;
    buf_init(&kept, 1024);
    assert_int_equal(load_file("WORKERS=1\n"), ERR_OK);
    assert_int_equal(conf_reload(3, (char *const *)argv, conf, &fresh, &kept, &err), ERR_OK);
    assert_int_equal(kept.len, 0);
    conf_free(fresh);
    write_file("WORKERS=1\nMAX_ATTEMPTS=none\n");
    assert_int_equal(conf_reload(3, (char *const *)argv, conf, &fresh, &kept, &err), ERR_CONF);
    assert_null(fresh);
    assert_int_equal(kept.len, 0);
    buf_done(&kept);
}

static void state_dir__default__follows_the_user(void **state)
{
    char *dir;

    (void)state;
    setenv("XDG_STATE_HOME", "/home/someone/state", 1);
    dir = conf_default_state_dir();
    assert_string_equal(dir, geteuid() == 0 ? "/var/lib/ollama-pool"
                                            : "/home/someone/state/ollama-pool");
    free(dir);
    setenv("XDG_STATE_HOME", "relative", 1);
    setenv("HOME", "/home/someone", 1);
    dir = conf_default_state_dir();
    assert_string_equal(dir, geteuid() == 0 ? "/var/lib/ollama-pool"
                                            : "/home/someone/.local/state/ollama-pool");
    free(dir);
    setenv("STATE_DIR", "here", 1);
    assert_int_equal(load(NULL, NULL), ERR_OK);
    assert_string_equal(conf->state_dir, "here");
}

static char *printed_by(void (*print)(FILE *to))
{
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);

    print(to);
    fclose(to);
    return text;
}

static void report(FILE *to)
{
    conf_report(conf, to);
}

static void report__can_be_read_back(void **state)
{
    char *first, *second;

    (void)state;
    assert_int_equal(load_file("MAX_BODY_BYTES=1536KiB\nCONNECT_TIMEOUT=1500ms\nWORKERS=3\n"
                               "ENABLE_RATE_LIMIT=on\nLOG_FORMAT=json\n"
                               "OLLAMA_BASE_URL=http://127.0.0.1:11434///\n"),
                     ERR_OK);
    first = printed_by(report);
    assert_non_null(strstr(first, "\nOLLAMA_BASE_URL=http://127.0.0.1:11434\n"));
    assert_non_null(strstr(first, "\nCONNECT_TIMEOUT=1500ms\n"));
    assert_int_equal(load_file(first), ERR_OK);
    second = printed_by(report);
    assert_string_equal(first, second);
    free(first);
    free(second);
}

static void report__hides_secrets(void **state)
{
    char *text;

    (void)state;
    setenv("ADMIN_TOKEN", "an-admin-token-of-some-length", 1);
    setenv("DATABASE_URL", "sqlite:/srv/pool.db", 1);
    assert_int_equal(load(NULL, NULL), ERR_OK);
    text = printed_by(report);
    assert_non_null(strstr(text, "ADMIN_TOKEN=(set)\n"));
    assert_non_null(strstr(text, "DATABASE_URL=(set)\n"));
    assert_non_null(strstr(text, "MASTER_KEY=\n"));
    assert_null(strstr(text, "an-admin-token"));
    assert_null(strstr(text, "/srv/pool.db"));
    free(text);
}

static void help__names_every_setting_and_fits_80_columns(void **state)
{
    char *text = printed_by(conf_help), *line, *rest;

    (void)state;
    for (size_t i = 0; i < conf_options_len; i++) {
        char flag[64] = "  --";

        for (size_t k = 0; k <= strlen(conf_options[i].name); k++) {
            char c = conf_options[i].name[k];

            flag[4 + k] = c == '_' ? '-' : (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        }
        /* A secret stands there under its name, as it is no flag. */
        if (conf_type(&conf_options[i])->secret) {
            assert_null(strstr(text, flag));
            assert_non_null(strstr(text, conf_options[i].name));
        } else {
            assert_non_null(strstr(text, flag));
        }
    }
    for (size_t i = 0; i < conf_flags_len; i++)
        assert_non_null(strstr(text, conf_flags[i].name));
    for (line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
        assert_in_range(strlen(line), 0, 80);
    free(text);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    int fd = mkstemp(path), failed;
    const struct CMUnitTest tests[] = {
        TEST(load__without_anything__gives_defaults),
        TEST(load__flag_environment_file__in_this_order),
        TEST(load__config_flag__wins_over_pool_config),
        TEST(load__empty_value__is_not_given),
        TEST(load__bad_value__names_the_place_and_the_rule),
        TEST(load__bad_value_that_is_outranked__is_an_error),
        TEST(load__bad_secret__is_not_shown),
        TEST(load__master_key__is_64_hex_digits),
        TEST(load__unknown_name_in_the_file__suggests),
        TEST(load__unknown_environment_variable__is_ignored),
        TEST(load__help_and_version__need_no_good_settings),
        TEST(reload__applies_some_and_keeps_others),
        TEST(reload__unchanged_or_bad_file__keeps_nothing),
        TEST(state_dir__default__follows_the_user),
        TEST(report__can_be_read_back),
        TEST(report__hides_secrets),
        TEST(help__names_every_setting_and_fits_80_columns),
    };

    if (fd < 0)
        return 1;
    close(fd);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
