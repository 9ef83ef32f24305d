/* Tests of the types of settings: what each takes, how it is shown, and the rule that it names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/conf_type.h"

/* Every type has its place in a struct conf of options.def; here one option of each stands for it.
 */
static const struct conf_option *option(const char *name)
{
    for (size_t i = 0; i < conf_options_len; i++)
        if (strcmp(conf_options[i].name, name) == 0)
            return &conf_options[i];
    fail_msg("no option %s", name);
    return NULL;
}

struct example {
    const char *name, *text, *shown; /* shown NULL: refused */
};

static void check(const struct example *examples, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const struct conf_option *o = option(examples[i].name);
        struct conf *c = calloc(1, sizeof(*c));
        struct buf out;
        bool good;

        buf_init(&out, 8192);
        assert_true(conf_type_parse(o, o->def, c));
        good = conf_type_parse(o, examples[i].text, c);
        conf_print(c, o, &out);
        if (good != (examples[i].shown != NULL))
            fail_msg("%s: \"%s\" was %s", o->name, examples[i].text, good ? "taken" : "refused");
        else if (good && strcmp(out.data, examples[i].shown) != 0)
            fail_msg("%s: \"%s\" became \"%s\"", o->name, examples[i].text, out.data);
        else if (!good && *o->def != '\0' && strcmp(out.data, o->def) != 0)
            fail_msg("%s: a refused text changed the value to \"%s\"", o->name, out.data);
        buf_done(&out);
        conf_type_done(o, c);
        free(c);
    }
}

static void parse__numbers__with_units_and_ranges(void **state)
{
    static const struct example examples[] = {
        {"WORKERS", "0", "0"},
        {"WORKERS", "256", "256"},
        {"WORKERS", "007", "7"},
        {"WORKERS", "257", NULL},
        {"WORKERS", "-1", NULL},
        {"WORKERS", "+1", NULL},
        {"WORKERS", " 1", NULL},
        {"WORKERS", "1 ", NULL},
        {"WORKERS", "1.5", NULL},
        {"WORKERS", "0x10", NULL},
        {"WORKERS", "", NULL},
        {"WORKERS", "18446744073709551616", NULL},
        {"CONNECT_TIMEOUT", "1500ms", "1500ms"},
        {"CONNECT_TIMEOUT", "30", "30s"},
        {"CONNECT_TIMEOUT", "60s", "1m"},
        {"CONNECT_TIMEOUT", "10m", "10m"},
        {"CONNECT_TIMEOUT", "99ms", NULL},
        {"CONNECT_TIMEOUT", "11m", NULL},
        {"CONNECT_TIMEOUT", "10 s", NULL},
        {"CONNECT_TIMEOUT", "10S", NULL},
        {"CONNECT_TIMEOUT", "s", NULL},
        {"TOTAL_TIMEOUT", "24h", "1d"},
        {"TOTAL_TIMEOUT", "23h", "23h"},
        {"STATS_KEEP", "30d", "30d"},
        {"TOTAL_TIMEOUT", "9223372036854775807h", NULL},
        {"TOTAL_TIMEOUT", "5124095576031h", NULL}, /* 2048384 ms, modulo 2 to the 64 */
        {"DRAIN_TIMEOUT", "0", "0"},
        {"MAX_BODY_BYTES", "1024", "1KiB"},
        {"MAX_BODY_BYTES", "1025", "1025"},
        {"MAX_BODY_BYTES", "1023", NULL},
        {"MAX_BODY_BYTES", "1536KiB", "1536KiB"},
        {"MAX_BODY_BYTES", "1GiB", "1GiB"},
        {"MAX_BODY_BYTES", "2GiB", NULL},
        {"MAX_BODY_BYTES", "1MB", NULL},
        {"MAX_IMPORT_BYTES", "4GiB", "4GiB"},
    };

    (void)state;
    check(examples, ARRAY_LEN(examples));
}

static void parse__words__only_known_ones(void **state)
{
    static const struct example examples[] = {
        {"PUBLIC_MODELS", "true", "true"},
        {"PUBLIC_MODELS", "yes", "true"},
        {"PUBLIC_MODELS", "on", "true"},
        {"PUBLIC_MODELS", "1", "true"},
        {"PUBLIC_MODELS", "false", "false"},
        {"ENABLE_BOT_DETECTION", "no", "false"},
        {"ENABLE_BOT_DETECTION", "off", "false"},
        {"ENABLE_BOT_DETECTION", "0", "false"},
        {"PUBLIC_MODELS", "TRUE", NULL},
        {"PUBLIC_MODELS", "2", NULL},
        {"PUBLIC_MODELS", "", NULL},
        {"LOG_LEVEL", "error", "error"},
        {"LOG_LEVEL", "debug", "debug"},
        {"LOG_LEVEL", "trace", NULL},
        {"LOG_FORMAT", "json", "json"},
        {"LOG_FORMAT", "xml", NULL},
    };

    (void)state;
    check(examples, ARRAY_LEN(examples));
}

