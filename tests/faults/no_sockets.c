/* A process without descriptors for upstreams: preloaded, it lets socket() fail for TCP as long as
 * the file that NO_SOCKETS_FILE names is there. */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

typedef int socket_fn(int domain, int type, int protocol);

int socket(int domain, int type, int protocol)
{
    const char *trigger = getenv("NO_SOCKETS_FILE");
    socket_fn *next;

    if (trigger != NULL && (domain == AF_INET || domain == AF_INET6) &&
        access(trigger, F_OK) == 0) {
        errno = EMFILE;
        return -1;
    }
    /* POSIX lets dlsym() return a function as an object pointer; ISO C has no cast for it. */
    *(void **)&next = dlsym(RTLD_NEXT, "socket");
    return next(domain, type, protocol);
}
