/* Feeds the checks of a request's head anything that libmicrohttpd could leave in memory: they read
 * nothing beyond it, and what they take is unambiguous. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "http/head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

/* In place of the mark, as the library does it. */
static char *cut_at(char *from, char *end, char mark)
{
    char *at = from < end ? memchr(from, mark, (size_t)(end - from)) : NULL;

    if (at != NULL)
        *at = '\0';
    return at;
}

/* The lines as the library sees them: up to their first NUL. Returns how many are headers, or -1
 * when it would refuse one itself. */
static long cut_lines(char *line, char *end)
{
    long headers = 0;

    while (line < end) {
        char *line_end = cut_at(line, end, '\n');

        if (line_end == NULL)
            return -1;
        if (line_end > line && line_end[-1] == '\r')
            line_end[-1] = '\0';
        if (*line == '\0')
            return line_end + 1 == end ? headers : -1;
        if (cut_at(line, line + strlen(line), ':') == NULL)
            return -1;
        headers++;
        line = line_end + 1;
    }
    return -1;
}

/* No control character anywhere but in the place of a mark, and each mark counted. */
static void check_taken(const struct http_head *h)
{
    size_t nuls = 0;

    check(h->target + h->target_len + 1 == h->version);
    for (const char *p = h->target; *p != '\0'; p++)
        check((unsigned char)*p > ' ' && *p != 0x7f);
    for (const char *p = h->version; p < h->end; p++) {
        check((unsigned char)*p >= ' ' || *p == '\t' || *p == '\0');
        nuls += *p == '\0';
    }
    check(nuls == 2 + 3 * h->headers_len + 2);
}

static void try_head(char *text, size_t size)
{
    struct http_head h = {.begin = text, .end = text + size};
    char *line_end = cut_at(text, text + size, '\n'), *blank, *version;
    struct err e = {0};
    long headers;

    if (line_end == NULL)
        return;
    if (line_end > text && line_end[-1] == '\r')
        line_end[-1] = '\0';
    blank = cut_at(text, line_end, ' ');
    version = blank != NULL ? memrchr(blank + 1, ' ', (size_t)(line_end - blank - 1)) : NULL;
    if (version == NULL)
        return;
    *version = '\0';
    h.target = blank + 1 + strspn(blank + 1, " ");
    h.target_len = strlen(h.target);
    h.version = version + 1;
    if (strcmp(h.version, "HTTP/1.1") != 0 && strcmp(h.version, "HTTP/1.0") != 0)
        return; /* the library has refused it */
    headers = cut_lines(line_end + 1, text + size);
    if (headers < 0)
        return;
    h.headers_len = (size_t)headers;
    if (http_head_check_target(h.target, &e) != ERR_OK || http_head_check(&h, &e) != ERR_OK) {
        check(e.code == ERR_BAD_REQUEST && e.text[0] != '\0');
        return;
    }
    check_taken(&h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text;

    if (size == 0)
        return 0;
    text = mem_alloc(size); /* of the exact size, so that the sanitizer sees who reads past it */
    memcpy(text, data, size);
    try_head(text, size);
    free(text);
    return 0;
}
