/* Requests that wait for an answer of Redis, suspended, while their worker goes on. */
#ifndef HTTP_PARK_H
#define HTTP_PARK_H

#include "http/http.h"
#include "store/redis.h"

/* Embedded in what then() needs; owned by it from its call on. */
struct http_park {
    struct redis_call call; /* its reply is then()'s */
    /* On the worker: the answer is there, or there will be none. req NULL: the request is over, so
     * only let go. Else the request has the owner again that it had before. */
    void (*then)(struct http_park *p, struct http_req *req);
    struct http_req *req;
    const struct http_owner *owner; /* that the request had, or NULL */
    void *owner_arg;
};

/* Sends the command of a request that is not answered, in its handler or later. false: Redis is not
 * there, nothing was done, and the park is still the caller's. The worker's thread. */
bool http_park(struct http_park *p, struct http_req *r, const struct redis_words *w,
               void (*then)(struct http_park *p, struct http_req *req)) MUST_CHECK;

#endif
