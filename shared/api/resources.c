/* What the gateway's JSON objects hold, as a table: for columns, --fields, csv and help. */
#include "api/resources.h"

#include <stdbool.h>
#include <string.h>

#include "base/intl.h"
#include "base/mem.h"

/* Where each resource's fields begin in the flat table below: each FIELD is an enumerator (named
 * after its line in the .def), so they count up; a RESOURCE takes the next number and gives it
 * back. */
#define PASTE_(a, b) a##b
#define PASTE(a, b)  PASTE_(a, b)
enum {
#define RESOURCE(id, noun, plural, name_field, text)     FIRST_##id, BEFORE_##id = FIRST_##id - 1,
#define FIELD(resource, json, type, flags, header, text) PASTE(FIELD_ON_LINE_, __LINE__),
#include "api/resources.def"
#undef RESOURCE
#undef FIELD
};

static const struct field all_fields[] = {
#define RESOURCE(id, noun, plural, name_field, text)
#define FIELD(resource, json, type, flags, header, text) {json, header, text, FIELD_##type, flags},
#include "api/resources.def"
#undef RESOURCE
#undef FIELD
};

static const struct resource resources[RES_COUNT] = {
#define RESOURCE(id, noun, plural, name_field, text)                                               \
    [RES_##id] = {noun, plural, name_field, text, FIRST_##id},
#define FIELD(resource, json, type, flags, header, text)
#include "api/resources.def"
#undef RESOURCE
#undef FIELD
};

const struct resource *resource_of(enum resource_id id)
{
    return &resources[id];
}

const struct field *resource_fields(enum resource_id id, size_t *count)
{
    size_t first = resources[id].first;

    *count = (id + 1 < RES_COUNT ? resources[id + 1].first : ARRAY_LEN(all_fields)) - first;
    return &all_fields[first];
}

const struct field *resource_field(enum resource_id id, const char *json, size_t len)
{
    size_t count;
    const struct field *fields = resource_fields(id, &count);

    for (size_t i = 0; i < count; i++)
        if (strlen(fields[i].json) == len && memcmp(fields[i].json, json, len) == 0)
            return &fields[i];
    return NULL;
}
