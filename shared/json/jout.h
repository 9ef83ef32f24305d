/* Writes JSON into a buf, member by member: no tree, no forgotten commas. */
#ifndef JSON_JOUT_H
#define JSON_JOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct jout {
    struct buf *to; /* borrowed */
    bool comma;     /* the next member or element needs one before it */
};

/* name NULL: an element of an array (or the top value). str NULL and a time of 0 become null. */
void jout_init(struct jout *j, struct buf *to);
void jout_object(struct jout *j, const char *name);
void jout_object_end(struct jout *j);
void jout_array(struct jout *j, const char *name);
void jout_array_end(struct jout *j);
void jout_str(struct jout *j, const char *name, const char *str);
void jout_int(struct jout *j, const char *name, int64_t value);
void jout_real(struct jout *j, const char *name, double value, int decimals);
void jout_bool(struct jout *j, const char *name, bool value);
void jout_null(struct jout *j, const char *name);
void jout_raw(struct jout *j, const char *name, const char *json); /* JSON as it is */
void jout_time(struct jout *j, const char *name, int64_t wall_ms); /* ISO 8601, UTC */

#endif
