/* Admin tokens, jobs and the audit log in PostgreSQL. */
#include <string.h>

#include "store/pg_words.h"

/* Runs it, and tells of it. */
static enum err_code run_told(struct pg_call *c, enum store_change_kind kind, const char *ids,
                              struct err *e)
{
    struct pg_db *db = c->db;
    enum err_code rc = pg_batch_begin(db, e);

    if (rc == ERR_OK)
        rc = pg_queue(c, e);
    pg_values_free(c);
    if (rc == ERR_OK)
        rc = pg_tell_text(db, kind, -1, ids, e);
    return rc == ERR_OK ? pg_batch_end(db, e) : rc;
}

enum err_code pg_admins_load(void *db, store_admin_fn *fn, void *arg, struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, 0, PG_ADMINS_LOAD, "loading the admin tokens");
    while (pg_step(&c)) {
        struct store_admin a = {.id = pg_take_id(&c, 'a')};
        size_t len;
        const void *digest = pg_take_blob(&c, &len);

        memcpy(a.digest, digest, len < sizeof(a.digest) ? len : sizeof(a.digest));
        a.hint = pg_take_text(&c);
        a.name = pg_take_text(&c);
        a.role = (int)pg_take_int(&c);
        a.created_at = pg_take_int(&c);
        a.expires_at = pg_take_int(&c);
        if (c.rc != ERR_OK || !fn(arg, &a))
            break;
    }
    return pg_done(&c, e);
}

enum err_code pg_admin_insert(void *db, const struct store_admin *a, struct err *e)
{
    int64_t added = 0;
    struct pg_call c;
    enum err_code rc;

    pg_call(&c, db, 0, PG_ADMIN_INSERT, "adding an admin token");
    c.changes = &added;
    pg_give_id(&c, 'a', a->id);
    pg_give_blob(&c, a->digest, sizeof(a->digest));
    pg_give_text(&c, a->hint);
    pg_give_text(&c, a->name);
    pg_give_int(&c, a->role);
    pg_give_when(&c, a->created_at);
    pg_give_time(&c, a->expires_at);
    rc = run_told(&c, CHANGE_ADMINS, "", e);
    if (rc == ERR_OK && added == 0)
        return err_param(e, ERR_CONFLICT, "name", "There is an admin token of this name.");
    return rc;
}

enum err_code pg_admin_delete(void *db, uint64_t id, struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, 0, PG_ADMIN_DELETE, "deleting an admin token");
    pg_give_id(&c, 'a', id);
    return run_told(&c, CHANGE_ADMINS, "", e);
}

enum err_code pg_jobs_load(void *db, int64_t limit, store_job_fn *fn, void *arg, struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, 0, PG_JOBS_LOAD, "loading the jobs");
    pg_give_int(&c, limit);
    while (pg_step(&c)) {
        const char *id = pg_take_text(&c), *record = pg_take_text(&c);

        if (!fn(arg, id, record, pg_take_int(&c)) || c.rc != ERR_OK)
            break;
    }
    return pg_done(&c, e);
}

enum err_code pg_job_put(void *db, const char *id, const char *record, int64_t created_at,
                         struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, 0, PG_JOB_PUT, "keeping a job");
    pg_give_text(&c, id);
    pg_give_text(&c, record);
    pg_give_when(&c, created_at);
    return run_told(&c, CHANGE_JOBS, id, e);
}

static void give_audit(struct pg_call *c, const struct store_audit *a)
{
    pg_give_when(c, a->at);
    pg_give_text(c, a->actor);
    pg_give_text(c, a->role);
    pg_give_text(c, a->address);
    pg_give_text(c, a->action);
    pg_give_text(c, a->provider);
    pg_give_text(c, a->target);
    pg_give_text(c, a->request_id);
    pg_give_json(c, a->detail);
}

enum err_code pg_audit_add(void *db, const struct store_audit *a, struct err *e)
{
    struct pg_db *pg = db;
    struct pg_call c;
    enum err_code rc = pg_batch_begin(db, e);

    if (rc == ERR_OK)
        rc = pg_tell_begin(db, e);
    if (rc != ERR_OK)
        return rc;
    pg_call(&c, db, 0, pg->together ? PG_AUDIT_ADD : PG_AUDIT_TELL, "writing the audit log");
    give_audit(&c, a);
    if (!pg->together)
        pg_give_int(&c, pg->writer);
    rc = pg_queue(&c, e);
    if (rc == ERR_OK)
        rc = pg_tell_end(db, e);
    return rc == ERR_OK ? pg_batch_end(db, e) : rc;
}

#include "store/audit_ops.def"
