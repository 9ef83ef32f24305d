/* Lets one thread end the calls that another one makes, at once. */
#include "api/stop.h"

#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

void api_stop_init(struct api_stop *s)
{
    *s = (struct api_stop){.fd = -1};
    pthread_mutex_init(&s->lock, NULL);
}

/* A connection that is shut down is ready at once, whatever curl waits for on it. */
void api_stop_now(struct api_stop *s)
{
    pthread_mutex_lock(&s->lock);
    s->stopped = true;
    if (s->fd >= 0)
        shutdown(s->fd, SHUT_RDWR);
    pthread_mutex_unlock(&s->lock);
}

bool api_stop_is(struct api_stop *s)
{
    bool stopped;

    pthread_mutex_lock(&s->lock);
    stopped = s->stopped;
    pthread_mutex_unlock(&s->lock);
    return stopped;
}

static curl_socket_t on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct api_stop *s = arg;
    curl_socket_t fd = CURL_SOCKET_BAD;

    (void)purpose;
    pthread_mutex_lock(&s->lock);
    if (!s->stopped) {
        fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
        s->fd = fd;
    }
    pthread_mutex_unlock(&s->lock);
    return fd;
}

static int on_close(void *arg, curl_socket_t fd)
{
    struct api_stop *s = arg;

    pthread_mutex_lock(&s->lock);
    if (s->fd == fd)
        s->fd = -1;
    pthread_mutex_unlock(&s->lock);
    return close(fd);
}

void api_stop_watch(struct api_stop *s, void *curl)
{
    curl_easy_setopt((CURL *)curl, CURLOPT_OPENSOCKETFUNCTION, on_open);
    curl_easy_setopt((CURL *)curl, CURLOPT_OPENSOCKETDATA, s);
    curl_easy_setopt((CURL *)curl, CURLOPT_CLOSESOCKETFUNCTION, on_close);
    curl_easy_setopt((CURL *)curl, CURLOPT_CLOSESOCKETDATA, s);
}
