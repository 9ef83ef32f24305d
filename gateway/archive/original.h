/* What the original says of keys, tokens and users, in the terms of this project. */
#ifndef ARCHIVE_ORIGINAL_H
#define ARCHIVE_ORIGINAL_H

#include "archive/record.h"
#include "base/email.h"
#include "crypto/password.h"
#include "crypto/secret.h"

/* Times are wall ms, 0: none. */
struct original_key {
    const char *key, *username, *status; /* status: active, failed, disabled */
    int64_t created_at, expires_at, failed_until, disabled_until, failures;
};

/* A record of a key, whose counters are none yet; it borrows the texts. false: that is no key. A
 * key is out only while one of its times says so, or for good: the original never let those in
 * again whose time was over, against its own words. */
bool original_key_record(const struct original_key *k, const char *provider, int64_t now_ms,
                         struct record *r);
/* A record of a client token, with its mask in hint. false: that is no token. */
bool original_token_record(const char *token, const char *name, const char *provider,
                           char hint[SECRET_MASK_BYTES], struct record *r);

/* token: his client token, "" when he has none that is good; token_provider: whose table it is in.
 */
struct original_user {
    const char *id, *email, *role, *default_provider, *token, *token_provider;
    bool active;
    int64_t expires_at, last_login_at, last_sign_in_at, created_at, updated_at;
};
/* Holds what the records borrow. */
struct original_user_records {
    struct record user, token; /* token: one that was made for him, and is over; kind RECORD_META:
                                  he has one */
    char email[EMAIL_BYTES], hash[PASSWORD_PHC_BYTES], secret[SECRET_TOKEN_BYTES],
        hint[SECRET_MASK_BYTES];
};
/* His password is a hash that this project does not check: he gets one that nobody knows, which
 * takes as long to check as others of this cost. false: that is no user. */
bool original_user_records(const struct original_user *u, int password_cost, int64_t now_ms,
                           struct original_user_records *out);

#endif
