/* Questions at a terminal: nothing of a secret shows, and the terminal is put back as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/mem.h"
#include "term/prompt.h"

enum { WAIT_MS = 5000 };

/* A child at a terminal of its own, and what it has written there. */
struct seat {
    pid_t pid;
    int fd, answer; /* the terminal; a pipe on which the child repeats what it was told */
    char shown[4096];
    size_t len;
};

static void child(int answer, bool secret)
{
    struct err e;
    struct buf out;

    buf_init(&out, 1024);
    if (secret && prompt_secret("Key: ", &out, &e) != ERR_OK)
        _exit(1);
    if (!secret)
        buf_adds(&out, prompt_typed("Count? ", "12") ? "yes" : "no");
    _exit(write(answer, out.data, out.len) == (ssize_t)out.len ? 0 : 1);
}

/* Reads what is shown until it holds text. */
static void seat_expect(struct seat *s, const char *text)
{
    while (strstr(s->shown, text) == NULL) {
        struct pollfd wait = {.fd = s->fd, .events = POLLIN};
        ssize_t n;

        assert_int_equal(poll(&wait, 1, WAIT_MS), 1);
        n = read(s->fd, s->shown + s->len, sizeof(s->shown) - 1 - s->len);
        assert_true(n > 0);
        s->len += (size_t)n;
        s->shown[s->len] = '\0';
    }
}

static void seat_take(struct seat *s, bool secret)
{
    int ends[2];

    *s = (struct seat){.pid = 0};
    assert_int_equal(pipe(ends), 0);
    s->pid = forkpty(&s->fd, NULL, NULL, NULL);
    assert_true(s->pid >= 0);
    if (s->pid == 0)
        child(ends[1], secret);
    close(ends[1]);
    s->answer = ends[0];
    seat_expect(s, secret ? "Key: " : "Count? ");
}

static void seat_type(struct seat *s, const char *text)
{
    assert_int_equal(write(s->fd, text, strlen(text)), (ssize_t)strlen(text));
}

static bool seat_echoes(const struct seat *s)
{
    struct termios t;

    assert_int_equal(tcgetattr(s->fd, &t), 0);
    return t.c_lflag & ECHO;
}

/* The child's answer in out, and how it ended. */
static int seat_leave(struct seat *s, char out[128])
{
    ssize_t n = read(s->answer, out, 127);
    int status;

    out[n > 0 ? n : 0] = '\0';
    assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
    close(s->answer);
    close(s->fd);
    return status;
}

static void secret__typed__is_not_shown(void **state)
{
    struct seat s;
    char answer[128];

    (void)state;
    seat_take(&s, true);
    assert_false(seat_echoes(&s));
    seat_type(&s, "sk-hush-hush\n");
    seat_expect(&s, "Key: \r\n");
    assert_true(seat_echoes(&s));
    assert_null(strstr(s.shown, "hush"));
    assert_int_equal(seat_leave(&s, answer), 0);
    assert_string_equal(answer, "sk-hush-hush");
}

static void secret__interrupted__gives_the_terminal_back(void **state)
{
    struct seat s;
    char answer[128];
    int status;

    (void)state;
    seat_take(&s, true);
    seat_type(&s, "half\003");
    seat_expect(&s, "\r\n");
    assert_true(seat_echoes(&s));
    assert_null(strstr(s.shown, "half"));
    status = seat_leave(&s, answer);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
}

static void typed__takes_only_what_is_wanted(void **state)
{
    static const struct {
        const char *typed, *answer;
    } cases[] = {{"12\n", "yes"}, {"1\n", "no"}, {"yes\n", "no"}, {"\n", "no"}, {"\004", "no"}};
    struct seat s;
    char answer[128];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        seat_take(&s, false);
        seat_type(&s, cases[i].typed);
        assert_int_equal(seat_leave(&s, answer), 0);
        assert_string_equal(answer, cases[i].answer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secret__typed__is_not_shown),
        cmocka_unit_test(secret__interrupted__gives_the_terminal_back),
        cmocka_unit_test(typed__takes_only_what_is_wanted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
