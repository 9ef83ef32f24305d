/* The rows of routes.def with what shapes.def says of each: what may be sent, and what answered. */
#include "gen/operation.h"

#include <string.h>

#include "base/mem.h"

enum who { PUBLIC, CLIENT, USER, READ, OPERATE, OWN };
enum dialect { CHAT, COMPLETION, EMBED, RESPONSES, MESSAGES, NATIVE, PLAIN };
enum {
    ALL = -1,
#define PROVIDER(ID, ...) ID,
#include "api/providers.def"
#undef PROVIDER
};
enum {
#define BODY(KIND, ...) BODY_##KIND,
#include "api/bodies.def"
#undef BODY
};
enum {
#define ROUTE(ID, ...) AT_##ID,
#define PROXY(ID, ...) AT_##ID,
#include "api/routes.def"
#undef ROUTE
#undef PROXY
};

static const char *const bodies[] = {
#define BODY(KIND, bytes, words) words,
#include "api/bodies.def"
#undef BODY
};

/* What answers of a dialect are when they are streamed. */
static const char *const streams[] = {
    [CHAT] = "text/event-stream",      [COMPLETION] = "text/event-stream",
    [RESPONSES] = "text/event-stream", [MESSAGES] = "text/event-stream",
    [NATIVE] = "application/x-ndjson", [PLAIN] = NULL,
};

static const char *const roles[] = {
#define ROLE(NAME, who, name, text) [who] = name,
#include "api/roles.def"
#undef ROLE
};

struct operation operations[] = {
#define ROUTE(ID, method_, path_, who_, body, handler, text_)                                      \
    {.id = #ID,                                                                                    \
     .method = #method_,                                                                           \
     .path = path_,                                                                                \
     .text = text_,                                                                                \
     .who = (enum operation_who)who_,                                                              \
     .body_kind = BODY_##body,                                                                     \
     .all_providers = true},
#define PROXY(ID, method_, path_, providers, dialect_, text_)                                      \
    {.id = #ID,                                                                                    \
     .method = #method_,                                                                           \
     .path = path_,                                                                                \
     .text = text_,                                                                                \
     .who = OPERATION_CLIENT,                                                                      \
     .body_kind = BODY_CALL,                                                                       \
     .all_providers = (providers) == ALL,                                                          \
     .proxied = true,                                                                              \
     .dialect = dialect_},
#include "api/routes.def"
#undef ROUTE
#undef PROXY
};
const size_t operations_len = ARRAY_LEN(operations);

static const struct {
    const char *query, *request, *answer;
} shapes[ARRAY_LEN(operations)] = {
#define SHAPE(ID, query, request, answer) [AT_##ID] = {query, request, answer},
#define OBJECT(...)
#define REFINE(...)
#define TAG(...)
#include "api/shapes.def"
#undef SHAPE
#undef OBJECT
#undef REFINE
#undef TAG
};

bool operation_is_admin(const struct operation *o)
{
    return o->who >= OPERATION_READ;
}

const char *operation_role(const struct operation *o)
{
    return roles[o->who];
}

size_t operation_of_path(const char *path)
{
    size_t i = 0;

    while (strcmp(operations[i].path, path) != 0)
        i++;
    return i;
}

const char *operation_reason(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 202:
        return "Accepted";
    case 204:
        return "No content";
    default:
        return "Not at the moment";
    }
}

/* ---- answers ---- */

static struct answer *answer_of(struct operation *o, int status)
{
    size_t i = 0;

    while (i < o->answers_len && o->answers[i].status < status)
        i++;
    if (i < o->answers_len && o->answers[i].status == status)
        return &o->answers[i];
    if (o->answers_len == OPERATION_ANSWERS_MAX)
        shapes_quit(o->id, "there are too many statuses");
    memmove(&o->answers[i + 1], &o->answers[i], (o->answers_len++ - i) * sizeof(o->answers[0]));
    o->answers[i] = (struct answer){.status = status};
    return &o->answers[i];
}

static void add_errors(struct operation *o, const int *statuses)
{
    for (; *statuses != 0; statuses++)
        answer_of(o, *statuses)->error = true;
}

static void add_shape(struct operation *o, const struct shape *s)
{
    struct answer *a = answer_of(o, s->status != 0 ? s->status : 200);

    if (s->kind == SHAPE_NOTHING) {
        a->error |= s->status >= 400;
        return;
    }
    if (a->shapes_len == OPERATION_SHAPES_MAX)
        shapes_quit(o->id, "there are too many shapes of one status");
    a->shapes[a->shapes_len++] = s;
}

/* What any call of the kind can get. */
static void add_common(struct operation *o)
{
    static const int any[] = {400, 503, 0}, known[] = {401, 429, 500, 0}, changing[] = {403, 0},
                     sending[] = {408, 413, 0}, proxied[] = {404, 502, 504, 0};

    add_errors(o, any);
    if (o->who != OPERATION_PUBLIC)
        add_errors(o, known);
    if (o->who > OPERATION_READ || o->who == OPERATION_USER)
        add_errors(o, changing);
    if (o->body_kind != BODY_NONE)
        add_errors(o, sending);
    if (o->proxied) {
        add_errors(o, proxied);
        answer_of(o, 200);
    }
}

static void load_shapes(struct operation *o, const char *query, const char *request,
                        const char *answer)
{
    const struct shape *s = shapes_parse(o->id, answer);

    o->query = shapes_parse(o->id, query);
    o->request = shapes_parse(o->id, request);
    if ((o->request == NULL) != (o->body == NULL))
        shapes_quit(o->id, "a request has a shape when routes.def lets it have a body");
    if (s != NULL && s->kind == SHAPE_EITHER)
        s = s->inner;
    for (; s != NULL; s = s->next)
        add_shape(o, s);
    if (o->answers_len == 0)
        shapes_quit(o->id, "the answer has no shape");
}

void operations_load(void)
{
    for (size_t i = 0; i < operations_len; i++) {
        struct operation *o = &operations[i];

        if ((shapes[i].answer == NULL) != o->proxied)
            shapes_quit(o->id, "each ROUTE has a SHAPE, and no PROXY has");
        o->body = o->body_kind != BODY_NONE ? bodies[o->body_kind] : NULL;
        if (o->proxied)
            o->stream = streams[o->dialect];
        else
            load_shapes(o, shapes[i].query, shapes[i].request, shapes[i].answer);
        add_common(o);
    }
}
