/* Tests of what is refused in a request's head. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/head.h"

/* Leaves a head as libmicrohttpd does. The copy has its exact size, so that sanitizers see whoever
 * reads past it. */
static struct http_head head_made(const char *text, size_t len)
{
    char *copy = mem_alloc(len), *line_end, *blank;
    struct http_head h = {.begin = copy, .end = copy + len};

    memcpy(copy, text, len);
    line_end = memchr(copy, '\n', len);
    assert_non_null(line_end);
    blank = memchr(copy, ' ', (size_t)(line_end - copy));
    assert_non_null(blank);
    *blank = '\0';
    for (h.target = blank + 1; *h.target == ' '; h.target++)
        ;
    for (blank = line_end; *blank != ' '; blank--)
        ;
    *blank = '\0';
    h.version = blank + 1;
    h.target_len = strlen(h.target);
    for (char *line = line_end + 1, *end; line < copy + len; line = end + 1) {
        char *colon;

        end = memchr(line, '\n', (size_t)(copy + len - line));
        assert_non_null(end);
        colon = memchr(line, ':', strnlen(line, (size_t)(end - line)));
        if (colon != NULL) {
            *colon = '\0';
            h.headers_len++;
        }
    }
    for (char *p = copy; p < copy + len; p++) {
        if (*p != '\n')
            continue;
        *p = '\0';
        if (p[-1] == '\r')
            p[-1] = '\0';
    }
    return h;
}

static void check(const char *text, size_t len, const char *param, const char *want)
{
    struct http_head h = head_made(text, len);
    struct err e = {0};
    enum err_code rc = http_head_check(&h, &e);

    if (rc != (want == NULL ? ERR_OK : ERR_BAD_REQUEST))
        fail_msg("%s: %s", text, rc == ERR_OK ? "taken" : e.text);
    if (want != NULL && (strstr(e.text, want) == NULL || strcmp(e.param, param) != 0))
        fail_msg("%s: %s (%s), wanted %s (%s)", text, e.text, e.param, want, param);
    free((char *)(uintptr_t)h.begin);
}

#define TAKEN(text)                check(text, sizeof(text) - 1, "", NULL)
#define REFUSED(text, param, want) check(text, sizeof(text) - 1, param, want)
#define GET                        "GET / HTTP/1.1\r\nHost: x\r\n"

static void good_heads__are_taken(void **state)
{
    (void)state;
    TAKEN(GET "\r\n");
    TAKEN("GET / HTTP/1.0\r\n\r\n");
    TAKEN("GET / HTTP/1.1\r\nHost:\r\n\r\n");
    TAKEN("GET / HTTP/1.1\r\nhOST: [::1]:80\r\n\r\n");
    TAKEN("GET /a?b=c&d HTTP/1.1\r\nHost: x\r\n\r\n");
    TAKEN(GET "X-Empty:\r\nX-Blank: \t \r\nX: a b\tc: d \xff\r\n\r\n");
    TAKEN(GET "!#$%&'*+-.^_`|~09azAZ: x\r\n\r\n");
    TAKEN("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n");
    TAKEN("POST / HTTP/1.1\r\nHost: x\r\nTRANSFER-encoding: Chunked\r\n\r\n");
    TAKEN(GET "X-Content-Length: 1\r\nContent-Length2: 1\r\nContent-Length: 1\r\n\r\n");
}

static void request_lines__are_exact(void **state)
{
    (void)state;
    REFUSED("G\x01T / HTTP/1.1\r\nHost: x\r\n\r\n", "", "method");
    REFUSED("G(T / HTTP/1.1\r\nHost: x\r\n\r\n", "", "method");
    REFUSED(" / HTTP/1.1\r\nHost: x\r\n\r\n", "", "method");
    REFUSED("GET  / HTTP/1.1\r\nHost: x\r\n\r\n", "", "request line");
    REFUSED("GET /\0x HTTP/1.1\r\nHost: x\r\n\r\n", "", "request line");
    REFUSED("G\0T / HTTP/1.1\r\nHost: x\r\n\r\n", "", "request line");
    REFUSED("GET / HTTP/1.1\nHost: x\r\n\r\n", "", "CR LF");
}

