/* What rows must be like: "status=cooling username~anna requests>100". */
#ifndef VIEW_FILTER_H
#define VIEW_FILTER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/resources.h"
#include "base/buf.h"
#include "base/err.h"

/* One row each: OP(ID, text); longer texts stand before those that they begin with. */
#define FILTER_OPS(OP)                                                                             \
    OP(NE, "!=")                                                                                   \
    OP(GE, ">=")                                                                                   \
    OP(LE, "<=")                                                                                   \
    OP(EQ, "=")                                                                                    \
    OP(HAS, "~")                                                                                   \
    OP(GT, ">")                                                                                    \
    OP(LT, "<")
enum filter_op {
#define OP(id, text) FILTER_##id,
    FILTER_OPS(OP)
#undef OP
};

/* Terms, with blanks or " and " between them; all must hold. A term is FIELD OP VALUE, with
 * blanks on both sides of OP or on none; a value with blanks stands in quotes. A field may be
 * shortened as field_find() has it.
 *
 * Text takes = != and ~, which is "contains", whatever the case. Numbers take all but ~, and a unit
 * of the field's kind: 10k, 1.5MiB, 250ms, 2h, 95%. Times take = and != (the moment, or the
 * beginning of one, as 2026-01-31), and the others with a moment (later, earlier) or with a span:
 * last_used<1h is less than an hour from now, into the past or the future; last_used>30d is more
 * than thirty days. An empty value ("until=") means that there is none. What is none is unequal to
 * all, and neither more nor less than anything. */
struct filter;

/* Owned. An unknown field, an operator that the field does not take, or a value that it cannot be
 * is ERR_USAGE; names of fields go to hint where they help. */
enum err_code filter_parse(const char *text, enum resource_id resource, struct filter **out,
                           struct buf *hint, struct err *e) MUST_CHECK;
void filter_free(struct filter *f); /* NULL is fine */
/* Whether a row is like that. NULL takes every row. */
bool filter_takes(const struct filter *f, const json_t *row, int64_t now_ms);
/* The value of the first term with this field and operator, or NULL: what a server understands as
 * well can be left to it. Not of words that may be in the user's language. Borrowed. f may be NULL.
 */
const char *filter_term(const struct filter *f, const char *json, enum filter_op op);

#endif
