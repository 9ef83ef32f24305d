/* Writes shapes of shapes.def as JSON Schema, and the components that they refer to. */
#ifndef GEN_SCHEMA_H
#define GEN_SCHEMA_H

#include "gen/shapes.h"
#include "json/jout.h"

/* A shape's schema as the member `name`; text is its description, or NULL. */
void schema_write(struct jout *out, const char *name, const struct shape *s, const char *text);
/* That of an admin request's object: it knows provider as well. */
void schema_write_request(struct jout *out, const char *name, const struct shape *s);
/* The parameters of a query, as elements of an array. */
void schema_write_query(struct jout *out, const struct shape *s);
/* components.schemas: what was referred to so far, as members. Returns how many. */
size_t schema_write_used(struct jout *out);

#endif
