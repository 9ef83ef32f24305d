/* Cuts what comes in pieces into lines. */
#ifndef API_LINES_H
#define API_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* A line without its end ("\n" or "\r\n"), ended by '\0'; borrowed for the call. false: no more. */
typedef bool lines_fn(void *arg, const char *line, size_t len);

/* One thread. */
struct lines {
    struct buf part; /* owned: of a line whose end has not come */
    lines_fn *fn;
    void *arg;
    bool stopped; /* fn wanted no more, or a line was longer than the cap */
};

void lines_init(struct lines *l, size_t cap_bytes, lines_fn *fn, void *arg);
/* Hands out all lines that end in it. Returns whether more is wanted. */
bool lines_take(struct lines *l, const char *data, size_t len);
void lines_done(struct lines *l); /* a line without an end is thrown away */

#endif
