/* The client of the gateway's API, against a server that hears and says what each test wants. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/client.h"
#include "base/buf.h"

enum { HEARD_BYTES = 1 << 20 };

/* A server for one call. */
struct server {
    pthread_t thread;
    int listener;
    const char *reply; /* NULL: silence until the client goes */
    bool early;        /* replies without reading the body */
    struct buf heard;
    char url[64];
};

static size_t body_length(const struct buf *heard, const char *blank)
{
    const char *length = strstr(heard->data, "Content-Length: ");

    return length != NULL && length < blank ? strtoul(length + 16, NULL, 10) : 0;
}

static bool is_whole(const struct server *s)
{
    const char *blank = s->heard.len ? strstr(s->heard.data, "\r\n\r\n") : NULL;

    if (blank == NULL)
        return false;
    if (s->early)
        return true;
    if (strstr(s->heard.data, "Transfer-Encoding: chunked") != NULL)
        return s->heard.len >= 7 && strcmp(s->heard.data + s->heard.len - 5, "0\r\n\r\n") == 0;
    return s->heard.len - (size_t)(blank + 4 - s->heard.data) >= body_length(&s->heard, blank);
}

static void *serve(void *arg)
{
    struct server *s = arg;
    int fd = accept(s->listener, NULL, NULL);
    char part[4096];
    ssize_t n = 1;

    while (!is_whole(s) && (n = read(fd, part, sizeof(part))) > 0) {
        static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

        buf_add(&s->heard, part, (size_t)n);
        if (!s->early && strstr(s->heard.data, "Expect: ") != NULL &&
            strstr(part, "Expect: ") != NULL)
            assert_int_equal(write(fd, go_on, sizeof(go_on) - 1), sizeof(go_on) - 1);
    }
    if (s->reply != NULL)
        assert_int_equal(write(fd, s->reply, strlen(s->reply)), (ssize_t)strlen(s->reply));
    else
        while (read(fd, part, sizeof(part)) > 0) {
        }
    close(fd);
    return NULL;
}

static void server_start(struct server *s, const char *reply)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);

    *s = (struct server){.reply = reply, .early = s->early};
    buf_init(&s->heard, HEARD_BYTES);
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(s->listener, (struct sockaddr *)&at, len), 0);
    assert_int_equal(listen(s->listener, 8), 0);
    assert_int_equal(getsockname(s->listener, (struct sockaddr *)&at, &len), 0);
    snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%d", ntohs(at.sin_port));
    assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void server_stop(struct server *s)
{
    pthread_join(s->thread, NULL);
    close(s->listener);
}

static struct api_client *client_of(const char *url)
{
    const struct api_client_conf conf = {
        .program = "test", .url = url, .token = "the-admin-token", .provider = "openrouter"};
    struct api_client *c = NULL;
    struct err e;

    assert_int_equal(api_client_new(&conf, &c, &e), ERR_OK);
    return c;
}

/* One call against a server with this reply. */
static enum err_code call(struct server *s, const char *reply, const struct api_request *r,
                          json_t **out, struct err *e)
{
    struct api_client *c;
    enum err_code code;

    server_start(s, reply);
    c = client_of(s->url);
    code = api_call(c, r, out, e);
    api_client_free(c);
    server_stop(s);
    return code;
}

#define REPLY(status, body) "HTTP/1.1 " status "\r\nConnection: close\r\n\r\n" body

static void call__list__carries_provider_token_parameters(void **state)
{
    const struct api_param params[] = {
        {"search", "a b&c=d/\u00e9"}, {"status", NULL}, {"page", "2"}, {NULL, NULL}};
    const struct api_request r = {.route = API_KEYS_LIST, .params = params};
    struct server s = {.early = false};
    struct err e;
    json_t *out;

    (void)state;
    assert_int_equal(call(&s, REPLY("200 OK", "{\"total\":3}"), &r, &out, &e), ERR_OK);
    assert_int_equal(json_integer_value(json_object_get(out, "total")), 3);
    assert_non_null(strstr(s.heard.data, "GET /admin/api-keys?provider=openrouter&"
                                         "search=a%20b%26c%3Dd%2F%C3%A9&page=2 HTTP/1.1\r\n"));
    assert_non_null(strstr(s.heard.data, "\r\nAuthorization: Bearer the-admin-token\r\n"));
    assert_non_null(strstr(s.heard.data, "\r\nUser-Agent: test/"));
    json_decref(out);
    buf_done(&s.heard);
}

