/* The JSON scanner (RFC 8259): a state machine over bytes, with a fast lane for the insides of
 * strings. */
#include "json/jscan.h"

#include <string.h>

#include "json/jscan_impl.h"

static bool in_object(const struct jscan *s)
{
    unsigned top = s->depth - 1;

    return s->depth > 0 && (s->is_object[top / 8] >> (top % 8) & 1) != 0;
}

static void report(struct jscan *s, enum jscan_type type, uint64_t begin, uint64_t end)
{
    struct jscan_value v = {
        .type = type, .depth = s->depth, .begin = begin, .end = end, .text = ""};

    for (unsigned i = 0; i < JSCAN_PATH_LEVELS; i++)
        v.path[i] = i < s->depth ? s->keys[i] : "";
    if (type == JSCAN_OBJECT || type == JSCAN_ARRAY)
        v.children = s->children[s->depth];
    if (type == JSCAN_STRING || type == JSCAN_NUMBER) {
        v.text = s->text;
        v.text_len = s->text_len;
        v.text_cut = s->text_cut;
    }
    s->fn(s->arg, &v);
}

void jscan_value_end(struct jscan *s, enum jscan_type type, uint64_t begin, uint64_t end)
{
    s->state = s->depth == 0 ? ST_END : ST_AFTER;
    if (s->depth > 0 && s->depth <= JSCAN_PATH_LEVELS + 1)
        s->children[s->depth - 1]++;
    if (s->depth <= s->levels && s->fn != NULL)
        report(s, type, begin, end);
}

static const unsigned char *container_open(struct jscan *s, const struct jscan_slice *in,
                                           const unsigned char *p, bool object)
{
    unsigned depth = s->depth;
    uint8_t bit = (uint8_t)(1u << (depth % 8));

    if (depth == JSCAN_MAX_NESTING)
        return jscan_fail(s, jscan_offset(in, p), "nested too deeply");
    if (object)
        s->is_object[depth / 8] |= bit;
    else
        s->is_object[depth / 8] &= (uint8_t)~bit;
    if (depth <= JSCAN_PATH_LEVELS) {
        s->container_begin[depth] = jscan_offset(in, p);
        s->children[depth] = 0;
    }
    if (!object && depth < JSCAN_PATH_LEVELS)
        memcpy(s->keys[depth], "#", 2);
    s->depth++;
    s->state = object ? ST_FIRST_KEY : ST_FIRST_VALUE;
    return p + 1;
}

static const unsigned char *container_close(struct jscan *s, const struct jscan_slice *in,
                                            const unsigned char *p)
{
    enum jscan_type type = in_object(s) ? JSCAN_OBJECT : JSCAN_ARRAY;

    s->depth--;
    jscan_value_end(s, type, s->depth <= JSCAN_PATH_LEVELS ? s->container_begin[s->depth] : 0,
                    jscan_offset(in, p) + 1);
    return p + 1;
}

enum number_state {
    NUM_STOP,
    NUM_SIGN,
    NUM_ZERO,
    NUM_INT,
    NUM_DOT,
    NUM_FRAC,
    NUM_E,
    NUM_E_SIGN,
    NUM_EXP
};

static bool number_complete(uint8_t state)
{
    return state == NUM_ZERO || state == NUM_INT || state == NUM_FRAC || state == NUM_EXP;
}

/* What the number becomes with this character: NUM_STOP when it cannot go on with it. */
static enum number_state number_next(uint8_t state, unsigned char c)
{
    enum { ZERO, DIGIT, DOT, EXP, PLUS, MINUS, OTHER, CLASSES };
    static const uint8_t next[][CLASSES] = {
        [NUM_SIGN] = {NUM_ZERO, NUM_INT},
        [NUM_ZERO] = {[DOT] = NUM_DOT, [EXP] = NUM_E},
        [NUM_INT] = {NUM_INT, NUM_INT, NUM_DOT, NUM_E},
        [NUM_DOT] = {NUM_FRAC, NUM_FRAC},
        [NUM_FRAC] = {NUM_FRAC, NUM_FRAC, [EXP] = NUM_E},
        [NUM_E] = {NUM_EXP, NUM_EXP, [PLUS] = NUM_E_SIGN, [MINUS] = NUM_E_SIGN},
        [NUM_E_SIGN] = {NUM_EXP, NUM_EXP},
        [NUM_EXP] = {NUM_EXP, NUM_EXP},
    };
    unsigned class = OTHER;

