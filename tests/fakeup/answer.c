/* Decides what a request is answered with: the route, the status, the framing and the body. */
#include "server.h"

#include "bodies.h"

#define MODEL_CAP_BYTES 256

enum { METHOD_GET = 1, METHOD_POST = 2 };

/* The first two thirds of a gateway's traffic come first, the rest as it falls. */
static const struct {
    const char *path;
    int methods;
    const struct family *family;
} routes[] = {
    {"/v1/chat/completions", METHOD_POST, &family_chat},
    {"/v1/completions", METHOD_POST, &family_completions},
    {"/v1/embeddings", METHOD_POST, &family_embeddings},
    {"/v1/responses", METHOD_POST, &family_responses},
    {"/v1/messages", METHOD_POST, &family_messages},
    {"/v1/models", METHOD_GET, &family_models},
    {"/api/chat", METHOD_POST, &family_ollama_chat},
    {"/api/generate", METHOD_POST, &family_ollama_generate},
    {"/api/embed", METHOD_POST, &family_ollama_embed},
    {"/api/show", METHOD_POST, &family_show},
    {"/api/tags", METHOD_GET, &family_tags},
    {"/api/usage", METHOD_GET, &family_usage},
    {"/api/me", METHOD_POST | METHOD_GET, &family_me},
    {"/api/version", METHOD_GET, &family_version},
    {"/api/v1/models", METHOD_GET, &family_openrouter_models},
    {"/api/v1/key", METHOD_GET, &family_openrouter_key},
    {"/api/v1/auth/key", METHOD_GET, &family_openrouter_key},
    {"/api/v1/credits", METHOD_GET, &family_openrouter_credits},
    {"/blob", METHOD_POST | METHOD_GET, &family_plain},
};

static int path_starts(struct span path, const char *prefix)
{
    size_t len = strlen(prefix);

    return path.len >= len && memcmp(path.ptr, prefix, len) == 0;
}

static enum skin path_skin(struct span path)
{
    if (path_starts(path, "/v1/messages") || path_starts(path, "/api/v1/messages"))
        return SKIN_ANTHROPIC;
    if (path_starts(path, "/api/v1/"))
        return SKIN_OPENROUTER;
    return path_starts(path, "/api/") ? SKIN_OLLAMA : SKIN_OPENAI;
}

static int method_bit(struct span method)
{
    return span_is(method, "POST") ? METHOD_POST : span_is(method, "GET") ? METHOD_GET : 0;
}

/* The family that answers, or NULL with 404 or 405. */
static const struct family *route_find(struct span method, struct span path, int *status)
{
    *status = 404;
    for (;;) {
        for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
            if (!span_is(path, routes[i].path))
                continue;
            if (routes[i].methods & method_bit(method)) {
                *status = 200;
                return routes[i].family;
            }
            *status = 405;
        }
        if (*status == 405 || !path_starts(path, "/api/v1/"))
            return NULL;
        path.ptr += 4;
        path.len -= 4;
    }
}

static void shape_begin(struct conn *c, const struct peek *p)
{
    struct shape *s = &c->answer.shape;

    s->plan = c->plan;
    s->model = p->model;
    if (p->model.len == 0 || p->model.len > MODEL_CAP_BYTES)
        s->model = (struct span){"fake", 4};
    s->events = plan_get(c->plan, D_EVENTS, 5);
    s->size = c->plan->value[D_SIZE];
    if (s->events == 0 && s->size > 0)
        s->events = 1;
    s->prompt = plan_get(c->plan, D_PROMPT, 7);
    s->completion = plan_get(c->plan, D_COMPLETION, s->events);
    s->inputs = p->inputs;
    s->base64 = p->base64;
}

static void body_error(struct conn *c, int status, const char *message)
{
    struct answer *a = &c->answer;

    a->status = status;
    shape_error(&a->shape, &a->lead, status, message);
    buf_puts(&a->lead, "\n");
}

static void body_vendor(struct conn *c, const struct body *b)
{
    struct answer *a = &c->answer;

    a->status = (int)plan_get(c->plan, D_STATUS, b->status);
    a->type = b->type;
    a->headers = b->headers;
    if (b->text[0] == '{' || b->text[0] == '<')
        shape_expand(&a->shape, &a->lead, b->text);
    else
        shape_error(&a->shape, &a->lead, a->status, b->text);
}

