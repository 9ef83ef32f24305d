/* The values in a filter: what each type of field takes, and how it is read. */
#ifndef VIEW_FILTER_VALUE_H
#define VIEW_FILTER_VALUE_H

#include "view/filter.h"

struct filter_value {
    char *text; /* owned by the filter */
    double num; /* a number in the field's own unit, or milliseconds of a moment or span */
    bool is_number, is_span;
};

/* Whether fields of this type are compared so. */
bool filter_value_takes(enum field_type type, enum filter_op op);
/* "text", "a number", "a time". */
const char *filter_value_kind(enum field_type type);
/* Reads value->text, which is given, into the rest. */
enum err_code filter_value_read(const struct field *field, enum filter_op op,
                                struct filter_value *value, struct err *e) MUST_CHECK;

#endif
