/* What the files of gateway/upstream share. */
#ifndef UPSTREAM_UPSTREAM_IMPL_H
#define UPSTREAM_UPSTREAM_IMPL_H

#include <curl/curl.h>

#include "upstream/upstream.h"

enum {
    UPSTREAM_HEADERS_MAX = 64,
    UPSTREAM_HEADER_BYTES = 32 * 1024, /* of one answer; more is cut off, as nobody looks at it */
    UPSTREAM_IDLE_CONNECTIONS = 256,
    UPSTREAM_IDLE_S = 50,      /* below the idle timeouts of the usual front ends */
    UPSTREAM_LIFETIME_S = 900, /* so that a change of DNS is followed */
    UPSTREAM_DNS_AGE_S = 300,
    UPSTREAM_DNS_LOOK_MS = 10 * 1000, /* how often older addresses are looked for */
    UPSTREAM_SPARES = 256,
    UPSTREAM_BUFFER_BYTES = 16 * 1024,
};

/* A socket of libcurl's. It stays registered with epoll while libcurl does not want it, as it will
 * want it again for the next request; events that nobody wants make it leave. Kept by number:
 * libcurl's sockets come and go, these stay. */
struct upstream_socket {
    struct ev_io io;
    struct upstream *u;
    uint32_t wanted;
};

/* One attempt. It keeps its easy handle, with the options that never change, for the next one. */
struct transfer {
    struct list link;    /* in spares, or in the unpause list */
    struct list running; /* in upstream.running, from start to end */
    struct upstream *u;
    bool starved; /* this process had no descriptor for a connection */
    CURL *easy;
    char *url_text; /* of the last call; NULL: none yet */
    CURLU *url;     /* the same, taken apart; the handle points to it */
    const struct transfer_ops *ops;
    void *arg;
    struct arena arena;
    struct transfer_header headers[UPSTREAM_HEADERS_MAX];
    size_t headers_len, header_bytes;
    int status;
    bool head_done;
};

struct upstream {
    struct worker *w;
    CURLM *multi;
    CURLSH *share;
    struct upstream_socket **sockets; /* by descriptor */
    size_t sockets_len;
    uint64_t timer_at_ms; /* libcurl's timer; UINT64_MAX: none */
    uint64_t age_addresses_at_ms;
    struct list spares, continues, running;
    size_t spares_len;
    bool broken; /* the multi reported an error: what it does from now on is undefined */
};

struct transfer *transfer_new(struct upstream *u);
void transfer_free(struct transfer *t);
CURLM *upstream_multi_new(struct upstream *u);
int upstream_close_socket(void *arg, curl_socket_t fd);
/* ---- memory.c: as the C library's functions, for libcurl; any thread ---- */
void *upstream_get(size_t size);
void *upstream_get_zeroed(size_t count, size_t size);
void *upstream_get_larger(void *data, size_t size);
char *upstream_get_copy(const char *text);
void upstream_give(void *data);
/* libcurl's global initialisation, with these for its memory. */
CURLcode upstream_memory_init(void);

#endif
