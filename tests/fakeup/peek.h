/* What an answer needs to know of a request's JSON body. */
#ifndef FAKEUP_PEEK_H
#define FAKEUP_PEEK_H

#include "buf.h"

struct peek {
    struct span model; /* as it stands in the body, escapes included */
    int stream;        /* -1: not said */
    int include_usage;
    int base64;
    int inputs; /* elements of "input" if that is an array of strings or arrays, else 1 */
};

/* Bears a body that stops anywhere. */
void peek_scan(struct peek *p, const char *body, size_t len);

#endif
