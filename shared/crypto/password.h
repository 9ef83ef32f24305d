/* Passwords: hashed for the store with scrypt, and checked. */
#ifndef CRYPTO_PASSWORD_H
#define CRYPTO_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

/* "$scrypt$ln=16,r=8,p=1$SALT$HASH", the PHC string format. */
enum { PASSWORD_PHC_BYTES = 160, PASSWORD_COST_MIN = 10, PASSWORD_COST_MAX = 20 };

/* Any thread, but slow on purpose: never a worker's. A call uses 2^cost KiB of memory. */

/* With a fresh salt. */
void password_hash(const char *password, size_t len, int cost, char out[PASSWORD_PHC_BYTES]);
/* What looks like one, and is nobody's: no password is known. Quick. */
void password_dummy(int cost, char out[PASSWORD_PHC_BYTES]);
/* In a time that depends on the cost alone. A malformed string is nobody's. */
bool password_check(const char *password, size_t len, const char *phc);
/* Whether it was made with a lower cost than this. */
bool password_outdated(const char *phc, int cost);

#endif
