/* Client tokens: made, listed, changed, deleted. */
#include <stdlib.h>
#include <string.h>

#include "admin/admin.h"
#include "base/clock.h"
#include "crypto/secret.h"

enum { TOKEN_NAME_MAX = 100 };

static void write_token(void *arg, const struct token *t)
{
    struct jout *out = arg;
    char id[DIGEST_ID_TEXT];
    struct store_tally tally;

    subject_read(&t->subject, &tally);
    jout_object(out, NULL);
    jout_str(out, "id", digest_id_text('t', t->id, id));
    jout_str(out, "token", t->hint);
    jout_str(out, "name", token_name(t));
    jout_str(out, "provider", provider_at(t->provider)->name);
    jout_time(out, "createdAt", t->created_at);
    jout_time(out, "expires_at", t->expires_at);
    jout_int(out, "requestCount", tally.requests);
    admin_write_tally(out, &tally);
    jout_time(out, "last_used", atomic_load(&t->subject.last_used));
    jout_object_end(out);
}

static enum err_code list_as(struct admin_job *j, const char *name)
{
    jout_object(&j->json, NULL);
    jout_array(&j->json, name);
    tokens_each(j->gw->tokens, j->provider, write_token, &j->json);
    jout_array_end(&j->json);
    jout_object_end(&j->json);
    return ERR_OK;
}

static enum err_code work_list(struct admin_job *j, struct store *s)
{
    (void)s;
    return list_as(j, "tokens");
}

void admin_tokens_list(struct http_req *r)
{
    admin_run(r, work_list);
}

static enum err_code work_client_list(struct admin_job *j, struct store *s)
{
    (void)s;
    return list_as(j, "client_tokens");
}

void admin_client_tokens_list(struct http_req *r)
{
    admin_run(r, work_client_list);
}

enum err_code admin_token_name_check(const char *name, struct err *e)
{
    if (name[0] == '\0' || strlen(name) > TOKEN_NAME_MAX)
        return err_param(e, ERR_BAD_FIELD, "name", "name must have 1 to %d bytes.", TOKEN_NAME_MAX);
    for (; *name != '\0'; name++)
        if ((unsigned char)*name < 0x20 || *name == 0x7f)
            return err_param(e, ERR_BAD_FIELD, "name", "name must not hold control characters.");
    return ERR_OK;
}

static enum err_code create(struct admin_job *j, struct store *s, const char *name,
                            int64_t expires_s)
{
    char secret[SECRET_TOKEN_BYTES], hint[SECRET_MASK_BYTES], id[DIGEST_ID_TEXT];
    struct store_token row = {.name = name, .hint = hint, .created_at = clock_wall_ms()};
    struct digest d;

    secret_token(secret);
    digest_of(secret, strlen(secret), &d);
    row.id = digest_id(&d);
    memcpy(row.digest, d.bytes, sizeof(row.digest));
    secret_mask(secret, strlen(secret), hint);
    if (expires_s > 0)
        row.expires_at = row.created_at + expires_s * 1000;
    if (s->ops->token_insert(s->db, j->provider, &row, &j->e) == ERR_OK) {
        tokens_add(j->gw->tokens, j->provider, &row);
        admin_audit_id(j, 't', row.id);
        jout_str(&j->audit, "name", name);
        jout_time(&j->audit, "expires_at", row.expires_at);
        jout_object(&j->json, NULL);
        jout_str(&j->json, "token", secret);
        jout_str(&j->json, "id", digest_id_text('t', row.id, id));
        jout_str(&j->json, "name", name);
        jout_str(&j->json, "provider", provider_at(j->provider)->name);
        jout_time(&j->json, "expiresAt", row.expires_at);
        jout_object_end(&j->json);
    }
    explicit_bzero(secret, sizeof(secret));
    return j->e.code;
}

/* The two paths differ in what they call the time to live. */
static enum err_code create_with(struct admin_job *j, struct store *s, const char *ttl_field,
                                 const char *default_name)
{
    const char *const fields[] = {"name", ttl_field, NULL};
    const char *name = default_name;
    int64_t ttl_s = 0;
    json_t *o;

    if (admin_object(j, fields, &o, &j->e) != ERR_OK)
        return j->e.code;
    if (admin_text(o, "name", &name, &j->e) == ERR_OK &&
        admin_token_name_check(name, &j->e) == ERR_OK &&
        admin_number(o, ttl_field, 1, ADMIN_SECONDS_MAX, &ttl_s, &j->e) == ERR_OK)
        create(j, s, name, ttl_s);
    json_decref(o);
    return j->e.code;
}

