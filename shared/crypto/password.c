/* Passwords: hashed for the store with scrypt, and checked. */
#include "crypto/password.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/secret.h"

enum {
    SALT_BYTES = 16,
    HASH_BYTES = 32,
    BLOCKS = 8,   /* r; N blocks of r times 128 bytes: 2^cost KiB */
    PARALLEL = 1, /* p */
    BASE64_BYTES = 48,
    /* Lengths without padding, which the format leaves out. */
    SALT_TEXT = (SALT_BYTES * 4 + 2) / 3,
    HASH_TEXT = (HASH_BYTES * 4 + 2) / 3,
};

struct phc {
    int cost;
    uint8_t salt[SALT_BYTES], hash[HASH_BYTES];
};

static void derive(const char *password, size_t len, const struct phc *phc, uint8_t out[HASH_BYTES])
{
    /* Above 2^cost KiB: OpenSSL counts its small buffers as well. */
    uint64_t bytes = ((uint64_t)1 << phc->cost) * 1024 + 65536;

    if (EVP_PBE_scrypt(password, len, phc->salt, SALT_BYTES, (uint64_t)1 << phc->cost, BLOCKS,
                       PARALLEL, bytes, out, HASH_BYTES) != 1) {
        fputs("scrypt failed: out of memory; lower PASSWORD_COST\n", stderr);
        abort();
    }
}

static void encode(const uint8_t *data, size_t len, char out[BASE64_BYTES])
{
    int n = EVP_EncodeBlock((unsigned char *)out, data, (int)len);

    while (n > 0 && out[n - 1] == '=')
        n--;
    out[n] = '\0';
}

static bool decode(const char *text, size_t text_len, uint8_t *out, size_t len)
{
    unsigned char padded[BASE64_BYTES + 1], plain[BASE64_BYTES];
    size_t whole = (text_len + 3) / 4 * 4;

    memset(padded, '=', sizeof(padded));
    memcpy(padded, text, text_len);
    if (EVP_DecodeBlock(plain, padded, (int)whole) < (int)len)
        return false;
    memcpy(out, plain, len);
    return true;
}

static bool parse(const char *text, struct phc *out)
{
    char salt[SALT_TEXT + 2], hash[HASH_TEXT + 2];
    int end = 0;

    if (sscanf(text, "$scrypt$ln=%2d,r=8,p=1$%23[A-Za-z0-9+/]$%44[A-Za-z0-9+/]%n", &out->cost, salt,
               hash, &end) != 3 ||
        text[end] != '\0')
        return false;
    return out->cost >= 1 && out->cost <= PASSWORD_COST_MAX && strlen(salt) == SALT_TEXT &&
           strlen(hash) == HASH_TEXT && decode(salt, SALT_TEXT, out->salt, SALT_BYTES) &&
           decode(hash, HASH_TEXT, out->hash, HASH_BYTES);
}

static void print(const struct phc *phc, char out[PASSWORD_PHC_BYTES])
{
    char salt[BASE64_BYTES], hash[BASE64_BYTES];

    encode(phc->salt, SALT_BYTES, salt);
    encode(phc->hash, HASH_BYTES, hash);
    snprintf(out, PASSWORD_PHC_BYTES, "$scrypt$ln=%d,r=%d,p=%d$%s$%s", phc->cost, BLOCKS, PARALLEL,
             salt, hash);
}

void password_hash(const char *password, size_t len, int cost, char out[PASSWORD_PHC_BYTES])
{
    struct phc phc = {.cost = cost};

    secret_random(phc.salt, SALT_BYTES);
    derive(password, len, &phc, phc.hash);
    print(&phc, out);
}

void password_dummy(int cost, char out[PASSWORD_PHC_BYTES])
{
    struct phc phc = {.cost = cost};

    secret_random(phc.salt, SALT_BYTES);
    secret_random(phc.hash, HASH_BYTES);
    print(&phc, out);
}

bool password_check(const char *password, size_t len, const char *phc_text)
{
    uint8_t hash[HASH_BYTES];
    struct phc phc;

    if (!parse(phc_text, &phc))
        return false;
    derive(password, len, &phc, hash);
    return CRYPTO_memcmp(hash, phc.hash, HASH_BYTES) == 0;
}

bool password_outdated(const char *phc_text, int cost)
{
    struct phc phc;

    return !parse(phc_text, &phc) || phc.cost < cost;
}
