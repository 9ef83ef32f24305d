/* Tests of Turnstile's check on a worker's loop, against a server of their own in Cloudflare's
 * place. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "upstream/upstream.h"
#include "user/turnstile.h"

enum { PATIENCE_MS = 20000, TURN_MS = 5 };

/* ---- the server: each call gets the answer that was set, or with NULL none ---- */

static struct {
    pthread_t thread;
    int fd, port;
    const char *_Atomic answer;
    atomic_int calls;
    char body[4096]; /* of the last call */
} server;

static void serve_call(int fd)
{
    const char *answer;
    size_t len = 0;
    char *body = NULL;
    char in[8192];

    while (body == NULL ||
           strlen(body) < strtoul(strcasestr(in, "content-length:") + 15, NULL, 10)) {
        ssize_t n = read(fd, in + len, sizeof(in) - 1 - len);

        if (n <= 0)
            return;
        len += (size_t)n;
        in[len] = '\0';
        body = strstr(in, "\r\n\r\n");
        body = body != NULL ? body + 4 : NULL;
    }
    snprintf(server.body, sizeof(server.body), "%s", body);
    answer = server.answer;
    atomic_fetch_add(&server.calls, 1);
    if (answer != NULL)
        dprintf(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s",
                strlen(answer), answer);
    else
        (void)!read(fd, in, sizeof(in)); /* until the other side gives up */
}

static void *serve(void *arg)
{
    int fd;

    (void)arg;
    while ((fd = accept(server.fd, NULL, NULL)) >= 0) {
        serve_call(fd);
        close(fd);
    }
    return NULL;
}

static void server_start(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);

    memset(&server, 0, sizeof(server));
    server.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(server.fd, (struct sockaddr *)&at, sizeof(at)), 0);
    getsockname(server.fd, (struct sockaddr *)&at, &len);
    server.port = ntohs(at.sin_port);
    assert_int_equal(listen(server.fd, 8), 0);
    assert_int_equal(pthread_create(&server.thread, NULL, serve, NULL), 0);
}

/* ---- a worker and a request, as far as a check needs them ---- */

static struct gateway gw;
static struct worker worker;
static struct http_req req;
static struct conf *conf;
static int told; /* times */
static enum err_code told_rc;

static void on_told(void *arg, enum err_code rc, const struct err *e)
{
    assert_ptr_equal(arg, &req);
    assert_int_equal(e->code, rc);
    assert_true(rc == ERR_OK || rc == ERR_ABORTED || strlen(e->text) > 10);
    told++;
    told_rc = rc;
}

static int setup(void **state)
{
    char program[] = "pool-gateway", *argv[] = {program, NULL}, url[64];
    enum conf_wish wish;
    struct err e;

    (void)state;
    server_start();
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/siteverify", server.port);
    setenv("ENABLE_TURNSTILE", "true", 1);
    setenv("TURNSTILE_SECRET_KEY", "a+secret&key", 1);
    setenv("TURNSTILE_VERIFY_URL", url, 1);
    setenv("TURNSTILE_HOSTNAMES", "pool.example.org, www.example.org", 1);
    setenv("TURNSTILE_SKIP_NETS", "10.0.0.0/8", 1);
    if (conf_load(1, argv, &wish, &conf, &e) != ERR_OK)
        fail_msg("%s", e.text);
    memset(&gw, 0, sizeof(gw));
    memset(&worker, 0, sizeof(worker));
    memset(&req, 0, sizeof(req));
    atomic_init(&gw.conf, conf);
    worker.gw = &gw;
    list_init(&worker.dead);
    evloop_init(&worker.loop);
    worker.upstream = upstream_new(&worker);
    req.w = &worker;
    ((struct sockaddr_in *)&req.client)->sin_family = AF_INET;
    inet_pton(AF_INET, "192.0.2.7", &((struct sockaddr_in *)&req.client)->sin_addr);
    told = 0;
    return 0;
}

static void bury(void)
{
    struct list *link;

    while ((link = list_pop(&worker.dead)) != NULL)
        list_of(link, struct dead, link)->bury(list_of(link, struct dead, link));
}

static int teardown(void **state)
{
    (void)state;
    bury();
    upstream_free(worker.upstream);
    evloop_done(&worker.loop);
    conf_free(conf);
    shutdown(server.fd, SHUT_RDWR);
    pthread_join(server.thread, NULL);
    close(server.fd);
    return 0;
}

static int sooner(int a, int b)
{
    return a >= 0 && a < b ? a : b;
}

