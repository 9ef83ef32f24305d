/* Lets one thread end the calls that another one makes, at once. */
#ifndef API_STOP_H
#define API_STOP_H

#include <pthread.h>
#include <stdbool.h>

/* One for each client. It has to outlive the client that was given it. */
struct api_stop {
    pthread_mutex_t lock;
    int fd; /* of the connection; -1: there is none */
    bool stopped;
};

void api_stop_init(struct api_stop *s);
/* The call that runs fails, as do all later ones. Any thread. */
void api_stop_now(struct api_stop *s);
bool api_stop_is(struct api_stop *s);
/* For the client: the connections of this CURL handle are watched. */
void api_stop_watch(struct api_stop *s, void *curl);

#endif
