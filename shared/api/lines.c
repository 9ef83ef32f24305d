/* Cuts what comes in pieces into lines. */
#include "api/lines.h"

#include <string.h>

void lines_init(struct lines *l, size_t cap_bytes, lines_fn *fn, void *arg)
{
    *l = (struct lines){.fn = fn, .arg = arg};
    buf_init(&l->part, cap_bytes);
}

static bool hand_out(struct lines *l)
{
    char *text = l->part.data ? l->part.data : (char[1]){'\0'};
    size_t len = l->part.len;
    bool more;

    if (len > 0 && text[len - 1] == '\r')
        text[--len] = '\0';
    more = l->fn(l->arg, text, len);
    buf_clear(&l->part);
    return more;
}

bool lines_take(struct lines *l, const char *data, size_t len)
{
    while (len > 0 && !l->stopped) {
        const char *end = memchr(data, '\n', len);
        size_t n = end ? (size_t)(end - data) : len;

        if (!buf_add(&l->part, data, n))
            l->stopped = true;
        else if (end != NULL)
            l->stopped = !hand_out(l);
        n += end != NULL;
        data += n;
        len -= n;
    }
    return !l->stopped;
}

void lines_done(struct lines *l)
{
    buf_done(&l->part);
}
