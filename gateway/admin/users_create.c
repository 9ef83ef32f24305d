/* Users that operators make and delete. */
#include <stdlib.h>
#include <string.h>

#include "admin/users.h"
#include "auth/users.h"
#include "base/clock.h"
#include "crypto/password.h"
#include "crypto/secret.h"
#include "user/hasher.h"
#include "user/user_token.h"

/* The job's; the hasher's between the post and the letter. */
struct user_draft {
    struct hash_job hash_job;
    struct mail letter;
    struct admin_job *job;
    int cost;
    char *password; /* owned; NULL: none was given */
    char hash[PASSWORD_PHC_BYTES];
    bool stopping;
};

void admin_user_draft_free(struct user_draft *d)
{
    if (d == NULL)
        return;
    if (d->password != NULL)
        secret_wipe(d->password, strlen(d->password));
    free(d->password);
    secret_wipe(d->hash, sizeof(d->hash));
    free(d);
}

/* ---- the password: hashed before the store has to do with it ---- */

/* Back on the worker; or, when that has ended, on the main thread, with no request and no store any
 * more. */
static void draft_returned(struct mail *letter)
{
    struct user_draft *d = container_of(letter, struct user_draft, letter);
    struct admin_job *j = d->job;

    if (j->w->stopping && j->req == NULL) {
        admin_job_free(j);
    } else if (d->stopping) {
        err_set(&j->e, ERR_DRAINING, NULL);
        admin_job_answer(j);
    } else {
        admin_job_post(j);
    }
}

static void draft_hash(struct hash_job *job, bool stopping)
{
    struct user_draft *d = container_of(job, struct user_draft, hash_job);

    d->stopping = stopping;
    if (!stopping)
        password_hash(d->password, strlen(d->password), d->cost, d->hash);
    mailbox_post(&d->job->w->mailbox, &d->letter);
}

/* What was read of the body holds it as well. */
static void wipe_password(const json_t *o)
{
    const json_t *v = json_object_get(o, "password");

    if (json_is_string(v))
        secret_wipe((char *)(uintptr_t)json_string_value(v), json_string_length(v));
}

static const char *const create_fields[] = {"email", "password", USERS_CHANGE_FIELDS, NULL};

static enum err_code read_draft(struct admin_job *j, struct user_draft *d)
{
    const char *password = NULL, *email = "";
    json_t *o;

    if (admin_object(j, create_fields, &o, &j->e) != ERR_OK)
        return j->e.code;
    if (admin_text(o, "password", &password, &j->e) == ERR_OK &&
        admin_text(o, "email", &email, &j->e) == ERR_OK && password != NULL &&
        user_password_rules(password, email, "password", &j->e) == ERR_OK)
        d->password = mem_strdup(password);
    wipe_password(o);
    json_decref(o);
    return j->e.code;
}

/* ---- creating ---- */

/* Nobody's password; who has none logs in with a code that is mailed. */
static const char no_password[] = "!";

struct newcomer {
    struct users_change change;
    struct user_token token;
    struct store_user user;
    int provider;
};

static enum err_code newcomer_read(struct admin_job *j, const json_t *o, struct newcomer *n,
                                   char email[EMAIL_BYTES])
{
    const char *given = NULL;

    if (admin_text(o, "email", &given, &j->e) != ERR_OK ||
        users_change_read(o, &n->change, &j->e) != ERR_OK)
        return j->e.code;
    if (given == NULL || !email_normal(given, email))
        return err_param(&j->e, ERR_BAD_FIELD, "email",
                         "email must be an e-mail address such as ann@example.org.");
    n->provider = j->provider;
    return ERR_OK;
}

static void newcomer_make(struct admin_job *j, struct newcomer *n, const char *email)
{
    const struct store_user_edit *e = &n->change.edit;
    const char *provider = provider_at(n->provider)->name;
    int64_t expires_at =
        e->expires_at != 0 ? e->expires_at : e->now + gateway_conf(j->gw)->user_token_ttl;
    uint64_t id;

    secret_random(&id, sizeof(id));
    user_token_make(j->gw, &n->token, id, email, e->now, expires_at);
    n->user = (struct store_user){
        .id = id,
        .email = email,
        .password_hash = j->draft->password != NULL ? j->draft->hash : no_password,
        .active = e->active != 0,
        .role = e->role != NULL ? e->role : "user",
        .default_provider = e->default_provider != NULL ? e->default_provider : provider,
        .key_provider = provider,
        .key_id = n->token.row.id,
        .key_sealed = n->token.sealed,
        .key_sealed_len = user_token_sealed_len(&n->token),
        .key_expires_at = expires_at,
        .limit_minute = e->limit_minute > 0 ? e->limit_minute : 0,
        .limit_day = e->limit_day > 0 ? e->limit_day : 0,
        .models = e->models != NULL ? e->models : "",
        .created_at = e->now,
        .updated_at = e->now};
}

