/* Shows output that is longer than the screen page by page. */
#include "pager.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spool.h"

enum { PAGER_NOT_RUN = 126 /* and above: the shell's status for what it could not run */ };

static const char *pager(const struct ctl *c)
{
    const char *own = getenv("POOLCTL_PAGER"), *any = getenv("PAGER");
    const char *command = own ? own : (any ? any : "less -FRX");

    if (!c->term.out_tty || !c->term.capable || *command == '\0' || args_has(&c->args, "no-pager"))
        return NULL;
    return command;
}

static bool is_longer(const char *text, size_t lines)
{
    for (; lines > 0 && (text = strchr(text, '\n')) != NULL; lines--)
        text++;
    return text != NULL && *text != '\0';
}

/* The signals of the keyboard are the pager's while it runs. */
static int wait_for(pid_t child)
{
    void (*interrupt)(int) = signal(SIGINT, SIG_IGN);
    void (*quit)(int) = signal(SIGQUIT, SIG_IGN);
    int status = 0;

    while (waitpid(child, &status, 0) < 0) {
        /* interrupted */
    }
    signal(SIGINT, interrupt);
    signal(SIGQUIT, quit);
    return status;
}

static bool show(const char *command, const struct spool *s)
{
    pid_t child;
    int status;

    fflush(stdout);
    child = fork();
    if (child == 0) {
        if (dup2(s->fd, STDIN_FILENO) >= 0)
            execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(PAGER_NOT_RUN);
    }
    if (child < 0)
        return false;
    status = wait_for(child);
    return !WIFEXITED(status) || WEXITSTATUS(status) < PAGER_NOT_RUN;
}

enum err_code pager_run(struct ctl *c, enum err_code (*run)(struct ctl *c, struct err *e),
                        struct err *e)
{
    const char *command = pager(c);
    struct spool s;
    enum err_code code;
    char *text;

    if (command == NULL)
        return run(c, e);
    spool_begin(&s, false);
    code = run(c, e);
    text = spool_end(&s);
    if (!is_longer(text, c->term.height - 1) || !show(command, &s))
        fputs(text, stdout);
    free(text);
    spool_done(&s);
    return code;
}
