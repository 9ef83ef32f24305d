/* What the header shows of the gateway: whether it is there, its pace, the states of keys. */
#ifndef TUI_GAUGE_H
#define TUI_GAUGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct app;
struct err;

enum { GAUGE_VERSION_BYTES = 32, GAUGE_REASON_BYTES = 480 };

/* Main thread. */
struct gauge {
    bool met;                        /* it has answered once */
    bool known;                      /* it has told of itself */
    bool lost;                       /* it does not answer now */
    uint64_t lost_ms;                /* since when, monotonic */
    char reason[GAUGE_REASON_BYTES]; /* why */
    bool refused;                    /* it answers, but does not let us in */
    char version[GAUGE_VERSION_BYTES];
    bool healthy;
    int64_t keys[4];           /* active, cooling, disabled, expired */
    double requests, failures; /* so far */
    bool paced;                /* it was looked at twice, so that the pace is known */
    double pace, ok;           /* requests a second; share of them answered with success, or -1 */
    uint64_t asked_ms, counted_ms;
    unsigned asking; /* calls that are not answered */
};

/* Asks when it is time. */
void gauge_tick(struct app *app);
/* Any call's outcome tells whether the gateway is there. */
void gauge_heard(struct app *app, const struct err *e);

#endif
