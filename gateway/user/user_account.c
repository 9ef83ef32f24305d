/* Passwords: changed, and set anew with a code that was mailed; and the end of an account. */
#include <string.h>

#include "auth/tokens.h"
#include "base/clock.h"
#include "base/log.h"
#include "user/user_impl.h"

/* The owner of the mailbox should hear of it; that it cannot be sent undoes nothing. */
static void tell_changed(struct user_job *j)
{
    struct mail_message m = {
        .to = j->found.email, .kind = MAIL_PASSWORD_CHANGED, .language = j->language};
    struct err e;

    if (mail_ready(j->gw) && mail_post(j->gw, &m, &e) != ERR_OK)
        LOG(WARN, "mail", F_STR("error", e.text));
}

/* ---- changing it ---- */

static void step_changed(struct user_job *j, struct store *s)
{
    enum store_verdict v;

    j->session = user_session_new(j, j->user_id);
    if (s->ops->users->user_password(s->db, j->user_id, j->found.password_hash, j->hash, NULL,
                                     &j->session, clock_wall_ms(), &v, &j->e) != ERR_OK) {
        user_answer(j);
        return;
    }
    if (v != STORE_DONE) {
        err_set(&j->e, ERR_CONFLICT, "The password was changed by another call meanwhile.");
        user_answer(j);
        return;
    }
    users_sessions_end(j->gw->users, j->user_id);
    users_session_add(j->gw->users, &j->session);
    tell_changed(j);
    user_write_login(j, &j->found, NULL);
    user_answer(j);
}

static void step_hash_new(struct user_job *j, struct store *s)
{
    (void)s;
    password_hash(j->new_password, strlen(j->new_password), (int)j->conf->password_cost, j->hash);
    user_to_store(j, step_changed);
}

static void step_may_change(struct user_job *j, struct store *s)
{
    (void)s;
    if (user_password_rules(j->new_password, j->found.email, "newPassword", &j->e) != ERR_OK)
        user_answer(j);
    else
        user_to_hasher(j, step_hash_new);
}

void user_password(struct http_req *r)
{
    static const char *const fields[] = {"password", "newPassword", NULL};
    struct user_job *j = user_job_new(r);

    if (user_input(j, fields, fields) != ERR_OK)
        user_answer(j);
    else
        user_check_password(j, step_may_change);
}

/* ---- setting it anew ---- */

static void step_set(struct user_job *j, struct store *s)
{
    struct store_code code = user_code(j, PURPOSE_RESET, j->code);
    enum store_verdict v;

    if (s->ops->users->user_password(s->db, j->found.id, "", j->hash, &code, NULL, clock_wall_ms(),
                                     &v, &j->e) != ERR_OK) {
        user_answer(j);
        return;
    }
    if (v != STORE_DONE) {
        user_answer_error(j, ERR_CODE);
        return;
    }
    user_tries_back(j);
    users_sessions_end(j->gw->users, j->found.id);
    tell_changed(j);
    user_answer_done(j);
}

static void step_hash_set(struct user_job *j, struct store *s)
{
    (void)s;
    password_hash(j->password, strlen(j->password), (int)j->conf->password_cost, j->hash);
    user_to_store(j, step_set);
}

static void step_may_set(struct user_job *j, struct store *s)
{
    struct store_code code = user_code(j, PURPOSE_RESET, j->code);
    enum store_verdict v;

    if (!user_find(j, s))
        return;
    if (s->ops->users->code_try(s->db, &code, &v, &j->e) != ERR_OK)
        user_answer(j);
    else if (v != STORE_DONE || j->found.id == 0)
        user_answer_error(j, ERR_CODE);
    else if (!j->found.active)
        user_answer_error(j, ERR_USER_DISABLED);
    else
        user_to_hasher(j, step_hash_set);
}

void user_reset(struct http_req *r)
{
    static const char *const fields[] = {"email", "code", "password", NULL};
    struct user_job *j = user_job_new(r);

    if (user_input(j, fields, fields) != ERR_OK ||
        user_password_rules(j->password, j->email, "password", &j->e) != ERR_OK)
        user_answer(j);
    else if (user_tries_take(j, false))
        user_to_store(j, step_may_set);
}

/* ---- the end ---- */

static void step_delete(struct user_job *j, struct store *s)
{
    int provider = provider_by_name(j->found.key_provider);
    enum store_verdict v;

    if (s->ops->users->user_delete(s->db, j->user_id, j->found.password_hash, provider, &v,
                                   &j->e) != ERR_OK) {
        user_answer(j);
        return;
    }
    if (v != STORE_DONE) {
        user_answer_error(j, ERR_LOGIN);
        return;
    }
    tokens_remove(j->gw->tokens, j->found.key_id);
    users_remove(j->gw->users, j->user_id);
    user_answer_done(j);
}

void user_delete(struct http_req *r)
{
    static const char *const fields[] = {"password", NULL};
    struct user_job *j = user_job_new(r);

    if (user_input(j, fields, fields) != ERR_OK)
        user_answer(j);
    else
        user_check_password(j, step_delete);
}
