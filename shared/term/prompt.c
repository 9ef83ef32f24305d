/* Questions to the person at the terminal. */
#include "term/prompt.h"
#include "base/intl.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int deadly[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

/* For the signal handler, which can be given nothing. */
static struct termios saved;
static int saved_fd = -1;

static void put_back_and_die(int number)
{
    tcsetattr(saved_fd, TCSANOW, &saved);
    if (write(saved_fd, "\n", 1) < 0) {
        /* nothing to be done about it here */
    }
    signal(number, SIG_DFL);
    raise(number);
}

static void catch_signals(struct sigaction old[])
{
    struct sigaction act = {.sa_handler = put_back_and_die};

    sigfillset(&act.sa_mask);
    for (size_t i = 0; i < ARRAY_LEN(deadly); i++) {
        sigaction(deadly[i], NULL, &old[i]);
        if (old[i].sa_handler != SIG_IGN)
            sigaction(deadly[i], &act, NULL);
    }
}

static void release_signals(const struct sigaction old[])
{
    for (size_t i = 0; i < ARRAY_LEN(deadly); i++)
        sigaction(deadly[i], &old[i], NULL);
}

static bool read_line(int fd, struct buf *out)
{
    char c;
    ssize_t n;

    while ((n = read(fd, &c, 1)) > 0 && c != '\n')
        if (!buf_addc(out, c))
            break;
    explicit_bzero(&c, 1);
    return n >= 0;
}

enum err_code prompt_secret(const char *question, struct buf *out, struct err *e)
{
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    struct sigaction old[ARRAY_LEN(deadly)];
    struct termios quiet;
    bool ok;

    if (fd < 0 || tcgetattr(fd, &saved) != 0) {
        if (fd >= 0)
            close(fd);
        return err_set(e, ERR_USAGE, _("there is no terminal to ask at"));
    }
    saved_fd = fd;
    quiet = saved;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
    quiet.c_cc[VSUSP] = _POSIX_VDISABLE; /* stopped, it would leave the shell without echo */
    catch_signals(old);
    tcsetattr(fd, TCSAFLUSH, &quiet);
    dprintf(fd, "%s", question);
    ok = read_line(fd, out);
    tcsetattr(fd, TCSAFLUSH, &saved);
    release_signals(old);
    dprintf(fd, "\n");
    close(fd);
    return ok ? ERR_OK
              : err_set(e, ERR_IO, _("cannot read from the terminal: %s"), strerror(errno));
}

bool prompt_typed(const char *question, const char *wanted)
{
    char line[128];

    fputs(question, stderr);
    fflush(stderr);
    if (fgets(line, sizeof(line), stdin) == NULL) {
        fputc('\n', stderr);
        return false;
    }
    line[strcspn(line, "\n")] = '\0';
    return strcmp(line, wanted) == 0;
}
