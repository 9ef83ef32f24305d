/* Checks what is counted of a text of keys, and which lines are named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/keytally.h"
#include "crypto/digest.h"

static const char text[] = "# two of each form\n"
                           "key-0000000001\n"
                           "me@example.com----pass----session----key-0000000002\n"
                           "{\"api_key\": \"key-0000000003\"}\n"
                           "short\n"
                           "key-0000000002\n"
                           "me@example.com----pass\n"
                           "\n"
                           "key-0000000001\n"
                           "key-0000000001";

static void keytally__counts_and_names(void **state)
{
    struct keytally t;
    static const size_t lines[] = {5, 7, 6, 9, 10};

    (void)state;
    keytally_count(&t, text, strlen(text), 100, NULL, NULL);
    assert_int_equal(t.total, 8);
    assert_int_equal(t.distinct, 3);
    assert_int_equal(t.duplicates, 3);
    assert_int_equal(t.invalid, 2);
    assert_int_equal(t.forms[KEYLINE_BARE], 4);
    assert_int_equal(t.forms[KEYLINE_FIELDS], 1);
    assert_int_equal(t.forms[KEYLINE_JSON], 1);
    assert_int_equal(t.problems_len, 5);
    assert_int_equal(t.omitted, 0);
    for (size_t i = 0; i < t.problems_len; i++)
        assert_int_equal(t.problems[i].line, lines[i]);
    assert_string_equal(t.problems[0].reason, "the key is shorter than 8 characters");
    assert_string_equal(t.problems[2].reason, KEYLINE_REPEATED);
    keytally_done(&t);
}

static void keytally__names_no_more_than_it_may(void **state)
{
    struct keytally t;

    (void)state;
    keytally_count(&t, text, strlen(text), 1, NULL, NULL);
    assert_int_equal(t.problems_len, 2);
    assert_int_equal(t.problems[0].line, 5);
    assert_int_equal(t.problems[1].line, 6);
    assert_int_equal(t.omitted, 3);
    keytally_done(&t);
    keytally_count(&t, text, 0, 1, NULL, NULL);
    assert_int_equal(t.total, 0);
    assert_int_equal(t.distinct, 0);
    keytally_done(&t);
}

static bool stop_at_three(void *arg, const struct keyline *line)
{
    size_t *seen = arg;

    (void)line;
    return ++*seen < 3;
}

static void keytally__ids_are_those_of_the_keys_and_counting_can_be_ended(void **state)
{
    struct keytally t;
    struct digest d;
    size_t seen = 0;

    (void)state;
    digest_of("key-0000000001", 14, &d);
    keytally_count(&t, text, strlen("# two of each form\nkey-0000000001\n"), 1, NULL, NULL);
    assert_int_equal(t.distinct, 1);
    assert_true(t.ids[0] == digest_id(&d));
    keytally_done(&t);
    keytally_count(&t, text, strlen(text), 1, stop_at_three, &seen);
    assert_int_equal(t.total, 3);
    keytally_done(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keytally__counts_and_names),
        cmocka_unit_test(keytally__names_no_more_than_it_may),
        cmocka_unit_test(keytally__ids_are_those_of_the_keys_and_counting_can_be_ended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