    if (c >= '0' && c <= '9')
        class = c == '0' ? ZERO : DIGIT;
    else if (c == '.')
        class = DOT;
    else if (c == 'e' || c == 'E')
        class = EXP;
    else if (c == '+' || c == '-')
        class = c == '+' ? PLUS : MINUS;
    return next[state][class];
}

static void number_end(struct jscan *s, uint64_t end)
{
    s->text[s->text_len] = '\0';
    jscan_value_end(s, JSCAN_NUMBER, s->begin, end);
}

static const unsigned char *step_number(struct jscan *s, const struct jscan_slice *in,
                                        const unsigned char *p)
{
    const unsigned char *run = p;

    while (p < in->end) {
        enum number_state next = number_next(s->number_state, *p);

        if (next == NUM_STOP)
            break;
        s->number_state = (uint8_t)next;
        p++;
    }
    jscan_text_add(s, run, (size_t)(p - run));
    if (p == in->end)
        return p;
    if (s->number_state == NUM_ZERO && *p >= '0' && *p <= '9')
        return jscan_fail(s, jscan_offset(in, p), "a number with a leading zero");
    if (!number_complete(s->number_state))
        return jscan_fail(s, jscan_offset(in, p), "expected a digit");
    number_end(s, jscan_offset(in, p));
    return p;
}

static const struct {
    const char *text;
    enum jscan_type type;
} literals[] = {{"true", JSCAN_TRUE}, {"false", JSCAN_FALSE}, {"null", JSCAN_NULL}};

static const unsigned char *step_literal(struct jscan *s, const struct jscan_slice *in,
                                         const unsigned char *p)
{
    const char *text = literals[s->literal].text;

    for (; p < in->end; p++) {
        if (*p != (unsigned char)text[s->literal_at])
            return jscan_fail(s, jscan_offset(in, p), "expected true, false or null");
        if (text[++s->literal_at] != '\0')
            continue;
        jscan_value_end(s, literals[s->literal].type, s->begin, jscan_offset(in, p) + 1);
        return p + 1;
    }
    return p;
}

static const unsigned char *step_value(struct jscan *s, const struct jscan_slice *in,
                                       const unsigned char *p)
{
    uint64_t at = jscan_offset(in, p);

    switch (*p) {
    case '{':
        return container_open(s, in, p, true);
    case '[':
        return container_open(s, in, p, false);
    case '"':
        jscan_text_begin(s, at, false);
        s->state = ST_STRING;
        return ++p < in->end ? jscan_step_string(s, in, p) : p;
    case 't':
    case 'f':
    case 'n':
        s->begin = at;
        s->literal = *p == 't' ? 0 : *p == 'f' ? 1 : 2;
        s->literal_at = 0;
        s->state = ST_LITERAL;
        return p;
    case ']':
        if (s->state == ST_FIRST_VALUE)
            return container_close(s, in, p);
        return jscan_fail(s, at, "expected a value");
    default:
        if (*p != '-' && (*p < '0' || *p > '9'))
            return jscan_fail(s, at, "expected a value");
        jscan_text_begin(s, at, false);
        s->number_state = NUM_SIGN;
        s->state = ST_NUMBER;
        if (*p != '-')
            return p;
        jscan_text_add(s, p, 1);
        return p + 1;
    }
}

