/* The rows of routes.def with what shapes.def says of each: what may be sent, and what answered. */
#ifndef GEN_OPERATION_H
#define GEN_OPERATION_H

#include <stdbool.h>
#include <stddef.h>

#include "gen/shapes.h"

enum { OPERATION_ANSWERS_MAX = 16, OPERATION_SHAPES_MAX = 8 };
enum operation_who {
    OPERATION_PUBLIC,
    OPERATION_CLIENT,
    OPERATION_USER,
    OPERATION_READ,
    OPERATION_OPERATE,
    OPERATION_OWN
};

/* All that may come with one status. */
struct answer {
    int status;
    bool error; /* one of errors.def */
    const struct shape *shapes[OPERATION_SHAPES_MAX];
    size_t shapes_len;
};

struct operation {
    const char *id, *method, *path, *text;
    enum operation_who who;
    int body_kind, dialect; /* of routes.def */
    const char *body;       /* how large it may be, in words; NULL: there is none */
    bool proxied, all_providers;
    const char *stream;                           /* the media type of a proxied stream, or NULL */
    const struct shape *query, *request;          /* NULL: none */
    struct answer answers[OPERATION_ANSWERS_MAX]; /* by status */
    size_t answers_len;
};

/* In the order of routes.def, once they are loaded. */
extern struct operation operations[];
extern const size_t operations_len;
void operations_load(void);
/* The first operation with this path. */
size_t operation_of_path(const char *path);
bool operation_is_admin(const struct operation *o);
const char *operation_role(const struct operation *o); /* the least role that may call it */
const char *operation_reason(int status);              /* 200 as "OK" */

#endif
