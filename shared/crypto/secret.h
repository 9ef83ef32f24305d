/* Secrets: drawing them, showing them masked, sealing them for the disk. */
#ifndef CRYPTO_SECRET_H
#define CRYPTO_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* From the kernel's random source; aborts when it has none. Any thread. */
void secret_random(void *out, size_t len);
/* Overwrites; the compiler may not leave it out. */
void secret_wipe(void *data, size_t len);

enum { SECRET_TOKEN_BYTES = 52, SECRET_MASK_BYTES = 32, SECRET_MASTER_BYTES = 32 };
/* len unbiased base62 characters and a NUL. */
void secret_base62(char *out, size_t len);
/* len unbiased decimal digits and a NUL. */
void secret_digits(char *out, size_t len);
/* A new client token: "sk-" and 48 unbiased base62 characters. */
void secret_token(char out[SECRET_TOKEN_BYTES]);
/* "ollama-abc1…9f2e": enough to tell two apart, too little to use. What is too short to hide 12
 * characters, or holds blanks or bytes that are not ASCII, shows only "…". Returns out. */
char *secret_mask(const char *secret, size_t len, char out[SECRET_MASK_BYTES]);

/* Seals with AES-256-GCM under the master key: nonce, ciphertext, tag. One sealer per thread. */
struct sealer;
enum { SEAL_OVERHEAD_BYTES = 12 + 16 };
struct sealer *sealer_new(const uint8_t master[SECRET_MASTER_BYTES]); /* owned; never NULL */
struct sealer *sealer_copy(const struct sealer *s); /* for another thread; owned */
/* From here on it also opens what the other one seals, and still seals under its own key. */
void sealer_also(struct sealer *s, const struct sealer *other);
void sealer_free(struct sealer *s); /* wipes the key */
/* out has room for len + SEAL_OVERHEAD_BYTES. aad (the id) must be given again to open. */
void sealer_seal(struct sealer *s, const char *aad, const void *plain, size_t len, uint8_t *out);
/* out has room for len - SEAL_OVERHEAD_BYTES; false when key, aad or content do not match. */
bool sealer_open(struct sealer *s, const char *aad, const uint8_t *sealed, size_t len, void *out);

/* A key of a passphrase, by scrypt (RFC 7914): takes memory (128 * r << log2_n bytes) and time, so
 * that guesses do. false: the cost is out of the range that this program takes. Not on a worker. */
struct secret_cost {
    unsigned log2_n, r, p;
};
enum { SECRET_SALT_BYTES = 16 };
bool secret_derive(const char *passphrase, const uint8_t salt[SECRET_SALT_BYTES],
                   const struct secret_cost *cost, uint8_t out[SECRET_MASTER_BYTES]) MUST_CHECK;

/* The master key: hex (MASTER_KEY, 64 digits) if not "", else STATE_DIR/master.key, which is made
 * when missing (0600, atomically: two gateways that start at once get the same key; *made says
 * which of them made it). STATE_DIR must exist. A file that is readable by others, or malformed, is
 * refused with the remedy. Boot only. */
enum err_code secret_master_key(const char *hex, const char *state_dir,
                                uint8_t out[SECRET_MASTER_BYTES], bool *made,
                                struct err *e) MUST_CHECK;
/* Reads a master key from its digits; from says where they stand, for the message. */
enum err_code secret_master_parse(const char *hex, const char *from,
                                  uint8_t out[SECRET_MASTER_BYTES], struct err *e) MUST_CHECK;
/* The admin token: the setting if not "", else STATE_DIR/admin-token, made when missing in the same
 * way. Returns owned text in *out, NULL on error. Refuses short tokens (under 24), known
 * placeholders, and what cannot travel in a header. Boot only. */
enum err_code secret_admin_token(const char *setting, const char *state_dir, char **out, bool *made,
                                 struct err *e) MUST_CHECK;

#endif
