/* Cloudflare Turnstile: whether a user has proved to be a person. */
#ifndef USER_TURNSTILE_H
#define USER_TURNSTILE_H

#include "base/err.h"
#include "http/http.h"

/* What came of a check:
 *   ERR_OK              go on
 *   ERR_TURNSTILE       the token is missing or not good: for the user to solve again (400)
 *   ERR_TURNSTILE_DOWN  nobody could tell (503)
 *   ERR_ABORTED         the client left, or the gateway stops: the request is gone and must not be
 *                       touched any more; only what arg holds is left to be freed
 * e is borrowed; its text is for the user. */
typedef void turnstile_fn(void *arg, enum err_code rc, const struct err *e);

/* Checks the token (NULL: none) that the widget gave for this action (NULL: any). fn is called
 * exactly once: from within when there is nothing to ask, else later. In between the request has
 * this check for its owner; the owner that it had before is put back before fn is called. token and
 * action are copied. The worker's thread. */
void turnstile_check(struct http_req *r, const char *token, const char *action, turnstile_fn *fn,
                     void *arg);

#endif