static const unsigned char *step_key(struct jscan *s, const struct jscan_slice *in,
                                     const unsigned char *p)
{
    if (*p == '"') {
        jscan_text_begin(s, jscan_offset(in, p), true);
        s->state = ST_STRING;
        return ++p < in->end ? jscan_step_string(s, in, p) : p;
    }
    if (s->state == ST_KEY)
        return jscan_fail(s, jscan_offset(in, p), "expected a key");
    if (*p != '}')
        return jscan_fail(s, jscan_offset(in, p), "expected a key or '}'");
    return container_close(s, in, p);
}

static const unsigned char *step_colon(struct jscan *s, const struct jscan_slice *in,
                                       const unsigned char *p)
{
    if (*p != ':')
        return jscan_fail(s, jscan_offset(in, p), "expected ':'");
    s->state = ST_VALUE;
    return p + 1;
}

static const unsigned char *step_after(struct jscan *s, const struct jscan_slice *in,
                                       const unsigned char *p)
{
    bool object = in_object(s);

    if (*p == ',') {
        s->state = object ? ST_KEY : ST_VALUE;
        return p + 1;
    }
    if (*p == (object ? '}' : ']'))
        return container_close(s, in, p);
    return jscan_fail(s, jscan_offset(in, p),
                      object ? "expected ',' or '}'" : "expected ',' or ']'");
}

static const unsigned char *step_end(struct jscan *s, const struct jscan_slice *in,
                                     const unsigned char *p)
{
    return jscan_fail(s, jscan_offset(in, p), "bytes after the end");
}

static const struct {
    jscan_step *step;
    const char *cut; /* the error when the input ends here */
} states[ST_COUNT] = {
    [ST_VALUE] = {step_value, "ends where a value is expected"},
    [ST_FIRST_VALUE] = {step_value, "ends inside an array"},
    [ST_FIRST_KEY] = {step_key, "ends inside an object"},
    [ST_KEY] = {step_key, "ends where a key is expected"},
    [ST_COLON] = {step_colon, "ends where ':' is expected"},
    [ST_AFTER] = {step_after, "ends before the closing bracket"},
    [ST_END] = {step_end, NULL},
    [ST_STRING] = {jscan_step_string, "ends inside a string"},
    [ST_ESCAPE] = {jscan_step_escape, "ends inside a string"},
    [ST_HEX] = {jscan_step_hex, "ends inside a string"},
    [ST_NUMBER] = {step_number, "ends inside a number"},
    [ST_LITERAL] = {step_literal, "ends inside true, false or null"},
};

void jscan_init(struct jscan *s, unsigned levels, jscan_fn *fn, void *arg)
{
    *s = (struct jscan){.fn = fn, .arg = arg, .levels = levels, .state = ST_VALUE};
}

enum jscan_status jscan_feed(struct jscan *s, const char *data, size_t len)
{
    const unsigned char *p = (const unsigned char *)data;
    struct jscan_slice in = {.start = p, .offset = s->offset};

    s->offset += len;
    if (s->error != NULL)
        return JSCAN_BAD;
    if (len == 0) /* data may be NULL then */
        return JSCAN_MORE;
    in.end = p + len;
    while (p < in.end) {
        if (s->state < ST_STRING) {
            while (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')
                if (++p == in.end)
                    return JSCAN_MORE;
        }
        p = states[s->state].step(s, &in, p);
        if (p == NULL)
            return JSCAN_BAD;
    }
    return JSCAN_MORE;
}

bool jscan_finish(struct jscan *s)
{
    if (s->error != NULL)
        return false;
    if (s->state == ST_NUMBER && s->depth == 0 && number_complete(s->number_state))
        number_end(s, s->offset);
    if (s->state == ST_END)
        return true;
    jscan_fail(s, s->offset, s->offset == 0 ? "empty" : states[s->state].cut);
    return false;
}

bool jscan_path_matches(const struct jscan_value *value, const char *path)
{
    for (unsigned i = 0; i < value->depth; i++) {
        const char *key = value->path[i];

        for (; *key != '\0'; key++, path++)
            if (*key != *path)
                return false;
        if (*path++ != (i + 1 < value->depth ? '.' : '\0'))
            return false;
    }
    return value->depth > 0;
}
