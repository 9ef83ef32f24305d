/* Tests of the queue of mails against a mail server of their own that does as it is told. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "mail/mail_impl.h"
#include "upstream/upstream.h"

enum { PATIENCE_MS = 20000, GOT_MAX = 16 };

/* ---- the server: one connection at a time, on a thread ---- */

static struct {
    pthread_t thread;
    int fd, port;
    atomic_bool later; /* RCPT is answered with 451 */
    atomic_int sessions, refusals, got;
    char to[GOT_MAX][EMAIL_BYTES];
} server;

static void say(FILE *f, const char *line)
{
    fputs(line, f);
    fputs("\r\n", f);
    fflush(f);
}

static void take_rcpt(FILE *f, const char *line, char to[EMAIL_BYTES])
{
    sscanf(line, "RCPT TO:<%254[^>]", to);
    if (atomic_load(&server.later) || (strncmp(to, "once", 4) == 0 && server.refusals == 0)) {
        atomic_fetch_add(&server.refusals, 1);
        say(f, "451 4.2.0 Later");
    } else {
        say(f, strncmp(to, "never", 5) == 0 ? "550 5.7.1 Never" : "250 OK");
    }
}

static void serve_session(FILE *f)
{
    char line[1024], to[EMAIL_BYTES] = "";
    bool data = false;

    atomic_fetch_add(&server.sessions, 1);
    say(f, "220 test");
    while (fgets(line, sizeof(line), f) != NULL) {
        if (data && strcmp(line, ".\r\n") != 0)
            continue;
        if (data) {
            snprintf(server.to[atomic_load(&server.got) % GOT_MAX], EMAIL_BYTES, "%s", to);
            atomic_fetch_add(&server.got, 1);
            data = false;
            say(f, "250 Taken");
        } else if (strncmp(line, "RCPT", 4) == 0) {
            take_rcpt(f, line, to);
        } else if (strncmp(line, "DATA", 4) == 0) {
            data = true;
            say(f, "354 Go on");
        } else {
            say(f, strncmp(line, "QUIT", 4) == 0 ? "221 Bye" : "250 OK");
        }
    }
}

static void *serve(void *arg)
{
    int fd;

    (void)arg;
    while ((fd = accept(server.fd, NULL, NULL)) >= 0) {
        FILE *f = fdopen(fd, "r+");

        serve_session(f);
        fclose(f);
    }
    return NULL;
}

static void server_bind(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons((uint16_t)server.port)};
    socklen_t len = sizeof(at);
    int on = 1;

    server.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(server.fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    assert_int_equal(bind(server.fd, (struct sockaddr *)&at, sizeof(at)), 0);
    getsockname(server.fd, (struct sockaddr *)&at, &len);
    server.port = ntohs(at.sin_port);
}

static void server_start(void)
{
    assert_int_equal(listen(server.fd, 8), 0);
    assert_int_equal(pthread_create(&server.thread, NULL, serve, NULL), 0);
}

static void server_stop(void)
{
    shutdown(server.fd, SHUT_RDWR);
    pthread_join(server.thread, NULL);
    close(server.fd);
}

/* ---- the gateway's part ---- */

static struct gateway gw;
static struct conf *conf;

static int setup(void **state)
{
    char program[] = "pool-gateway", *argv[] = {program, NULL}, port[16];
    enum conf_wish wish;
    struct err e;

    (void)state;
    memset(&server, 0, sizeof(server));
    memset(&gw, 0, sizeof(gw));
    server_bind();
    snprintf(port, sizeof(port), "%d", server.port);
    setenv("EMAIL_HOST", "127.0.0.1", 1);
    setenv("EMAIL_PORT", port, 1);
    setenv("EMAIL_PLAIN", "true", 1);
    setenv("EMAIL_FROM", "pool@example.org", 1);
    setenv("EMAIL_QUEUE", "4", 1);
    if (conf_load(1, argv, &wish, &conf, &e) != ERR_OK)
        fail_msg("%s", e.text);
    atomic_init(&gw.conf, conf);
    gw.mailer = mailer_start(&gw);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    conf_free(conf);
    return 0;
}

static enum err_code post(const char *to)
{
    const struct mail_message m = {
        .to = to, .kind = MAIL_CODE_LOGIN, .code = "123456", .minutes = 10};
    struct err e;

    return mail_post(&gw, &m, &e);
}

/* Until so many were sent, and given up. */
static void wait_for(uint64_t sent, uint64_t failed)
{
    uint64_t end_ms = clock_mono_ms() + PATIENCE_MS;
    struct mail_counts c;

    do {
        mail_counts(&gw, &c);
        usleep(5000);
    } while ((c.sent != sent || c.failed != failed) && clock_mono_ms() < end_ms);
    assert_int_equal(c.sent, sent);
    assert_int_equal(c.failed, failed);
}

static void wait_for_retries(uint64_t wanted)
{
    uint64_t end_ms = clock_mono_ms() + PATIENCE_MS;
    struct mail_counts c;

    do {
        mail_counts(&gw, &c);
        usleep(5000);
    } while (c.retried < wanted && clock_mono_ms() < end_ms);
    assert_true(c.retried >= wanted);
}

