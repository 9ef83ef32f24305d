/* Tests of whose address counts behind proxies. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/http.h"
#include "limit/client_ip.h"

/* Stands in for the library's own, which needs a connection: the header's values, each in a line of
 * its own, or NULL for none. */
static const char *forwarded_for;
int MHD_get_connection_values(struct MHD_Connection *c, int kind,
                              int (*fn)(void *, int, const char *, const char *), void *arg);
int MHD_get_connection_values(struct MHD_Connection *c, int kind,
                              int (*fn)(void *, int, const char *, const char *), void *arg)
{
    char lines[8192];
    int count = 0;

    (void)c;
    if (forwarded_for == NULL)
        return 0;
    fn(arg, kind, "X-Other", "192.0.2.98");
    snprintf(lines, sizeof(lines), "%s", forwarded_for);
    for (char *line = lines, *next; line != NULL; line = next) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        fn(arg, kind, count++ % 2 ? "x-forwarded-for" : "X-Forwarded-For", line);
    }
    fn(arg, kind, "X-Other", "192.0.2.98");
    return count + 2;
}

static void peer_set(struct sockaddr_storage *a, const char *text)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)a;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)a;

    memset(a, 0, sizeof(*a));
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
        a->ss_family = AF_INET;
        v4->sin_port = htons(4321);
        return;
    }
    a->ss_family = AF_INET6;
    v6->sin6_port = htons(4321);
    assert_int_equal(inet_pton(AF_INET6, text, &v6->sin6_addr), 1);
}

static void check(const char *trusted, const char *peer, const char *header, const char *want)
{
    struct worker w = {.index = 0};
    struct http_req r = {.w = &w};
    char got[CLIENT_IP_TEXT];

    assert_true(conf_parse_networks(trusted, &w.trusted));
    peer_set(&r.client, peer);
    forwarded_for = header;
    client_ip(&r, got);
    conf_nets_done(&w.trusted);
    if (strcmp(got, want) != 0)
        fail_msg("peer %s, header \"%s\": %s, wanted %s", peer, header ? header : "(none)", got,
                 want);
}

static void without_a_trusted_proxy__it_is_the_peer(void **state)
{
    (void)state;
    check("", "192.0.2.7", NULL, "192.0.2.7");
    check("", "192.0.2.7", "198.51.100.1", "192.0.2.7");
    check("10.0.0.0/8", "192.0.2.7", "198.51.100.1", "192.0.2.7");
    check("", "2001:db8::7", NULL, "2001:db8::7");
    check("10.0.0.0/8", "2001:db8::7", "198.51.100.1", "2001:db8::7");
}

static void behind_a_trusted_proxy__it_is_the_last_untrusted(void **state)
{
    (void)state;
    check("10.0.0.0/8", "10.0.0.1", NULL, "10.0.0.1");
    check("10.0.0.0/8", "10.0.0.1", "198.51.100.1", "198.51.100.1");
    check("10.0.0.0/8", "10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1");
    check("10.0.0.0/8", "10.0.0.1", "198.51.100.1,10.0.0.2,10.0.0.3", "198.51.100.1");
    check("10.0.0.0/8", "10.0.0.1", "2001:db8::9, 10.0.0.2", "2001:db8::9");
    check("::1", "::1", "198.51.100.1", "198.51.100.1");
    check("10.0.0.0/8, ::1", "::1", " 198.51.100.1 , 10.0.0.2 ", "198.51.100.1");
    check("10.0.0.0/8", "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3");
    check("10.0.0.0/8", "::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1");
    check("10.0.0.0/8", "10.0.0.1", "198.51.100.1,\t10.0.0.2", "198.51.100.1");
}

/* Whatever the client wrote himself stands to the left of what a proxy of ours saw. */
static void made_up_address__is_not_believed(void **state)
{
    (void)state;
    check("10.0.0.0/8", "10.0.0.1", "203.0.113.1, 198.51.100.1", "198.51.100.1");
    check("10.0.0.0/8", "10.0.0.1", "10.9.9.9, 198.51.100.1, 10.0.0.2", "198.51.100.1");
    check("10.0.0.0/8", "10.0.0.1", "nonsense, 198.51.100.1", "198.51.100.1");
}

/* Lines of one name are one list, in their order: RFC 9110 5.3. */
static void several_lines__are_one_list(void **state)
{
    (void)state;
    check("10.0.0.0/8", "10.0.0.1", "192.0.2.99\n198.51.100.1", "198.51.100.1");
    check("10.0.0.0/8", "10.0.0.1", "192.0.2.99\n198.51.100.1\n10.0.0.2", "198.51.100.1");
    check("10.0.0.0/8", "10.0.0.1", "192.0.2.99\n198.51.100.1, 10.0.0.3\n10.0.0.2, 10.0.0.4",
          "198.51.100.1");
    check("10.0.0.0/8", "10.0.0.1", "10.0.0.3\n10.0.0.2", "10.0.0.3");
    check("10.0.0.0/8", "10.0.0.1", "192.0.2.99\nrubbish\n10.0.0.2", "10.0.0.2");
    check("10.0.0.0/8", "192.0.2.7", "192.0.2.99\n198.51.100.1", "192.0.2.7");
}

static void rubbish__leaves_what_is_known(void **state)
{
    static const char *const headers[] = {"",           " ",        ",",         ", ,",
                                          "unknown",    "_hidden",  "10.0.0",    "10.0.0.1.2",
                                          "1.2.3.4:80", "[::1]:80", "999.1.1.1", "-"};
    char longest[5000];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(headers); i++)
        check("10.0.0.0/8", "10.0.0.1", headers[i], "10.0.0.1");
    check("10.0.0.0/8", "10.0.0.1", "198.51.100.1, rubbish, 10.0.0.2", "10.0.0.2");
    memset(longest, '1', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    check("10.0.0.0/8", "10.0.0.1", longest, "10.0.0.1");
    memset(longest, ',', sizeof(longest) - 1);
    check("10.0.0.0/8", "10.0.0.1", longest, "10.0.0.1");
}

static void longest_address__fits(void **state)
{
    (void)state;
    check("::1", "::1", "2001:db8:1111:2222:3333:4444:5555:6666",
          "2001:db8:1111:2222:3333:4444:5555:6666");
    check("::1", "::1", "::ffff:255.255.255.255", "::ffff:255.255.255.255");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_trusted_proxy__it_is_the_peer),
        cmocka_unit_test(behind_a_trusted_proxy__it_is_the_last_untrusted),
        cmocka_unit_test(made_up_address__is_not_believed),
        cmocka_unit_test(several_lines__are_one_list),
        cmocka_unit_test(rubbish__leaves_what_is_known),
        cmocka_unit_test(longest_address__fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
