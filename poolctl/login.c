/* Calls of users' routes, with the session that is kept for the gateway. */
#include "login.h"

#include <stdlib.h>
#include <string.h>

#include "api/kept_session.h"
#include "session.h"

static enum err_code none(struct ctl *c, struct err *e)
{
    if (c->hint.len == 0)
        buf_adds(&c->hint, _("Log in with: poolctl auth login ADDRESS"));
    return err_set(e, ERR_SESSION, _("you are not logged in, or not any more"));
}

/* Makes the client; with a session as its token, if there is to be one. */
static enum err_code make_client(struct ctl *c, bool session, struct err *e)
{
    struct kept_session l = {.token = ""};
    enum err_code code = ctl_context(c, e);
    char *url;

    if (code != ERR_OK)
        return code;
    url = ctl_url(c);
    if (session)
        code = kept_session_load(&c->connect, url, &l, e);
    if (code == ERR_OK && session && *l.token == '\0')
        code = none(c, e);
    if (code == ERR_OK) {
        const struct api_client_conf conf = {.program = "poolctl",
                                             .url = url,
                                             .token = session ? l.token : NULL,
                                             .provider = c->provider};

        code = session_client(c->session, &conf, &c->api, e);
    }
    kept_session_wipe(&l);
    free(url);
    return code;
}

static enum err_code call(struct ctl *c, const struct api_request *r, bool session, json_t **out,
                          struct err *e)
{
    enum err_code code = c->api == NULL ? make_client(c, session, e) : ERR_OK;

    if (out != NULL)
        *out = NULL;
    if (code == ERR_OK)
        code = api_call(c->api, r, out, e);
    return code;
}

enum err_code login_call(struct ctl *c, const struct api_request *r, json_t **out, struct err *e)
{
    enum err_code code = call(c, r, true, out, e);

    return code == ERR_SESSION ? none(c, e) : code;
}

enum err_code login_public_call(struct ctl *c, const struct api_request *r, json_t **out,
                                struct err *e)
{
    return call(c, r, false, out, e);
}

static const char *text_of(const json_t *o, const char *name)
{
    const char *text = json_string_value(json_object_get(o, name));

    return text != NULL ? text : "";
}

enum err_code login_keep(struct ctl *c, const json_t *answer, struct err *e)
{
    return kept_session_store(&c->connect, api_client_url(c->api), text_of(answer, "token"),
                              text_of(json_object_get(answer, "user"), "email"), e);
}

void login_drop(struct ctl *c)
{
    kept_session_drop(&c->connect, api_client_url(c->api));
}

enum err_code login_who(struct ctl *c, char email[EMAIL_BYTES], struct err *e)
{
    struct kept_session l = {.token = ""};
    enum err_code code = ctl_context(c, e);
    char *url;

    if (code != ERR_OK)
        return code;
    url = ctl_url(c);
    code = kept_session_load(&c->connect, url, &l, e);
    free(url);
    if (code == ERR_OK && *l.token == '\0')
        code = none(c, e);
    else if (code == ERR_OK)
        snprintf(email, EMAIL_BYTES, "%s", l.email);
    kept_session_wipe(&l);
    return code;
}
