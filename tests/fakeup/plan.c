/* Parses lists of directives against the one table that declares them. */
#include "plan.h"

#include <stdio.h>
#include <stdlib.h>

#include "bodies.h"

enum kind { FLAG, INT, STATUS, SIZE, OPTSIZE, TEXT, HEADER, BODY, USAGE, KIND_COUNT };

static const struct {
    const char *name;
    enum kind kind;
    const char *sentence;
} directives[D_COUNT] = {
#define D(id, name, kind, sentence) [D_##id] = {name, kind, sentence},
#include "directives.def"
#undef D
};

const struct plan plan_default = {
    .value =
        {
#define D(id, name, kind, sentence) [D_##id] = -1,
#include "directives.def"
#undef D
        },
};

static const char *const usage_names[] = {
    [USAGE_NONE] = "none",
    [USAGE_LAST] = "last",
    [USAGE_CONTENT] = "content",
};

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Copies with %XX undone, which is how a value gets a comma. Returns the length, or -1 if full. */
static int value_decode(char *to, size_t cap, struct span from)
{
    size_t len = 0;

    for (size_t i = 0; i < from.len; i++) {
        char c = from.ptr[i];

        if (c == '%' && i + 2 < from.len && hex_value(from.ptr[i + 1]) >= 0 &&
            hex_value(from.ptr[i + 2]) >= 0) {
            c = (char)(hex_value(from.ptr[i + 1]) * 16 + hex_value(from.ptr[i + 2]));
            i += 2;
        }
        if (len + 1 >= cap)
            return -1;
        to[len++] = c;
    }
    to[len] = '\0';
    return (int)len;
}

static int parse_number(struct plan *p, enum directive d, struct span v, int with_unit)
{
    static const char units[] = "kmg";
    int64_t number = 0;

    if (v.len == 0 || v.len > 15)
        return -1;
    for (size_t i = 0; i < v.len; i++) {
        const char *unit = memchr(units, v.ptr[i] | 0x20, 3);

        if (v.ptr[i] >= '0' && v.ptr[i] <= '9')
            number = number * 10 + (v.ptr[i] - '0');
        else if (with_unit && unit && i > 0 && i + 1 == v.len)
            number <<= 10 * (unit - units + 1);
        else
            return -1;
    }
    p->value[d] = number;
    return 0;
}

static int parse_flag(struct plan *p, enum directive d, struct span v)
{
    p->value[d] = 0;
    return v.ptr ? -1 : 0;
}

static int parse_int(struct plan *p, enum directive d, struct span v)
{
    return parse_number(p, d, v, 0);
}

static int parse_status(struct plan *p, enum directive d, struct span v)
{
    if (parse_number(p, d, v, 0) != 0)
        return -1;
    return p->value[d] >= 200 && p->value[d] <= 599 ? 0 : -1;
}

static int parse_size(struct plan *p, enum directive d, struct span v)
{
    return parse_number(p, d, v, 1);
}

static int parse_optsize(struct plan *p, enum directive d, struct span v)
{
    return v.ptr ? parse_number(p, d, v, 1) : parse_flag(p, d, v);
}

static int parse_text(struct plan *p, enum directive d, struct span v)
{
    p->value[d] = 0;
    return value_decode(p->retry_after, sizeof(p->retry_after), v) > 0 ? 0 : -1;
}

static int parse_header(struct plan *p, enum directive d, struct span v)
{
    size_t have = strlen(p->headers);
    size_t room = sizeof(p->headers) - have;
    int len = value_decode(p->headers + have, room, v);

    p->value[d] = 0;
    if (len <= 0 || (size_t)len + 3 > room || !memchr(p->headers + have + 1, ':', (size_t)len - 1))
        return -1;
    memcpy(p->headers + have + len, "\r\n", 3);
    return 0;
}

static int parse_body(struct plan *p, enum directive d, struct span v)
{
    int at = body_find(v);

    p->value[d] = at;
    return at < 0 ? -1 : 0;
}

static int parse_usage(struct plan *p, enum directive d, struct span v)
{
    for (size_t i = 0; i < sizeof(usage_names) / sizeof(usage_names[0]); i++) {
        if (span_is(v, usage_names[i])) {
            p->value[d] = (int64_t)i;
            return 0;
        }
    }
    return -1;
}

static const struct {
    int (*parse)(struct plan *p, enum directive d, struct span v);
    const char *shown;
    const char *wants;
} kinds[KIND_COUNT] = {
    [FLAG] = {parse_flag, "", "no value"},
    [INT] = {parse_int, "=N", "a number"},
    [STATUS] = {parse_status, "=200..599", "a number from 200 to 599"},
    [SIZE] = {parse_size, "=BYTES", "a number of bytes"},
    [OPTSIZE] = {parse_optsize, "[=BYTES]", "nothing or a number of bytes"},
    [TEXT] = {parse_text, "=TEXT", "a text"},
    [HEADER] = {parse_header, "=Name:Value", "Name:Value (1 KiB for all headers)"},
    [BODY] = {parse_body, "=BODY", "the name of a body"},
    [USAGE] = {parse_usage, "=none|last|content", "none, last or content"},
};

static int parse_item(struct plan *p, struct span item, char *reason, size_t reason_cap)
{
    const char *equals = memchr(item.ptr, '=', item.len);
    struct span name = {item.ptr, equals ? (size_t)(equals - item.ptr) : item.len};
    struct span value = {NULL, 0};

    if (equals) {
        value.ptr = equals + 1;
        value.len = item.len - name.len - 1;
    }
    for (int d = 0; d < D_COUNT; d++) {
        if (!span_is(name, directives[d].name))
            continue;
        if (kinds[directives[d].kind].parse(p, (enum directive)d, value) == 0)
            return 0;
        snprintf(reason, reason_cap, "directive %s wants %s", directives[d].name,
                 kinds[directives[d].kind].wants);
        return -1;
    }
    snprintf(reason, reason_cap, "unknown directive %.*s", (int)(name.len < 64 ? name.len : 64),
             name.ptr);
    return -1;
}

int plan_parse(struct plan *p, struct span text, char separator, char *reason, size_t reason_cap)
{
    *p = plan_default;
    while (text.len > 0) {
        const char *end = memchr(text.ptr, separator, text.len);
        struct span item = {text.ptr, end ? (size_t)(end - text.ptr) : text.len};
        size_t step = item.len + (end ? 1 : 0);

        if (item.len > 0 && parse_item(p, item, reason, reason_cap) != 0)
            return -1;
        text.ptr += step;
        text.len -= step;
    }
    return 0;
}

void plan_print_help(void)
{
    printf("\nDirectives, separated by commas (write a comma inside a value as %%2C):\n");
    for (int d = 0; d < D_COUNT; d++) {
        char shown[64];

        snprintf(shown, sizeof(shown), "%s%s", directives[d].name, kinds[directives[d].kind].shown);
        printf("  %-26s %s\n", shown, directives[d].sentence);
    }
    printf("\nBodies for body=:\n");
    for (int i = 0; i < body_count(); i++)
        printf("  %-26s %d %s\n", body_get(i)->name, body_get(i)->status, body_get(i)->type);
}
