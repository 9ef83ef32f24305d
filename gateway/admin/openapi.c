/* GET /openapi.json: the HTTP API as an OpenAPI document, which the build puts in here. */
#include "http/http.h"

static const char document[] =
#define SCHEMA_FILE(name, text) text
#include "schema_openapi.h"
#undef SCHEMA_FILE
    ;

void openapi_show(struct http_req *r)
{
    struct http_answer a = {.status = 200, .body = document, .body_len = sizeof(document) - 1};

    a.headers[a.headers_len++] = (struct http_header){"Content-Type", "application/json"};
    http_send(r, &a);
}
