/* Who shows a password: one answer, after the same time, for all who may not log in. */
#include <string.h>

#include "base/log.h"
#include "user/user_impl.h"

enum { TRIES_MS = 15 * 60 * 1000, TRIES_OF_ADDRESS = 5 };

static struct limit_rate rate_of(const struct user_job *j, int64_t times)
{
    return (struct limit_rate){j->conf->login_tries * times, TRIES_MS};
}

static void names_of(const struct user_job *j, char user[EMAIL_BYTES + 24],
                     char network[CLIENT_IP_TEXT + 16])
{
    char text[CLIENT_IP_TEXT + 4];

    if (j->user_id != 0) /* a session's: guesses there lock nobody out */
        snprintf(user, EMAIL_BYTES + 24, "password %016llx", (unsigned long long)j->user_id);
    else
        snprintf(user, EMAIL_BYTES + 24, "password %s", j->email);
    user_network(j->address, text);
    snprintf(network, CLIENT_IP_TEXT + 16, "password %s", text);
}

bool user_tries_take(struct user_job *j, bool by_user)
{
    struct limit_rate of_user = rate_of(j, 1), of_address = rate_of(j, TRIES_OF_ADDRESS);
    char user[EMAIL_BYTES + 24], network[CLIENT_IP_TEXT + 16];
    int64_t wait_s;

    names_of(j, user, network);
    wait_s = limit_try(j->gw->limiter, &of_address, network);
    if (wait_s == 0 && by_user) {
        wait_s = limit_try(j->gw->limiter, &of_user, user);
        if (wait_s > 0)
            limit_try_back(j->gw->limiter, &of_address, network);
    }
    if (wait_s == 0) {
        j->tried = by_user;
        return true;
    }
    j->retry_after_s = wait_s;
    err_set(&j->e, ERR_RATE_LIMITED, "There were too many tries. Wait %lld s.", (long long)wait_s);
    user_answer(j);
    return false;
}

/* A right password is no guess. */
void user_tries_back(struct user_job *j)
{
    struct limit_rate of_user = rate_of(j, 1), of_address = rate_of(j, TRIES_OF_ADDRESS);
    char user[EMAIL_BYTES + 24], network[CLIENT_IP_TEXT + 16];

    names_of(j, user, network);
    limit_try_back(j->gw->limiter, &of_address, network);
    if (j->tried)
        limit_try_back(j->gw->limiter, &of_user, user);
}

/* Where there is no user, a hash is checked that nobody's password has. */
static void step_check(struct user_job *j, struct store *s)
{
    char dummy[PASSWORD_PHC_BYTES], masked[EMAIL_BYTES];
    const char *phc = j->found.password_hash;

    (void)s;
    if (phc == NULL) {
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
    if (user_tries_take(j, true))
        user_to_store(j, step_find);
}
