/* Tests of lists of networks: what is well formed, and which addresses are in one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "conf/conf_net.h"

static bool matches(const char *networks, const char *address)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    struct conf_nets nets;
    bool found;

    assert_true(conf_parse_networks(networks, &nets));
    if (inet_pton(AF_INET, address, &in.sin_addr) == 1) {
        found = conf_net_match(&nets, (struct sockaddr *)&in);
    } else {
        assert_int_equal(inet_pton(AF_INET6, address, &in6.sin6_addr), 1);
        found = conf_net_match(&nets, (struct sockaddr *)&in6);
    }
    conf_nets_done(&nets);
    return found;
}

static void match__address__inside_or_outside(void **state)
{
    static const struct {
        const char *networks, *address;
        bool inside;
    } cases[] = {
        {"10.0.0.0/8", "10.255.255.255", true},
        {"10.0.0.0/8", "11.0.0.0", false},
        {"10.1.2.3/8", "10.9.9.9", true},
        {"192.168.1.128/25", "192.168.1.128", true},
        {"192.168.1.128/25", "192.168.1.127", false},
        {"192.168.1.7", "192.168.1.7", true},
        {"192.168.1.7", "192.168.1.6", false},
        {"192.168.1.7/32", "192.168.1.6", false},
        {"0.0.0.0/0", "203.0.113.9", true},
        {"0.0.0.0/0", "2001:db8::1", false},
        {"::/0", "2001:db8::1", true},
        {"::/0", "203.0.113.9", false},
        {"::/0", "::ffff:203.0.113.9", false},
        {"2001:db8::/33", "2001:db8:7fff::1", true},
        {"2001:db8::/33", "2001:db8:8000::1", false},
        {"::1", "::1", true},
        {"::1", "::2", false},
        {"10.0.0.0/8", "::ffff:10.1.2.3", true},
        {"::ffff:10.0.0.0/104", "10.1.2.3", true},
        {"::ffff:10.0.0.0/104", "11.1.2.3", false},
        {"192.0.2.1, ::1 ,10.0.0.0/8", "10.1.1.1", true},
        {"192.0.2.1, ::1 ,10.0.0.0/8", "::1", true},
        {"192.0.2.1, ::1 ,10.0.0.0/8", "192.0.2.2", false},
        {"", "127.0.0.1", false},
        {"  ", "127.0.0.1", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (matches(cases[i].networks, cases[i].address) != cases[i].inside)
            fail_msg("%s in %s", cases[i].address, cases[i].networks);
}

static void match__unix_socket__is_in_none(void **state)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    struct conf_nets nets;

    (void)state;
    assert_true(conf_parse_networks("0.0.0.0/0,::/0", &nets));
    assert_int_equal(nets.len, 2);
    assert_false(conf_net_match(&nets, (struct sockaddr *)&un));
    conf_nets_done(&nets);
    assert_int_equal(nets.len, 0);
}

static void parse__malformed__is_refused(void **state)
{
    static const char *const bad[] = {
        "localhost",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/8x",
        "10.0.0",
        "10.0.0.0/08/8",
        "::/129",
        "::1/256",
        "::1/0128",
        "10.0.0.0 /8",
        ",",
        "10.0.0.1,",
        ",10.0.0.1",
        "10.0.0.1 ::1",
        "1.2.3.4;5.6.7.8",
        "[::1]",
        "300.1.1.1",
        "0:0:0:0:0:ffff:255.255.255.255/128:0:0:0:0:0:0:0:0",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct conf_nets nets;

        if (conf_parse_networks(bad[i], &nets))
            fail_msg("accepted %s", bad[i]);
        assert_int_equal(nets.len, 0);
        assert_null(nets.nets);
        assert_false(conf_check_networks(bad[i]));
    }
    assert_true(conf_check_networks("10.0.0.0/8,::1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(match__address__inside_or_outside),
        cmocka_unit_test(match__unix_socket__is_in_none),
        cmocka_unit_test(parse__malformed__is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
