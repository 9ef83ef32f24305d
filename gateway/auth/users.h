/* Users and their sessions in memory: what a request needs to know of them. */
#ifndef AUTH_USERS_H
#define AUTH_USERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "store/users.h"

struct user_models;

struct user {
    atomic_int refs;
    uint64_t id;
    atomic_bool active;
    _Atomic int64_t limit_minute, limit_day; /* requests; 0: any number */
    _Atomic(struct user_models *) models;    /* NULL: all; kept until the user is freed */
    _Atomic uint64_t today;                  /* a day of UTC since 1970, and requests made on it */
    struct list sessions;                    /* the lock's */
};

struct users;

struct users *users_new(void);
void users_free(struct users *u);

/* All from any thread. */
void user_ref(struct user *user);
void user_unref(struct user *user);

/* Adds the user or takes over what changed: a disabled one's sessions end, and its token is
 * refused. Returns a reference. */
struct user *users_put(struct users *u, const struct store_user *row);
struct user *users_find(struct users *u, uint64_t id); /* a reference, or NULL */
void users_remove(struct users *u, uint64_t id); /* with the sessions; what is left is disabled */
size_t users_count(struct users *u);

/* Nothing happens when there is no such user. */
void users_session_add(struct users *u, const struct store_session *s);
void users_session_end(struct users *u, uint64_t jti);
void users_sessions_end(struct users *u, uint64_t user);
/* All that the user has from now on. */
void users_sessions_put(struct users *u, uint64_t user, const struct store_session *rows,
                        size_t len);
/* Calls fn for each user, under the lock. */
typedef void user_id_fn(void *arg, uint64_t id);
void users_each(struct users *u, user_id_fn *fn, void *arg);
/* Whose session it is, with a reference; NULL: nobody's, or it is over. */
struct user *users_session(struct users *u, uint64_t jti, int64_t now_ms);
/* Forgets sessions that are over. */
void users_sweep(struct users *u, int64_t now_ms);

bool user_may_use(const struct user *user, const char *model);
/* Whether only some are allowed; fn is called for each of these. */
bool user_is_limited(const struct user *user);
typedef void user_model_fn(void *arg, const char *name);
void user_models_each(const struct user *user, user_model_fn *fn, void *arg);
/* Counts a request of this day; false: its limit is reached, and nothing was counted. */
bool user_count_today(struct user *user, int64_t now_ms);
int64_t user_requests_today(const struct user *user, int64_t now_ms);

#endif
