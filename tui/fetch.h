/* Calls of the gateway that the screen does not wait for: a thread that makes them one by one. */
#ifndef TUI_FETCH_H
#define TUI_FETCH_H

#include "api/client.h"
#include "base/list.h"

enum { FETCH_PARAMS = 16 };

struct fetch;
/* Main thread. answer is borrowed, NULL on error. */
typedef void fetch_fn(void *arg, const struct fetch *job, const json_t *answer,
                      const struct err *e);

/* A call. Made by fetch_new(), given to fetcher_ask(). */
struct fetch {
    struct list link;
    enum api_route route;
    char *id;                                  /* owned: for {id} in the path; or NULL */
    struct api_param params[FETCH_PARAMS + 1]; /* owned copies */
    bool any_provider;
    fetch_fn *done;
    void *arg;           /* borrowed; has to outlive the fetcher */
    unsigned generation; /* for the caller */
    size_t page;         /* likewise */
    json_t *answer;
    struct err e;
};

struct fetch *fetch_new(enum api_route route, fetch_fn *done, void *arg);
/* value NULL: left out. */
void fetch_param(struct fetch *job, const char *name, const char *value);

/* Owned; main thread. Writes to the eventfd wake when an answer is there. Takes client. */
struct fetcher *fetcher_new(struct api_client *client, int wake);
void fetcher_ask(struct fetcher *f, struct fetch *job); /* takes job */
/* Calls done() for every answer that is there. */
void fetcher_take(struct fetcher *f);
/* Ends the call that runs, and the thread. */
void fetcher_free(struct fetcher *f);

#endif
