/* The vendors' error bodies, by name. */
#ifndef FAKEUP_BODIES_H
#define FAKEUP_BODIES_H

#include "buf.h"

struct body {
    const char *name;
    int status;
    const char *type;    /* Content-Type */
    const char *headers; /* further complete header lines, or "" */
    const char *text;    /* a template, see shapes.h */
};

int body_find(struct span name); /* -1: no such body */
int body_count(void);
const struct body *body_get(int at);

#endif
