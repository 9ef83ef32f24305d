/* Users as operators see them: written, found, and meant by a change. */
#ifndef ADMIN_USERS_H
#define ADMIN_USERS_H

#include "admin/meant.h"
#include "base/arena.h"
#include "base/email.h"
#include "user/user.h"
#include "user/user_token.h"

enum { USERS_SAMPLE = 10 };

/* The words by which users are meant, in the query of a list and in the body of a change. */
#define USERS_FILTER(X)    X(status) X(role) X(search)
#define USERS_MEANT_FIELDS MEANT_FIELDS("user", "users")

/* All on the store thread. */

/* The members of a user, as an object of this name. */
void admin_write_user(struct admin_job *j, struct jout *out, const char *name,
                      const struct store_user *u);
const char *admin_user_status(const struct store_user *u, int64_t now_ms);
/* Finds the one that an id or an address names, into *out as user_row_find() does; the audit log's
 * record is of them. ERR_USER_NOT_FOUND. */
enum err_code admin_user_find(struct admin_job *j, struct store *s, const char *name,
                              struct store_user *out) MUST_CHECK;

/* The filter's words, checked; "" for those that are not given. */
struct users_words {
#define X(name) const char *name;
    USERS_FILTER(X)
#undef X
};
enum err_code users_filter(const struct users_words *w, struct store_user_filter *f,
                           char search[EMAIL_BYTES], struct err *e) MUST_CHECK;

enum err_code users_role_check(const char *role, struct err *e) MUST_CHECK;

/* Whom a change is for. */
struct users_meant {
    struct meant of;
    struct store_user *rows; /* copies: the first few, or all of them */
    size_t rows_len, rows_room;
    uint64_t *ids; /* of those whom it makes different */
    size_t len, room;
};
/* Whether the change makes a user different; NULL: it always does. */
typedef bool user_differs_fn(const void *change, const struct store_user *u);
/* Reads the fields above. whole: all rows are kept. *m is to be done in any case. */
enum err_code users_meant_read(struct admin_job *j, struct store *s, const json_t *o, bool whole,
                               user_differs_fn *differs, const void *change,
                               struct users_meant *m) MUST_CHECK;
/* The one that a path names. */
enum err_code users_meant_one(struct admin_job *j, struct store *s, const char *name,
                              user_differs_fn *differs, const void *change,
                              struct users_meant *m) MUST_CHECK;
void users_meant_done(struct users_meant *m);
/* Answers a change that was made, or was not to be: all of the answer. */
void users_meant_answer(struct admin_job *j, const struct users_meant *m);

/* What a body changes. Texts live in it, or in the arena. */
struct users_change {
    struct store_user_edit edit;
    struct arena arena;
    int providers[PROVIDERS_MAX];
};
#define USERS_CHANGE_FIELDS                                                                        \
    "role", "isActive", "defaultProvider", "keyExpiresAt", "ttlSeconds", "requestsPerMinute",      \
        "requestsPerDay", "models"
/* One that changes nothing yet. */
void users_change_init(struct users_change *c);
enum err_code users_change_read(const json_t *o, struct users_change *c, struct err *e) MUST_CHECK;
bool users_change_empty(const struct users_change *c);
bool users_change_differs(const void *change, const struct store_user *u);
/* In the store, then in memory, for those who are different then; with the audit log's members. */
enum err_code users_change_make(struct admin_job *j, struct store *s, const struct users_change *c,
                                const struct users_meant *m) MUST_CHECK;
void users_change_done(struct users_change *c);

/* What a new client token is like: fields ttlSeconds, provider, name. */
struct key_wanted {
    int64_t ttl_ms;
    int provider; /* -1: as it was */
    const char *name;
};
enum err_code key_wanted_read(struct admin_job *j, const json_t *o,
                              struct key_wanted *w) MUST_CHECK;
/* "token":{…}, with the token itself. */
void admin_write_new_token(struct admin_job *j, const struct user_token *t, int provider);

#endif
