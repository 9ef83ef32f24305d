/* Client tokens of users: made, and put in the place of others. */
#ifndef USER_USER_TOKEN_H
#define USER_USER_TOKEN_H

#include "crypto/secret.h"
#include "gateway.h"
#include "store/users.h"

enum { USER_SEALED_BYTES = SECRET_TOKEN_BYTES + SEAL_OVERHEAD_BYTES, USER_TOKEN_NAME_BYTES = 128 };

/* A client token that is in no table yet. */
struct user_token {
    struct store_token row;
    char secret[SECRET_TOKEN_BYTES], hint[SECRET_MASK_BYTES], name[USER_TOKEN_NAME_BYTES];
    uint8_t sealed[USER_SEALED_BYTES];
};

/* All on the store thread. row points into *t, which must stay where it is; wipe it. */
void user_token_make(struct gateway *gw, struct user_token *t, uint64_t user, const char *email,
                     int64_t now, int64_t expires_at);
size_t user_token_sealed_len(const struct user_token *t);
void user_token_wipe(struct user_token *t);
/* What the store is told: this token in the place of the one that the user has, of which it takes
 * over the counters where the provider is the same. */
struct store_rotation user_token_rotation(struct gateway *gw, struct user_token *t,
                                          const struct store_user *u, int provider);
/* In memory, what the store has by now. old_key 0: there was none. */
void user_token_replace(struct gateway *gw, const struct user_token *t, uint64_t user, int provider,
                        uint64_t old_key);

#endif
