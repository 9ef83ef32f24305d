/* Who shows a password: one answer, after the same time, for all who may not log in. */
#include <string.h>

#include "base/log.h"
#include "user/user_impl.h"

/* Where there is no user, a hash is checked that nobody's password has. */
static void step_check(struct user_job *j, struct store *s)
{
    char dummy[PASSWORD_PHC_BYTES], masked[EMAIL_BYTES];
    const char *phc = j->found.password_hash;

    (void)s;
    if (phc == NULL || phc[0] != '$') { /* no user, or no password; it takes as long */
        password_dummy((int)j->conf->password_cost, dummy);
        phc = dummy;
    }
    j->password_good = password_check(j->password, strlen(j->password), phc) && j->found.id != 0;
    if (!j->password_good) {
        LOG(INFO, "login_failed", F_STR("address", j->address),
            F_STR("user", email_mask(j->email, masked)));
        if (j->user_id != 0)
            err_param(&j->e, ERR_LOGIN, "password", "The password is wrong.");
        else
            err_set(&j->e, ERR_LOGIN, NULL);
        user_answer(j);
        return;
    }
    user_tries_back(j);
    if (!j->found.active) {
        user_answer_error(j, ERR_USER_DISABLED);
        return;
    }
    if (password_outdated(phc, (int)j->conf->password_cost))
        password_hash(j->password, strlen(j->password), (int)j->conf->password_cost, j->hash);
    user_to_store(j, j->after);
}

static void step_find(struct user_job *j, struct store *s)
{
    if (user_find(j, s))
        user_to_hasher(j, step_check);
}

void user_check_password(struct user_job *j, user_step_fn *after)
{
    j->after = after;
    user_tries(j, true, step_find);
}
