/* The whole pool by API: backups, uploads, restores, migrations, and another master key. */
#include "archive/archive.h"

#include <stdlib.h>
#include <string.h>

#include "archive/backup.h"
#include "archive/bring.h"
#include "archive/rotate.h"
#include "auth/admins.h"

/* ---- backup ---- */

static enum err_code check_passphrase(const char *passphrase, struct err *e)
{
    size_t len = strlen(passphrase);

    if (len < VAULT_PASSPHRASE_MIN || len > VAULT_PASSPHRASE_MAX)
        return err_param(
            e, ERR_BAD_FIELD, "passphrase",
            "passphrase must have %d to %d bytes; what a backup holds is worth guessing "
            "at.",
            VAULT_PASSPHRASE_MIN, VAULT_PASSPHRASE_MAX);
    return ERR_OK;
}

static enum err_code backup(struct admin_job *j, struct store *s, const json_t *o)
{
    const char *passphrase = NULL;
    bool with_master_key = false;
    char *copy;

    if (admin_text(o, "passphrase", &passphrase, &j->e) != ERR_OK ||
        admin_bool(o, "with_master_key", &with_master_key, &j->e) != ERR_OK)
        return j->e.code;
    if ((passphrase != NULL) == with_master_key)
        return err_param(&j->e, ERR_BAD_FIELD, "passphrase",
                         "Give either a passphrase, or with_master_key.");
    if (passphrase != NULL && check_passphrase(passphrase, &j->e) != ERR_OK)
        return j->e.code;
    jout_bool(&j->audit, "with_master_key", with_master_key);
    if (archive_free_now(j->gw->archive, &j->e) != ERR_OK || admin_audit_write(j, s) != ERR_OK)
        return j->e.code;
    copy = passphrase != NULL ? mem_strdup(passphrase) : NULL;
    if (backup_begin(j->gw->archive, j, copy, &j->e) == ERR_OK)
        return ADMIN_TAKEN;
    free(copy);
    return j->e.code;
}

static enum err_code work_backup(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {"passphrase", "with_master_key", NULL};

    return admin_with_object(j, s, fields, backup);
}

void admin_backup(struct http_req *r)
{
    admin_run(r, work_backup);
}

/* ---- uploads: what is done with them is recorded, they are not ---- */

static enum err_code work_upload_begin(struct admin_job *j, struct store *s)
{
    char id[UPLOAD_ID_TEXT];

    (void)s;
    j->unchanged = true;
    if (upload_begin(archive_uploads(j->gw->archive), id, &j->e) != ERR_OK)
        return j->e.code;
    jout_object(&j->json, NULL);
    jout_str(&j->json, "id", id);
    jout_int(&j->json, "part_bytes", UPLOAD_PART_MAX);
    jout_object_end(&j->json);
    return ERR_OK;
}

void admin_upload_begin(struct http_req *r)
{
    admin_run(r, work_upload_begin);
}

static enum err_code work_upload_part(struct admin_job *j, struct store *s)
{
    int64_t at = -1, bytes = 0;

    (void)s;
    j->unchanged = true;
    if (admin_query_number("at", j->at, 0, INT64_MAX, &at, &j->e) != ERR_OK)
        return j->e.code;
    if (at < 0)
        return err_param(&j->e, ERR_BAD_FIELD, "at", "at is missing.");
    if (upload_add(archive_uploads(j->gw->archive), j->param, at, j->body.data, j->body.len, &bytes,
                   &j->e) != ERR_OK)
        return j->e.code;
    jout_object(&j->json, NULL);
    jout_str(&j->json, "id", j->param);
    jout_int(&j->json, "bytes", bytes);
    jout_object_end(&j->json);
    return ERR_OK;
}

void admin_upload_part(struct http_req *r)
{
    static const char *const query[] = {"at", NULL};

    admin_run_query(r, query, work_upload_part);
}

static enum err_code work_upload_drop(struct admin_job *j, struct store *s)
{
    (void)s;
    j->unchanged = true;
    if (!upload_remove(archive_uploads(j->gw->archive), j->param))
        return err_set(&j->e, ERR_NO_ROUTE, "There is no such upload.");
    admin_success(j, NULL);
    return ERR_OK;
}

void admin_upload_drop(struct http_req *r)
{
    admin_run(r, work_upload_drop);
}

/* ---- restore ---- */

/* Who asks goes along: the record of it is written with the change, or not at all. */
static void take_who(struct admin_job *j, const char *action, struct bring_who *who)
{
    snprintf(who->actor, sizeof(who->actor), "%s", j->who.name);
    snprintf(who->role, sizeof(who->role), "%s", role_name(j->who.role));
    snprintf(who->address, sizeof(who->address), "%s", j->address);
    snprintf(who->request_id, sizeof(who->request_id), "%s", j->request_id);
    snprintf(who->action, sizeof(who->action), "%s", action);
}

