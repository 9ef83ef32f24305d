/* SHA-256, and what is derived from it: ids of keys and tokens. */
#ifndef CRYPTO_DIGEST_H
#define CRYPTO_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DIGEST_BYTES = 32, DIGEST_ID_TEXT = 20 };

struct digest {
    uint8_t bytes[DIGEST_BYTES];
};

/* Any thread. */
void digest_of(const void *data, size_t len, struct digest *out);
/* HMAC-SHA256 under a key. */
void digest_keyed(const struct digest *key, const void *data, size_t len, struct digest *out);
bool digest_equal(const struct digest *a, const struct digest *b); /* constant time */

/* An id is the first 8 bytes of the digest, big endian: "k_" or "t_" and 16 hex digits as text. */
uint64_t digest_id(const struct digest *d);
char *digest_id_text(char kind, uint64_t id, char out[DIGEST_ID_TEXT]); /* returns out */
bool digest_id_parse(char kind, const char *text, size_t len, uint64_t *id);

#endif