static void call__public__carries_no_token(void **state)
{
    const struct api_request r = {.route = API_LIVEZ};
    struct server s = {.early = false};
    struct err e;

    (void)state;
    assert_int_equal(call(&s, REPLY("200 OK", ""), &r, NULL, &e), ERR_OK);
    assert_null(strstr(s.heard.data, "the-admin-token"));
    assert_non_null(strstr(s.heard.data, "GET /livez HTTP/1.1"));
    buf_done(&s.heard);
}

static void call__id_and_json(void **state)
{
    json_t *body = json_pack("{s:s}", "name", "x\"y");
    struct api_request r = {.route = API_KEY_DELETE, .id = "../a?b"};
    struct server s = {.early = false};
    struct err e;

    (void)state;
    assert_int_equal(call(&s, REPLY("200 OK", "{}"), &r, NULL, &e), ERR_OK);
    assert_non_null(strstr(s.heard.data, "DELETE /admin/api-keys/..%2Fa%3Fb?provider="));
    buf_done(&s.heard);
    r = (struct api_request){.route = API_TOKENS_CREATE, .json = body};
    assert_int_equal(call(&s, REPLY("200 OK", "{}"), &r, NULL, &e), ERR_OK);
    assert_non_null(strstr(s.heard.data, "POST /admin/tokens?provider="));
    assert_non_null(strstr(s.heard.data, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(s.heard.data, "\r\n\r\n{\"name\":\"x\\\"y\"}"));
    buf_done(&s.heard);
    json_decref(body);
}

static void call__error__keeps_code_and_message(void **state)
{
    static const struct {
        const char *reply;
        enum err_code code;
        const char *text;
    } cases[] = {
        {REPLY("404 Not Found",
               "{\"error\":{\"message\":\"No such key.\",\"type\":\"t\",\"param\":null,"
               "\"code\":\"key_not_found\"}}"),
         ERR_KEY_NOT_FOUND, "No such key."},
        {REPLY("400 Bad",
               "{\"error\":{\"message\":\"m\",\"param\":\"ttl\",\"code\":\"invalid_field\"}}"),
         ERR_BAD_FIELD, "m"},
        {REPLY("409 C", "{\"error\":{\"message\":\"m\",\"code\":\"from_the_future\"}}"),
         ERR_CONFLICT, "m"},
        {REPLY("503 U", "{\"error\":{\"message\":\"m\",\"code\":\"from_the_future\"}}"),
         ERR_INTERNAL, "m"},
        {REPLY("403 Forbidden", "<html>"), ERR_ROLE, "is the address right?"},
        {REPLY("200 OK", "<html>"), ERR_INTERNAL, "is the address right?"},
        /* the connection breaks off after the refusal */
        {"HTTP/1.1 413 Too Large\r\nContent-Length: 999\r\n\r\n"
         "{\"error\":{\"message\":\"m\",\"code\":\"body_too_large\"}}",
         ERR_TOO_LARGE, "m"},
        {REPLY("302 Found\r\nLocation: http://127.0.0.1:1/", ""), ERR_INTERNAL, "answered 302"},
    };
    const struct api_request r = {.route = API_STATS};
    struct server s = {.early = false};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        json_t *out = (json_t *)&s;
        struct err e = {.code = ERR_OK};

        assert_int_equal(call(&s, cases[i].reply, &r, &out, &e), cases[i].code);
        assert_int_equal(e.code, cases[i].code);
        assert_non_null(strstr(e.text, cases[i].text));
        assert_null(out);
        buf_done(&s.heard);
    }
}

static void call__request_id__is_kept(void **state)
{
    const struct api_request r = {.route = API_STATS};
    struct server s = {.early = false};
    struct api_client *c;
    struct err e;

    (void)state;
    server_start(&s, REPLY("200 OK\r\nx-request-ID: req_7 ", "{}"));
    c = client_of(s.url);
    assert_string_equal(api_client_request_id(c), "");
    assert_int_equal(api_call(c, &r, NULL, &e), ERR_OK);
    assert_string_equal(api_client_request_id(c), "req_7");
    server_stop(&s);
    assert_int_equal(api_call(c, &r, NULL, &e), ERR_UNREACHABLE);
    assert_string_equal(api_client_request_id(c), "");
    api_client_free(c);
    buf_done(&s.heard);
}

