/* Cross-origin calls: which web pages may read answers. */
#ifndef HTTP_CORS_H
#define HTTP_CORS_H

#include "http/http.h"

/* Adds the headers that let the page at the request's Origin read the answer, if settings list it
 * for this route. */
void cors_allow(struct http_req *r);
/* Whether the request is a preflight for a route that settings open to its Origin; then it has a
 * route that answers it. See https://fetch.spec.whatwg.org/#http-cors-protocol */
bool cors_preflight(struct http_req *r, const char *path, const char *method);

#endif
