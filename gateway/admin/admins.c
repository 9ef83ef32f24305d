/* Admin tokens by API: listed, made, revoked. */
#include <string.h>

#include "admin/admin.h"
#include "base/clock.h"
#include "crypto/secret.h"

static void write_admin(void *arg, const struct store_admin *a)
{
    struct jout *out = arg;
    char id[DIGEST_ID_TEXT];

    jout_object(out, NULL);
    jout_str(out, "id", digest_id_text('a', a->id, id));
    jout_str(out, "name", a->name);
    jout_str(out, "role", role_name((enum admin_role)a->role));
    jout_str(out, "token", a->hint);
    jout_time(out, "created_at", a->created_at);
    jout_time(out, "expires_at", a->expires_at);
    jout_object_end(out);
}

static enum err_code work_list(struct admin_job *j, struct store *s)
{
    (void)s;
    j->unchanged = true; /* although it takes an owner */
    jout_object(&j->json, NULL);
    jout_array(&j->json, "admins");
    admins_each(j->gw->admins, write_admin, &j->json);
    jout_array_end(&j->json);
    jout_object_end(&j->json);
    return ERR_OK;
}

void admin_admins_list(struct http_req *r)
{
    admin_run(r, work_list);
}

static enum err_code check_name(const char *name, struct err *e)
{
    if (name == NULL || name[0] == '\0' || strlen(name) > ADMIN_NAME_MAX ||
        name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@-")])
        return err_param(e, ERR_BAD_FIELD, "name",
                         "name must have 1 to %d letters, digits, dots, hyphens, underscores or @.",
                         ADMIN_NAME_MAX);
    if (strcmp(name, ADMIN_ROOT_NAME) == 0)
        return err_param(e, ERR_CONFLICT, "name", "%s is the name of ADMIN_TOKEN itself.",
                         ADMIN_ROOT_NAME);
    return ERR_OK;
}

static enum err_code check_role(const char *name, enum admin_role *role, struct err *e)
{
    if (name != NULL && role_parse(name, role))
        return ERR_OK;
    return err_param(e, ERR_BAD_FIELD, "role", "role must be %s, %s or %s.", role_name(ROLE_READER),
                     role_name(ROLE_OPERATOR), role_name(ROLE_OWNER));
}

static enum err_code create(struct admin_job *j, struct store *s, struct store_admin *row)
{
    char secret[SECRET_TOKEN_BYTES], hint[SECRET_MASK_BYTES], id[DIGEST_ID_TEXT];
    struct digest d;

    if (admins_full(j->gw->admins))
        return err_set(&j->e, ERR_CONFLICT, "There are %d admin tokens; revoke one first.",
                       ADMINS_MAX);
    secret_token(secret);
    digest_of(secret, strlen(secret), &d);
    row->id = digest_id(&d);
    row->hint = secret_mask(secret, strlen(secret), hint);
    memcpy(row->digest, d.bytes, sizeof(row->digest));
    if (s->ops->admin_insert(s->db, row, &j->e) == ERR_OK) {
        admins_add(j->gw->admins, row);
        jout_object(&j->json, NULL);
        jout_str(&j->json, "token", secret);
        jout_str(&j->json, "id", digest_id_text('a', row->id, id));
        jout_str(&j->json, "name", row->name);
        jout_str(&j->json, "role", role_name((enum admin_role)row->role));
        jout_time(&j->json, "expires_at", row->expires_at);
        jout_object_end(&j->json);
        admin_audit_target(j, row->name);
        jout_str(&j->audit, "role", role_name((enum admin_role)row->role));
    }
    explicit_bzero(secret, sizeof(secret));
    return j->e.code;
}

static enum err_code work_create(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {"name", "role", "expiresIn", NULL};
    struct store_admin row = {.created_at = clock_wall_ms()};
    const char *role_text = NULL;
    enum admin_role role = ROLE_READER;
    int64_t ttl_s = 0;
    json_t *o;

    if (admin_object(j, fields, &o, &j->e) != ERR_OK)
        return j->e.code;
    if (admin_text(o, "name", &row.name, &j->e) == ERR_OK &&
        admin_text(o, "role", &role_text, &j->e) == ERR_OK &&
        check_name(row.name, &j->e) == ERR_OK && check_role(role_text, &role, &j->e) == ERR_OK &&
        admin_number(o, "expiresIn", 1, ADMIN_SECONDS_MAX, &ttl_s, &j->e) == ERR_OK) {
        row.role = (int)role;
        row.expires_at = ttl_s > 0 ? row.created_at + ttl_s * 1000 : 0;
        create(j, s, &row);
    }
    json_decref(o);
    return j->e.code;
}

void admin_admin_create(struct http_req *r)
{
    admin_run(r, work_create);
}

static enum err_code work_revoke(struct admin_job *j, struct store *s)
{
    struct admin_who who;
    uint64_t id;

    if (!admins_find(j->gw->admins, j->param, &id, &who))
        return err_set(&j->e, ERR_ADMIN_NOT_FOUND, NULL);
    if (s->ops->admin_delete(s->db, id, &j->e) != ERR_OK)
        return j->e.code;
    admins_remove(j->gw->admins, id);
    admin_audit_target(j, who.name);
    admin_success(j, NULL);
    return ERR_OK;
}

void admin_admin_revoke(struct http_req *r)
{
    admin_run(r, work_revoke);
}

static enum err_code work_whoami(struct admin_job *j, struct store *s)
{
    (void)s;
    jout_object(&j->json, NULL);
    jout_str(&j->json, "name", j->who.name);
    jout_str(&j->json, "role", role_name(j->who.role));
    jout_object_end(&j->json);
    return ERR_OK;
}

void admin_whoami(struct http_req *r)
{
    admin_run(r, work_whoami);
}
