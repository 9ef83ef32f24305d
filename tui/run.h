/* Runs poolctl beside the screen, and keeps a log of what was run. */
#ifndef TUI_RUN_H
#define TUI_RUN_H

#include <poll.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/words.h"

struct app;
struct run;

/* Main thread; when it has ended. */
typedef void run_fn(struct app *app, struct run *run, void *arg);
/* Main thread; when the console ends before it has, instead of the other. */
typedef void run_drop_fn(void *arg);

/* One run, newest first. What it holds is owned. */
struct run {
    struct run *next;
    char *line; /* what a person would type */
    struct buf out, err;
    int out_fd, err_fd; /* -1: closed */
    pid_t pid;          /* 0: it has ended */
    int status;         /* exit status; above 128: by a signal */
    int64_t at_ms;      /* when it began, wall clock */
    bool hidden;        /* not in the log: it only asked what would be done */
    bool secret;        /* its output is not kept */
    run_fn *done;
    run_drop_fn *drop; /* or NULL */
    void *arg;
};

struct runs *runs_new(void);
void runs_free(struct runs *runs); /* ends those that run */
const struct run *runs_first(const struct runs *runs);

/* Of one that has ended: whether it did a part of what it was to do. */
bool run_is_partly(const struct run *r);
/* "done", "partly done (7)", "failed (2)". */
void run_status(const struct run *r, char *out, size_t size);

/* What to run. input (or NULL) is what it reads. */
struct run_request {
    const struct words *words; /* of the command: "key", "disable", … */
    const char *input;
    const char *provider;      /* NULL: that of this program */
    const char *const *unseen; /* words that only a program needs, left out of the log; or NULL */
    bool hidden, secret;
    bool bare; /* nothing stands behind the words: the last one is looked at */
    run_fn *done;
    run_drop_fn *drop; /* NULL: arg is not owned by the run */
    void *arg;
};
/* Starts poolctl beside this program, with the same gateway and provider. */
void run_start(struct app *app, const struct run_request *request);
/* The one that runs for arg, with what it has said so far; or NULL. Valid until runs_take(). */
const struct run *runs_of(const struct runs *runs, const void *arg);
/* Asks it to end; done() tells when it has. */
void runs_end(const struct runs *runs, const void *arg);
/* Whoever was to hear of the end of runs is gone. */
void runs_forget(struct runs *runs, const void *arg);
/* The descriptors to wait for; returns how many, at most most. */
size_t runs_poll(const struct runs *runs, struct pollfd *fds, size_t most);
/* Reads what has come, and calls done() for those that have ended. */
void runs_take(struct app *app);

#endif
