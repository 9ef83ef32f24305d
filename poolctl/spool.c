/* Keeps what is printed, to see how long it is before it is shown. */
#include "spool.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"

static int redirect(int fd, int to)
{
    int kept = dup(fd);

    if (kept < 0 || dup2(to, fd) < 0)
        abort(); /* nothing here fails but for want of descriptors */
    return kept;
}

static void put_back(int fd, int kept)
{
    if (kept < 0)
        return;
    if (dup2(kept, fd) < 0)
        abort();
    close(kept);
}

void spool_begin(struct spool *s, bool errors)
{
    fflush(stdout);
    *s = (struct spool){.fd = memfd_create("output", MFD_CLOEXEC), .err = -1};
    if (s->fd < 0)
        abort();
    s->out = redirect(STDOUT_FILENO, s->fd);
    if (errors)
        s->err = redirect(STDERR_FILENO, s->fd);
}

char *spool_end(struct spool *s)
{
    off_t len;
    size_t have = 0;
    char *text;

    fflush(stdout);
    put_back(STDOUT_FILENO, s->out);
    put_back(STDERR_FILENO, s->err);
    len = lseek(s->fd, 0, SEEK_END);
    text = mem_alloc((size_t)len + 1);
    while (have < (size_t)len) {
        ssize_t n = pread(s->fd, text + have, (size_t)len - have, (off_t)have);

        if (n <= 0)
            break;
        have += (size_t)n;
    }
    text[have] = '\0';
    lseek(s->fd, 0, SEEK_SET);
    return text;
}

void spool_done(struct spool *s)
{
    close(s->fd);
}
