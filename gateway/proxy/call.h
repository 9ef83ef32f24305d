/* What a call asks for, read from its body without building a tree. */
#ifndef PROXY_CALL_H
#define PROXY_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "http/routes.h"

enum { CALL_MODEL_BYTES = 160 };

struct call {
    char model[CALL_MODEL_BYTES]; /* "" when the body names none */
    bool stream;
    bool usage_asked; /* the client wants stream_options.include_usage */
    /* Where usage would have to be asked for in the client's place: see call_ask_usage(). */
    uint64_t top_at, options_begin, options_end, include_begin, include_end;
    uint32_t options_children;
    bool has_options, options_null, has_include;
    uint64_t models_begin, models_end; /* the value of "models"; 0: there is none */
};

/* Reads a body; errors are ERR_BAD_JSON and ERR_BAD_FIELD, and say where. Pure. */
enum err_code call_read(struct call *c, enum route_dialect dialect, const char *body, size_t len,
                        struct err *e) MUST_CHECK;
/* Writes the body with stream_options.include_usage set to true into out; every other byte stays.
 */
void call_ask_usage(const struct call *c, const char *body, size_t len, struct buf *out);

#endif
