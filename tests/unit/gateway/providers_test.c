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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(name__finds_its_provider),
        cmocka_unit_test(settings__are_those_of_the_provider),
        cmocka_unit_test(rows__are_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
