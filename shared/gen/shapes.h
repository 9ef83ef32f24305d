/* What shapes.def means: its words, its names, and the members of its objects. */
#ifndef GEN_SHAPES_H
#define GEN_SHAPES_H

#include "api/resources.h"
#include "api/shape.h"

enum { SHAPES_PROPS_MAX = 80, SHAPES_NAME_BYTES = 64 };

/* All of this lives until the program ends. What is wrong in shapes.def ends it, with the place. */
_Noreturn void shapes_quit(const char *where, const char *what);

/* A type by its word. */
struct shapes_word {
    const char *name, *type, *format; /* of JSON Schema; NULL: none */
    const char *const *values;        /* all that there are, then NULL; NULL: any */
};
const struct shapes_word *shapes_word(const char *name);

/* An OBJECT of shapes.def or a RESOURCE of resources.def. */
struct shapes_name {
    const char *id, *text;
    const char *object; /* its shape; NULL: a resource */
    enum resource_id resource;
    bool needed, referred; /* it stands in some shape; it is one of the document's components */
};
extern struct shapes_name shapes_names[];
extern const size_t shapes_names_len;
struct shapes_name *shapes_name(const char *id);
/* Ends the program when an OBJECT or REFINE of shapes.def is of no use. */
void shapes_check_used(void);

/* The members of an object. */
struct prop {
    const char *name, *text; /* a dot in the name leads into an object inside; text may be NULL */
    bool optional;
    const struct shape *type;
};
struct props {
    struct prop items[SHAPES_PROPS_MAX];
    size_t len;
    const struct shape *others;
};
void props_of(struct props *all, const struct shape *s); /* adds them */
void props_add(struct props *all, const struct prop *p);

/* A shape's text as a tree; "" is NULL. */
const struct shape *shapes_parse(const char *where, const char *text);
/* KEYS_LIST as keysList, or KeysList. */
const char *shapes_camel(const char *id, bool first_upper);

#endif
