/* Tests of the breaking of lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "conf/wrap.h"

static void wrap__breaks_at_blanks(void **state)
{
    static const struct {
        const char *prefix, *text, *lines;
    } cases[] = {
        {"", "", ""},
        {"", "   ", ""},
        {"# ", "one", "# one\n"},
        {"# ", "one two  three", "# one two\n# three\n"},
        {"", "12345 7890 2", "12345 7890\n2\n"}, /* just fits */
        {"", "12345 78901", "12345\n78901\n"},   /* just does not */
        {"  ", "a averylongword b", "  a\n  averylongword\n  b\n"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *text = NULL;
        size_t len;
        FILE *to = open_memstream(&text, &len);

        wrap_text(to, cases[i].prefix, cases[i].text, 10);
        fclose(to);
        assert_string_equal(text, cases[i].lines);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(wrap__breaks_at_blanks)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
