/* Talks to the gateway that the user means. */
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "session.h"

enum err_code ctl_context(struct ctl *c, struct err *e)
{
    enum err_code code;

    c->connect.context = args_text(&c->args, "context");
    c->connect.url = args_text(&c->args, "url");
    c->connect.provider = args_text(&c->args, "provider");
    code = connect_context(&c->connect, e);
    c->provider = connect_provider(&c->connect);
    return code;
}

char *ctl_url(const struct ctl *c)
{
    return connect_url(&c->connect);
}

enum err_code ctl_connect(struct ctl *c, struct err *e)
{
    char *url, token[CONNECT_TOKEN_BYTES] = "";
    enum err_code code;

    if ((code = ctl_context(c, e)) != ERR_OK)
        return code;
    url = ctl_url(c);
    code = connect_token(&c->connect, url, token, e);
    if (code == ERR_OK) {
        struct api_client_conf conf = {
            .program = "poolctl",
            .url = url,
            .token = c->connect.token_found ? token : NULL,
            .provider = c->provider,
        };

        code = session_client(c->session, &conf, &c->api, e);
    }
    explicit_bzero(token, sizeof(token));
    free(url);
    return code;
}

bool ctl_provider_said(const struct ctl *c)
{
    return c->connect.provider != NULL ||
           (c->connect.found != NULL && c->connect.found->provider != NULL);
}

bool ctl_is_local(const struct ctl *c)
{
    return connect_is_local(api_client_url(c->api));
}

enum err_code ctl_call(struct ctl *c, const struct api_request *r, json_t **out, struct err *e)
{
    enum err_code code = c->api == NULL ? ctl_connect(c, e) : ERR_OK;

    if (out != NULL)
        *out = NULL;
    if (code == ERR_OK)
        code = api_call(c->api, r, out, e);
    if (code == ERR_ADMIN_TOKEN && c->api != NULL && c->hint.len == 0)
        connect_explain(&c->connect, api_client_url(c->api), &c->hint, e);
    return code;
}
