/* What the gateway's JSON objects hold, as a table: for columns, --fields, csv and help. */
#ifndef API_RESOURCES_H
#define API_RESOURCES_H

#include <stddef.h>

enum resource_id {
#define RESOURCE(id, noun, plural, name_field, text) RES_##id,
#define FIELD(resource, json, type, flags, header, text)
#include "api/resources.def"
#undef RESOURCE
#undef FIELD
    RES_COUNT
};

enum field_type {
    FIELD_TEXT,
    FIELD_ID,    /* names a thing; a number here is not one to be counted */
    FIELD_WORD,  /* of a table of the gateway: people see it in their language, and may type either
                  */
    FIELD_SAID,  /* a text of the gateway, or of a program: people see it in their language */
    FIELD_STATE, /* a word of term/marks.def */
    FIELD_TIME,  /* ISO 8601, or null */
    FIELD_COUNT,
    FIELD_BYTES,
    FIELD_MS,
    FIELD_SECONDS,
    FIELD_PERCENT, /* 0 to 100, as a number or a string */
    FIELD_BOOL,
    FIELD_RATE,  /* so many a second, with a fraction */
    FIELD_HOURS, /* a list of counts, one for each of the last hours; or null */
};

enum field_flags {
    F_SHOW = 0,   /* only when one object is shown, or the field is asked for */
    F_LIST = 1,   /* a column of tables */
    F_WIDE = 2,   /* a column of wide tables, where F_LIST ones stand too */
    F_SORT = 4,   /* rows may be sorted by it */
    F_SPARE = 8,  /* a column that a narrow terminal does without */
    F_ORDER = 16, /* the gateway can put a list in this order */
};

struct field {
    const char *json; /* a dot leads into an object inside: "keys.active" */
    const char *header, *text;
    enum field_type type;
    unsigned flags;
};

struct resource {
    const char *noun, *plural; /* "key", "keys" */
    const char *name_field;    /* what -o name prints */
    const char *text;
    size_t first; /* for resource_fields() */
};

/* Static storage; any thread. */
const struct resource *resource_of(enum resource_id id);
const struct field *resource_fields(enum resource_id id, size_t *count);
/* The field with this JSON name, or NULL. */
const struct field *resource_field(enum resource_id id, const char *json, size_t len);

#endif