static void turn(void)
{
    evloop_turn(&worker.loop, sooner(upstream_wait_ms(worker.upstream), TURN_MS));
    wheel_advance(&worker.loop.wheel, worker.loop.now_ms);
    upstream_timers(worker.upstream);
    upstream_finish(worker.upstream);
    bury();
}

/* What comes of a check of this token, for the action "login". */
static enum err_code check(const char *token, const char *answer)
{
    uint64_t end_ms = clock_mono_ms() + PATIENCE_MS;

    server.answer = answer;
    told = 0;
    turnstile_check(&req, token, "login", on_told, &req);
    while (told == 0 && clock_mono_ms() < end_ms)
        turn();
    assert_int_equal(told, 1);
    assert_null(req.owner);
    return told_rc;
}

#define GOOD "{\"success\":true,\"action\":\"login\",\"hostname\":\"Pool.example.org\"}"

/* ---- tests ---- */

static void test_good(void **state)
{
    (void)state;
    assert_int_equal(check("to ken", GOOD), ERR_OK);
    assert_int_equal(server.calls, 1);
    assert_string_equal(server.body,
                        "secret=a%2Bsecret%26key&response=to%20ken&remoteip=192.0.2.7");
    assert_int_equal(check("token", GOOD), ERR_OK);
}

static void test_refused(void **state)
{
    static const char *const answers[] = {
        "{\"success\":false,\"error-codes\":[\"timeout-or-duplicate\"]}",
        "{\"success\":false}",
        "{\"success\":true,\"action\":\"register\",\"hostname\":\"pool.example.org\"}",
        "{\"success\":true,\"hostname\":\"pool.example.org\"}",
        "{\"success\":true,\"action\":\"login\",\"hostname\":\"example.org\"}",
        "{\"success\":true,\"action\":\"login\",\"hostname\":\"pool.example.org.evil.com\"}",
        "{\"success\":true,\"action\":\"login\"}",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(answers); i++)
        assert_int_equal(check("token", answers[i]), ERR_TURNSTILE);
}

/* Nothing is asked about what cannot be a token. */
static void test_no_token(void **state)
{
    char large[2050];

    (void)state;
    memset(large, 'a', sizeof(large));
    large[sizeof(large) - 1] = '\0';
    assert_int_equal(check(NULL, GOOD), ERR_TURNSTILE);
    assert_int_equal(check("", GOOD), ERR_TURNSTILE);
    assert_int_equal(check(large, GOOD), ERR_TURNSTILE);
    assert_int_equal(server.calls, 0);
}

/* Whatever is no answer to the question lets nobody through. */
static void test_nobody_can_tell(void **state)
{
    static const char *const answers[] = {
        "",
        "oops",
        "[]",
        "{}",
        "{\"success\":\"true\"}",
        "{\"success\":1}",
        "{\"success\":false,\"error-codes\":[\"invalid-input-secret\"]}",
        "{\"success\":false,\"error-codes\":[\"internal-error\"]}",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(answers); i++)
        assert_int_equal(check("token", answers[i]), ERR_TURNSTILE_DOWN);
    assert_int_equal(check("token", NULL), ERR_TURNSTILE_DOWN); /* silence */
    conf->turnstile_verify_url[strlen("http://127.0.0.1:")] = '\0';
    strncat(conf->turnstile_verify_url, "9", 2); /* nobody listens */
    assert_int_equal(check("token", GOOD), ERR_TURNSTILE_DOWN);
}

static void test_not_needed(void **state)
{
    (void)state;
    inet_pton(AF_INET, "10.1.2.3", &((struct sockaddr_in *)&req.client)->sin_addr);
    assert_int_equal(check(NULL, GOOD), ERR_OK);
    inet_pton(AF_INET, "11.1.2.3", &((struct sockaddr_in *)&req.client)->sin_addr);
    assert_int_equal(check(NULL, GOOD), ERR_TURNSTILE);
    conf->enable_turnstile = false;
    assert_int_equal(check(NULL, GOOD), ERR_OK);
    assert_int_equal(server.calls, 0);
}

/* The client leaves: the caller is told once, at once. */
static void test_client_leaves(void **state)
{
    (void)state;
    server.answer = NULL;
    turnstile_check(&req, "token", "login", on_told, &req);
    while (atomic_load(&server.calls) == 0)
        turn();
    assert_int_equal(told, 0);
    assert_non_null(req.owner);
    req.owner->done(req.owner_arg, false);
    assert_int_equal(told, 1);
    assert_int_equal(told_rc, ERR_ABORTED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_good),       TEST(test_refused),
        TEST(test_no_token),   TEST(test_nobody_can_tell),
        TEST(test_not_needed), TEST(test_client_leaves),
    };

    upstream_init_process();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
