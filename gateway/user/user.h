/* The users' own part of the API, as the rest of the gateway sees it. */
#ifndef USER_USER_H
#define USER_USER_H

#include "crypto/secret.h"
#include "gateway.h"
#include "store/users.h"
#include "json/jout.h"

struct hash_job;
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

/* Puts in force what the store has of a user, with the client token if that is there. Store thread,
 * or booting. */
void user_take(struct gateway *gw, const struct store_user *row);
/* Looks for a user by address, or by id when that is NULL. *out, which is all zero or an earlier
 * copy, becomes a copy to be user_row_done(), or all zero when there is none. Store thread. */
enum err_code user_row_find(struct store *s, const char *email, uint64_t id, struct store_user *out,
                            struct err *e) MUST_CHECK;
void user_row_copy(struct store_user *to, const struct store_user *row);
void user_row_done(struct store_user *u);
/* What was counted of a client token. Any thread. */
struct store_tally user_tally(struct gateway *gw, uint64_t key_id, int64_t *last_used);
/* {"usage":{…},"limits":{…}}; false: there is no such user in memory any more. */
bool user_write_usage(struct gateway *gw, struct jout *out, const struct store_user *u);
/* "requestsPerMinute", "requestsPerDay", "requestsToday", "models". */
void user_write_limits(struct jout *out, const struct user *user);

/* Whether it may be somebody's password from now on; param names it in the error. Any thread. */
enum err_code user_password_rules(const char *password, const char *email, const char *param,
                                  struct err *e) MUST_CHECK;
/* hasher_post() with the gateway's hasher. */
bool user_hash_post(struct gateway *gw, struct hash_job *job) MUST_CHECK;

#endif
