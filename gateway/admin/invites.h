/* Invite codes as operators see them: which are meant by a list or a revocation. */
#ifndef ADMIN_INVITES_H
#define ADMIN_INVITES_H

#include "admin/meant.h"
#include "store/users.h"

/* The words by which they are meant, in the query of a list and in the body of a revocation. */
#define INVITES_FILTER(X) X(status) X(search)
struct invites_words {
#define X(name) const char *name;
    INVITES_FILTER(X)
#undef X
};
/* Words that are NULL or empty are not given. f borrows them. */
enum err_code invites_filter(const struct invites_words *w, struct store_invite_filter *f,
                             struct err *e) MUST_CHECK;
const char *invite_status(const struct store_invite *i, int64_t now_ms);

#endif