static enum err_code work_create(struct admin_job *j, struct store *s)
{
    return create_with(j, s, "expiresIn", "");
}

void admin_tokens_create(struct http_req *r)
{
    admin_run(r, work_create);
}

static enum err_code work_client_create(struct admin_job *j, struct store *s)
{
    return create_with(j, s, "ttl", "unnamed");
}

void admin_client_tokens_create(struct http_req *r)
{
    admin_run(r, work_client_create);
}

/* The job's provider's, with a reference, or NULL with the error. */
static struct token *find_token(struct admin_job *j, const char *text)
{
    struct token *t = tokens_find(j->gw->tokens, admin_id('t', text));

    if (t != NULL && t->provider == j->provider)
        return t;
    if (t != NULL)
        subject_unref(&t->subject);
    err_set(&j->e, ERR_TOKEN_NOT_FOUND, NULL);
    return NULL;
}

static enum err_code work_show(struct admin_job *j, struct store *s)
{
    struct token *t = find_token(j, j->param);

    (void)s;
    if (t == NULL)
        return j->e.code;
    write_token(&j->json, t);
    subject_unref(&t->subject);
    return ERR_OK;
}

void admin_token_show(struct http_req *r)
{
    admin_run(r, work_show);
}

static enum err_code edit_token(struct admin_job *j, struct store *s, struct token *t,
                                const char *name, int64_t expires_at)
{
    if (t->owner != NULL)
        return err_set(&j->e, ERR_CONFLICT, "This is a user's token: change the user instead.");
    if (s->ops->token_edit(s->db, j->provider, t->id, name, expires_at, &j->e) != ERR_OK)
        return j->e.code;
    admin_audit_id(j, 't', t->id);
    jout_str(&j->audit, "name", name);
    jout_time(&j->audit, "expires_at", expires_at);
    token_put(t, name, expires_at);
    write_token(&j->json, t);
    return ERR_OK;
}

static enum err_code edit_checked(struct admin_job *j, struct store *s, const json_t *o)
{
    const char *name = NULL;
    int64_t expires_at = 0;
    bool ends;
    struct token *t;

    if (admin_text(o, "name", &name, &j->e) != ERR_OK ||
        (name != NULL && admin_token_name_check(name, &j->e) != ERR_OK) ||
        admin_expiry(o, "expires_at", "ttl", &expires_at, &ends, &j->e) != ERR_OK)
        return j->e.code;
    if (name == NULL && !ends)
        return err_set(&j->e, ERR_BAD_FIELD,
                       "There is nothing to change: give name, expires_at or ttl.");
    t = find_token(j, j->param);
    if (t == NULL)
        return j->e.code;
    edit_token(j, s, t, name != NULL ? name : token_name(t),
               ends ? expires_at : atomic_load(&t->expires_at));
    subject_unref(&t->subject);
    return j->e.code;
}

static enum err_code work_edit(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {"name", "expires_at", "ttl", NULL};

    return admin_with_object(j, s, fields, edit_checked);
}

void admin_token_edit(struct http_req *r)
{
    admin_run(r, work_edit);
}

static enum err_code delete_token(struct admin_job *j, struct store *s, const char *text)
{
    struct token *t = find_token(j, text);
    uint64_t id;

    if (t == NULL)
        return j->e.code;
    id = t->id;
    subject_unref(&t->subject);
    if (s->ops->token_delete(s->db, j->provider, id, &j->e) != ERR_OK)
        return j->e.code;
    tokens_remove(j->gw->tokens, id);
    admin_audit_id(j, 't', id);
    admin_success(j, NULL);
    return ERR_OK;
}

static enum err_code work_delete(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {"token", NULL};
    const char *token = NULL;
    json_t *o;

    if (admin_object(j, fields, &o, &j->e) != ERR_OK)
        return j->e.code;
    if (admin_text(o, "token", &token, &j->e) == ERR_OK) {
        if (token == NULL)
            err_param(&j->e, ERR_BAD_FIELD, "token", "token is missing.");
        else
            delete_token(j, s, token);
    }
    json_decref(o);
    return j->e.code;
}

void admin_tokens_delete(struct http_req *r)
{
    admin_run(r, work_delete);
}

static enum err_code work_delete_one(struct admin_job *j, struct store *s)
{
    return delete_token(j, s, j->param);
}

void admin_token_delete(struct http_req *r)
{
    admin_run(r, work_delete_one);
}
