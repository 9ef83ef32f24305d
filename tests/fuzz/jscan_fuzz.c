/* Feeds the JSON scanner any bytes, whole and in slices: the calls must be the same, and make
 * sense. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "json/jscan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A hash over all that was reported, and the input to hold it against. */
struct trace {
    const char *input;
    size_t len;
    uint64_t hash, calls;
};

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void mix(struct trace *t, const void *data, size_t len)
{
    const unsigned char *p = data;

    for (size_t i = 0; i < len; i++)
        t->hash = (t->hash ^ p[i]) * 0x100000001b3u;
}

static bool ends_match(const char *begin, const char *end, enum jscan_type type)
{
    switch (type) {
    case JSCAN_STRING:
        return end - begin >= 2 && *begin == '"' && end[-1] == '"';
    case JSCAN_OBJECT:
        return *begin == '{' && end[-1] == '}';
    case JSCAN_ARRAY:
        return *begin == '[' && end[-1] == ']';
    case JSCAN_TRUE:
        return end - begin == 4 && memcmp(begin, "true", 4) == 0;
    case JSCAN_FALSE:
        return end - begin == 5 && memcmp(begin, "false", 5) == 0;
    case JSCAN_NULL:
        return end - begin == 4 && memcmp(begin, "null", 4) == 0;
    case JSCAN_NUMBER:
        break;
    }
    return (*begin == '-' || (*begin >= '0' && *begin <= '9')) && end[-1] >= '0' && end[-1] <= '9';
}

static void trace_value(void *arg, const struct jscan_value *v)
{
    struct trace *t = arg;

    check(v->depth <= JSCAN_PATH_LEVELS);
    check(v->begin < v->end && v->end <= t->len);
    check(ends_match(t->input + v->begin, t->input + v->end, v->type));
    check(v->text_len <= JSCAN_TEXT_BYTES && v->text[v->text_len] == '\0');
    for (unsigned i = 0; i < JSCAN_PATH_LEVELS; i++) {
        check(strlen(v->path[i]) <= JSCAN_KEY_BYTES);
        mix(t, v->path[i], strlen(v->path[i]) + 1);
    }
    mix(t, v->text, v->text_len);
    mix(t, &v->begin, sizeof(v->begin));
    mix(t, &v->end, sizeof(v->end));
    mix(t, &v->children, sizeof(v->children));
    mix(t, &v->type, sizeof(v->type));
    mix(t, &v->text_cut, sizeof(v->text_cut));
    t->calls++;
}

/* step 0: all at once. */
static void scan(struct trace *t, size_t step)
{
    struct jscan s;
    bool whole;

    jscan_init(&s, JSCAN_PATH_LEVELS, trace_value, t);
    for (size_t from = 0; from < t->len;) {
        size_t n = step == 0 || t->len - from < step ? t->len - from : step;
        char *slice = mem_strndup(t->input + from, n);

        jscan_feed(&s, slice, n);
        free(slice);
        from += n;
    }
    whole = jscan_finish(&s);
    check(whole == (s.error == NULL));
    check(s.error == NULL || s.error_at <= t->len);
    check(s.offset == t->len);
    mix(t, &whole, sizeof(whole));
    mix(t, &s.error_at, sizeof(s.error_at));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trace first = {.input = (const char *)data, .len = size};

    scan(&first, 0);
    for (size_t step = 1; step < 12; step += step < 4 ? 1 : 7) {
        struct trace again = {.input = (const char *)data, .len = size};

        scan(&again, step);
        check(again.hash == first.hash && again.calls == first.calls);
    }
    return 0;
}
