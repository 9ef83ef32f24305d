/* What the original says of keys, tokens and users, in the terms of this project. */
#include "archive/original.h"

#include <string.h>

#include "api/keylines.h"
#include "base/intl.h"
#include "crypto/digest.h"

enum { ORIGINAL_TOKEN_MAX = 256 };

static void disable(struct store_key_state *s, int64_t until, bool by_failures, int64_t failures)
{
    s->disabled = true;
    s->disabled_auto = by_failures;
    s->disabled_until = until;
    s->consecutive_failures = by_failures ? (int32_t)(failures < 1000 ? failures : 1000) : 0;
    snprintf(s->reason, sizeof(s->reason), "%s", by_failures ? N_("failures") : N_("manual"));
}

/* Three failures put a key out until disabled_until, and so does an operator: what tells the two
 * apart is the count, as an operator's switch leaves it alone. Without a time it is an operator's.
 */
static void set_state(const struct original_key *k, int64_t now_ms, struct store_key_state *s)
{
    bool disabled = strcmp(k->status, "disabled") == 0;

    if (k->disabled_until > now_ms)
        disable(s, k->disabled_until, k->failures > 0, k->failures);
    else if (k->failed_until > now_ms)
        disable(s, k->failed_until, true, k->failures);
    else if (disabled && k->disabled_until == 0)
        disable(s, 0, false, 0);
}

bool original_key_record(const struct original_key *k, const char *provider, int64_t now_ms,
                         struct record *r)
{
    size_t len = strlen(k->username);
    struct digest d;

    if (keylines_check_key(k->key, strlen(k->key)) != NULL)
        return false;
    record_init(r, RECORD_KEY, provider);
    digest_of(k->key, strlen(k->key), &d);
    r->secret = k->key;
    r->key.id = digest_id(&d);
    if (strcmp(k->username, "N/A") != 0 && keylines_check_username(k->username, len) == NULL)
        r->key.username = k->username;
    r->key.created_at = k->created_at != 0 ? k->created_at : now_ms;
    r->key.expires_at = k->expires_at;
    set_state(k, now_ms, &r->key.state);
    return true;
}

bool original_token_record(const char *token, const char *name, const char *provider,
                           char hint[SECRET_MASK_BYTES], struct record *r)
{
    size_t len = strlen(token);
    struct digest d;

    if (len == 0 || len > ORIGINAL_TOKEN_MAX)
        return false;
    record_init(r, RECORD_TOKEN, provider);
    digest_of(token, len, &d);
    r->token.id = digest_id(&d);
    memcpy(r->token.digest, d.bytes, sizeof(r->token.digest));
    r->token.hint = secret_mask(token, len, hint);
    r->token.name = name[0] != '\0' ? name : "unnamed";
    return true;
}

/* The same each time that he is brought. */
static uint64_t user_id(const char *id)
{
    struct digest d;

    digest_of(id, strlen(id), &d);
    return digest_id(&d);
}

/* Whoever had none, or not his own, can have it shown, and extend it with a check-in. */
static void make_token(struct original_user_records *out, const char *provider, int64_t now_ms)
{
    bool good;

    secret_token(out->secret);
    good = original_token_record(out->secret, out->email, provider, out->hint, &out->token);
    out->token.token.created_at = good ? now_ms : 0;
    out->token.token.expires_at = now_ms;
    out->token.owner = out->email;
}

static const char *provider_or_first(const char *name)
{
    return strcmp(name, "openrouter") == 0 ? "openrouter" : "ollama";
}

bool original_user_records(const struct original_user *u, int password_cost, int64_t now_ms,
                           struct original_user_records *out)
{
    struct record *r = &out->user;
    struct digest d;

    if (!email_normal(u->email, out->email) || strlen(u->token) > ORIGINAL_TOKEN_MAX)
        return false;
    password_dummy(password_cost, out->hash);
    record_init(r, RECORD_USER, "");
    record_init(&out->token, RECORD_META, "");
    r->secret = u->token;
    r->user.key_provider = provider_or_first(u->token_provider);
    r->user.default_provider = provider_or_first(u->default_provider);
    r->user.key_expires_at = u->expires_at;
    if (u->token[0] == '\0') {
        r->user.key_provider = r->user.default_provider;
        make_token(out, r->user.key_provider, now_ms);
        r->secret = out->secret;
        r->user.key_expires_at = now_ms;
    }
    digest_of(r->secret, strlen(r->secret), &d);
    r->user.key_id = digest_id(&d);
    r->user.id = user_id(u->id);
    r->user.email = out->email;
    r->user.password_hash = out->hash;
    r->user.active = u->active;
    r->user.role = strcmp(u->role, "admin") == 0 ? "admin" : "user";
    r->user.last_login_at = u->last_login_at;
    r->user.last_sign_in_at = u->last_sign_in_at;
    r->user.created_at = u->created_at != 0 ? u->created_at : now_ms;
    r->user.updated_at = u->updated_at != 0 ? u->updated_at : r->user.created_at;
    return true;
}