/* The body around its content; content of a given size is made while it is sent. */
static void body_whole(struct conn *c)
{
    struct answer *a = &c->answer;
    const char *text = a->shape.family->whole;
    const char *content = strstr(text, "$F");

    a->type = a->shape.family->type;
    if (plan_has(c->plan, D_EMPTY))
        return;
    if (!content || a->shape.size < 0) {
        shape_expand(&a->shape, &a->lead, text);
        return;
    }
    shape_expand_part(&a->shape, &a->lead, text, (size_t)(content - text));
    if (plan_has(c->plan, D_STAMP))
        shape_stamp(&a->lead);
    a->sized_bytes = (uint64_t)a->shape.size;
    shape_expand(&a->shape, &a->tail, content + 2);
}

static void body_error200(struct conn *c)
{
    struct shape *s = &c->answer.shape;

    shape_router_error(s);
    shape_error(s, &c->answer.lead, (int)c->plan->value[D_ERROR200], "Provider returned error");
}

static void choose_body(struct conn *c, const struct peek *p)
{
    struct answer *a = &c->answer;
    struct span path = http_span(&c->in, c->request.path);
    int stream;

    a->type = "application/json";
    a->headers = "";
    a->shape.skin = path_skin(path);
    a->shape.family = route_find(http_span(&c->in, c->request.method), path, &a->status);
    if (c->plan_error[0]) {
        body_error(c, 400, c->plan_error);
        return;
    }
    if (plan_has(c->plan, D_BODY)) {
        body_vendor(c, body_get((int)c->plan->value[D_BODY]));
        return;
    }
    a->status = (int)plan_get(c->plan, D_STATUS, a->status);
    if (a->status >= 300 || !a->shape.family) {
        body_error(c, a->status, a->status == 404 ? "not found" : "an error from fakeup");
        if (plan_has(c->plan, D_EMPTY))
            a->lead.len = 0;
        return;
    }
    stream = p->stream < 0 ? a->shape.family->stream_by_default : p->stream;
    a->streaming = stream && a->shape.family->stream_type;
    a->wants_usage = p->include_usage;
    if (a->streaming)
        a->type = a->shape.family->stream_type;
    else if (plan_has(c->plan, D_ERROR200))
        body_error200(c);
    else
        body_whole(c);
}

static void choose_framing(struct conn *c)
{
    struct answer *a = &c->answer;

    a->framing = a->streaming ? FRAME_CHUNKED : FRAME_LENGTH;
    if (plan_has(c->plan, D_LENGTH))
        a->framing = FRAME_LENGTH;
    if (plan_has(c->plan, D_CHUNKED) || plan_has(c->plan, D_BADCHUNK))
        a->framing = FRAME_CHUNKED;
    if (plan_has(c->plan, D_UNFRAMED) || (c->request.http10 && a->framing == FRAME_CHUNKED))
        a->framing = FRAME_UNTIL_CLOSE;
    a->bodiless = a->status == 204 || a->status == 304;
    a->closes = !c->request.keep_alive || a->framing == FRAME_UNTIL_CLOSE ||
                plan_has(c->plan, D_CLOSE) || plan_has(c->plan, D_UNREAD);
}

static void choose_limit(struct conn *c)
{
    struct answer *a = &c->answer;
    int64_t reset = plan_get(c->plan, D_RESET, 0);

    a->limit = UINT64_MAX;
    if (plan_has(c->plan, D_CUT))
        a->limit = (uint64_t)c->plan->value[D_CUT];
    if (reset > 0 && (uint64_t)reset < a->limit) {
        a->limit = (uint64_t)reset;
        a->limit_resets = 1;
    }
}

void answer_begin(struct conn *c)
{
    struct answer *a = &c->answer;
    struct peek p = {.stream = -1, .inputs = 1};

    if (c->request.body_len > 0 && !c->control)
        peek_scan(&p, c->in.data + c->request.head_len, c->request.body_len);
    conn_plan_from_model(c, p.model);
    shape_begin(c, &p);
    if (c->control)
        control_answer(c);
    else
        choose_body(c, &p);
    choose_framing(c);
    choose_limit(c);
    a->due_ns = c->loop->now_ns + (uint64_t)plan_get(c->plan, D_DELAY, 0) * 1000000u;
}

void answer_reset(struct answer *a)
{
    struct buf lead = a->lead, tail = a->tail;

    memset(a, 0, sizeof(*a));
    lead.len = tail.len = 0;
    a->lead = lead;
    a->tail = tail;
}

void answer_free(struct answer *a)
{
    buf_free(&a->lead);
    buf_free(&a->tail);
}
