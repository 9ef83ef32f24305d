/* Checks of a request's head that libmicrohttpd does not make. */
#ifndef HTTP_HEAD_H
#define HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* A request's head in the memory of libmicrohttpd 0.9.75: as it came, but with a NUL in place of
 * the blanks that part the request line, of the colon behind a header's name, and of CR and of LF
 * at the end of a line. What is between target and version was decoded in place. */
struct http_head {
    const char *begin;  /* the method */
    const char *target; /* of the request, and its length as it came, up to the first NUL */
    size_t target_len;
    const char *version;
    const char *end;    /* behind the empty line */
    size_t headers_len; /* that libmicrohttpd found */
};

/* A target as it came: no blank, no control character, whole percent-escapes, none of them a NUL.
 * ERR_BAD_REQUEST. */
enum err_code http_head_check_target(const char *target, struct err *e) MUST_CHECK;
/* Refuses a head in which two readers could see two different requests: RFC 9112 2.2, 3, 5, 6.
 * ERR_BAD_REQUEST; e->param names the header at fault, where it is a certain one. */
enum err_code http_head_check(const struct http_head *h, struct err *e) MUST_CHECK;

#endif
