/* Tests of the address of a Redis. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "conf/conf_redis.h"

static void assert_text(const char *got, const char *want)
{
    if (want == NULL)
        assert_null(got);
    else
        assert_string_equal(got, want);
}

static void address__is_taken_apart(void **state)
{
    static const struct {
        const char *text;
        bool tls;
        const char *host, *port, *user, *password;
        int db;
    } cases[] = {
        {"redis://h", false, "h", "6379", NULL, NULL, 0},
        {"rediss://h", true, "h", "6379", NULL, NULL, 0},
        {"redis://10.0.0.1:7000", false, "10.0.0.1", "7000", NULL, NULL, 0},
        {"redis://h/", false, "h", "6379", NULL, NULL, 0},
        {"redis://h/15", false, "h", "6379", NULL, NULL, 15},
        {"redis://h:1/15", false, "h", "1", NULL, NULL, 15},
        {"redis://[::1]", false, "::1", "6379", NULL, NULL, 0},
        {"rediss://[2001:db8::1]:7000/2", true, "2001:db8::1", "7000", NULL, NULL, 2},
        {"redis://:secret@h", false, "h", "6379", NULL, "secret", 0},
        {"redis://user:secret@h:1/2", false, "h", "1", "user", "secret", 2},
        {"redis://u%40x:a%3Ab%2f%25%C3%A9@h", false, "h", "6379", "u@x", "a:b/%\xc3\xa9", 0},
        {"redis://u:a:b!$&'()*+,;=-._~@[::1]:5", false, "::1", "5", "u", "a:b!$&'()*+,;=-._~", 0},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct conf_redis r;

        if (!conf_parse_redis(cases[i].text, &r))
            fail_msg("%s is refused", cases[i].text);
        assert_int_equal(r.tls, cases[i].tls);
        assert_string_equal(r.host, cases[i].host);
        assert_string_equal(r.port, cases[i].port);
        assert_text(r.user, cases[i].user);
        assert_text(r.password, cases[i].password);
        assert_int_equal(r.db, cases[i].db);
        conf_redis_done(&r);
        assert_null(r.password);
    }
}

static void malformed__is_refused(void **state)
{
    static const char *const cases[] = {
        "",
        "redis:",
        "redis://",
        "redis:///1",
        "redis://:6379",
        "REDIS://h",
        "http://h",
        "redis:h",
        "unix:///run/redis.sock",
        "redis://user@h",
        "redis://user:@h",
        "redis://:@h",
        "redis://@h",
        "redis://a:b@c@h",
        "redis://a:b/c@h",
        "redis://a:b c@h",
        "redis://a:%@h",
        "redis://a:%4@h",
        "redis://a:%4g@h",
        "redis://a:%00@h",
        "redis://%00:b@h",
        "redis://h:",
        "redis://h:0",
        "redis://h:65536",
        "redis://h:1x",
        "redis://h/x",
        "redis://h/-1",
        "redis://h/123456",
        "redis://h/1/2",
        "redis://h?db=1",
        "redis://h#1",
        "redis://[::1",
        "redis://[::g]",
        "redis://::1",
        "redis://a_very_long_name_of_a_host_that_has_more_than_sixty_three_letters_in_all",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct conf_redis r;

        if (conf_parse_redis(cases[i], &r))
            fail_msg("%s is taken", cases[i]);
        assert_null(r.user);
        assert_null(r.password);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(address__is_taken_apart),
        cmocka_unit_test(malformed__is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
