/* Splits a streamed answer into events, however its bytes are cut. */
#ifndef PROXY_SSE_H
#define PROXY_SSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Two framings: Server-Sent Events (WHATWG HTML 9.2: lines end in LF, CRLF or CR, an event ends at
 * a blank line) and NDJSON (one JSON value a line, which ends in LF or CRLF). */
enum sse_framing { SSE_EVENTS, SSE_LINES };

/* One event. raw is the bytes as they came, with the blank line (or newline) that ended it. data is
 * the content of its data: lines, joined by LF; with one data: line it points into raw, else into
 * scratch. A comment (": …") or an event without data has data_len 0. No pointer is NULL, none is
 * NUL-terminated. Valid during the call only.
 *
 * An event is handed on as soon as its blank line is known to be one. When that line ends in a CR
 * and nothing more has come, the LF that may follow opens the next event's raw, where it does no
 * harm. */
struct sse_event {
    const char *raw, *data, *name; /* name: of the event: field, or "" */
    size_t raw_len, data_len, name_len;
    bool tail;    /* the LF of the CR LF that ended the event before, which came too late for it */
    bool comment; /* nothing but comment lines and blank lines */
};

/* May not feed or end the splitter that calls it. */
typedef void sse_fn(void *arg, const struct sse_event *event);

/* Holds the unfinished event only. An event above cap_bytes is handed on in raw pieces without
 * data. */
struct sse {
    enum sse_framing framing;
    struct buf pending, joined;
    bool oversize; /* in the middle of such an event: what comes is handed on as it is */
    bool in_line;  /* the current line has bytes */
    bool after_cr; /* the last byte fed was a CR that ended a line */
    bool started;  /* past the place where a byte order mark may stand */
    sse_fn *fn;
    void *arg;
};

void sse_init(struct sse *s, enum sse_framing framing, size_t cap_bytes, sse_fn *fn, void *arg);
void sse_done(struct sse *s);
/* Every byte fed comes out in exactly one event's raw, in order. Whole events inside data are not
 * copied. */
void sse_feed(struct sse *s, const char *data, size_t len);
/* A cheaper way for those who care only for events that hold one of some words (see find.h). How
 * many bytes at the start of data are whole events without any of them, and need not be fed; 0 when
 * there are none, or an event is pending. */
size_t sse_quiet(const struct sse *s, const char *data, size_t len, const char *const *words);
/* How many bytes to feed so that the pending event ends, if it ends within data; else all. */
size_t sse_rest(const struct sse *s, const char *data, size_t len);
/* The end of the stream: hands on what is pending as a last event, as if a blank line followed. */
void sse_finish(struct sse *s);

#endif
