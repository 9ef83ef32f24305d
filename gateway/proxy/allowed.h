/* Which models the owner of a client token may use: what calls name, and what lists show. */
#ifndef PROXY_ALLOWED_H
#define PROXY_ALLOWED_H

#include <jansson.h>

#include "base/buf.h"
#include "http/http.h"
#include "proxy/call.h"

/* Whether the request's token is of a user who may not use all models. */
bool allowed_limits(const struct http_req *r);
bool allowed_model(const struct http_req *r, const char *model);
/* ERR_OK, or ERR_MODEL_DENIED: a call of such a user that names another model, or none, as then the
 * upstream would choose. c is what was read from the request's body. */
enum err_code allowed_call(const struct http_req *r, const struct call *c,
                           struct err *e) MUST_CHECK;
/* Writes a list of models, {LIST: [{"id", "name" or "model"}, …]}, without those that may not be
 * used; what has another form has nothing left in it. false: it is no object, or longer than out.
 */
bool allowed_list(const struct http_req *r, const char *list, const char *json, size_t len,
                  struct buf *out) MUST_CHECK;

#endif