static enum err_code newcomer_add(struct admin_job *j, struct store *s, struct newcomer *n)
{
    const struct store_registration r = {
        .user = &n->user, .provider = n->provider, .token = &n->token.row};
    enum store_verdict v;

    if (s->ops->users->user_register(s->db, &r, &v, &j->e) != ERR_OK)
        return j->e.code;
    if (v != STORE_DONE)
        return err_param(&j->e, ERR_CONFLICT, "email", "There is a user with this address.");
    user_take(j->gw, &n->user);
    user_token_replace(j->gw, &n->token, n->user.id, n->provider, 0);
    return ERR_OK;
}

static enum err_code create_checked(struct admin_job *j, struct store *s, const json_t *o)
{
    char email[EMAIL_BYTES], masked[EMAIL_BYTES];
    struct newcomer n = {.provider = 0};

    wipe_password(o); /* it was hashed before */
    users_change_init(&n.change);
    if (newcomer_read(j, o, &n, email) == ERR_OK) {
        newcomer_make(j, &n, email);
        if (newcomer_add(j, s, &n) == ERR_OK) {
            admin_audit_id(j, 'u', n.user.id);
            jout_str(&j->audit, "email", email_mask(email, masked));
            jout_str(&j->audit, "role", n.user.role);
            jout_time(&j->audit, "keyExpiresAt", n.user.key_expires_at);
            jout_object(&j->json, NULL);
            admin_write_user(j, &j->json, "user", &n.user);
            admin_write_new_token(j, &n.token, n.provider);
            jout_object_end(&j->json);
        }
        user_token_wipe(&n.token);
    }
    users_change_done(&n.change);
    return j->e.code;
}

static enum err_code work_create(struct admin_job *j, struct store *s)
{
    return admin_with_object(j, s, create_fields, create_checked);
}

void admin_user_create(struct http_req *r)
{
    struct admin_job *j = admin_job_new(r, work_create);
    struct user_draft *d = mem_zalloc(sizeof(*d));

    j->draft = d;
    *d = (struct user_draft){.hash_job.run = draft_hash,
                             .letter.open = draft_returned,
                             .job = j,
                             .cost = (int)gateway_conf(j->gw)->password_cost};
    if (j->e.code != ERR_OK || read_draft(j, d) != ERR_OK) {
        admin_job_answer(j);
    } else if (d->password == NULL) {
        admin_job_post(j);
    } else if (!user_hash_post(j->gw, &d->hash_job)) {
        err_set(&j->e, ERR_STORE,
                "The thread that checks passwords has too much to do at the moment. Try again "
                "shortly.");
        j->retry_after_s = 1;
        admin_job_answer(j);
    }
}

/* ---- deleting ---- */

static bool forget(void *arg, const struct store_user *u)
{
    struct users_meant *gone = arg;

    gone->rows = mem_resize(gone->rows, gone->rows_len + 1, sizeof(*gone->rows));
    user_row_copy(&gone->rows[gone->rows_len++], u);
    return true;
}

static enum err_code delete_meant(struct admin_job *j, struct store *s, const struct users_meant *m)
{
    struct users_meant gone = {0};
    struct users_change c;
    enum err_code rc;

    users_change_init(&c);
    rc = s->ops->users->users_delete(s->db, m->ids, m->len, c.providers, c.edit.providers_len,
                                     forget, &gone, &j->e);
    for (size_t i = 0; i < gone.rows_len && rc == ERR_OK; i++) {
        tokens_remove(j->gw->tokens, gone.rows[i].key_id);
        users_remove(j->gw->users, gone.rows[i].id);
    }
    users_meant_done(&gone);
    users_change_done(&c);
    return rc;
}

static enum err_code delete_checked(struct admin_job *j, struct store *s, const json_t *o)
{
    struct users_meant m = {0};

    if (users_meant_read(j, s, o, false, NULL, NULL, &m) == ERR_OK &&
        (m.of.dry_run || m.len == 0 || delete_meant(j, s, &m) == ERR_OK))
        users_meant_answer(j, &m);
    users_meant_done(&m);
    return j->e.code;
}

static enum err_code work_delete(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {USERS_MEANT_FIELDS, NULL};

    return admin_with_object(j, s, fields, delete_checked);
}

void admin_users_delete(struct http_req *r)
{
    admin_run(r, work_delete);
}

static enum err_code work_delete_one(struct admin_job *j, struct store *s)
{
    struct users_meant m = {0};

    if (users_meant_one(j, s, j->param, NULL, NULL, &m) == ERR_OK &&
        delete_meant(j, s, &m) == ERR_OK)
        admin_success(j, NULL);
    users_meant_done(&m);
    return j->e.code;
}

void admin_user_delete(struct http_req *r)
{
    admin_run(r, work_delete_one);
}
