/* What the files of the JSON scanner share with each other, and with nobody else. */
#ifndef JSON_JSCAN_IMPL_H
#define JSON_JSCAN_IMPL_H

#include "json/jscan.h"

enum jscan_state {
    ST_VALUE,       /* a value must come */
    ST_FIRST_VALUE, /* after '[': a value or ']' */
    ST_FIRST_KEY,   /* after '{': a key or '}' */
    ST_KEY,         /* after a comma in an object */
    ST_COLON,
    ST_AFTER,  /* after a value in a container: a comma or the closing bracket */
    ST_END,    /* after the top value */
    ST_STRING, /* blanks mean something in the states from here on */
    ST_ESCAPE,
    ST_HEX,
    ST_NUMBER,
    ST_LITERAL,
    ST_COUNT
};

/* What is being fed: [start, end), whose first byte has the given offset. */
struct jscan_slice {
    const unsigned char *start, *end;
    uint64_t offset;
};

/* A step takes at least one byte or changes the state; it returns where it stopped, or NULL after
 * an error. It is never called with nothing to read. */
typedef const unsigned char *jscan_step(struct jscan *s, const struct jscan_slice *in,
                                        const unsigned char *p);
jscan_step jscan_step_string, jscan_step_escape, jscan_step_hex;

static inline uint64_t jscan_offset(const struct jscan_slice *in, const unsigned char *p)
{
    return in->offset + (uint64_t)(p - in->start);
}

static inline const unsigned char *jscan_fail(struct jscan *s, uint64_t at, const char *error)
{
    s->error = error;
    s->error_at = at;
    return NULL;
}

/* The value at the current depth has ended. */
void jscan_value_end(struct jscan *s, enum jscan_type type, uint64_t begin, uint64_t end);

/* Collects a key, a string's content or a number, if it is one that is reported. */
void jscan_text_begin(struct jscan *s, uint64_t at, bool key);
void jscan_text_add(struct jscan *s, const unsigned char *data, size_t len);

#endif
