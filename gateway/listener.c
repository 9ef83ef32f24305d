/* The listening socket, and which worker gets a new connection. */
#include "listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/http.h"
#include "worker.h"

enum {
    LISTEN_BACKLOG = 4096,
    ACCEPT_BATCH = 256,
    CONNECTIONS_FLOOR = 16, /* the least that MAX_CONNECTIONS may be */
    FDS_BESIDES = 64,       /* descriptors that are neither for clients nor for upstreams */
    FDS_PER_WORKER = 8,
};

static void listener_name(struct gateway *gw, int fd)
{
    struct sockaddr_storage addr = {0};
    socklen_t len = sizeof(addr);
    char host[64] = "?", port[8] = "?";

    if (getsockname(fd, (struct sockaddr *)&addr, &len) == 0)
        getnameinfo((struct sockaddr *)&addr, len, host, sizeof(host), port, sizeof(port),
                    NI_NUMERICHOST | NI_NUMERICSERV);
    snprintf(gw->address, sizeof(gw->address), addr.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s",
             host, port);
}

static int listener_bind(const struct addrinfo *ai)
{
    int fd = socket(ai->ai_family, ai->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, ai->ai_addr, ai->ai_addrlen) != 0 || listen(fd, LISTEN_BACKLOG) != 0) {
        int saved = errno;

        close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

static const char *listener_remedy(int error)
{
    switch (error) {
    case EADDRINUSE:
        return " Is a gateway running already? Set LISTEN to another port.";
    case EADDRNOTAVAIL:
        return " Set LISTEN to an address of this machine, or to :PORT for all of them.";
    case EACCES:
        return " Ports below 1024 are for root, or for who has CAP_NET_BIND_SERVICE; set LISTEN to "
               "another port.";
    default:
        return "";
    }
}

enum err_code listener_open(struct gateway *gw, int *fd, struct err *e)
{
    const char *listen_on = gateway_conf(gw)->listen;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *list;
    char host[64], port[8];
    int rc;

    if (!conf_split_addr(listen_on, host, port))
        return err_set(e, ERR_CONF, "LISTEN=%s is not HOST:PORT.", listen_on);
    rc = getaddrinfo(host[0] != '\0' ? host : NULL, port, &hints, &list);
    if (rc != 0)
        return err_set(e, ERR_CONF, "LISTEN=%s: %s. Set it to an address of this machine.",
                       listen_on, gai_strerror(rc));
    *fd = -1;
    for (const struct addrinfo *ai = list; ai != NULL && *fd < 0; ai = ai->ai_next)
        *fd = listener_bind(ai);
    rc = errno;
    freeaddrinfo(list);
    if (*fd < 0)
        return err_set(e, ERR_IO, "Cannot listen on %s: %s.%s", listen_on, strerror(rc),
                       listener_remedy(rc));
    listener_name(gw, *fd);
    return ERR_OK;
}

static struct worker *least_loaded(struct gateway *gw)
{
    struct worker *best = gw->workers[0];

    for (size_t i = 1; i < gw->workers_len; i++)
        if (atomic_load_explicit(&gw->workers[i]->given, memory_order_relaxed) <
            atomic_load_explicit(&best->given, memory_order_relaxed))
            best = gw->workers[i];
    return best;
}

static void listener_refuse(int fd)
{
    char unread[4096];
    struct err e;

    err_set(&e, ERR_BUSY, NULL);
    http_send_past(fd, &e, NULL, 1);
    /* To close with something unread would reset the connection, and the answer could be lost. */
    while (recv(fd, unread, sizeof(unread), MSG_DONTWAIT) == (ssize_t)sizeof(unread))
        ;
    close(fd);
}

/* A third of the descriptors is kept for connections to upstreams. That an upstream cannot be
 * connected to is a failure of the key that was tried, so clients that open connections enough,
 * without a token even, could otherwise put out every key. */
static unsigned connections_max(const struct gateway *gw, const struct conf *conf)
{
    rlim_t besides = FDS_BESIDES + FDS_PER_WORKER * gw->workers_len;
    struct rlimit lim;

    if (getrlimit(RLIMIT_NOFILE, &lim) != 0 || lim.rlim_cur == RLIM_INFINITY ||
        lim.rlim_cur >= besides + (rlim_t)conf->max_connections * 3 / 2)
        return (unsigned)conf->max_connections;
    if (lim.rlim_cur < besides + CONNECTIONS_FLOOR * 3 / 2)
        return CONNECTIONS_FLOOR;
    return (unsigned)((lim.rlim_cur - besides) * 2 / 3);
}

void listener_accept(struct gateway *gw, int fd)
{
    unsigned max = connections_max(gw, gateway_conf(gw));

    for (int i = 0; i < ACCEPT_BATCH; i++) {
        struct sockaddr_storage addr;
        socklen_t len = sizeof(addr);
        int on = 1,
            client = accept4(fd, (struct sockaddr *)&addr, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (client < 0) {
            if (errno == EMFILE || errno == ENFILE)
                usleep(10000); /* nothing can be done until a connection ends */
            return;
        }
        if (atomic_load(&gw->connections) >= max) {
            listener_refuse(client);
            continue;
        }
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        atomic_fetch_add(&gw->connections, 1);
        worker_give_connection(least_loaded(gw), client, (struct sockaddr *)&addr, len);
    }
}
