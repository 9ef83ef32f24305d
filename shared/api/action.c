/* Names of what changes something, as the audit log has them: those of the routes. */
#include "api/action.h"

#include <stdbool.h>
#include <string.h>

#include "base/intl.h"
#include "base/mem.h"

/* What only looks has no record. */
static const struct {
    const char *method, *id;
} routes[] = {
#define PROXY(...)
#define ROUTE(ID, METHOD, ...) {#METHOD, #ID},
#include "api/routes.def"
#undef ROUTE
#undef PROXY
};

char *action_name(const char *route_id, char out[ACTION_BYTES])
{
    size_t n = 0;

    for (const char *c = route_id; *c != '\0' && n + 1 < ACTION_BYTES; c++)
        out[n++] = (char)(*c == '_' ? '.' : *c >= 'A' && *c <= 'Z' ? *c + ('a' - 'A') : *c);
    out[n] = '\0';
    return out;
}

static bool is_one(const char *text)
{
    char name[ACTION_BYTES];

    for (size_t i = 0; i < ARRAY_LEN(routes); i++)
        if (strcmp(action_name(routes[i].id, name), text) == 0)
            return true;
    return false;
}

void action_find(const char *text, struct buf *out)
{
    bool found = false;

    for (size_t i = 0; !is_one(text) && i < ARRAY_LEN(routes); i++) {
        char name[ACTION_BYTES];

        action_name(routes[i].id, name);
        if (strcmp(routes[i].method, "GET") == 0 ||
            (strstr(name, text) == NULL && strstr(_(name), text) == NULL))
            continue;
        buf_addf(out, "%s%s", found ? "," : "", name);
        found = true;
    }
    if (!found)
        buf_adds(out, text);
}
