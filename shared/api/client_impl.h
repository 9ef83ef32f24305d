/* What the files of the client share. */
#ifndef API_CLIENT_IMPL_H
#define API_CLIENT_IMPL_H

#include <curl/curl.h>

#include "api/client.h"

enum { CLIENT_SILENCE_S = 60, CLIENT_REQUEST_ID = 128 };

struct api_client {
    CURL *curl;
    char *url, *provider, *agent, *authorization;
    char request_id[CLIENT_REQUEST_ID];
};

/* The call did not come to an answer. */
enum err_code client_transport_error(const struct api_client *c, const struct api_request *r,
                                     CURLcode rc, struct err *e);
/* The gateway's own error, or what stands there instead of one. */
enum err_code client_answer_error(const struct api_client *c, long status, const json_t *answer,
                                  struct err *e);

#endif
