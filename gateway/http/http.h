/* A request and its answer, as the rest of the gateway sees them: libmicrohttpd stays behind this.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "auth/admins.h"
#include "base/buf.h"
#include "base/err.h"
#include "http/routes.h"
#include "worker.h"

struct MHD_Connection;
struct http_server;
struct token;
struct user;

enum { HTTP_ID_BYTES = 24, HTTP_HEADERS_MAX = 20, HTTP_STREAM_WAIT = 0 };

struct http_header {
    const char *name, *value;
};

/* Where a streamed body comes from. read returns the number of bytes put into out, HTTP_STREAM_WAIT
 * (nothing yet: http_resume() when there is), or one of these ends. */
enum http_stream_end { HTTP_STREAM_END = -1, HTTP_STREAM_CUT = -2 };
typedef ssize_t http_read_fn(void *arg, char *out, size_t max);

/* What is to be sent. Strings and borrowed bodies live until the request's done() is called. */
struct http_answer {
    int status;
    struct http_header headers[HTTP_HEADERS_MAX];
    size_t headers_len;
    const char *body;
    size_t body_len;
    bool body_owned;    /* free() it afterwards */
    http_read_fn *read; /* not NULL: a stream, and body is not used */
    void *read_arg;
    bool close; /* end the connection afterwards */
};

/* Whoever answers later than in its handler sets these. */
struct http_owner {
    /* The client left while the request was waiting. Called from the loop, never from within MHD.
     */
    void (*gone)(void *arg);
    /* The request is over, sent or not: let go of everything. */
    void (*done)(void *arg, bool complete);
};

/* Whether an admin token was shown, and was one. */
enum http_login { LOGIN_NONE, LOGIN_GOOD, LOGIN_FAILED };

/* One request; part of its connection, valid until done. All functions on the worker's thread. */
struct http_req {
    struct worker *w;
    struct MHD_Connection *mhd;
    const struct route *route; /* NULL while refused */
    int provider;              /* of the path, or of ?provider= for admin routes */
    const char *path;          /* as matched: without the provider's prefix, decoded */
    char *query;               /* raw, behind the '?', or NULL; owned */
    char *query_words;         /* the same, decoded: see http_query() */
    const char *method;
    char id[HTTP_ID_BYTES]; /* "req_…", in X-Request-Id and in the log */
    struct token *token;    /* of CLIENT routes; with a reference */
    struct admin_who admin; /* of admin routes */
    struct user *user;      /* of USER routes; with a reference */
    uint64_t session;       /* and its jti */
    enum http_login login;
    struct buf body;
    size_t body_cap_bytes;
    uint64_t body_seen_bytes;
    uint64_t began_us; /* monotonic */
    struct sockaddr_storage client;
    struct http_header extra[8]; /* sent with whatever answer comes: rate limits, CORS */
    size_t extra_len, extra_used;
    char extra_text[160]; /* their values, extra_used bytes of it */
    struct err refusal;
    int64_t retry_after_s; /* of a refusal; 0: none */
    struct http_answer answer;
    const struct http_owner *owner;
    void *owner_arg;
    void (*go)(struct http_req *r); /* what comes when its limits let it pass */
    struct list resume_link;
    bool active, refused, started, answered, queued, suspended, gone, streaming;
    bool spoken; /* answered past libmicrohttpd: the connection ends with this request */
};

/* A header or query parameter of the request; NULL when it is not there. Borrowed. */
const char *http_header(const struct http_req *r, const char *name);
const char *http_query(struct http_req *r, const char *name);
/* A header that may come in several lines, as the one list that they stand for (RFC 9110 5.3); NULL
 * when there is none. Owned by the caller. */
char *http_header_list(const struct http_req *r, const char *name);
/* Answers, at once or later; the request may be waiting or not. */
void http_send(struct http_req *r, const struct http_answer *a);
/* A JSON body; takes what is in body. */
void http_send_json(struct http_req *r, int status, struct buf *body);
/* An error in OpenAI's shape, with the status that errors.def gives its code. retry_after_s 0:
 * none. */
void http_send_error(struct http_req *r, const struct err *e, int64_t retry_after_s);
/* Sends an error on a socket itself, where libmicrohttpd has no place for an answer, and that
 * nothing more comes; whoever calls closes the connection then. id NULL: there is no request. It is
 * not waited for a client that is not ready to take a few hundred bytes. Any thread. */
void http_send_past(int fd, const struct err *e, const char *id, int64_t retry_after_s);
/* The JSON of an error, {"error":{…}}. */
void http_error_json(struct buf *out, const struct err *e);
/* A stream that said HTTP_STREAM_WAIT has something now, or the answer is due. */
void http_resume(struct http_req *r);

/* One per worker: its daemon and its connections. */
struct http_server *http_server_new(struct worker *w);
void http_server_free(struct http_server *s); /* ends every connection; owners get done() */
void http_server_take(struct http_server *s, int fd, const struct sockaddr *addr, socklen_t len);
/* Runs the resume list and the daemon until nothing is ready. */
void http_server_run(struct http_server *s);
/* How long the loop may wait before the next run, or -1. */
int http_server_wait_ms(struct http_server *s);

#endif