static void header_lines__are_exact(void **state)
{
    (void)state;
    REFUSED(GET "A b: c\r\n\r\n", "", "name");
    REFUSED(GET "A : c\r\n\r\n", "", "name");
    REFUSED(GET "A\t: c\r\n\r\n", "", "name");
    REFUSED(GET "\x7f: c\r\n\r\n", "", "name");
    REFUSED(GET "\xe4: c\r\n\r\n", "", "name");
    REFUSED(GET ": c\r\n\r\n", "", "CR LF");
    REFUSED("GET / HTTP/1.1\r\n Host: x\r\n\r\n", "", "name");
    REFUSED(GET "A: b\r\n c\r\n\r\n", "", "name");
    REFUSED(GET "A: b\r\n\tc: d\r\n\r\n", "", "name");
    REFUSED(GET "A: b\rc\r\n\r\n", "A", "control");
    REFUSED(GET "A: \x01\r\n\r\n", "A", "control");
    REFUSED(GET "A: \x7f\r\n\r\n", "A", "control");
    REFUSED(GET "A: b\nC: d\r\n\r\n", "", "CR LF");
    REFUSED(GET "A: b\r\n\n", "", "CR LF");
    REFUSED(GET "A: b\0c\r\n\r\n", "", "CR LF");
    REFUSED(GET "A: b\0\r\n\r\n", "", "CR LF");
    REFUSED(GET "A: b\0c:d\r\n\r\n", "", "CR LF");
    REFUSED(GET "A: b\0\0c: d\r\n\r\n", "", "name");
    REFUSED(GET "A: b\0\0c\r\n\r\n", "", "CR LF");
    REFUSED(GET "A: b\0\0Host\0d\r\n\r\n", "Host", "twice");
    REFUSED(GET "A: b\0\0c\0d\r\n\r\n", "", "CR LF");
}

static void framing__is_one(void **state)
{
    (void)state;
    REFUSED(GET "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", "Content-Length", "twice");
    REFUSED(GET "content-length: 1\r\nA: b\r\nCONTENT-LENGTH: 2\r\n\r\n", "Content-Length",
            "twice");
    REFUSED(GET "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            "Transfer-Encoding", "twice");
    REFUSED(GET "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", "Transfer-Encoding",
            "not both");
    REFUSED(GET "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "Transfer-Encoding",
            "not both");
    REFUSED(GET "Transfer-Encoding: gzip, chunked\r\n\r\n", "Transfer-Encoding", "only");
    REFUSED(GET "Transfer-Encoding: chunked, identity\r\n\r\n", "Transfer-Encoding", "only");
    REFUSED(GET "Transfer-Encoding: xchunked\r\n\r\n", "Transfer-Encoding", "only");
    REFUSED(GET "Transfer-Encoding: chunked \r\n\r\n", "Transfer-Encoding", "only");
    REFUSED(GET "Transfer-Encoding:\r\n\r\n", "Transfer-Encoding", "only");
    REFUSED("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "Transfer-Encoding", "1.0");
}

static void host__is_one(void **state)
{
    (void)state;
    REFUSED("GET / HTTP/1.1\r\n\r\n", "Host", "missing");
    REFUSED("GET / HTTP/1.2\r\nA: b\r\n\r\n", "Host", "missing");
    REFUSED(GET "Host: x\r\n\r\n", "Host", "twice");
    REFUSED("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "Host", "HOST");
    REFUSED("GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", "Host", "HOST");
    REFUSED("GET / HTTP/1.0\r\nHost: a/b\r\n\r\n", "Host", "HOST");
    REFUSED("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", "Host", "HOST");
}

static void targets__are_whole(void **state)
{
    static const struct {
        const char *target, *want;
    } rows[] = {
        {"/", NULL},
        {"*", NULL},
        {"/a%20b%7a%fF?c=%41", NULL},
        {"/caf\xc3\xa9", NULL},
        {"/a b", "blank"},
        {"/a ", "blank"},
        {"/a\tb", "control"},
        {"/a\rb", "control"},
        {"/a\x7f", "control"},
        {"/%", "two hex digits"},
        {"/%4", "two hex digits"},
        {"/%4g", "two hex digits"},
        {"/%g4", "two hex digits"},
        {"/?a=%", "two hex digits"},
        {"/%%20", "two hex digits"},
        {"/a%00", "NUL"},
        {"/?a=%00b", "NUL"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct err e = {0};

        if (http_head_check_target(rows[i].target, &e) !=
            (rows[i].want == NULL ? ERR_OK : ERR_BAD_REQUEST))
            fail_msg("%s: \"%s\"", rows[i].target, e.text);
        if (rows[i].want != NULL && strstr(e.text, rows[i].want) == NULL)
            fail_msg("%s: %s", rows[i].target, e.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_heads__are_taken),
        cmocka_unit_test(request_lines__are_exact),
        cmocka_unit_test(header_lines__are_exact),
        cmocka_unit_test(framing__is_one),
        cmocka_unit_test(host__is_one),
        cmocka_unit_test(targets__are_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
