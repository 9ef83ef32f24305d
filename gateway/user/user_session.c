/* Sessions: made, told of, recognised, ended. */
#include <string.h>

#include "auth/tokens.h"
#include "base/clock.h"
#include "crypto/bearer.h"
#include "user/user_impl.h"

enum err_code user_admit(struct gateway *gw, const char *bearer, struct user **out, uint64_t *jti,
                         struct err *e)
{
    int64_t now_ms = clock_wall_ms();
    struct user *user = NULL;
    struct bearer b;
    uint64_t sub;

    if (bearer_read(&gw->user_system->session_key, bearer, now_ms, &b) &&
        digest_id_parse('s', b.jti, strlen(b.jti), jti) &&
        digest_id_parse('u', b.sub, strlen(b.sub), &sub))
        user = users_session(gw->users, *jti, now_ms);
    if (user != NULL && user->id == sub && atomic_load(&user->active)) {
        *out = user;
        return ERR_OK;
    }
    if (user != NULL)
        user_unref(user);
    return err_set(e, ERR_SESSION, NULL);
}

struct store_session user_session_new(const struct user_job *j, uint64_t user)
{
    int64_t now = clock_wall_ms();
    /* It ends on a whole second, as the token says it. */
    struct store_session s = {
        .user = user, .created_at = now, .expires_at = (now + j->conf->session_ttl) / 1000 * 1000};

    secret_random(&s.jti, sizeof(s.jti));
    return s;
}

void user_write(struct user_job *j, struct jout *out, const char *name, const struct store_user *u,
                const char *secret)
{
    struct token *t = tokens_find(j->gw->tokens, u->key_id);
    char id[DIGEST_ID_TEXT];

    jout_object(out, name);
    jout_str(out, "id", digest_id_text('u', u->id, id));
    jout_str(out, "email", u->email);
    jout_str(out, "role", u->role);
    jout_str(out, "defaultProvider", u->default_provider);
    jout_str(out, "keyToken", secret != NULL ? secret : t != NULL ? t->hint : "");
    jout_str(out, "keyProvider", u->key_provider);
    jout_time(out, "keyExpiresAt", u->key_expires_at);
    jout_time(out, "createdAt", u->created_at);
    jout_time(out, "lastLoginAt", u->last_login_at);
    jout_time(out, "lastSignInAt", u->last_sign_in_at);
    if (t != NULL)
        subject_unref(&t->subject);
}

void user_write_login(struct user_job *j, const struct store_user *u, const char *secret)
{
    struct bearer b = {.issued_at = j->session.created_at, .expires_at = j->session.expires_at};
    char text[BEARER_BYTES_MAX];

    digest_id_text('s', j->session.jti, b.jti);
    digest_id_text('u', j->session.user, b.sub);
    bearer_make(&j->gw->user_system->session_key, &b, text);
    jout_object(&j->json, NULL);
    jout_str(&j->json, "token", text);
    jout_time(&j->json, "expiresAt", j->session.expires_at);
    user_write(j, &j->json, "user", u, secret);
    jout_object_end(&j->json);
    jout_object_end(&j->json);
    secret_wipe(text, sizeof(text));
}

static void step_logout(struct user_job *j, struct store *s)
{
    if (s->ops->users->session_delete(s->db, j->user_id, j->session_id, &j->e) != ERR_OK) {
        user_answer(j);
        return;
    }
    users_session_end(j->gw->users, j->session_id);
    user_answer_done(j);
}

void user_logout(struct http_req *r)
{
    user_run(r, step_logout);
}

static void step_logout_all(struct user_job *j, struct store *s)
{
    if (s->ops->users->sessions_delete(s->db, j->user_id, &j->e) != ERR_OK) {
        user_answer(j);
        return;
    }
    users_sessions_end(j->gw->users, j->user_id);
    user_answer_done(j);
}

void user_logout_all(struct http_req *r)
{
    user_run(r, step_logout_all);
}
