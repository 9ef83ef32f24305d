/* A scanner that walks a JSON body once, without a tree, for the few members that matter. */
#include "peek.h"

struct walk {
    const char *at;
    const char *end;
    unsigned depth;
    uint64_t is_array; /* bit per depth; what lies deeper than 63 is only skipped */
    int wants_key;
    struct span key[3]; /* of the member being read, at depth 1 and 2 */
};

/* Reads a string whose opening quote is at w->at; what is missing its end yields nothing. */
static struct span walk_string(struct walk *w)
{
    const char *start = w->at + 1;
    const char *quote = start;
    struct span none = {NULL, 0};

    for (;;) {
        size_t slashes = 0;

        quote = quote < w->end ? memchr(quote, '"', (size_t)(w->end - quote)) : NULL;
        if (!quote) {
            w->at = w->end;
            return none;
        }
        while (quote - slashes > start && quote[-1 - (long)slashes] == '\\')
            slashes++;
        quote++;
        if (slashes % 2 == 0)
            break;
    }
    w->at = quote;
    return (struct span){start, (size_t)(quote - 1 - start)};
}

static int in_array(const struct walk *w)
{
    return w->depth > 63 || (w->is_array >> w->depth & 1) != 0;
}

static void peek_string(struct peek *p, struct walk *w)
{
    struct span s = walk_string(w);

    if (!s.ptr)
        return;
    if (w->wants_key && !in_array(w)) {
        if (w->depth <= 2)
            w->key[w->depth] = s;
        w->wants_key = 0;
    } else if (w->depth == 1 && span_is(w->key[1], "model")) {
        p->model = s;
    } else if (w->depth == 1 && span_is(w->key[1], "encoding_format")) {
        p->base64 = span_is(s, "base64");
    } else if (w->depth == 2 && in_array(w) && span_is(w->key[1], "input")) {
        p->inputs++;
    }
}

static void peek_bool(struct peek *p, const struct walk *w, int value)
{
    if (w->depth == 1 && span_is(w->key[1], "stream"))
        p->stream = value;
    else if (w->depth == 2 && span_is(w->key[1], "stream_options") &&
             span_is(w->key[2], "include_usage"))
        p->include_usage = value;
}

static void walk_open(struct peek *p, struct walk *w, int array)
{
    if (array && w->depth == 2 && in_array(w) && span_is(w->key[1], "input"))
        p->inputs++;
    w->depth++;
    if (w->depth <= 63)
        w->is_array = (w->is_array & ~(1ull << w->depth)) | (uint64_t)array << w->depth;
    w->wants_key = !array;
}

void peek_scan(struct peek *p, const char *body, size_t len)
{
    struct walk w = {.at = body, .end = body + len};

    *p = (struct peek){.stream = -1};
    while (w.at < w.end) {
        char c = *w.at;

        if (c == '"') {
            peek_string(p, &w);
            continue;
        }
        if (c == '{' || c == '[')
            walk_open(p, &w, c == '[');
        else if ((c == '}' || c == ']') && w.depth > 0)
            w.depth--;
        else if (c == ',')
            w.wants_key = 1;
        else if (c == 't' || c == 'f')
            peek_bool(p, &w, c == 't');
        w.at++;
    }
    if (p->inputs == 0)
        p->inputs = 1;
}
