/* Cloudflare Turnstile: whether who calls is a person. */
#ifndef MAIL_TURNSTILE_H
#define MAIL_TURNSTILE_H

#include "base/err.h"

struct http_req;

typedef void turnstile_fn(void *arg, enum err_code rc, const struct err *e);
/* On the worker; fn is called later on it, or at once when it is off. */
void turnstile_check(struct http_req *r, const char *token, const char *action, turnstile_fn *fn,
                     void *arg);

#endif