/* Calls change on the mail that waits for its next try. */
static void change_waiting(void (*change)(struct mail_item *it))
{
    struct mailer *m = gw.mailer;
    bool changed = false;

    while (!changed) {
        pthread_mutex_lock(&m->lock);
        changed = !list_empty(&m->items);
        if (changed)
            change(list_of(m->items.next, struct mail_item, link));
        pthread_mutex_unlock(&m->lock);
    }
    mailer_settings_changed(m);
}

static void make_due(struct mail_item *it)
{
    it->due_ms = 0;
}

static void make_expired(struct mail_item *it)
{
    it->expires_ms = 0;
}

/* ---- tests ---- */

static void test_passing_trouble(void **state)
{
    struct mail_counts c;

    (void)state;
    server_start();
    assert_int_equal(post("once@example.org"), ERR_OK);
    wait_for_retries(1);
    assert_int_equal(post("good@example.org"), ERR_OK);
    wait_for(2, 0);
    mail_counts(&gw, &c);
    assert_int_equal(c.retried, 1);
    assert_int_equal(c.waiting, 0);
    assert_int_equal(server.got, 2);
    /* Others do not wait behind the one that is tried again. */
    assert_string_equal(server.to[0], "good@example.org");
    assert_string_equal(server.to[1], "once@example.org");
    mailer_stop(gw.mailer);
    server_stop();
}

static void test_refused_for_good(void **state)
{
    char said[MAIL_SAID_BYTES];
    struct mail_counts c;

    (void)state;
    server_start();
    assert_int_equal(post("never@example.org"), ERR_OK);
    wait_for(0, 1);
    mail_counts(&gw, &c);
    assert_int_equal(c.retried, 0);
    mail_trouble(&gw, said);
    assert_string_equal(said, "550 5.7.1 Never");
    assert_int_equal(post("good@example.org"), ERR_OK);
    wait_for(1, 1);
    mail_trouble(&gw, said);
    assert_string_equal(said, "");
    mailer_stop(gw.mailer);
    server_stop();
}

static void test_one_connection(void **state)
{
    (void)state;
    server_start();
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(post("good@example.org"), ERR_OK);
    wait_for(3, 0);
    assert_int_equal(server.sessions, 1);
    mailer_stop(gw.mailer);
    server_stop();
}

/* Bound, but nobody listens: refused. */
static void test_away_and_back(void **state)
{
    (void)state;
    assert_int_equal(post("a@example.org"), ERR_OK);
    assert_int_equal(post("b@example.org"), ERR_OK);
    wait_for_retries(1);
    server_start();
    wait_for(2, 0);
    mailer_stop(gw.mailer);
    server_stop();
}

/* A pause of any length ends when the settings are read again. */
static void test_new_settings(void **state)
{
    (void)state;
    assert_int_equal(post("a@example.org"), ERR_OK);
    wait_for_retries(1);
    server_start();
    change_waiting(make_due);
    wait_for(1, 0);
    mailer_stop(gw.mailer);
    server_stop();
}

static void test_full_queue(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(post("a@example.org"), ERR_OK);
    assert_int_equal(post("b@example.org"), ERR_MAIL);
    server_start();
    wait_for(4, 0);
    assert_int_equal(post("b@example.org"), ERR_OK);
    wait_for(5, 0);
    mailer_stop(gw.mailer);
    server_stop();
}

/* What is not sent while its code is good is not sent at all. */
static void test_code_expires(void **state)
{
    (void)state;
    assert_int_equal(post("a@example.org"), ERR_OK);
    wait_for_retries(1);
    change_waiting(make_expired);
    server_start();
    wait_for(0, 1);
    assert_int_equal(server.got, 0);
    mailer_stop(gw.mailer);
    server_stop();
}

/* At the stop what waits for its next try has it at once. */
static void test_stop(void **state)
{
    (void)state;
    atomic_store(&server.later, true);
    server_start();
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(post("a@example.org"), ERR_OK);
    wait_for_retries(3);
    atomic_store(&server.later, false);
    mailer_stop(gw.mailer);
    assert_int_equal(server.got, 3);
    server_stop();
}

static void test_refusals(void **state)
{
    (void)state;
    assert_true(mail_ready(&gw));
    assert_int_equal(post("no address"), ERR_BAD_FIELD);
    assert_int_equal(post("a@b.co\r\nRCPT TO:<c@d.ee>"), ERR_BAD_FIELD);
    conf->email_host[0] = '\0';
    assert_false(mail_ready(&gw));
    assert_int_equal(post("a@example.org"), ERR_MAIL_OFF);
    mailer_stop(gw.mailer);
    close(server.fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_passing_trouble), TEST(test_refused_for_good),
        TEST(test_one_connection),  TEST(test_away_and_back),
        TEST(test_new_settings),    TEST(test_full_queue),
        TEST(test_code_expires),    TEST(test_stop),
        TEST(test_refusals),
    };

    upstream_init_process();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
