/* Gives the terminal back however the program ends. */
#include "rescue.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/mem.h"
#include "terminal.h"

enum { RESCUE_BYTES = 512 };

/* What curses knows nothing of: no paste brackets, no mouse of any kind. */
static const char always[] = "\033[?2004l\033[?1000l\033[?1002l\033[?1003l\033[?1006l";

/* For the signal handlers, which can be given nothing. */
static struct termios saved;
static char bytes[RESCUE_BYTES];
static size_t bytes_len;
static bool has_saved, has_handlers;
static volatile sig_atomic_t armed;

static void add(const char *text)
{
    size_t len = strlen(text);

    if (bytes_len + len < sizeof(bytes)) {
        memcpy(bytes + bytes_len, text, len);
        bytes_len += len;
    }
}

/* A string of terminfo, if the terminal has it. Padding ("$<5>") is for terminals of long ago. */
static void add_capability(const char *name)
{
    const char *text = terminal_string(name);

    if (text != NULL)
        add(text);
}

void rescue_note(void)
{
    has_saved = tcgetattr(STDIN_FILENO, &saved) == 0;
}

static void put(const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDOUT_FILENO, text, len);

        if (n < 0 && errno != EINTR)
            return; /* the terminal is gone */
        if (n > 0) {
            text += n;
            len -= (size_t)n;
        }
    }
}

void rescue_disarm(void)
{
    if (armed)
        put(always, sizeof(always) - 1);
    armed = 0;
}

/* Puts it back, if armed, and is armed no more. Safe in a signal handler. */
static void put_back(void)
{
    int kept = errno;

    if (!armed)
        return;
    armed = 0;
    put(bytes, bytes_len);
    if (has_saved)
        tcsetattr(STDIN_FILENO, TCSANOW, &saved);
    errno = kept;
}

static void on_crash(int number)
{
    put_back();
    signal(number, SIG_DFL);
    raise(number);
}

/* A handler that is there already, such as a sanitizer's, stays. */
static void handle_crashes(void)
{
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    const struct sigaction act = {.sa_handler = on_crash};

    for (size_t i = 0; i < ARRAY_LEN(crashes); i++) {
        struct sigaction old;

        if (sigaction(crashes[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
            sigaction(crashes[i], &act, NULL);
    }
    atexit(put_back);
}

void rescue_arm(void)
{
    bytes_len = 0;
    add(always);
    add_capability("sgr0");
    add_capability("op");
    add_capability("rmkx");
    add_capability("cnorm");
    add_capability("rmcup");
    if (!has_handlers)
        handle_crashes();
    has_handlers = true;
    armed = 1;
}
