/* Prints JSON objects of a resource in the form that -o asks for. */
#ifndef POOLCTL_OUT_H
#define POOLCTL_OUT_H

#include <jansson.h>
#include <stdbool.h>

#include "api/resources.h"

struct ctl;

enum out_format {
#define FORMAT(id, name, text) OUT_##id,
#include "formats.def"
#undef FORMAT
};
/* The forms for people. */
static inline bool out_is_table(enum out_format format)
{
    return format == OUT_TABLE || format == OUT_WIDE;
}

/* A list on stdout: begin, rows (borrowed for the call), end, which frees and returns how many were
 * printed. Rows are printed as they come, unless they are to be sorted; those that --filter does
 * not take, or that are past --limit, are not. whole is false when an error cut the list short:
 * then one without any row leaves no trace. */
struct out;
struct out *out_begin(const struct ctl *c, enum resource_id resource);
/* The same where rows come in the order that was asked for. */
struct out *out_begin_in_order(const struct ctl *c, enum resource_id resource);
void out_row(struct out *o, const json_t *row);
bool out_wants_more(const struct out *o); /* false: further rows would not be printed */
size_t out_end(struct out *o, bool whole);
/* All elements of an array. */
size_t out_list(const struct ctl *c, enum resource_id resource, const json_t *array);
/* One object: all its fields below each other in a table, an object in JSON. */
void out_one(const struct ctl *c, enum resource_id resource, const json_t *object);

#endif
