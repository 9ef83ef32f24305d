/* Tests of the table of upstream services. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway.h"

static void name__finds_its_provider(void **state)
{
    (void)state;
    for (int i = 0; i < PROVIDER_BUILTINS; i++)
        assert_int_equal(provider_by_name(provider_at(i)->name), i);
    assert_int_equal(provider_by_name("ollama"), PROVIDER_OLLAMA);
    assert_int_equal(provider_by_name("openrouter"), PROVIDER_OPENROUTER);
    assert_int_equal(provider_by_name("Ollama"), -1);
    assert_int_equal(provider_by_name("olla"), -1);
    assert_int_equal(provider_by_name("ollamas"), -1);
    assert_int_equal(provider_by_name(""), -1);
}

static void settings__are_those_of_the_provider(void **state)
{
    struct conf c = {.ollama_base_url = (char *)"http://a",
                     .openrouter_base_url = (char *)"http://b",
                     .ollama_probe_model = (char *)"am",
                     .openrouter_probe_model = (char *)"bm",
                     .disable_openrouter = true};

    (void)state;
    assert_string_equal(provider_base_url(&c, PROVIDER_OLLAMA), "http://a");
    assert_string_equal(provider_base_url(&c, PROVIDER_OPENROUTER), "http://b");
    assert_string_equal(provider_probe_model(&c, PROVIDER_OLLAMA), "am");
    assert_string_equal(provider_probe_model(&c, PROVIDER_OPENROUTER), "bm");
    assert_false(provider_off(&c, PROVIDER_OLLAMA));
    assert_true(provider_off(&c, PROVIDER_OPENROUTER));
    c.disable_ollama = true;
    c.disable_openrouter = false;
    assert_true(provider_off(&c, PROVIDER_OLLAMA));
    assert_false(provider_off(&c, PROVIDER_OPENROUTER));
}

/* A probe must cost nothing and work on any account, so it can only be a GET; and paths are joined
 * to a base URL and a prefix. */
static void rows__are_whole(void **state)
{
    (void)state;
    for (int i = 0; i < PROVIDER_BUILTINS; i++) {
        const struct provider_info *p = provider_at(i);

        assert_string_equal(p->probe_method, "GET");
        assert_int_equal(p->probe_path[0], '/');
        assert_int_equal(p->models_path[0], '/');
        assert_int_equal(p->prefix_len, strlen(p->prefix));
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(p->name, provider_at(k)->name);
            assert_string_not_equal(p->prefix, provider_at(k)->prefix);
        }
    }
    assert_string_equal(provider_at(PROVIDER_OLLAMA)->prefix, "");
    assert_string_equal(provider_at(PROVIDER_OPENROUTER)->prefix, "/openrouter");
}

static const struct store_provider lab = {.name = "lab",
                                          .base_url = "http://lab",
                                          .auth = "x_api_key",
                                          .probe_path = "/v1/models",
                                          .models_path = "/v1/models",
                                          .probe_model = "tiny",
                                          .enabled = true,
                                          .created_at = 7};

static void added_one__is_there_until_it_is_removed(void **state)
{
    struct conf c = {.disable_ollama = false};
    struct store_provider off = lab;
    char names[PROVIDER_NAMES_BYTES];
    int place = provider_place();

    (void)state;
    assert_int_equal(place, PROVIDER_BUILTINS);
    provider_publish(place, &lab);
    assert_int_equal(provider_by_name("lab"), place);
    assert_string_equal(provider_at(place)->prefix, "/lab");
    assert_string_equal(provider_at(place)->auth_header, "x-api-key");
    assert_string_equal(provider_at(place)->auth_scheme, "");
    assert_string_equal(provider_base_url(&c, place), "http://lab");
    assert_string_equal(provider_probe_model(&c, place), "tiny");
    assert_string_equal(provider_names(names), "ollama, openrouter, lab");
    assert_false(provider_off(&c, place));
    off.enabled = false;
    provider_publish(place, &off);
    assert_true(provider_off(&c, place));
    assert_false(provider_off_by_setting(&c, place));
    provider_remove(place);
    assert_int_equal(provider_by_name("lab"), -1);
    assert_true(provider_off(&c, place));
    assert_string_equal(provider_at(place)->name, "lab"); /* for what still runs */
    assert_int_equal(provider_place(), place + 1);
    providers_reset();
    assert_int_equal(provider_place(), place);
}

static void builtin__is_switched_without_its_setting(void **state)
{
    static const struct store_provider off = {.name = "ollama", .base_url = "", .auth = "bearer"};
    struct conf c = {.ollama_base_url = (char *)"http://a"};

    (void)state;
    provider_publish(PROVIDER_OLLAMA, &off);
    assert_true(provider_off(&c, PROVIDER_OLLAMA));
    assert_false(provider_off_by_setting(&c, PROVIDER_OLLAMA));
    assert_string_equal(provider_base_url(&c, PROVIDER_OLLAMA), "http://a");
    providers_reset();
    assert_false(provider_off(&c, PROVIDER_OLLAMA));
}

static void names__are_good_or_have_a_reason(void **state)
{
    static const char *const good[] = {"ab", "lab-2", "x0", "abcdefghijklmnopqrstuvwx"};
    static const char *const bad[] = {"",
                                      "a",
                                      "A1",
                                      "1a",
                                      "-a",
                                      "a_b",
                                      "a/b",
                                      "v1",
                                      "api",
                                      "admin",
                                      "metrics",
                                      "health",
                                      "a b",
                                      "\xff",
                                      "livez",
                                      "readyz",
                                      "abcdefghijklmnopqrstuvwxy"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        assert_null(provider_name_flaw(good[i]));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (provider_name_flaw(bad[i]) == NULL)
            fail_msg("%s", bad[i]);
}

static void places__run_out(void **state)
{
    (void)state;
    for (int p; (p = provider_place()) >= 0;) {
        char name[16];
        struct store_provider row = lab;

        snprintf(name, sizeof(name), "lab-%d", p);
        row.name = name;
        provider_publish(p, &row);
    }
    assert_int_equal(provider_by_name("lab-31"), PROVIDERS_MAX - 1);
    providers_reset();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(name__finds_its_provider),
        cmocka_unit_test(settings__are_those_of_the_provider),
        cmocka_unit_test(rows__are_whole),
        cmocka_unit_test(added_one__is_there_until_it_is_removed),
        cmocka_unit_test(builtin__is_switched_without_its_setting),
        cmocka_unit_test(names__are_good_or_have_a_reason),
        cmocka_unit_test(places__run_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
