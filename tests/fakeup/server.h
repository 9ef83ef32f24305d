/* The server's threads and connections; a connection lives and dies on one thread. */
#ifndef FAKEUP_SERVER_H
#define FAKEUP_SERVER_H

#include "buf.h"

#include <pthread.h>
#include <stdatomic.h>

#include "counts.h"
#include "http.h"
#include "peek.h"
#include "plan.h"
#include "shapes.h"

#define OUT_FILL_BYTES (64u << 10) /* an output buffer is filled up to about this much */

enum framing { FRAME_LENGTH, FRAME_CHUNKED, FRAME_UNTIL_CLOSE };

enum phase {
    PHASE_START,
    PHASE_HEAD,
    PHASE_LEAD, /* of a whole body: what stands before the sized content */
    PHASE_SIZED,
    PHASE_TAIL,
    PHASE_COMMENTS, /* of a stream */
    PHASE_OPEN,
    PHASE_PIECES,
    PHASE_CLOSE,
    PHASE_END,
    PHASE_COUNT
};

enum step { STEP_MORE, STEP_WAIT, STEP_DONE, STEP_CLOSE, STEP_RESET };

/* All zero between two requests, but for the buffers' memory. */
struct answer {
    enum phase phase;
    enum framing framing;
    struct shape shape;
    int status;
    const char *type;    /* Content-Type */
    const char *headers; /* a template of further header lines */
    int streaming;
    int bodiless;
    int wants_usage;
    int closes;      /* the connection ends after this answer */
    int64_t at;      /* number within the phase */
    uint64_t due_ns; /* nothing is produced before */
    struct buf lead; /* whole body, up to the sized content, and after it */
    struct buf tail;
    uint64_t sized_bytes; /* content between the two that is made while it is sent */
    uint64_t sized_sent;
    uint64_t written; /* bytes of this answer that are with the kernel */
    uint64_t limit;   /* stop after so many, by `limit_resets` or an orderly end */
    int limit_resets;
    enum step final; /* how production ended, STEP_MORE while it goes on */
};

enum conn_state { CONN_HEAD, CONN_BODY, CONN_ANSWER, CONN_DRAIN };

struct conn {
    struct loop *loop;
    struct conn *next, *prev;
    int fd;
    enum conn_state state;
    int readable;
    int gone;      /* the client closed its side */
    int counted;   /* has carried a counted request */
    int in_flight; /* the current request is counted and not ended */
    int control;   /* the current request is one for the control API */
    int doomed;    /* the next request gets no answer */
    int planned;   /* where the plan comes from is settled */
    uint64_t seq;  /* of the current request in the counts */
    uint64_t requests;
    uint64_t gate_ns; /* nothing is read or written before */
    uint64_t timer_ns;
    size_t timer_at; /* in the loop's heap, 0: not in it */
    struct buf in;
    struct buf out;
    size_t out_sent;
    struct request request;
    struct plan *own_plan;
    const struct plan *plan;
    char plan_error[128];
    struct answer answer;
};

struct loop {
    struct server *server;
    pthread_t thread;
    int epoll_fd;
    int listen_fd;
    int wake_fd;
    uint64_t now_ns;
    struct conn *conns;
    struct conn **heap; /* from 1 on, soonest first */
    size_t heap_len;
    size_t heap_cap;
    struct buf scratch;
    struct counts counts;
};

struct server {
    struct loop *loops;
    struct counts **counts; /* of every loop */
    int threads;
    uint16_t port;
    atomic_int stop;
};

/* loop.c */
int loop_open(struct loop *l, struct server *server, int listen_fd);
void *loop_run(void *loop);
void loop_close(struct loop *l);
void loop_set_timer(struct conn *c, uint64_t due_ns);

/* conn.c */
void conn_open(struct loop *l, int fd);
void conn_close(struct conn *c, int reset);
void conn_event(struct conn *c, uint32_t events);
void conn_run(struct conn *c);

/* conn_plan.c */
void conn_take_plan(struct conn *c, const struct plan *plan);
void conn_plan_from(struct conn *c, struct span text, char separator);
void conn_plan_from_model(struct conn *c, struct span model);

/* answer.c: what to answer, decided once the request is there */
void answer_begin(struct conn *c);
void answer_reset(struct answer *a);
void answer_free(struct answer *a);

/* steps.c: the answer's bytes, a step at a time */
enum step answer_step(struct conn *c);
uint64_t answer_stream_bytes(struct conn *c);

/* control.c */
void control_answer(struct conn *c);

#endif
