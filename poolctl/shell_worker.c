/* The process that runs the commands of poolctl shell. */
#include "shell_worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "complete.h"
#include "ctl.h"

enum { COMPLETE_WAIT_MS = 1500, JOB_BYTES = 2 * WORKER_LINE_BYTES };

/* What is asked of the worker: texts one after the other, each with its NUL: "run" or "complete",
 * the line's number, how many words the base has, these words, the words of the command. */

/* ---- in the worker -----------------------------------------------------------------------------
 */

static void split_texts(const char *data, size_t len, struct words *out)
{
    for (const char *end = data + len; data < end; data += strlen(data) + 1)
        words_add(out, data);
}

static void answer_complete(int fd, struct session *s, char *const words[], size_t len)
{
    struct complete c;
    struct buf out;

    buf_init(&out, WORKER_ANSWER_BYTES);
    complete_words(s, words, len, &c);
    buf_addf(&out, "%zu %d %d\n", c.from, c.files, c.open);
    for (size_t i = 0; i < c.len; i++)
        buf_addf(&out, "%s\t%s\n", c.list[i].text, c.list[i].hint);
    complete_done(&c);
    send(fd, out.data, out.len, MSG_NOSIGNAL);
    buf_done(&out);
}

static void answer_run(int fd, struct session *s, char *const words[], size_t len)
{
    int status;

    clearerr(stdin);
    clearerr(stdout);
    signal(SIGINT, SIG_DFL);
    status = ctl_run_in(s, (int)len, words);
    fflush(stdout);
    signal(SIGINT, SIG_IGN);
    live_forget();
    send(fd, &status, sizeof(status), MSG_NOSIGNAL);
}

static void answer(int fd, struct session *s, const struct words *job)
{
    size_t base = strtoul(job->list[2], NULL, 10);
    char **words = job->list + 3 + base;
    size_t len = job->len - 3 - base;
    struct err ignored;

    s->line = strtoul(job->list[1], NULL, 10);
    /* The shell has looked at it already. */
    if (args_parse((int)base, job->list + 3, &s->base, &ignored) == ERR_OK) {
        if (strcmp(job->list[0], "run") == 0)
            answer_run(fd, s, words, len);
        else
            answer_complete(fd, s, words + 1, len - 1);
    }
    args_done(&s->base);
}

static _Noreturn void serve(int fd)
{
    struct session s = {.line = 0};
    char *data = mem_alloc(JOB_BYTES);
    ssize_t n;

    while ((n = recv(fd, data, JOB_BYTES, 0)) > 0 || (n < 0 && errno == EINTR)) {
        struct words job = {.list = NULL};

        if (n < 0)
            continue;
        split_texts(data, (size_t)n, &job);
        answer(fd, &s, &job);
        words_done(&job);
    }
    free(data);
    live_forget();
    session_done(&s);
    exit(0);
}

/* ---- in the shell ------------------------------------------------------------------------------
 */

static void be_worker(const struct worker *w, int fd)
{
    static const int reset[] = {SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH, SIGPIPE};
    int empty;
    sigset_t none;

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    for (size_t i = 0; i < ARRAY_LEN(reset); i++)
        signal(reset[i], SIG_DFL);
    signal(SIGINT, SIG_IGN); /* at the prompt it is the shell's */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    empty = w->terminal ? -1 : open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (empty >= 0 && dup2(empty, STDIN_FILENO) >= 0 && empty != STDIN_FILENO)
        close(empty);
    __fpurge(stdin); /* what the shell has read of a script and not yet run */
    serve(fd);
}

static bool start(struct worker *w)
{
    int pair[2];

    if (w->pid > 0)
        return true;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return false;
    fflush(stdout);
    fflush(stderr);
    w->pid = fork();
    if (w->pid == 0) {
        close(pair[0]);
        be_worker(w, pair[1]);
    }
    close(pair[1]);
    w->fd = pair[0];
    if (w->pid > 0)
        return true;
    close(w->fd);
    w->pid = 0;
    return false;
}

/* The status of one that has ended, or is about to. */
static int reap(struct worker *w)
{
    int status = 0;

    close(w->fd);
    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR) {
        /* again */
    }
    w->pid = 0;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void worker_done(struct worker *w)
{
    if (w->pid > 0)
        reap(w);
}

static bool ask(struct worker *w, const char *kind, size_t line, const struct words *base,
                const struct words *command)
{
    struct buf job;
    bool sent;

    if (!start(w))
        return false;
    buf_init(&job, JOB_BYTES);
    buf_addf(&job, "%s%c%zu%c%zu%c", kind, '\0', line, '\0', base->len, '\0');
    for (size_t i = 0; i < base->len; i++)
        buf_add(&job, base->list[i], strlen(base->list[i]) + 1);
    for (size_t i = 0; i < command->len; i++)
        buf_add(&job, command->list[i], strlen(command->list[i]) + 1);
    sent = !job.overflowed && send(w->fd, job.data, job.len, MSG_NOSIGNAL) == (ssize_t)job.len;
    buf_done(&job);
    return sent;
}

static int no_worker(void)
{
    fprintf(stderr, _("poolctl: cannot start a process for the command: %s\n"), strerror(errno));
    return err_info(ERR_IO)->exit_status;
}

int worker_run(struct worker *w, const struct words *base, const struct words *command, size_t line)
{
    void (*before)(int) = signal(SIGINT, SIG_IGN);
    ssize_t n = -1;
    int status;

    if (ask(w, "run", line, base, command))
        while ((n = recv(w->fd, &status, sizeof(status), 0)) < 0 && errno == EINTR) {
            /* again */
        }
    else if (w->pid > 0)
        kill(w->pid, SIGKILL);
    if (n != sizeof(status))
        status = w->pid > 0 ? reap(w) : no_worker();
    signal(SIGINT, before);
    return status;
}

bool worker_complete(struct worker *w, const struct words *base, const struct words *command,
                     struct buf *answer)
{
    struct pollfd in = {.events = POLLIN};
    ssize_t n = -1;

    if (ask(w, "complete", 0, base, command)) {
        in.fd = w->fd;
        if (poll(&in, 1, COMPLETE_WAIT_MS) > 0 && buf_reserve(answer, WORKER_ANSWER_BYTES))
            n = recv(w->fd, answer->data, WORKER_ANSWER_BYTES, 0);
    }
    if (n > 0) {
        answer->len = (size_t)n;
        answer->data[n] = '\0';
    } else if (w->pid > 0) {
        kill(w->pid, SIGKILL); /* a late answer must not be taken for that of the next question */
        reap(w);
    }
    return n > 0;
}
