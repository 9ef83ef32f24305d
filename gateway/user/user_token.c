/* The client token that a user has: made, shown, replaced. */
#include <string.h>

#include "auth/tokens.h"
#include "base/clock.h"
#include "user/user_impl.h"

void user_token_make(struct gateway *gw, struct user_token *t, uint64_t user, const char *email,
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
    sealer_seal(gw->sealer, id, t->secret, strlen(t->secret), t->sealed);
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

struct store_rotation user_token_rotation(struct gateway *gw, struct user_token *t,
                                          const struct store_user *u, int provider)
{
    if (provider == provider_by_name(u->key_provider))
        t->row.tally = user_tally(gw, u->key_id, &t->row.last_used);
    return (struct store_rotation){.user = u->id,
                                   .provider = provider,
                                   .old_provider = provider_by_name(u->key_provider),
                                   .provider_name = provider_at(provider)->name,
                                   .old_key_id = u->key_id,
                                   .token = &t->row,
                                   .sealed = t->sealed,
                                   .sealed_len = user_token_sealed_len(t)};
}

void user_token_replace(struct gateway *gw, const struct user_token *t, uint64_t user, int provider,
                        uint64_t old_key)
{
    struct user *owner = users_find(gw->users, user);

    tokens_add(gw->tokens, provider, &t->row);
    if (owner != NULL) {
        tokens_own(gw->tokens, t->row.id, owner);
        user_unref(owner);
    }
    if (old_key != 0)
        tokens_remove(gw->tokens, old_key);
}

static void rotate(struct user_job *j, struct store *s, int provider)
{
    struct store_rotation r;
    enum store_verdict v;
    struct user_token t;

    user_token_make(j->gw, &t, j->user_id, j->found.email, clock_wall_ms(),
                    j->found.key_expires_at);
    r = user_token_rotation(j->gw, &t, &j->found, provider);
    if (s->ops->users->users_rotate(s->db, &r, 1, &v, &j->e) != ERR_OK) {
        user_answer(j);
    } else if (v != STORE_DONE) {
        err_set(&j->e, ERR_CONFLICT, "The token was replaced by another call meanwhile.");
        user_answer(j);
    } else {
        user_token_replace(j->gw, &t, j->user_id, provider, j->found.key_id);
        user_audit(j, s, j->user_id);
        answer_key(j, t.secret);
    }
    user_token_wipe(&t);
}

static void step_rotate(struct user_job *j, struct store *s)
{
    int provider = user_find_provider(j, s);

    if (provider >= 0)
        rotate(j, s, provider);
}

void user_key_rotate(struct http_req *r)
{
    user_run(r, step_rotate);
}
