/* The parameters of a query, decoded. */
#include "http/query.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"

static int hex_value(char c)
{
    return isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* The byte that an escape stands for, or 0: what is none, and a NUL, stay as they are. */
static int escaped(const char *text, size_t len)
{
    if (len < 3 || text[0] != '%' || !isxdigit((unsigned char)text[1]) ||
        !isxdigit((unsigned char)text[2]))
        return 0;
    return hex_value(text[1]) * 16 + hex_value(text[2]);
}

/* As forms are encoded: a plus is a blank. */
static char *decode(char *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        int byte = escaped(text + i, len - i);

        if (byte != 0)
            i += 2;
        *out++ = (char)(byte != 0 ? byte : text[i] == '+' ? ' ' : text[i]);
    }
    *out++ = '\0';
    return out;
}

/* Each parameter that has a value becomes "=NAME NUL VALUE NUL"; a NUL ends the list. */
char *http_query_open(const char *query)
{
    char *words, *out;

    if (query == NULL)
        return NULL;
    out = words = mem_alloc(2 * strlen(query) + 1);
    for (const char *at = query; *at != '\0';) {
        size_t len = strcspn(at, "&"), name_len = strcspn(at, "=&");

        if (name_len < len) {
            *out++ = '=';
            out = decode(out, at, name_len);
            out = decode(out, at + name_len + 1, len - name_len - 1);
        }
        at += len + (at[len] == '&');
    }
    *out = '\0';
    return words;
}

const char *http_query_find(const char *words, const char *name)
{
    while (words != NULL && *words == '=') {
        const char *value = words + 1 + strlen(words + 1) + 1;

        if (strcmp(words + 1, name) == 0)
            return value;
        words = value + strlen(value) + 1;
    }
    return NULL;
}
