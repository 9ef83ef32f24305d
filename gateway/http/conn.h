/* What the files of gateway/http share: connections, and the daemon behind them. */
#ifndef HTTP_CONN_H
#define HTTP_CONN_H

#include <microhttpd.h>

#include "http/http.h"

enum {
    HTTP_POOL_BYTES =
        16 * 1024, /* per connection; also what the headers of a request must fit in */
    HTTP_BODY_SLOW_BYTES_PER_S = 64 * 1024, /* a body that arrives faster has no deadline */
    HTTP_RUNS_MAX = 64,  /* of MHD in one go, before the rest of the loop has its turn */
    HTTP_BUSY_MS = 1000, /* after so long it may be stuck */
    HTTP_BODY_KEEP_BYTES = 8 * 1024, /* body memory that a connection keeps for its next request */
    HTTP_DISCARD_MAX_BYTES =
        64 * 1024, /* of a refused body, read so that the connection can live on */
};

/* A TCP connection; freed at the end of the turn in which it closed. */
struct http_conn {
    struct dead dead;
    struct list link;
    struct worker *w;
    struct http_server *server;
    struct ev_io watch;     /* tells that the client left, also while MHD does not look */
    struct timer deadline;  /* for headers and body to arrive */
    uint64_t body_began_ms; /* 0: no body is on its way */
    uint64_t body_at_ms;    /* when some of it came last */
    const char *target; /* of the request, in libmicrohttpd's memory, and its length as it came */
    size_t target_len;
    struct http_req req;
};

struct http_server {
    struct worker *w;
    struct MHD_Daemon *daemon;
    struct ev_io wake; /* MHD's own epoll */
    struct list conns, resumes;
    bool ready;             /* MHD's epoll has events */
    uint64_t busy_since_ms; /* MHD has had something to do ever since; 0: it has not */
};

struct http_conn *http_conn_of(struct MHD_Connection *mhd);
void http_conn_notify(void *arg, struct MHD_Connection *mhd, void **context,
                      enum MHD_ConnectionNotificationCode code);
/* A connection that was accepted is no more. */
void http_conn_forget(struct worker *w);
void http_conn_deadline(struct http_conn *c, int64_t ms);
void http_req_begin(struct http_req *r, struct http_conn *c, struct MHD_Connection *mhd,
                    const char *uri);
void http_req_end(struct http_req *r, bool complete);
/* Routes, authenticates and bounds a request from its headers alone; false: refused, see refusal.
 */
bool http_req_admit(struct http_req *r, const char *path, const char *method);
enum MHD_Result http_queue(struct http_req *r);

#endif
