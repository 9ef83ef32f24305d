/* What the client says of calls that failed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/client_impl.h"
#include "base/intl.h"
#include "base/said.h"

enum err_code client_transport_error(const struct api_client *c, const struct api_request *r,
                                     CURLcode rc, struct err *e)
{
    long os = 0;
    curl_off_t connected_us = 0;

    curl_easy_getinfo(c->curl, CURLINFO_OS_ERRNO, &os);
    curl_easy_getinfo(c->curl, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
    if (rc == CURLE_ABORTED_BY_CALLBACK)
        return err_set(e, ERR_IO, _("cannot read what is to be sent: %s"), strerror(errno));
    if (rc == CURLE_WRITE_ERROR)
        return err_set(e, ERR_TOO_LARGE, _("the answer of %s is larger than this program takes"),
                       c->url);
    if (rc == CURLE_OPERATION_TIMEDOUT && connected_us > 0)
        return err_set(
            e, ERR_UNREACHABLE,
            _("the gateway at %s said nothing for %u seconds; is it busy, or not a gateway "
              "at all?"),
            c->url, r->silence_s ? r->silence_s : CLIENT_SILENCE_S);
    return err_set(
        e, ERR_UNREACHABLE,
        _("cannot reach the gateway at %s: %s. Start it with pool-gateway, or say where it is "
          "with --url or POOLCTL_URL"),
        c->url,
        rc == CURLE_COULDNT_CONNECT && os != 0 ? strerror((int)os) : curl_easy_strerror(rc));
}

/* For an answer whose code this program does not know, or that is none of a gateway. */
static enum err_code code_of_status(long status)
{
    static const struct {
        long status;
        enum err_code code;
    } known[] = {{401, ERR_ADMIN_TOKEN}, {403, ERR_ROLE}, {404, ERR_NO_ROUTE}, {409, ERR_CONFLICT}};

    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (known[i].status == status)
            return known[i].code;
    return status >= 400 && status < 500 ? ERR_BAD_REQUEST : ERR_INTERNAL;
}

enum err_code client_answer_error(const struct api_client *c, long status, const json_t *answer,
                                  struct err *e)
{
    const json_t *error = json_object_get(answer, "error");
    const char *message = json_string_value(json_object_get(error, "message"));
    const char *name = json_string_value(json_object_get(error, "code"));
    const char *param = json_string_value(json_object_get(error, "param"));
    enum err_code code = name ? err_by_json(name) : ERR_OK;
    char *own;

    if (code == ERR_OK)
        code = code_of_status(status);
    if (message == NULL)
        return err_set(e, code,
                       _("%s answered %ld, and not as a gateway does; is the address right?"),
                       c->url, status);
    own = said_text(message);
    err_param(e, code, param ? param : "", "%s", own);
    free(own);
    return code;
}
