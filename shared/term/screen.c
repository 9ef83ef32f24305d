/* The whole screen of the terminal, for as long as something is shown live on it. */
#include "term/screen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "base/buf.h"
#include "base/mem.h"
#include "term/term.h"

enum { SCREEN_BYTES = 4 << 20, SCREEN_INTERRUPTED = 130 };

/* Alternate screen and no cursor, and back. The synchronised update (2026) keeps a terminal that
 * knows it from showing half a frame. */
static const char enter[] = "\033[?1049h\033[?25l\033[2J";
static const char leave[] = "\033[0m\033[?25h\033[?1049l";
static const char frame_begin[] = "\033[?2026h\033[H", frame_end[] = "\033[J\033[?2026l";

static const int deadly[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGFPE};

/* For the signal handlers, which can be given nothing. */
static struct termios saved, raw;
static volatile sig_atomic_t is_open, has_keys, resized;

static void put(const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDOUT_FILENO, text, len);

        if (n < 0 && errno != EINTR)
            return; /* the terminal is gone; nobody is left to be told */
        if (n > 0) {
            text += n;
            len -= (size_t)n;
        }
    }
}

static void take_over(void)
{
    if (has_keys)
        tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    put(enter, sizeof(enter) - 1);
}

static void give_back(void)
{
    put(leave, sizeof(leave) - 1);
    if (has_keys)
        tcsetattr(STDIN_FILENO, TCSANOW, &saved);
}

static void on_deadly(int number)
{
    if (is_open)
        give_back();
    is_open = 0;
    if (number == SIGINT)
        _exit(SCREEN_INTERRUPTED);
    signal(number, SIG_DFL);
    raise(number);
}

static void on_stop(int number)
{
    int kept = errno;

    (void)number;
    give_back();
    raise(SIGSTOP);
    take_over();
    resized = 1;
    errno = kept;
}

static void on_resize(int number)
{
    (void)number;
    resized = 1;
}

static void handle(int number, void (*handler)(int))
{
    struct sigaction act = {.sa_handler = handler}, old;

    sigaction(number, NULL, &old);
    if (old.sa_handler != SIG_IGN)
        sigaction(number, &act, NULL);
}

void screen_interrupts(void)
{
    handle(SIGINT, on_deadly);
}

void screen_open(bool keys)
{
    has_keys = keys && tcgetattr(STDIN_FILENO, &saved) == 0;
    if (has_keys) {
        raw = saved;
        raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
        raw.c_cc[VMIN] = 1;
        raw.c_cc[VTIME] = 0;
    }
    for (size_t i = 0; i < ARRAY_LEN(deadly); i++)
        handle(deadly[i], on_deadly);
    handle(SIGTSTP, on_stop);
    handle(SIGWINCH, on_resize);
    is_open = 1;
    take_over();
}

void screen_close(void)
{
    if (!is_open)
        return;
    is_open = 0;
    give_back();
    for (size_t i = 0; i < ARRAY_LEN(deadly); i++)
        signal(deadly[i], SIG_DFL);
    signal(SIGTSTP, SIG_DFL);
    signal(SIGWINCH, SIG_DFL);
}

/* ---- drawing -----------------------------------------------------------------------------------
 */

/* Bytes of an SGR sequence at p, or 0. */
static size_t sequence(const char *p, const char *end)
{
    const char *at = p;

    if (end - at < 3 || at[0] != '\033' || at[1] != '[')
        return 0;
    at += 2;
    while (at < end && (*at == ';' || (*at >= '0' && *at <= '9')))
        at++;
    return at < end && *at == 'm' ? (size_t)(at + 1 - p) : 0;
}

void screen_line(struct buf *out, const char *line, size_t len, size_t width)
{
    const char *end = line + len;
    size_t columns = 0;
    bool coloured = false;

    while (line < end) {
        size_t n = sequence(line, end);
        wchar_t wide;
        mbstate_t state = {0};
        int w;

        if (n > 0) {
            coloured = true;
            buf_add(out, line, n);
            line += n;
            continue;
        }
        n = mbrtowc(&wide, line, (size_t)(end - line), &state);
        w = n == 0 || n > len ? 1 : wcwidth(wide);
        if (columns + (size_t)(w > 0 ? w : 0) > width)
            break;
        columns += (size_t)(w > 0 ? w : 0);
        n = n == 0 || n > len ? 1 : n;
        buf_add(out, (unsigned char)*line < 0x20 ? "?" : line, n);
        line += n;
    }
    if (coloured)
        buf_adds(out, TERM_RESET);
}

void screen_draw(const char *text, size_t width, size_t height)
{
    struct buf frame;

    buf_init(&frame, SCREEN_BYTES);
    buf_adds(&frame, frame_begin);
    for (size_t row = 0; row < height && *text != '\0'; row++) {
        size_t len = strcspn(text, "\n");

        if (row > 0)
            buf_adds(&frame, "\r\n");
        screen_line(&frame, text, len, width);
        buf_adds(&frame, "\033[K");
        text += len + (text[len] == '\n');
    }
    buf_adds(&frame, frame_end);
    put(frame.data, frame.len);
    buf_done(&frame);
}

int screen_key(int wait_ms)
{
    struct pollfd in = {.fd = has_keys ? STDIN_FILENO : -1, .events = POLLIN};
    unsigned char key;

    if (resized) {
        resized = 0;
        return 0;
    }
    if (poll(&in, 1, wait_ms) <= 0)
        return 0;
    return read(STDIN_FILENO, &key, 1) == 1 ? key : -1;
}
