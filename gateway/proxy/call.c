/* What a call asks for, read from its body without building a tree. */
#include "proxy/call.h"

#include <string.h>

#include "json/jscan.h"

struct call_scan {
    struct call *call;
    enum route_dialect dialect;
    char name[CALL_MODEL_BYTES]; /* what Ollama takes for the model where there is none */
    struct err *e;
    enum err_code rc;
};

static void call_fail(struct call_scan *s, const char *param, const char *text)
{
    if (s->rc == ERR_OK)
        s->rc = err_param(s->e, ERR_BAD_FIELD, param, "%s", text);
}

static void call_model(struct call_scan *s, const struct jscan_value *v, char *out)
{
    if (v->type == JSCAN_NULL)
        return;
    if (v->type != JSCAN_STRING)
        call_fail(s, "model", "model must be a string.");
    else if (v->text_cut || v->text_len >= CALL_MODEL_BYTES || strlen(v->text) != v->text_len)
        call_fail(s, "model", "model is longer than 159 bytes, or holds a NUL.");
    else
        memcpy(out, v->text, v->text_len + 1);
}

static void call_stream(struct call_scan *s, const struct jscan_value *v)
{
    if (v->type == JSCAN_TRUE || v->type == JSCAN_FALSE)
        s->call->stream = v->type == JSCAN_TRUE;
    else if (v->type != JSCAN_NULL)
        call_fail(s, "stream", "stream must be true or false.");
}

static void call_options(struct call_scan *s, const struct jscan_value *v)
{
    struct call *c = s->call;

    if (v->type != JSCAN_OBJECT && v->type != JSCAN_NULL) {
        call_fail(s, "stream_options", "stream_options must be an object.");
        return;
    }
    c->has_options = true;
    c->options_null = v->type == JSCAN_NULL;
    c->options_begin = v->begin;
    c->options_end = v->end;
    c->options_children = v->children;
}

/* Go's encoding/json, and so Ollama, takes a key in any letter case; the scanner refuses two keys
 * that differ only in that. */
static bool key_is(const char *key, const char *name)
{
    return strcasecmp(key, name) == 0;
}

/* A member of the body itself. */
static void call_member(struct call_scan *s, const struct jscan_value *v)
{
    struct call *c = s->call;
    const char *key = v->path[0];

    if (key_is(key, "model")) {
        call_model(s, v, c->model);
    } else if (key_is(key, "name") && s->dialect == DIALECT_PLAIN) {
        call_model(s, v, s->name);
    } else if (key_is(key, "models") && v->type != JSCAN_NULL) {
        c->models_begin = v->begin;
        c->models_end = v->end;
    } else if (key_is(key, "stream")) {
        call_stream(s, v);
    } else if (key_is(key, "stream_options")) {
        call_options(s, v);
    }
}

static void call_value(void *arg, const struct jscan_value *v)
{
    struct call_scan *s = arg;
    struct call *c = s->call;

    if (v->depth == 0) {
        c->top_at = v->begin;
        if (v->type != JSCAN_OBJECT)
            s->rc = err_set(s->e, ERR_BAD_JSON, "The body must be a JSON object.");
    } else if (v->depth == 1) {
        call_member(s, v);
    } else if (v->depth == 2 && key_is(v->path[0], "stream_options") &&
               key_is(v->path[1], "include_usage")) {
        c->has_include = true;
        c->usage_asked = v->type == JSCAN_TRUE;
        c->include_begin = v->begin;
        c->include_end = v->end;
    }
}

enum err_code call_read(struct call *c, enum route_dialect dialect, const char *body, size_t len,
                        struct err *e)
{
    struct call_scan s = {.call = c, .dialect = dialect, .e = e};
    struct jscan scan;

    *c = (struct call){.stream = dialect == DIALECT_NATIVE}; /* Ollama streams unless told not to */
    if (len == 0)
        return err_set(e, ERR_BAD_JSON, "The body is empty; it must be a JSON object.");
    jscan_init(&scan, 2, call_value, &s);
    if (jscan_feed(&scan, body, len) == JSCAN_BAD || !jscan_finish(&scan))
        return err_set(e, ERR_BAD_JSON, "The body is not valid JSON: %s, at byte %llu.", scan.error,
                       (unsigned long long)scan.error_at);
    if (c->model[0] == '\0')
        memcpy(c->model, s.name, sizeof(c->model));
    return s.rc;
}

static void splice(struct buf *out, const char *body, size_t len, uint64_t begin, uint64_t end,
                   const char *text)
{
    buf_add(out, body, begin);
    buf_adds(out, text);
    buf_add(out, body + end, len - end);
}

void call_ask_usage(const struct call *c, const char *body, size_t len, struct buf *out)
{
    if (c->has_include)
        splice(out, body, len, c->include_begin, c->include_end, "true");
    else if (c->has_options && c->options_null)
        splice(out, body, len, c->options_begin, c->options_end, "{\"include_usage\":true}");
    else if (c->has_options)
        splice(out, body, len, c->options_begin + 1, c->options_begin + 1,
               c->options_children ? "\"include_usage\":true," : "\"include_usage\":true");
    else /* the object has a member, as it asks for a stream */
        splice(out, body, len, c->top_at + 1, c->top_at + 1,
               "\"stream_options\":{\"include_usage\":true},");
}
