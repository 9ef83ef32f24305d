/* Checks of a request's head that libmicrohttpd does not make. */
#include "http/head.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

/* What RFC 9110 5.6.2 allows in a method and in a header's name: ASCII in rows of 16, '-' is not
 * allowed. */
static const char tokens[] = "--------------------------------"
                             "-!-#$%&'--*+-?.-" /* '?' stands for '-', which is allowed */
                             "0123456789------"
                             "-ABCDEFGHIJKLMNO"
                             "PQRSTUVWXYZ---^_"
                             "`abcdefghijklmno"
                             "pqrstuvwxyz-|-~-";

static bool is_token(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] >= 0x80 || tokens[(unsigned char)text[i]] == '-')
            return false;
    return len > 0;
}

static bool is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

enum err_code http_head_check_target(const char *target, struct err *e)
{
    for (const char *p = target; *p != '\0'; p++) {
        if (is_control(*p) || *p == ' ')
            return err_set(e, ERR_BAD_REQUEST,
                           "The path holds a blank or a control character; write it as %%XX.");
        if (*p != '%')
            continue;
        if (!isxdigit((unsigned char)p[1]) || !isxdigit((unsigned char)p[2]))
            return err_set(e, ERR_BAD_REQUEST,
                           "A %% in the path is not followed by two hex digits; write %% as %%25.");
        if (p[1] == '0' && p[2] == '0')
            return err_set(e, ERR_BAD_REQUEST, "The path holds %%00, a NUL.");
    }
    return ERR_OK;
}

/* The headers that say where a request ends and whom it is for. */
struct framing {
    const char *length, *coding, *host;
};

static const struct {
    const char *name;
    size_t at; /* in struct framing */
} framing_headers[] = {
    {"Content-Length", offsetof(struct framing, length)},
    {"Transfer-Encoding", offsetof(struct framing, coding)},
    {"Host", offsetof(struct framing, host)},
};

/* Most headers are none of these, and their first letter tells. */
static enum err_code note_header(struct framing *f, const char *name, const char *value,
                                 struct err *e)
{
    for (size_t i = 0; i < ARRAY_LEN(framing_headers); i++) {
        const char *known = framing_headers[i].name;
        const char **slot = (const char **)((char *)f + framing_headers[i].at);

        if ((name[0] | 0x20) != (known[0] | 0x20) || strcasecmp(name, known) != 0)
            continue;
        if (*slot != NULL)
            return err_param(e, ERR_BAD_REQUEST, known, "%s is given twice.", known);
        *slot = value;
        return ERR_OK;
    }
    return ERR_OK;
}

/* Two framings, or one that we do not know, are how requests are smuggled past a proxy in front of
 * us (RFC 9112 6.3). */
static enum err_code check_framing(const struct framing *f, const char *version, struct err *e)
{
    bool old = strcmp(version, "HTTP/1.0") == 0;

    if (f->coding != NULL && strcasecmp(f->coding, "chunked") != 0)
        return err_param(e, ERR_BAD_REQUEST, "Transfer-Encoding",
                         "The only transfer encoding taken is chunked.");
    if (f->coding != NULL && f->length != NULL)
        return err_param(e, ERR_BAD_REQUEST, "Transfer-Encoding",
                         "A request has Content-Length or Transfer-Encoding, not both.");
    if (f->coding != NULL && old)
        return err_param(e, ERR_BAD_REQUEST, "Transfer-Encoding",
                         "HTTP/1.0 knows no transfer encoding.");
    if (f->host == NULL && !old)
        return err_param(e, ERR_BAD_REQUEST, "Host", "The Host header is missing.");
    if (f->host != NULL && strpbrk(f->host, " \t,/\\@?#") != NULL)
        return err_param(e, ERR_BAD_REQUEST, "Host", "The Host header is not HOST or HOST:PORT.");
    return ERR_OK;
}

static enum err_code bad_line(struct err *e)
{
    return err_set(e, ERR_BAD_REQUEST,
                   "A header line is folded, holds a NUL, or does not end in CR LF.");
}

/* One line; *at is moved behind it. A line that is not NAME NUL VALUE NUL NUL was folded, ended in
 * a bare LF, or had a NUL of its own. */
static enum err_code check_line(const char **at, const char *end, struct framing *f, struct err *e)
{
    const char *name = *at, *value;
    size_t name_len = strnlen(name, (size_t)(end - name)), value_len;

    if (!is_token(name, name_len))
        return err_set(e, ERR_BAD_REQUEST,
                       "A header's name is empty, or holds a character that is not allowed there.");
    value = name + name_len + 1;
    if (value >= end)
        return bad_line(e);
    value += strspn(value, " \t");
    value_len = strnlen(value, (size_t)(end - value));
    for (size_t i = 0; i < value_len; i++)
        if (is_control(value[i]) && value[i] != '\t')
            return err_param(e, ERR_BAD_REQUEST, name_len < sizeof(e->param) ? name : "",
                             "The value of a header holds a control character.");
    if (value + value_len + 2 > end || value[value_len + 1] != '\0')
        return bad_line(e);
    *at = value + value_len + 2;
    return note_header(f, name, value, e);
}

enum err_code http_head_check(const struct http_head *h, struct err *e)
{
    size_t method_len = strlen(h->begin), found = 0;
    const char *at = h->version + strlen(h->version) + 2;
    struct framing f = {0};

    if (!is_token(h->begin, method_len))
        return err_set(e, ERR_BAD_REQUEST,
                       "The method holds a character that is not allowed there.");
    /* More than one blank, or a NUL, stood between the words. */
    if (h->begin + method_len + 1 != h->target || h->target + h->target_len + 1 != h->version)
        return err_set(e, ERR_BAD_REQUEST, "The request line is not METHOD PATH VERSION.");
    if (at > h->end || at[-1] != '\0')
        return bad_line(e);
    for (; at < h->end && *at != '\0'; found++)
        if (check_line(&at, h->end, &f, e) != ERR_OK)
            return e->code;
    if (at + 2 != h->end || at[1] != '\0' || found != h->headers_len)
        return bad_line(e);
    return check_framing(&f, h->version, e);
}
