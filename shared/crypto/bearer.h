/* Bearer tokens of sessions: JSON Web Tokens, signed with HS256 and nothing else. */
#ifndef CRYPTO_BEARER_H
#define CRYPTO_BEARER_H

#include <stdbool.h>
#include <stdint.h>

#include "crypto/digest.h"

enum { BEARER_BYTES_MAX = 512 };

struct bearer {
    char jti[DIGEST_ID_TEXT], sub[DIGEST_ID_TEXT];
    int64_t issued_at, expires_at; /* wall ms; in the token whole seconds */
};

/* Any thread. */
void bearer_make(const struct digest *key, const struct bearer *b, char out[BEARER_BYTES_MAX]);
/* false: not signed with this key by HS256, without one of the claims, or over. */
bool bearer_read(const struct digest *key, const char *text, int64_t now_ms, struct bearer *out);

#endif
