/* Finds a field of a resource by what a person calls it. */
#include "view/field.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/intl.h"

/* Whether name is what stands behind a "_" or "." of the field's own. */
static bool is_tail(const char *json, const char *name, size_t len)
{
    size_t own = strlen(json);

    return len > 0 && own > len && memcmp(json + own - len, name, len) == 0 &&
           strchr("_.", json[own - len - 1]) != NULL;
}

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && strchr(" _-", *at) != NULL)
        at++;
    return at;
}

/* Whether a person would call a column with this title so: last_used is LAST USED. */
static bool is_title(const char *title, const char *name, size_t len)
{
    const char *title_end = title + strlen(title), *end = name + len;

    while (true) {
        title = skip_blanks(title, title_end);
        name = skip_blanks(name, end);
        if (title == title_end || name == end)
            return title == title_end && name == end;
        if (toupper((unsigned char)*title++) != toupper((unsigned char)*name++))
            return false;
    }
}

/* The only one whose column has this title, as it is shown. */
static const struct field *by_title(const struct field *fields, size_t count, const char *name,
                                    size_t len, unsigned flags)
{
    const struct field *found = NULL;
    size_t matches = 0;

    for (size_t i = 0; i < count; i++) {
        if ((fields[i].flags & flags) != flags ||
            !(is_title(fields[i].header, name, len) || is_title(_(fields[i].header), name, len)))
            continue;
        found = &fields[i];
        matches++;
    }
    return matches == 1 ? found : NULL;
}

const struct field *field_find(enum resource_id resource, const char *name, size_t len,
                               unsigned flags, struct suggest *near)
{
    const struct field *found = resource_field(resource, name, len);
    const struct field *fields, *tail = NULL;
    size_t count, tails = 0;

    if (found != NULL && (found->flags & flags) == flags)
        return found;
    fields = resource_fields(resource, &count);
    for (size_t i = 0; i < count; i++) {
        if ((fields[i].flags & flags) != flags)
            continue;
        if (near != NULL)
            suggest_offer(near, fields[i].json);
        if (is_tail(fields[i].json, name, len)) {
            tail = &fields[i];
            tails++;
        }
    }
    return tails == 1 ? tail : by_title(fields, count, name, len, flags);
}