/* Takes b; answers with the job. */
static enum err_code begin(struct admin_job *j, struct store *s, const char *action,
                           struct bring *b)
{
    char id[JOB_ID_TEXT];

    j->unchanged = true;
    take_who(j, action, &b->who);
    if (bring_begin(j->gw->archive, s, b, id, &j->e) != ERR_OK)
        return j->e.code;
    j->http_status = 202;
    jobs_write(j->gw->jobs, id, &j->json);
    return ERR_OK;
}

static enum err_code take_upload(struct admin_job *j, const char *id, struct upload_file **out)
{
    if (id == NULL)
        return err_param(&j->e, ERR_BAD_FIELD, "upload", "upload is missing.");
    return upload_take(archive_uploads(j->gw->archive), id, out, &j->e);
}

static enum err_code restore(struct admin_job *j, struct store *s, const json_t *o)
{
    const char *upload = NULL, *passphrase = NULL;
    struct bring *b = bring_new(JOB_RESTORE);

    b->open = bring_open_backup;
    if (admin_text(o, "upload", &upload, &j->e) == ERR_OK &&
        admin_text(o, "passphrase", &passphrase, &j->e) == ERR_OK &&
        admin_bool(o, "replace", &b->replace, &j->e) == ERR_OK &&
        admin_bool(o, "dry_run", &b->dry_run, &j->e) == ERR_OK &&
        archive_free_now(j->gw->archive, &j->e) == ERR_OK &&
        take_upload(j, upload, &b->upload) == ERR_OK) {
        b->passphrase = passphrase != NULL ? mem_strdup(passphrase) : NULL;
        return begin(j, s, "restore", b);
    }
    bring_free(b);
    return j->e.code;
}

static enum err_code work_restore(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {"upload", "passphrase", "replace", "dry_run", NULL};

    return admin_with_object(j, s, fields, restore);
}

void admin_restore(struct http_req *r)
{
    admin_run(r, work_restore);
}

/* ---- migrate ---- */

static char *copy_of(const char *text)
{
    return text != NULL ? mem_strdup(text) : NULL;
}

/* Which of the three it is. */
static enum err_code read_source(struct admin_job *j, const json_t *o, struct bring *b)
{
    const char *source = NULL, *master_key = NULL, *upload = NULL;
    bool original = false;

    if (admin_text(o, "source", &source, &j->e) != ERR_OK ||
        admin_text(o, "source_master_key", &master_key, &j->e) != ERR_OK ||
        admin_text(o, "upload", &upload, &j->e) != ERR_OK ||
        admin_bool(o, "original", &original, &j->e) != ERR_OK ||
        admin_bool(o, "dry_run", &b->dry_run, &j->e) != ERR_OK)
        return j->e.code;
    if ((source != NULL) == (upload != NULL))
        return err_param(&j->e, ERR_BAD_FIELD, "source", "Give either source or upload.");
    if (master_key != NULL && (original || upload != NULL))
        return err_param(&j->e, ERR_BAD_FIELD, "source_master_key",
                         "The original has no master key.");
    b->url = copy_of(source);
    b->master_key = copy_of(master_key);
    b->open = upload != NULL ? bring_open_kv : original ? bring_open_original : bring_open_pool;
    if (archive_free_now(j->gw->archive, &j->e) != ERR_OK)
        return j->e.code;
    return upload != NULL ? take_upload(j, upload, &b->upload) : ERR_OK;
}

static enum err_code migrate(struct admin_job *j, struct store *s, const json_t *o)
{
    struct bring *b = bring_new(JOB_MIGRATE);

    if (read_source(j, o, b) == ERR_OK)
        return begin(j, s, "migrate", b);
    bring_free(b);
    return j->e.code;
}

static enum err_code work_migrate(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {"source", "source_master_key", "original",
                                         "upload", "dry_run",           NULL};

    return admin_with_object(j, s, fields, migrate);
}

void admin_migrate(struct http_req *r)
{
    admin_run(r, work_migrate);
}

/* ---- another master key ---- */

static enum err_code rotate(struct admin_job *j, struct store *s, const json_t *o)
{
    const char *hex = "";
    struct bring_who who;
    char id[JOB_ID_TEXT];

    j->unchanged = true; /* it is recorded at its end */
    take_who(j, "master_key.rotate", &who);
    if (admin_text(o, "new_key", &hex, &j->e) != ERR_OK ||
        rotate_begin(j->gw, s, hex, &who, id, &j->e) != ERR_OK)
        return j->e.code;
    j->http_status = 202;
    jobs_write(j->gw->jobs, id, &j->json);
    return ERR_OK;
}

static enum err_code work_rotate(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {"new_key", NULL};

    return j->body.len > 0 ? admin_with_object(j, s, fields, rotate) : rotate(j, s, NULL);
}

void admin_master_key_rotate(struct http_req *r)
{
    admin_run(r, work_rotate);
}
