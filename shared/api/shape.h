/* The notation of shapes.def: what requests and answers look like, as a tree. */
#ifndef API_SHAPE_H
#define API_SHAPE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

/* The notation, from the inside out:
 *   word        a type: int, num, str, bool, time, any, or the values of a table
 *   'text'      this text and no other
 *   [T]         a list of T
 *   {a:T, b?:T} an object with these members and no others; with b? it may do without b
 *   {*:T}       one whose other members, of any name, are T
 *   NAME        an object that has a name; NAME-{a,b} without some members; NAME+NAME, NAME+{c:T}
 *               with more
 *   T?          T or null
 *   a/b         a body that is no JSON, by its media type
 *   T | T       one or the other; of an answer each may begin with its HTTP status, as in 202 T,
 *               which may stand alone */
enum shape_kind {
    SHAPE_NOTHING, /* a status alone */
    SHAPE_WORD,
    SHAPE_LITERAL,
    SHAPE_MEDIA,
    SHAPE_NAME,
    SHAPE_OBJECT,
    SHAPE_LIST,
    SHAPE_EITHER,
};

struct shape_member {
    const char *name;
    bool optional;
    const struct shape *type; /* NULL among those that are dropped */
    const struct shape_member *next;
};

struct shape {
    enum shape_kind kind;
    int status; /* 0: none is said */
    bool nullable;
    const char *text; /* of a word, literal, name or media type */
    /* Of an object, and what a name has besides. */
    const struct shape_member *members, *dropped;
    const struct shape *others; /* what members of other names are; NULL: there are none */
    /* Of a list; the first of several, or of the names that a name has besides, linked by next. */
    const struct shape *inner;
    const struct shape *next;
};

/* The tree lives in the arena. Errors: ERR_BAD_FIELD, with the place in the text. */
const struct shape *shape_parse(const char *text, struct arena *a, struct err *e);

#endif
