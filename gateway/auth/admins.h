/* Admin tokens: who may use the admin API, and how far. */
#ifndef AUTH_ADMINS_H
#define AUTH_ADMINS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/digest.h"
#include "store/store.h"

enum admin_role {
#define ROLE(NAME, ...) ROLE_##NAME,
#include "api/roles.def"
#undef ROLE
    ROLE_COUNT
};
const char *role_name(enum admin_role role);
bool role_parse(const char *name, enum admin_role *out);

enum { ADMIN_NAME_MAX = 63, ADMINS_MAX = 1000 };
/* The name of ADMIN_TOKEN itself. */
#define ADMIN_ROOT_NAME "admin"

/* Whose token it was; a copy, as the token may be revoked while the call is answered. */
struct admin_who {
    char name[ADMIN_NAME_MAX + 1];
    enum admin_role role;
};

struct admins;

/* root: the digest of ADMIN_TOKEN, which is an owner's and is not stored. */
struct admins *admins_new(const struct digest *root);
void admins_free(struct admins *a);

/* All from any thread. */

/* false: no such token, or one that has expired. */
bool admins_check(struct admins *a, const char *secret, int64_t now_ms, struct admin_who *out);
void admins_add(struct admins *a, const struct store_admin *row);
/* By id or by name; *id is what it had. */
bool admins_find(struct admins *a, const char *text, uint64_t *id, struct admin_who *out);
bool admins_remove(struct admins *a, uint64_t id);
/* Has the tokens of another one, root excepted, instead of its own. Takes by. */
void admins_replace(struct admins *a, struct admins *by);
bool admins_full(struct admins *a);
/* Calls fn for each, oldest first, under the lock. */
typedef void admin_fn(void *arg, const struct store_admin *row);
void admins_each(struct admins *a, admin_fn *fn, void *arg);

#endif
