/* The users' own part of the API, as the rest of the gateway sees it. */
#ifndef USER_USER_H
#define USER_USER_H

#include "crypto/secret.h"
#include "gateway.h"

struct user;
struct user_system;

/* What AUTH_SECRET is when it is not set: under this name in the store's pool_meta, which is also
 * the aad; sealed, in hex. */
#define USER_SECRET "auth-secret"
enum {
    USER_SECRET_BYTES = 32,
    USER_SECRET_TEXT = 2 * (USER_SECRET_BYTES + SEAL_OVERHEAD_BYTES) + 1
};

/* Loads users and sessions, after the tokens, and what sessions are signed with. Boot. */
enum err_code user_system_load(struct gateway *gw, struct err *e) MUST_CHECK;
/* Another gateway changed these users, or any: reads them and their sessions again. Store thread.
 */
enum err_code user_system_hear(struct gateway *gw, struct store *s, const uint64_t *ids, size_t len,
                               struct err *e) MUST_CHECK;
enum err_code user_system_hear_all(struct gateway *gw, struct store *s, struct err *e) MUST_CHECK;
/* The thread that hashes passwords: started before the workers; stopped after them and before the
 * store thread. Main thread. */
void user_system_start(struct user_system *u);
void user_system_stop(struct user_system *u);
void user_system_free(struct user_system *u);
/* Forgets what is over, about once an hour. Store thread. */
void user_system_tick(struct user_system *u, struct gateway *gw, struct store *s);

/* Whose session this token is of, with a reference. Errors: ERR_SESSION, ERR_USER_DISABLED. Worker.
 */
enum err_code user_admit(struct gateway *gw, const char *bearer, struct user **user, uint64_t *jti,
                         struct err *e) MUST_CHECK;

#endif
