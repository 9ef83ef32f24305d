/* What the original says of keys and tokens, in the terms of this project. */
#include "archive/original.h"

#include <string.h>

#include "api/keylines.h"
#include "crypto/digest.h"

enum { ORIGINAL_TOKEN_MAX = 256 };

static void disable(struct store_key_state *s, int64_t until, bool by_failures, int64_t failures)
{
    s->disabled = true;
    s->disabled_auto = by_failures;
    s->disabled_until = until;
    s->consecutive_failures = by_failures ? (int32_t)(failures < 1000 ? failures : 1000) : 0;
    snprintf(s->reason, sizeof(s->reason), "%s", by_failures ? "failures" : "manual");
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