static void parse__addresses_and_urls(void **state)
{
    static const struct example examples[] = {
        {"LISTEN", "0.0.0.0:80", "0.0.0.0:80"},
        {"LISTEN", ":8787", ":8787"},
        {"LISTEN", "localhost:0", "localhost:0"},
        {"LISTEN", "[::1]:65535", "[::1]:65535"},
        {"LISTEN", "::1:80", NULL},
        {"LISTEN", "[::1]80", NULL},
        {"LISTEN", "[::1:80", NULL},
        {"LISTEN", "[localhost]:80", NULL},
        {"LISTEN", "localhost", NULL},
        {"LISTEN", "localhost:", NULL},
        {"LISTEN", "localhost:65536", NULL},
        {"LISTEN", "localhost:http", NULL},
        {"LISTEN", "local host:80", NULL},
        {"LISTEN", "", NULL},
        {"OLLAMA_BASE_URL", "http://127.0.0.1:11434", "http://127.0.0.1:11434"},
        {"OLLAMA_BASE_URL", "https://example.org/", "https://example.org"},
        {"OLLAMA_BASE_URL", "https://example.org/a/b//", "https://example.org/a/b"},
        {"OLLAMA_BASE_URL", "http://[::1]:80/x", "http://[::1]:80/x"},
        {"OLLAMA_BASE_URL", "http://[::1]", "http://[::1]"},
        {"OLLAMA_BASE_URL", "ftp://example.org", NULL},
        {"OLLAMA_BASE_URL", "example.org", NULL},
        {"OLLAMA_BASE_URL", "https://", NULL},
        {"OLLAMA_BASE_URL", "https:///path", NULL},
        {"OLLAMA_BASE_URL", "https://:80", NULL},
        {"OLLAMA_BASE_URL", "https://me:pass@example.org", NULL},
        {"OLLAMA_BASE_URL", "https://example.org?x=1", NULL},
        {"OLLAMA_BASE_URL", "https://example.org/#x", NULL},
        {"OLLAMA_BASE_URL", "https://example.org:port", NULL},
        {"OLLAMA_BASE_URL", "https://exa mple.org", NULL},
        {"OLLAMA_BASE_URL", "https://example.org/\n", NULL},
        {"OLLAMA_BASE_URL", "", NULL},
        {"TRUSTED_PROXIES", "10.0.0.0/8, ::1", "10.0.0.0/8, ::1"},
        {"TRUSTED_PROXIES", "", ""},
        {"TRUSTED_PROXIES", "10.0.0.0/99", NULL},
    };

    (void)state;
    check(examples, ARRAY_LEN(examples));
}

static void parse__texts_and_secrets__by_length_and_bytes(void **state)
{
    static char long_text[130];
    static const struct example examples[] = {
        {"OPENROUTER_APP_TITLE", "My pool", "My pool"},
        {"OPENROUTER_APP_TITLE", "Größe", "Größe"},
        {"OPENROUTER_APP_TITLE", "", ""},
        {"OPENROUTER_APP_TITLE", "two\r\nlines", NULL},
        {"OPENROUTER_APP_TITLE", long_text, NULL},
        {"OPENROUTER_APP_TITLE", long_text + 1, long_text + 1},
        {"STATE_DIR", "/srv/pool", "/srv/pool"},
        {"STATE_DIR", "", ""},
        {"STATE_DIR", "/srv/\033[2J", NULL},
        {"ADMIN_TOKEN", "", ""},
        {"ADMIN_TOKEN", "abcdefghijklmnopqrstuvw", NULL},
        {"ADMIN_TOKEN", "abcdefghijklmnopqrstuvwx", "(set)"},
        {"ADMIN_TOKEN", "abcdefghijklmnopqrst\nuvwx", NULL},
    };

    (void)state;
    memset(long_text, 'x', sizeof(long_text) - 1);
    check(examples, ARRAY_LEN(examples));
}

static void rule__every_option__has_one(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 1024);
    for (size_t i = 0; i < conf_options_len; i++) {
        buf_clear(&out);
        conf_type_rule(&conf_options[i], &out);
        assert_in_range(out.len, 5, 200);
    }
    buf_clear(&out);
    conf_type_rule(option("IDLE_TIMEOUT"), &out);
    assert_string_equal(out.data, "a time from 100ms to 1d (units: ms, s, m, h, d)");
    buf_clear(&out);
    conf_type_rule(option("LOG_FORMAT"), &out);
    assert_string_equal(out.data, "text or json");
    buf_done(&out);
}

static void split_addr__parts(void **state)
{
    char host[64], port[8], long_host[80];

    (void)state;
    assert_true(conf_split_addr("127.0.0.1:8787", host, port));
    assert_string_equal(host, "127.0.0.1");
    assert_string_equal(port, "8787");
    assert_true(conf_split_addr("[fe80::1]:80", host, port));
    assert_string_equal(host, "fe80::1");
    assert_string_equal(port, "80");
    assert_true(conf_split_addr(":1", host, port));
    assert_string_equal(host, "");
    memset(long_host, 'h', 64);
    memcpy(long_host + 64, ":1", 3);
    assert_false(conf_split_addr(long_host, host, port));
    assert_true(conf_split_addr(long_host + 1, host, port));
    assert_int_equal(strlen(host), 63);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parse__numbers__with_units_and_ranges),
        cmocka_unit_test(parse__words__only_known_ones),
        cmocka_unit_test(parse__addresses_and_urls),
        cmocka_unit_test(parse__texts_and_secrets__by_length_and_bytes),
        cmocka_unit_test(rule__every_option__has_one),
        cmocka_unit_test(split_addr__parts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
