/* Seals secrets for the disk with AES-256-GCM under the master key. */
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "crypto/secret.h"

enum { NONCE_BYTES = 12, TAG_BYTES = 16 };
_Static_assert(NONCE_BYTES + TAG_BYTES == SEAL_OVERHEAD_BYTES,
               "the layout that secret.h documents");

/* Both contexts keep the expanded master key; a call only changes the nonce. */
struct sealer {
    EVP_CIPHER_CTX *seal, *open;
    EVP_CIPHER_CTX *open_other; /* NULL: there is no other key */
};

static EVP_CIPHER *aes_gcm;

static void seal_fetch(void)
{
    aes_gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
}

/* What fails here is memory or an OpenSSL without AES: nothing that a caller could do anything
 * about. */
static void must(bool done)
{
    if (!done) {
        fputs("AES-256-GCM failed: out of memory, or OpenSSL's configuration lacks it\n", stderr);
        abort();
    }
}

struct sealer *sealer_new(const uint8_t master[SECRET_MASTER_BYTES])
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct sealer *s = mem_zalloc(sizeof(*s));

    pthread_once(&once, seal_fetch);
    s->seal = EVP_CIPHER_CTX_new();
    s->open = EVP_CIPHER_CTX_new();
    must(aes_gcm != NULL && s->seal != NULL && s->open != NULL);
    must(EVP_EncryptInit_ex2(s->seal, aes_gcm, master, NULL, NULL) == 1);
    must(EVP_DecryptInit_ex2(s->open, aes_gcm, master, NULL, NULL) == 1);
    return s;
}

static EVP_CIPHER_CTX *copy_of(const EVP_CIPHER_CTX *from)
{
    EVP_CIPHER_CTX *to = EVP_CIPHER_CTX_new();

    must(to != NULL && EVP_CIPHER_CTX_copy(to, from) == 1);
    return to;
}

struct sealer *sealer_copy(const struct sealer *s)
{
    struct sealer *copy = mem_zalloc(sizeof(*copy));

    copy->seal = copy_of(s->seal);
    copy->open = copy_of(s->open);
    if (s->open_other != NULL)
        copy->open_other = copy_of(s->open_other);
    return copy;
}

void sealer_also(struct sealer *s, const struct sealer *other)
{
    EVP_CIPHER_CTX_free(s->open_other);
    s->open_other = copy_of(other->open);
}

void sealer_free(struct sealer *s)
{
    if (s == NULL)
        return;
    EVP_CIPHER_CTX_free(s->seal); /* wipes the key as well */
    EVP_CIPHER_CTX_free(s->open);
    EVP_CIPHER_CTX_free(s->open_other);
    free(s);
}

void sealer_seal(struct sealer *s, const char *aad, const void *plain, size_t len, uint8_t *out)
{
    uint8_t *cipher = out + NONCE_BYTES;
    int n;

    secret_random(out, NONCE_BYTES);
    must(EVP_EncryptInit_ex2(s->seal, NULL, NULL, out, NULL) == 1);
    must(EVP_EncryptUpdate(s->seal, NULL, &n, (const uint8_t *)aad, (int)strlen(aad)) == 1);
    must(EVP_EncryptUpdate(s->seal, cipher, &n, plain, (int)len) == 1 && (size_t)n == len);
    must(EVP_EncryptFinal_ex(s->seal, cipher + len, &n) == 1 && n == 0);
    must(EVP_CIPHER_CTX_ctrl(s->seal, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES, cipher + len) == 1);
}

static bool open_with(EVP_CIPHER_CTX *ctx, const char *aad, const uint8_t *sealed, size_t len,
                      void *out)
{
    uint8_t tag[TAG_BYTES], none;
    size_t plain_len;
    int n;

    plain_len = len - SEAL_OVERHEAD_BYTES;
    memcpy(tag, sealed + len - TAG_BYTES, TAG_BYTES);
    must(EVP_DecryptInit_ex2(ctx, NULL, NULL, sealed, NULL) == 1);
    must(EVP_DecryptUpdate(ctx, NULL, &n, (const uint8_t *)aad, (int)strlen(aad)) == 1);
    must(EVP_DecryptUpdate(ctx, out, &n, sealed + NONCE_BYTES, (int)plain_len) == 1);
    must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, tag) == 1);
    if (EVP_DecryptFinal_ex(ctx, &none, &n) == 1)
        return true;
    secret_wipe(out, plain_len); /* nobody shall use what was not authenticated */
    return false;
}

bool sealer_open(struct sealer *s, const char *aad, const uint8_t *sealed, size_t len, void *out)
{
    if (len < SEAL_OVERHEAD_BYTES)
        return false;
    return open_with(s->open, aad, sealed, len, out) ||
           (s->open_other != NULL && open_with(s->open_other, aad, sealed, len, out));
}
