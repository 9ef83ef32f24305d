/* Logins: with a password, or with a code that was mailed. */
#include <string.h>

#include "base/clock.h"
#include "user/user_impl.h"

static void login(struct user_job *j, struct store *s, const struct store_code *code)
{
    struct store_login l = {.session = &j->session,
                            .code = code,
                            .password_hash = j->found.password_hash,
                            .new_hash = j->hash[0] != '\0' ? j->hash : NULL};
    enum store_verdict v;

    j->session = user_session_new(j, j->found.id);
    if (s->ops->users->user_login(s->db, &l, &v, &j->e) != ERR_OK) {
        user_answer(j);
        return;
    }
    if (v != STORE_DONE) {
        user_answer_error(j, ERR_LOGIN);
        return;
    }
    if (code != NULL)
        user_tries_back(j);
    users_session_add(j->gw->users, &j->session);
    j->found.last_login_at = j->session.created_at;
    user_write_login(j, &j->found, NULL);
    user_answer(j);
}

static void step_password(struct user_job *j, struct store *s)
{
    login(j, s, NULL);
}

/* A disabled user is told so when the code is right, which is not used up. */
static void step_code(struct user_job *j, struct store *s)
{
    struct store_code code = user_code(j, PURPOSE_LOGIN, j->code);
    enum store_verdict v;

    if (!user_find(j, s))
        return;
    if (s->ops->users->code_try(s->db, &code, &v, &j->e) != ERR_OK)
        user_answer(j);
    else if (v != STORE_DONE || j->found.id == 0)
        user_answer_error(j, ERR_LOGIN);
    else if (!j->found.active)
        user_answer_error(j, ERR_USER_DISABLED);
    else
        login(j, s, &code);
}

static void login_checked(void *arg, enum err_code rc, const struct err *e)
{
    struct user_job *j = arg;

    if (rc != ERR_OK) {
        user_answer_refusal(j, e);
    } else if (j->password != NULL) {
        user_check_password(j, step_password);
    } else if (user_tries_take(j, false)) {
        user_to_store(j, step_code);
    }
}

void user_login(struct http_req *r)
{
    static const char *const fields[] = {"email",          "password",         "code", "provider",
                                         "turnstileToken", "cfTurnstileToken", NULL};
    static const char *const needed[] = {"email", NULL};
    struct user_job *j = user_job_new(r);

    if (user_input(j, fields, needed) != ERR_OK) {
        user_answer(j);
    } else if (j->password == NULL && j->code == NULL) {
        err_param(&j->e, ERR_BAD_FIELD, "password", "password or code is missing.");
        user_answer(j);
    } else {
        turnstile_check(r, j->turnstile, "login", login_checked, j);
    }
}
