/* Registration: a code that was mailed becomes a user, a client token and a session, or nothing. */
#include <string.h>

#include "auth/tokens.h"
#include "base/clock.h"
#include "user/user_impl.h"

/* Everything that is made, and how it is told of. */
struct newcomer {
    struct store_user user;
    struct user_token token;
    struct store_code code;
    struct digest invite;
    struct store_registration r;
};

static const struct {
    enum store_verdict verdict;
    enum err_code code;
} errors[] = {
    {STORE_CODE_WRONG, ERR_CODE},
    {STORE_CODE_USED, ERR_REGISTERED},
    {STORE_EXISTS, ERR_REGISTERED},
    {STORE_NO_INVITE, ERR_INVITE},
};

static enum err_code error_of(enum store_verdict v)
{
    for (size_t i = 0; i < ARRAY_LEN(errors); i++)
        if (errors[i].verdict == v)
            return errors[i].code;
    return ERR_INTERNAL;
}

static void newcomer_make(struct user_job *j, struct newcomer *n, int provider)
{
    int64_t now = clock_wall_ms();
    uint64_t id;

    secret_random(&id, sizeof(id));
    user_token_make(j, &n->token, id, j->email, now, now + j->conf->user_token_ttl);
    n->user = (struct store_user){.id = id,
                                  .email = j->email,
                                  .password_hash = j->hash,
                                  .active = true,
                                  .role = "user",
                                  .default_provider = provider_at(provider)->name,
                                  .key_provider = provider_at(provider)->name,
                                  .key_id = n->token.row.id,
                                  .key_sealed = n->token.sealed,
                                  .key_sealed_len = user_token_sealed_len(&n->token),
                                  .key_expires_at = n->token.row.expires_at,
                                  .models = "",
                                  .last_login_at = now,
                                  .created_at = now,
                                  .updated_at = now};
    n->code = user_code(j, PURPOSE_REGISTER, j->code);
    j->session = user_session_new(j, id);
    n->r = (struct store_registration){.user = &n->user,
                                       .provider = provider,
                                       .token = &n->token.row,
                                       .session = &j->session,
                                       .code = &n->code};
    if (j->conf->registration == ACCESS_INVITE) {
        digest_of(j->invite, strlen(j->invite), &n->invite);
        n->r.invite = n->invite.bytes;
    }
}

/* In memory, what the store has by now. */
static void welcome(struct user_job *j, const struct newcomer *n)
{
    struct user *user = users_put(j->gw->users, &n->user);

    tokens_add(j->gw->tokens, n->r.provider, &n->token.row);
    tokens_own(j->gw->tokens, n->token.row.id, user);
    users_session_add(j->gw->users, &j->session);
    user_unref(user);
}

static void step_create(struct user_job *j, struct store *s)
{
    int provider = j->provider != NULL ? provider_by_name(j->provider) : PROVIDER_OLLAMA;
    enum store_verdict v;
    struct newcomer n;

    if (provider < 0) { /* it was removed meanwhile */
        user_answer_error(j, ERR_PROVIDER_NOT_FOUND);
        return;
    }
    newcomer_make(j, &n, provider);
    if (s->ops->users->user_register(s->db, &n.r, &v, &j->e) == ERR_OK) {
        if (v == STORE_DONE) {
            user_tries_back(j);
            welcome(j, &n);
            user_write_login(j, &n.user, n.token.secret);
        } else {
            err_set(&j->e, error_of(v), NULL);
        }
    }
    user_token_wipe(&n.token);
    user_answer(j);
}

static void step_hash(struct user_job *j, struct store *s)
{
    (void)s;
    password_hash(j->password, strlen(j->password), (int)j->conf->password_cost, j->hash);
    user_to_store(j, step_create);
}

/* Nobody has a password hashed without the code; it is used only in the end. */
static void step_code(struct user_job *j, struct store *s)
{
    struct store_code code = user_code(j, PURPOSE_REGISTER, j->code);
    enum store_verdict v;

    if (s->ops->users->code_try(s->db, &code, &v, &j->e) != ERR_OK)
        user_answer(j);
    else if (v != STORE_DONE)
        user_answer_error(j, error_of(v));
    else
        user_to_hasher(j, step_hash);
}

static void register_checked(void *arg, enum err_code rc, const struct err *e)
{
    struct user_job *j = arg;

    if (rc != ERR_OK) {
        user_answer_refusal(j, e);
    } else if (user_tries_take(j, false)) {
        user_to_store(j, step_code);
    }
}

static bool domain_allowed(const char *list, const char *email)
{
    const char *domain = strchr(email, '@') + 1;

    if (list[strspn(list, ", ")] == '\0')
        return true;
    for (size_t len; *(list += strspn(list, ", ")) != '\0'; list += len) {
        len = strcspn(list, ", ");
        if (len == strlen(domain) && strncasecmp(list, domain, len) == 0)
            return true;
    }
    return false;
}

/* What can be said without looking anything up. */
static enum err_code check(struct user_job *j)
{
    char known[PROVIDER_NAMES_BYTES];

    if (j->conf->registration == ACCESS_CLOSED)
        return err_set(&j->e, ERR_REGISTRATION, NULL);
    if (!domain_allowed(j->conf->email_domains, j->email))
        return err_param(&j->e, ERR_EMAIL_DOMAIN, "email", NULL);
    if (user_password_rules(j->password, j->email, "password", &j->e) != ERR_OK)
        return j->e.code;
    if (j->conf->registration == ACCESS_INVITE && j->invite == NULL)
        return err_param(&j->e, ERR_INVITE, "inviteCode", NULL);
    if (j->provider != NULL && provider_by_name(j->provider) < 0)
        return err_param(&j->e, ERR_BAD_FIELD, "provider", "provider must be one of: %s.",
                         provider_names(known));
    return ERR_OK;
}

void user_register(struct http_req *r)
{
    static const char *const fields[] = {
        "email",      "code",           "password",         "provider",
        "inviteCode", "turnstileToken", "cfTurnstileToken", NULL};
    static const char *const needed[] = {"email", "code", "password", NULL};
    struct user_job *j = user_job_new(r);

    if (user_input(j, fields, needed) != ERR_OK || check(j) != ERR_OK)
        user_answer(j);
    else
        turnstile_check(r, j->turnstile, "register", register_checked, j);
}
