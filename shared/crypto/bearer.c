/* Bearer tokens of sessions: JSON Web Tokens, signed with HS256 and nothing else. */
#include "crypto/bearer.h"

#include <errno.h>
#include <jwt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bearer_make(const struct digest *key, const struct bearer *b, char out[BEARER_BYTES_MAX])
{
    jwt_t *jwt = NULL;
    char *text = NULL;

    if (jwt_new(&jwt) != 0 || jwt_set_alg(jwt, JWT_ALG_HS256, key->bytes, DIGEST_BYTES) != 0 ||
        jwt_add_grant(jwt, "sub", b->sub) != 0 || jwt_add_grant(jwt, "jti", b->jti) != 0 ||
        jwt_add_grant_int(jwt, "iat", (long)(b->issued_at / 1000)) != 0 ||
        jwt_add_grant_int(jwt, "exp", (long)(b->expires_at / 1000)) != 0 ||
        (text = jwt_encode_str(jwt)) == NULL || strlen(text) >= BEARER_BYTES_MAX) {
        fputs("making a session's token failed: out of memory\n", stderr);
        abort();
    }
    memcpy(out, text, strlen(text) + 1);
    free(text);
    jwt_free(jwt);
}

static bool copy_claim(jwt_t *jwt, const char *name, char out[DIGEST_ID_TEXT])
{
    const char *text = jwt_get_grant(jwt, name);

    if (text == NULL || strlen(text) >= DIGEST_ID_TEXT)
        return false;
    memcpy(out, text, strlen(text) + 1);
    return true;
}

static bool copy_time(jwt_t *jwt, const char *name, int64_t *wall_ms)
{
    errno = 0;
    *wall_ms = jwt_get_grant_int(jwt, name);
    return errno == 0 && !__builtin_mul_overflow(*wall_ms, 1000, wall_ms);
}

bool bearer_read(const struct digest *key, const char *text, int64_t now_ms, struct bearer *out)
{
    jwt_t *jwt = NULL;
    bool good;

    if (strlen(text) >= BEARER_BYTES_MAX || jwt_decode(&jwt, text, key->bytes, DIGEST_BYTES) != 0)
        return false;
    /* The algorithm is the token's own word: others might be signed with the same bytes. */
    good = jwt_get_alg(jwt) == JWT_ALG_HS256 && copy_claim(jwt, "sub", out->sub) &&
           copy_claim(jwt, "jti", out->jti) && copy_time(jwt, "iat", &out->issued_at) &&
           copy_time(jwt, "exp", &out->expires_at) && out->expires_at > now_ms;
    jwt_free(jwt);
    return good;
}
