/* The components of the OpenAPI document: what its operations refer to. */
#ifndef GEN_COMPONENTS_H
#define GEN_COMPONENTS_H

#include "json/jout.h"

enum { COMPONENTS_BYTES = 16 << 20 }; /* more than any document has */

/* {"$ref":to} and {"type":type} as the member `name`. */
void component_ref(struct jout *out, const char *name, const char *to);
void component_type(struct jout *out, const char *name, const char *type);
/* A reference to the answer of errors with this status. */
void component_error(struct jout *out, const char *name, int status);
/* All that was referred to, when the operations are written. */
void components_write(struct jout *out);

#endif
