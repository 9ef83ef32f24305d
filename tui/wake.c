/* Wakes the loop from other threads, which get no signals. */
#include "wake.h"

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

int wake_open(void)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    if (fd < 0)
        abort();
    return fd;
}

void wake_write(int fd)
{
    uint64_t one = 1;

    if (write(fd, &one, sizeof(one)) < 0) {
        /* it is full of wishes to wake up already */
    }
}

void wake_clear(int fd)
{
    uint64_t count;

    if (read(fd, &count, sizeof(count)) < 0) {
        /* nobody had written */
    }
}

void wake_thread(pthread_t *out, void *(*run)(void *), void *arg)
{
    sigset_t all, old;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    if (pthread_create(out, NULL, run, arg) != 0)
        abort();
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}
