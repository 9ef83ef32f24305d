/* Tests of query parameters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "http/query.h"

static void check(const char *query, const char *name, const char *want)
{
    char *words = http_query_open(query);
    const char *got = http_query_find(words, name);

    if (want == NULL ? got != NULL : got == NULL || strcmp(got, want) != 0)
        fail_msg("%s of %s: %s, wanted %s", name, query ? query : "(none)", got ? got : "(none)",
                 want ? want : "(none)");
    free(words);
}

static void values__are_found_and_decoded(void **state)
{
    (void)state;
    check("a=1&b=2", "a", "1");
    check("a=1&b=2", "b", "2");
    check("a=1&a=2", "a", "1");
    check("a=", "a", "");
    check("=x", "", "x");
    check("a=b=c", "a", "b=c");
    check("&&a=1&&", "a", "1");
    check("a=x%20y+z%2B%26%3D", "a", "x y z+&=");
    check("n%61me=1", "name", "1");
    check("n+m=1", "n m", "1");
    check("=&=&=&a=1", "a", "1");
    check("a==", "a", "=");
}

static void what_is_not_there__is_not_found(void **state)
{
    (void)state;
    check(NULL, "a", NULL);
    check("", "a", NULL);
    check("a", "a", NULL);
    check("a&b=1", "a", NULL);
    check("ab=1", "a", NULL);
    check("A=1", "a", NULL);
    check("b=a%3d1", "a", NULL);
}

static void what_is_no_escape__stays(void **state)
{
    (void)state;
    check("a=%", "a", "%");
    check("a=%4", "a", "%4");
    check("a=%4&b=1", "a", "%4");
    check("a=%zz", "a", "%zz");
    check("a=%00b", "a", "%00b");
    check("a=%%34", "a", "%4");
}

static void longest__fits(void **state)
{
    char many[4096];

    (void)state;
    for (size_t i = 0; i < sizeof(many) - 1; i++)
        many[i] = i % 2 ? '&' : '=';
    many[sizeof(many) - 1] = '\0';
    check(many, "a", NULL);
    check(many, "", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values__are_found_and_decoded),
        cmocka_unit_test(what_is_not_there__is_not_found),
        cmocka_unit_test(what_is_no_escape__stays),
        cmocka_unit_test(longest__fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
