/* The session of a user: kept beside the contexts, each for its own gateway, and calls made with
 * it. */
#include "login.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/context.h"
#include "crypto/digest.h"
#include "crypto/secret.h"
#include "crypto/secret_file.h"
#include "session.h"

/* "TOKEN ADDRESS URL", on one line: a session is shown to no other gateway than its own. */
struct login {
    char text[SECRET_FILE_MAX];
    const char *token, *email, *url; /* in text */
};

/* Where it is kept: NAME.session of a context, else by the URL; no context has a name that begins
 * with @. Owned. */
static char *login_path(const struct ctl *c, const char *url)
{
    char *path = contexts_path(), *whole, id[DIGEST_ID_TEXT];
    struct digest d;

    *strrchr(path, '/') = '\0';
    if (c->connect.found != NULL) {
        whole = mem_printf("%s/%s.session", path, c->connect.found->name);
    } else {
        digest_of(url, strlen(url), &d);
        whole = mem_printf("%s/@%s.session", path, digest_id_text('s', digest_id(&d), id));
    }
    free(path);
    return whole;
}

static const char *next_word(char **at)
{
    const char *word = strsep(at, " ");

    return word != NULL ? word : "";
}

/* l->token is "" when there is none for this URL. */
static enum err_code load(const struct ctl *c, const char *url, struct login *l, struct err *e)
{
    char *path = login_path(c, url), *at = l->text;
    bool missing;
    enum err_code code = secret_file_read(path, l->text, &missing, e);

    free(path);
    l->token = next_word(&at);
    l->email = next_word(&at);
    l->url = next_word(&at);
    if (code == ERR_OK && strcmp(l->url, url) != 0)
        l->token = "";
    return code;
}

static enum err_code none(struct ctl *c, struct err *e)
{
    if (c->hint.len == 0)
        buf_adds(&c->hint, "Log in with: poolctl auth login ADDRESS");
    return err_set(e, ERR_SESSION, "you are not logged in, or not any more");
}

/* Makes the client; with a session as its token, if there is to be one. */
static enum err_code make_client(struct ctl *c, bool session, struct err *e)
{
    struct login l = {.token = ""};
    enum err_code code = ctl_context(c, e);
    char *url;

    if (code != ERR_OK)
        return code;
    url = ctl_url(c);
    if (session)
        code = load(c, url, &l, e);
    if (code == ERR_OK && session && *l.token == '\0')
        code = none(c, e);
    if (code == ERR_OK) {
        const struct api_client_conf conf = {.program = "poolctl",
                                             .url = url,
                                             .token = session ? l.token : NULL,
                                             .provider = c->provider};

        code = session_client(c->session, &conf, &c->api, e);
    }
    secret_wipe(l.text, sizeof(l.text));
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
    const char *url = api_client_url(c->api);
    char *path = login_path(c, url),
         *line = mem_printf("%s %s %s", text_of(answer, "token"),
                            text_of(json_object_get(answer, "user"), "email"), url);
    struct contexts all;
    enum err_code code = contexts_load(&all, true, e); /* makes the folder, and keeps others out */
    bool made;

    if (code == ERR_OK) {
        unlink(path);
        code = secret_file_make(path, line, &made, e);
    }
    contexts_done(&all);
    secret_wipe(line, strlen(line));
    free(line);
    free(path);
    return code;
}

void login_drop(struct ctl *c)
{
    char *path = login_path(c, api_client_url(c->api));

    unlink(path);
    free(path);
}

enum err_code login_who(struct ctl *c, char email[EMAIL_BYTES], struct err *e)
{
    struct login l = {.token = ""};
    enum err_code code = ctl_context(c, e);
    char *url;

    if (code != ERR_OK)
        return code;
    url = ctl_url(c);
    code = load(c, url, &l, e);
    free(url);
    if (code == ERR_OK && *l.token == '\0')
        code = none(c, e);
    else if (code == ERR_OK)
        snprintf(email, EMAIL_BYTES, "%s", l.email);
    secret_wipe(l.text, sizeof(l.text));
    return code;
}
