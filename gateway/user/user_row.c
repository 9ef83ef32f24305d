/* Rows of users: copies that outlive the call of the store, and what they are put in force with. */
#include <stdlib.h>
#include <string.h>

#include "auth/tokens.h"
#include "auth/users.h"
#include "crypto/secret.h"
#include "user/user.h"

void user_row_copy(struct store_user *to, const struct store_user *row)
{
    uint8_t *sealed = mem_alloc(row->key_sealed_len);

    *to = *row;
    to->email = mem_strdup(row->email);
    to->password_hash = mem_strdup(row->password_hash);
    to->role = mem_strdup(row->role);
    to->default_provider = mem_strdup(row->default_provider);
    to->key_provider = mem_strdup(row->key_provider);
    to->models = mem_strdup(row->models);
    memcpy(sealed, row->key_sealed, row->key_sealed_len);
    to->key_sealed = sealed;
}

void user_row_done(struct store_user *u)
{
    free((char *)(uintptr_t)u->email);
    if (u->password_hash != NULL)
        secret_wipe((char *)(uintptr_t)u->password_hash, strlen(u->password_hash));
    free((char *)(uintptr_t)u->password_hash);
    free((char *)(uintptr_t)u->role);
    free((char *)(uintptr_t)u->default_provider);
    free((char *)(uintptr_t)u->key_provider);
    free((void *)(uintptr_t)u->key_sealed);
    free((char *)(uintptr_t)u->models);
    *u = (struct store_user){0};
}

static bool copy_row(void *arg, const struct store_user *row)
{
    user_row_copy(arg, row);
    return false; /* there is one at most */
}

enum err_code user_row_find(struct store *s, const char *email, uint64_t id, struct store_user *out,
                            struct err *e)
{
    user_row_done(out);
    return s->ops->users->user_find(s->db, email, id, copy_row, out, e);
}

void user_take(struct gateway *gw, const struct store_user *row)
{
    struct user *user = users_put(gw->users, row);

    tokens_own(gw->tokens, row->key_id, user);
    tokens_extend(gw->tokens, row->key_id, row->key_expires_at);
    user_unref(user);
}

struct store_tally user_tally(struct gateway *gw, uint64_t key_id, int64_t *last_used)
{
    struct token *t = tokens_find(gw->tokens, key_id);
    struct store_tally tally = {0};

    *last_used = 0;
    if (t == NULL)
        return tally;
    subject_read(&t->subject, &tally);
    *last_used = atomic_load(&t->subject.last_used);
    subject_unref(&t->subject);
    return tally;
}
