/* A libcurl that fails: preloaded, it lets curl_multi_socket_action() report an internal error for
 * as long as the file that MULTI_ERROR_FILE names is there. */
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

typedef int action_fn(void *multi, int socket, int events, int *running);

/* Declared here, as libcurl's own header would make it a macro's target. */
int curl_multi_socket_action(void *multi, int socket, int events, int *running);

int curl_multi_socket_action(void *multi, int socket, int events, int *running)
{
    enum { CURLM_INTERNAL = 4 }; /* CURLM_INTERNAL_ERROR */
    const char *trigger = getenv("MULTI_ERROR_FILE");
    action_fn *next;

    if (trigger != NULL && access(trigger, F_OK) == 0)
        return CURLM_INTERNAL;
    /* POSIX lets dlsym() return a function as an object pointer; ISO C has no cast for it. */
    *(void **)&next = dlsym(RTLD_NEXT, "curl_multi_socket_action");
    return next(multi, socket, events, running);
}
