/* Calls to upstreams: libcurl on a worker's loop. */
#ifndef UPSTREAM_UPSTREAM_H
#define UPSTREAM_UPSTREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "worker.h"

/* All of it on the worker's thread. */
struct upstream;
struct transfer;

/* What a body callback did with its slice: all of it, or nothing. */
enum transfer_flow {
    TRANSFER_TAKEN,
    TRANSFER_PAUSE, /* the slice comes again after transfer_continue() */
    TRANSFER_ABORT, /* done() follows, with ERR_ABORTED */
};

struct transfer_result {
    enum err_code code; /* ERR_OK: the answer is whole, whatever its status */
    bool connected;     /* the request may have reached the upstream */
    int status;         /* 0: no answer began */
    const char *detail; /* libcurl's words, for the log; static */
};

/* None of them may start or cancel transfers, but done. */
struct transfer_ops {
    void (*head)(void *arg, int status); /* the headers are all there */
    enum transfer_flow (*body)(void *arg, const char *data, size_t len);
    void (*done)(void *arg,
                 const struct transfer_result *result); /* the transfer is gone after it */
};

struct transfer_header {
    const char *name, *value;
};

/* Everything is borrowed until done or cancel. */
struct transfer_request {
    const char *method, *url;
    const struct transfer_header *headers;
    size_t headers_len;
    const char *body;
    size_t body_len;
    int64_t connect_timeout_ms;
    const struct transfer_ops *ops;
    void *arg;
};

/* Before any thread starts; main thread. */
void upstream_init_process(void);
/* A worker's thread keeps the memory that libcurl gives back in between. */
void upstream_memory_keep(void);
void upstream_memory_done(void);
struct upstream *upstream_new(struct worker *w);
void upstream_free(struct upstream *u); /* no transfer is left */
struct transfer *transfer_start(struct upstream *u, const struct transfer_request *request);
/* Ends it at once: no callback any more. Not from within its callbacks. */
void transfer_cancel(struct transfer *t);
/* More body, please: takes effect later in the same turn of the loop. */
void transfer_continue(struct transfer *t);
/* A header of the answer by lower-case name, or NULL; valid until the transfer is gone. */
const char *transfer_header_value(const struct transfer *t, const char *name);

/* The steps of a turn. */
void upstream_timers(struct upstream *u);   /* libcurl's own timer, when it is due */
void upstream_finish(struct upstream *u);   /* calls done for what has ended */
void upstream_continue(struct upstream *u); /* the unpause list */
int upstream_wait_ms(const struct upstream *u);

#endif
