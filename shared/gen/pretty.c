/* JSON for people to read, and for line-wise comparison: what fits on a line stands on one. */
#include <stdbool.h>
#include <string.h>

#include "gen/gen.h"

enum { PRETTY_WIDTH = 110, PRETTY_INDENT = 2 };

/* Where the member or element that begins here ends: at a comma or bracket, or the end of all. */
static const char *value_end(const char *at)
{
    int depth = 0;
    bool quoted = false;

    for (;; at++) {
        if (quoted) {
            at += *at == '\\';
            quoted = *at != '"';
        } else if (*at == '"') {
            quoted = true;
        } else if (*at == '{' || *at == '[') {
            depth++;
        } else if (*at == '}' || *at == ']') {
            if (--depth < 0)
                return at;
        } else if (*at == ',' && depth == 0) {
            return at;
        } else if (*at == '\0') {
            return at;
        }
    }
}

static void put_indent(FILE *to, int indent)
{
    fprintf(to, "\n%*s", indent, "");
}

/* One member or element. Names are followed by a colon and a blank. */
static void put_value(FILE *to, const char *at, const char *end, int indent)
{
    char open;

    if (*at == '"') {
        const char *name_end = at + 1;

        while (*name_end != '"')
            name_end += 1 + (*name_end == '\\');
        if (name_end[1] == ':') {
            fprintf(to, "%.*s: ", (int)(name_end + 1 - at), at);
            at = name_end + 2;
        }
    }
    open = *at;
    if ((open != '{' && open != '[') || end - at <= PRETTY_WIDTH - indent) {
        fwrite(at, 1, (size_t)(end - at), to);
        return;
    }
    fputc(open, to);
    for (at++; at < end - 1;) {
        const char *next = value_end(at);

        put_indent(to, indent + PRETTY_INDENT);
        put_value(to, at, next, indent + PRETTY_INDENT);
        if (*next == ',')
            fputc(',', to);
        at = next + (*next == ',');
    }
    put_indent(to, indent);
    fputc(end[-1], to);
}

void gen_json(FILE *to, const char *json)
{
    put_value(to, json, json + strlen(json), 0);
    fputc('\n', to);
}