static void call__nobody_there__names_url_and_remedy(void **state)
{
    const struct api_request r = {.route = API_STATS};
    struct api_client *c = client_of("http://127.0.0.1:1//");
    struct err e;

    (void)state;
    assert_int_equal(api_call(c, &r, NULL, &e), ERR_UNREACHABLE);
    assert_non_null(strstr(e.text, "http://127.0.0.1:1: Connection refused"));
    assert_non_null(strstr(e.text, "pool-gateway"));
    assert_non_null(strstr(e.text, "POOLCTL_URL"));
    api_client_free(c);
}

static void call__silence__ends(void **state)
{
    const struct api_request r = {.route = API_STATS, .silence_s = 1};
    struct server s = {.early = false};
    struct err e;

    (void)state;
    assert_int_equal(call(&s, NULL, &r, NULL, &e), ERR_UNREACHABLE);
    assert_non_null(strstr(e.text, "said nothing for 1 second"));
    buf_done(&s.heard);
}

static void call__proxy_in_environment__is_not_used(void **state)
{
    const struct api_request r = {.route = API_STATS};
    struct server s = {.early = false};
    struct err e;

    (void)state;
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    assert_int_equal(call(&s, REPLY("200 OK", "{}"), &r, NULL, &e), ERR_OK);
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
    buf_done(&s.heard);
}

static void upload__arrives_as_it_is(void **state)
{
    static const char content[] = "key-number-one\r\nkey-number-two";
    struct api_request r = {.route = API_KEYS_IMPORT_TEXT};
    struct server s = {.early = false};
    struct err e;

    (void)state;
    for (int known = 0; known < 2; known++) {
        r.upload = fmemopen((char *)content, strlen(content), "r");
        r.upload_bytes = known ? (int64_t)strlen(content) : -1;
        assert_int_equal(call(&s, REPLY("200 OK", "{}"), &r, NULL, &e), ERR_OK);
        assert_non_null(strstr(s.heard.data, "POST /admin/api-keys/import-from-txt?provider="));
        assert_non_null(strstr(s.heard.data, "\r\nContent-Type: text/plain\r\n"));
        assert_non_null(strstr(s.heard.data, content));
        assert_int_equal(strstr(s.heard.data, "Transfer-Encoding: chunked") == NULL, known);
        fclose(r.upload);
        buf_done(&s.heard);
    }
}

static void upload__refused_early__tells_why(void **state)
{
    enum { MUCH = 8 << 20 };
    char *content = mem_zalloc(MUCH);
    struct api_request r = {.route = API_KEYS_IMPORT_TEXT, .upload_bytes = MUCH};
    struct server s = {.early = true};
    struct err e;

    (void)state;
    r.upload = fmemopen(content, MUCH, "r");
    assert_int_equal(
        call(&s,
             REPLY("413 Too Large", "{\"error\":{\"message\":\"m\",\"code\":\"body_too_large\"}}"),
             &r, NULL, &e),
        ERR_TOO_LARGE);
    fclose(r.upload);
    free(content);
    buf_done(&s.heard);
}

static void new__bad_url__is_refused(void **state)
{
    static const char *const urls[] = {"", "127.0.0.1", "ftp://127.0.0.1/", "file:///etc/passwd",
                                       "http://ann:hush@127.0.0.1"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
        const struct api_client_conf conf = {
            .program = "test", .url = urls[i], .provider = "ollama"};
        struct api_client *c = NULL;
        struct err e;

        assert_int_equal(api_client_new(&conf, &c, &e), ERR_USAGE);
        assert_null(c);
        assert_null(strstr(e.text, "hush"));
    }
    api_client_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(call__list__carries_provider_token_parameters),
        cmocka_unit_test(call__public__carries_no_token),
        cmocka_unit_test(call__id_and_json),
        cmocka_unit_test(call__error__keeps_code_and_message),
        cmocka_unit_test(call__request_id__is_kept),
        cmocka_unit_test(call__nobody_there__names_url_and_remedy),
        cmocka_unit_test(call__silence__ends),
        cmocka_unit_test(call__proxy_in_environment__is_not_used),
        cmocka_unit_test(upload__arrives_as_it_is),
        cmocka_unit_test(upload__refused_early__tells_why),
        cmocka_unit_test(new__bad_url__is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
