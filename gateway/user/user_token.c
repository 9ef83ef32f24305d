/* The client token that a user has: made, shown, replaced. */
#include <string.h>

#include "auth/tokens.h"
#include "base/clock.h"
#include "user/user_impl.h"

void user_token_make(struct user_job *j, struct user_token *t, uint64_t user, const char *email,
                     int64_t now, int64_t expires_at)
{
    char id[DIGEST_ID_TEXT];
    struct digest d;

    *t = (struct user_token){.row = {.created_at = now, .expires_at = expires_at}};
    digest_id_text('u', user, id);
    secret_token(t->secret);
    digest_of(t->secret, strlen(t->secret), &d);
    t->row.id = digest_id(&d);
    memcpy(t->row.digest, d.bytes, sizeof(t->row.digest));
    t->row.hint = secret_mask(t->secret, strlen(t->secret), t->hint);
    /* As the original names them: the address with what is neither letter nor digit replaced. */
    snprintf(t->name, sizeof(t->name) - DIGEST_ID_TEXT - 5, "%s", email);
    for (char *c = t->name; *c != '\0'; c++)
        if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9')))
            *c = '_';
    snprintf(t->name + strlen(t->name), sizeof(t->name) - strlen(t->name), "_%s_key", id);
    t->row.name = t->name;
    sealer_seal(j->gw->sealer, id, t->secret, strlen(t->secret), t->sealed);
}

size_t user_token_sealed_len(const struct user_token *t)
{
    return strlen(t->secret) + SEAL_OVERHEAD_BYTES;
}

void user_token_wipe(struct user_token *t)
{
    secret_wipe(t->secret, sizeof(t->secret));
}

bool user_key_open(struct user_job *j, char out[SECRET_TOKEN_BYTES])
{
    const struct store_user *u = &j->found;
    char id[DIGEST_ID_TEXT];

    memset(out, 0, SECRET_TOKEN_BYTES);
    if (u->key_sealed_len > SEAL_OVERHEAD_BYTES &&
        u->key_sealed_len - SEAL_OVERHEAD_BYTES < SECRET_TOKEN_BYTES &&
        sealer_open(j->gw->sealer, digest_id_text('u', u->id, id), u->key_sealed, u->key_sealed_len,
                    out))
        return true;
    err_set(&j->e, ERR_SEAL,
            "The token is damaged in the store. Replace it: POST "
            "/api/auth/key/rotate.");
    user_answer(j);
    return false;
}

static void answer_key(struct user_job *j, const char *secret)
{
    jout_object(&j->json, NULL);
    jout_str(&j->json, "keyToken", secret);
    jout_str(&j->json, "keyProvider", j->found.key_provider);
    jout_time(&j->json, "keyExpiresAt", j->found.key_expires_at);
    jout_object_end(&j->json);
    user_answer(j);
}

static void step_key(struct user_job *j, struct store *s)
{
    char secret[SECRET_TOKEN_BYTES];

    if (!user_find(j, s) || !user_key_open(j, secret))
        return;
    answer_key(j, secret);
    secret_wipe(secret, sizeof(secret));
}

void user_key(struct http_req *r)
{
    user_run(r, step_key);
}

/* In memory, what the store has by now. */
static void replace(struct user_job *j, int provider, const struct user_token *t)
{
    struct user *user = users_find(j->gw->users, j->user_id);

    tokens_add(j->gw->tokens, provider, &t->row);
    if (user != NULL) {
        tokens_own(j->gw->tokens, t->row.id, user);
        user_unref(user);
    }
    tokens_remove(j->gw->tokens, j->found.key_id);
}

static void rotate(struct user_job *j, struct store *s, int provider)
{
    struct store_rotation r = {
        .user = j->user_id, .provider = provider, .old_key_id = j->found.key_id};
    enum store_verdict v;
    struct user_token t;

    user_token_make(j, &t, j->user_id, j->found.email, clock_wall_ms(), j->found.key_expires_at);
    r.token = &t.row;
    r.sealed = t.sealed;
    r.sealed_len = user_token_sealed_len(&t);
    if (s->ops->users->user_rotate(s->db, &r, &v, &j->e) != ERR_OK) {
        user_answer(j);
    } else if (v != STORE_DONE) {
        err_set(&j->e, ERR_CONFLICT, "The token was replaced by another call meanwhile.");
        user_answer(j);
    } else {
        replace(j, provider, &t);
        answer_key(j, t.secret);
    }
    user_token_wipe(&t);
}

static void step_rotate(struct user_job *j, struct store *s)
{
    int provider;

    if (!user_find(j, s))
        return;
    provider = provider_by_name(j->found.key_provider);
    if (provider < 0)
        user_answer_error(j, ERR_PROVIDER_NOT_FOUND);
    else
        rotate(j, s, provider);
}

void user_key_rotate(struct http_req *r)
{
    user_run(r, step_rotate);
}
