/* What users send: strictly checked, with errors that name the field. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "admin/admin.h"
#include "base/utf8.h"
#include "user/user_impl.h"

static const char *const common[] = {
#define PASSWORD(text) text,
#include "user/passwords.def"
#undef PASSWORD
};

/* Characters, not bytes; what is no UTF-8 counts by bytes. */
static size_t length(const char *text)
{
    size_t n = 0, left = strlen(text), step;

    for (; left > 0; n++, text += step, left -= step) {
        step = utf8_sequence(text, left);
        step = step > 0 ? step : 1;
    }
    return n;
}

enum err_code user_password_rules(const char *password, const char *email, const char *param,
                                  struct err *e)
{
    if (length(password) < USER_PASSWORD_MIN || strlen(password) > USER_PASSWORD_MAX)
        return err_param(e, ERR_WEAK_PASSWORD, param,
                         "%s must have %d characters at least, and %d bytes at most.", param,
                         USER_PASSWORD_MIN, USER_PASSWORD_MAX);
    for (size_t i = 0; i < ARRAY_LEN(common); i++)
        if (strcasecmp(password, common[i]) == 0)
            return err_param(e, ERR_WEAK_PASSWORD, param,
                             "This password is among the most common ones. Choose another.");
    if (strcasecmp(password, email) == 0)
        return err_param(e, ERR_WEAK_PASSWORD, param,
                         "The e-mail address is no password. Choose another.");
    return ERR_OK;
}

static enum err_code read_email(struct user_job *j, const char *email)
{
    if (email == NULL || email_normal(email, j->email))
        return ERR_OK;
    return err_param(&j->e, ERR_BAD_FIELD, "email",
                     "email must be an e-mail address, such as ann@example.org.");
}

static enum err_code read_purpose(struct user_job *j, const char *name)
{
    j->purpose = PURPOSE_REGISTER;
    if (name == NULL)
        return ERR_OK;
    for (j->purpose = 0; j->purpose < PURPOSES; j->purpose++)
        if (strcmp(name, user_purpose_name(j->purpose)) == 0)
            return ERR_OK;
    return err_param(&j->e, ERR_BAD_FIELD, "purpose", "purpose must be %s, %s or %s.",
                     user_purpose_name(PURPOSE_REGISTER), user_purpose_name(PURPOSE_LOGIN),
                     user_purpose_name(PURPOSE_RESET));
}

static bool is_language(const char *tag)
{
    static const char *const tags[] = {
#define LANGUAGE(ID, tag, ...) tag,
#include "conf/languages.def"
#undef LANGUAGE
    };

    for (size_t i = 0; i < ARRAY_LEN(tags); i++)
        if (strcmp(tags[i], tag) == 0)
            return true;
    return false;
}

static enum err_code check_rest(struct user_job *j, const char *const *needed)
{
    if (j->language != NULL && !is_language(j->language))
        return err_param(&j->e, ERR_BAD_FIELD, "language", "language must be en or zh.");
    for (; *needed != NULL; needed++)
        if (json_object_get(j->input, *needed) == NULL ||
            json_is_null(json_object_get(j->input, *needed)))
            return err_param(&j->e, ERR_BAD_FIELD, *needed, "%s is missing.", *needed);
    /* Only so much is ever hashed. */
    if (j->password != NULL && strlen(j->password) > USER_PASSWORD_MAX)
        return err_param(&j->e, ERR_BAD_FIELD, "password", "password has more than %d bytes.",
                         USER_PASSWORD_MAX);
    return ERR_OK;
}

enum err_code user_input(struct user_job *j, const char *const *fields, const char *const *needed)
{
    struct http_req *r = j->req;
    const char *email = NULL, *purpose = NULL, *cf = NULL;
    const struct {
        const char *name, **to;
    } texts[] = {
        {"email", &email},          {"purpose", &purpose},
        {"password", &j->password}, {"newPassword", &j->new_password},
        {"code", &j->code},         {"provider", &j->provider},
        {"inviteCode", &j->invite}, {"language", &j->language},
        {"cfTurnstileToken", &cf},  {"turnstileToken", &j->turnstile},
    };

    /* jansson's own text may quote the input, so it is not shown. */
    j->input = json_loadb(r->body.data != NULL ? r->body.data : "", r->body.len,
                          JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    buf_wipe(&r->body);
    if (!json_is_object(j->input))
        return err_set(&j->e, ERR_BAD_JSON, "The body must be a JSON object.");
    if (admin_known(j->input, fields, NULL, &j->e) != ERR_OK)
        return j->e.code;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (admin_text(j->input, texts[i].name, texts[i].to, &j->e) != ERR_OK)
            return j->e.code;
    if (j->turnstile == NULL)
        j->turnstile = cf;
    if (read_email(j, email) != ERR_OK || read_purpose(j, purpose) != ERR_OK)
        return j->e.code;
    return check_rest(j, needed);
}
