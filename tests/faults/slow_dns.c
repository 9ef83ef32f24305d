/* A resolver that is stuck: preloaded, it lets each look-up of a name under "stuck.test" wait for a
 * minute and then fail. Other names are looked up as ever. */
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

typedef int resolve_fn(const char *name, const char *service, const struct addrinfo *hints,
                       struct addrinfo **list);

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **list)
{
    static const char stuck[] = ".stuck.test";
    size_t len = name != NULL ? strlen(name) : 0;
    resolve_fn *next;

    if (len >= sizeof(stuck) && strcmp(name + len - (sizeof(stuck) - 1), stuck) == 0) {
        sleep(60);
        return EAI_AGAIN;
    }
    /* POSIX lets dlsym() return a function as an object pointer; ISO C has no cast for it. */
    *(void **)&next = dlsym(RTLD_NEXT, "getaddrinfo");
    return next(name, service, hints, list);
}
