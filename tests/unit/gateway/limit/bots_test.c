/* Tests of the names of scripts and crawlers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "limit/bots.h"

static void scripts_and_crawlers__are_found(void **state)
{
    static const struct {
        const char *agent, *name;
    } rows[] = {
        {"python-requests/2.31.0", "python-requests"},
        {"curl/8.4.0", "curl/"},
        {"CURL/8.4.0", "curl/"},
        {"Wget/1.21", "wget/"},
        {"Scrapy/2.11 (+https://scrapy.org)", "scrapy"},
        {"Mozilla/5.0 (compatible; AhrefsBot/7.0)", "bot"},
        {"Baiduspider/2.0", "spider"},
        {"my-crawler", "crawler"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *name = bots_find(rows[i].agent);

        assert_non_null(name);
        assert_string_equal(name, rows[i].name);
    }
}

static void others__are_not(void **state)
{
    static const char *const agents[] = {
        "",
        "OpenAI/Python 1.40.0",
        "Mozilla/5.0 (X11; Linux x86_64) Firefox/120.0",
        "ollama-js/0.5",
        "curl",
        "Mozilla/5.0 (compatible; Googlebot/2.1)",
        "Mozilla/5.0 (compatible; Bingbot/2.0) crawler",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(agents); i++)
        assert_null(bots_find(agents[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scripts_and_crawlers__are_found),
        cmocka_unit_test(others__are_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
