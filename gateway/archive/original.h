/* What the original says of keys and tokens, in the terms of this project. */
#ifndef ARCHIVE_ORIGINAL_H
#define ARCHIVE_ORIGINAL_H

#include "archive/record.h"
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

#endif
