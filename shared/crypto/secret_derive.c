/* A key of a passphrase, which is made slow to guess. */
#include <openssl/evp.h>
#include <string.h>

#include "crypto/secret.h"

enum {
    LOG2_N_MIN = 10,
    LOG2_N_MAX = 20,
    R_MAX = 16,
    P_MAX = 16,
    MEMORY_LOG2_MAX = 28, /* a file that somebody made may not ask for all of it */
};

bool secret_derive(const char *passphrase, const uint8_t salt[SECRET_SALT_BYTES],
                   const struct secret_cost *cost, uint8_t out[SECRET_MASTER_BYTES])
{
    uint64_t memory;

    if (cost->log2_n < LOG2_N_MIN || cost->log2_n > LOG2_N_MAX || cost->r < 1 || cost->r > R_MAX ||
        cost->p < 1 || cost->p > P_MAX)
        return false;
    memory = (uint64_t)128 * cost->r << cost->log2_n;
    if (memory > (uint64_t)1 << MEMORY_LOG2_MAX)
        return false;
    return EVP_PBE_scrypt(passphrase, strlen(passphrase), salt, SECRET_SALT_BYTES,
                          (uint64_t)1 << cost->log2_n, cost->r, cost->p, 2 * memory, out,
                          SECRET_MASTER_BYTES) == 1;
}
