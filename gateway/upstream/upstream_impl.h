/* What the files of gateway/upstream share. */
#ifndef UPSTREAM_UPSTREAM_IMPL_H
#define UPSTREAM_UPSTREAM_IMPL_H

#include <curl/curl.h>

#include "upstream/upstream.h"

enum {
    UPSTREAM_HEADERS_MAX = 64,
    UPSTREAM_HEADER_BYTES = 32 * 1024, /* of one answer; more is cut off, as nobody looks at it */
    UPSTREAM_LANES_MAX = 64,
    UPSTREAM_LANE_CALLS = 16, /* in one, as long as there may be another */
    UPSTREAM_LANE_CONNECTIONS = 64,
    UPSTREAM_IDLE_S = 50,      /* below the idle timeouts of the usual front ends */
    UPSTREAM_LIFETIME_S = 900, /* so that a change of DNS is followed */
    UPSTREAM_DNS_AGE_S = 300,
    UPSTREAM_LOOK_MS = 10 * 1000, /* how often what is too old is looked for */
    UPSTREAM_SPARES = 256,
    UPSTREAM_BUFFER_BYTES = 16 * 1024,
};

/* A socket of libcurl's. It stays registered with epoll while libcurl does not want it, as it will
 * want it again for the next request; events that nobody wants make it leave. Kept by number:
 * libcurl's sockets come and go, these stay. */
struct upstream_socket {
    struct ev_io io;
    struct lane *lane; /* whose it was last */
    uint32_t wanted;
};

/* One attempt. It keeps its easy handle, with the options that never change, for the next one. */
struct transfer {
    struct list link;    /* in spares, or in the unpause list */
    struct list running; /* in lane.running, from start to end */
    struct upstream *u;
    struct lane *lane; /* of the call, or of the last one */
    bool starved;      /* this process had no descriptor for a connection */
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

/* A multi of libcurl's. libcurl goes through all connections of one for each call: for a free one
 * when it begins, for some to close when it ends. With all of a worker's in one, a call beside 500
 * others cost three times as much as alone. So there are as many lanes as keep each short; calls
 * take the first that has room, where connections are warm. */
struct lane {
    struct upstream *u;
    CURLM *multi;
    uint64_t timer_at_ms; /* libcurl's timer; UINT64_MAX: none */
    struct list running;
    size_t running_len;
    uint64_t rested_at_ms; /* when its last call ended */
    bool acted;            /* some calls may have ended */
    bool broken;           /* it reported an error: what it does from now on is undefined */
};

struct upstream {
    struct worker *w;
    struct lane *lanes[UPSTREAM_LANES_MAX];
    size_t lanes_len; /* at least one */
    size_t turn;      /* where the next call goes once all are full */
    CURLSH *share;    /* addresses and TLS sessions, of all lanes */
    uint64_t look_at_ms;
    struct upstream_socket **sockets; /* by descriptor */
    size_t sockets_len;
    struct list spares, continues;
    size_t spares_len;
};

struct lane *lane_new(struct upstream *u);
/* Has no calls. */
void lane_free(struct lane *l);
/* A new multi in place of a broken one, which is the caller's to clean up. */
CURLM *lane_renew(struct lane *l);
/* Where the next call goes. */
struct lane *lane_choose(struct upstream *u);
/* Ends lanes that nobody has needed for a while, and with them their connections. */
void lanes_trim(struct upstream *u);

struct transfer *transfer_new(struct upstream *u);
void transfer_free(struct transfer *t);
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
